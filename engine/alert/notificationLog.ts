/**
 * `NotificationLog` keeps what people have to be notified of in the store, written with the change it is about, until it has been sent:
 * claimed before, removed after.
 *
 *     u/<owner>/<order>/<id>    waiting (until `dueAt`, so that what comes in a short span is sent together) or claimed
 *
 * So each is sent once, also by several processes and when the store fails in between. A process that dies between sending and removing
 * is the one case in which it is sent again, under the same id: never not at all.
 */
import { Fault } from '../base/errors.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { DAY, MINUTE } from '../base/time.js';

/** A claim this old belongs to a process that died with it. */
export const CLAIM_MS = 30_000;
/** What nobody came to send for so long concerns nobody. */
export const PENDING_KEPT_MS = 7 * DAY;
/** Nothing is held back for longer; what seems to be was dated by a clock that has been set right since. */
const MAX_WAIT_MS = 10 * MINUTE;
const PAGE = 500;
const MAX_ATTEMPTS = 20;
const CLAIMED = 'telling'; // vocabulary-ok: stored

/** `orderOf` says which of several changes at one instant came first: thousandths of a millisecond, to sort by. */
export function orderOf(at: number, index: number): number {
  return at * 1_000 + Math.min(index, 999);
}

/** `orderText` sorts as text as it does as a number. */
export function orderText(order: number): string {
  return String(order).padStart(17, '0');
}

export interface Identified {
  readonly id: string;
}

type NotificationLogEntry<N> =
  | { readonly state: 'waiting'; readonly order: number; readonly dueAt: number; readonly notice: N }
  | { readonly state: typeof CLAIMED; readonly order: number; readonly claimedAt: number; readonly by: string; readonly notice: N };

interface StoredEntry<N> {
  readonly key: string;
  readonly text: string;
  readonly entry: NotificationLogEntry<N>;
}

/** `DueNotification` is to be sent now. `committer`: by who wrote it down, or in place of one that did not come to it. */
export interface DueNotification<N> {
  readonly notice: N;
  readonly order: number;
  readonly committer: 'we' | 'another';
}

export interface NotificationLogDeps<N> {
  readonly store: Store;
  /** The same in all processes that send the same. */
  readonly owner: string;
  /** This process, since its start. */
  readonly by: string;
  /** `own`: no other process runs, a claim that is not ours was left by a dead one. */
  readonly reach: 'own' | 'shared';
  now(): number;
  /** What else is written when it has been sent. */
  confirmed(sent: DueNotification<N>, now: number): readonly Put[];
}

export class NotificationLog<N extends Identified> {
  readonly #deps: NotificationLogDeps<N>;
  /** Sent, but not removed from the store yet. */
  readonly #notified = new Set<string>();
  /** Written down by us. */
  readonly #ours = new Set<string>();

  constructor(deps: NotificationLogDeps<N>) {
    this.#deps = deps;
  }

  /** `waiting` is to be committed with what it is about; it is sent in order, together with what waits at `dueAt`. */
  waiting(notice: N, order: number, dueAt: number): Put {
    const entry: NotificationLogEntry<N> = { state: 'waiting', order, dueAt, notice };
    return { key: `u/${this.#deps.owner}/${orderText(order)}/${notice.id}`, value: JSON.stringify(entry), expiresAt: dueAt + PENDING_KEPT_MS };
  }

  /** `committed`: that was done by us, and not by one who died before we knew. */
  committed(notices: readonly N[]): void {
    for (const { id } of notices) this.#ours.add(id);
  }

  /** `notifyDue` sends what is due; answers when something is due next (epoch ms), `undefined` where nothing waits. */
  async notifyDue(send: (due: readonly DueNotification<N>[]) => void): Promise<number | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await this.#read();
      const now = this.#deps.now();
      const due = this.#dueOf(found, now);
      if (due.length === 0) return nextAt(found, now);
      const claims = due.map(({ key, text, entry }): Put => ({ key, expect: text, value: this.#claim(entry, now), expiresAt: now + PENDING_KEPT_MS }));
      const { outcome } = await this.#deps.store.commit(claims, 'stored');
      // Held up for too long on the way back, the claims may be others' by now.
      if (outcome === 'conflict' || Math.abs(this.#deps.now() - now) >= CLAIM_MS / 2) continue;
      await this.#notifyAll(due, now, send);
    }
    throw new Fault('store.contended', 'another node kept claiming the same notices');
  }

  async #read(): Promise<StoredEntry<N>[]> {
    const entries = await this.#deps.store.scan(prefixRange(`u/${this.#deps.owner}/`), PAGE);
    return entries.map(({ key, value }) => {
      const text = textOf(value) ?? '';
      return { key, text, entry: JSON.parse(text) as NotificationLogEntry<N> };
    });
  }

  #dueOf(found: readonly StoredEntry<N>[], now: number): StoredEntry<N>[] {
    const isTime = found.some(({ entry }) => entry.state === 'waiting' && (entry.dueAt <= now || entry.dueAt > now + MAX_WAIT_MS));
    return found.filter(({ entry }) => (entry.state === 'waiting' ? isTime : this.#isOver(entry, now)));
  }

  #isOver({ by, claimedAt }: Extract<NotificationLogEntry<N>, { state: typeof CLAIMED }>, now: number): boolean {
    return by === this.#deps.by || this.#deps.reach === 'own' || Math.abs(now - claimedAt) >= CLAIM_MS;
  }

  #claim({ order, notice }: NotificationLogEntry<N>, now: number): string {
    return JSON.stringify({ state: CLAIMED, order, claimedAt: now, by: this.#deps.by, notice } satisfies NotificationLogEntry<N>);
  }

  async #notifyAll(due: readonly StoredEntry<N>[], now: number, send: (due: readonly DueNotification<N>[]) => void): Promise<void> {
    const all = due.map(({ entry: { notice, order } }): DueNotification<N> => ({ notice, order, committer: this.#ours.has(notice.id) ? 'we' : 'another' }));
    const unsent = all.filter(({ notice }) => !this.#notified.has(notice.id));
    if (unsent.length > 0) send(unsent);
    for (const { notice } of unsent) this.#notified.add(notice.id);
    const confirmations = due.map(({ key, entry }, index): Put[] => {
      const sent = all[index];
      return [{ key, expect: this.#claim(entry, now) }, ...(sent === undefined ? [] : this.#deps.confirmed(sent, now))];
    });
    const { outcome } = await this.#deps.store.commit(confirmations.flat(), 'stored');
    // One that somebody else has claimed meanwhile is theirs; the others are done.
    if (outcome === 'conflict') for (const one of confirmations) await this.#deps.store.commit(one, 'stored');
    for (const { notice } of all) for (const set of [this.#notified, this.#ours]) set.delete(notice.id);
  }
}

/** When the first of them may be ours to send. */
function nextAt<N>(found: readonly StoredEntry<N>[], now: number): number | undefined {
  const times = found.map(({ entry }) => (entry.state === 'waiting' ? entry.dueAt : Math.max(now, entry.claimedAt) + CLAIM_MS));
  return times.length === 0 ? undefined : Math.min(...times);
}
