/**
 * Has it been said? What someone has to hear lies in the store, written with the change it is about, until it has been told: claimed
 * before, removed after.
 *
 *     u/<owner>/<order>/<id>    waiting (until `dueAt`, so that what happens in a short span is told together) or telling (claimed)
 *
 * So each is told once, also by several processes and when the store fails in between. A process that dies between telling and removing
 * is the one case in which it is told again, under the same id: never not at all.
 */
import { Fault } from '../base/errors.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { DAY, MINUTE } from '../base/time.js';

/** A claim this old belongs to a process that died while telling. */
export const CLAIM_MS = 30_000;
/** What nobody came to tell for so long is no news. */
const KEEP_MS = 7 * DAY;
/** Nothing is held back for longer; what seems to be was dated by a clock that has been set right since. */
const MAX_WAIT_MS = 10 * MINUTE;
const PAGE = 500;
const MAX_ATTEMPTS = 20;

/** Of several changes at one instant, which came first? Thousandths of a millisecond, to sort by. */
export function orderOf(at: number, index: number): number {
  return at * 1_000 + Math.min(index, 999);
}

/** Sorts as text as it does as a number. */
export function orderText(order: number): string {
  return String(order).padStart(17, '0');
}

export interface Tellable {
  readonly id: string;
}

type Lying<N> =
  | { readonly state: 'waiting'; readonly order: number; readonly dueAt: number; readonly notice: N }
  | { readonly state: 'telling'; readonly order: number; readonly claimedAt: number; readonly by: string; readonly notice: N };

interface Found<N> {
  readonly key: string;
  readonly text: string;
  readonly lying: Lying<N>;
}

/** `committer`: told by who wrote it down, or in place of one that did not come to it. */
export interface DueNotification<N> {
  readonly notice: N;
  readonly order: number;
  readonly committer: 'we' | 'another';
}

export interface NotificationLogDeps<N> {
  readonly store: Store;
  /** Whose news: the same in all processes that tell the same. */
  readonly owner: string;
  /** This process, since its start. */
  readonly by: string;
  /** `own`: no other process runs, a claim that is not ours was left by a dead one. */
  readonly reach: 'own' | 'shared';
  now(): number;
  /** What else is written when it has been told. */
  confirmed(told: DueNotification<N>, now: number): readonly Put[];
}

export class NotificationLog<N extends Tellable> {
  readonly #deps: NotificationLogDeps<N>;
  /** Told, but the store could not be told so yet. */
  readonly #notified = new Set<string>();
  /** Written down by us. */
  readonly #ours = new Set<string>();

  constructor(deps: NotificationLogDeps<N>) {
    this.#deps = deps;
  }

  /** To be committed with what it is about; told in order, together with what waits at `dueAt`. */
  waiting(notice: N, order: number, dueAt: number): Put {
    const lying: Lying<N> = { state: 'waiting', order, dueAt, notice };
    return { key: `u/${this.#deps.owner}/${orderText(order)}/${notice.id}`, value: JSON.stringify(lying), expiresAt: dueAt + KEEP_MS };
  }

  /** That was done by us, and not by one who died before we knew. */
  committed(notices: readonly N[]): void {
    for (const { id } of notices) this.#ours.add(id);
  }

  /** Tells what is due; answers when to look again (epoch ms), `undefined` where nothing lies there. */
  async notifyDue(tell: (due: readonly DueNotification<N>[]) => void): Promise<number | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await this.#read();
      const now = this.#deps.now();
      const due = this.#dueOf(found, now);
      if (due.length === 0) return nextAt(found, now);
      const claims = due.map(({ key, text, lying }): Put => ({ key, expect: text, value: this.#claim(lying, now), expiresAt: now + KEEP_MS }));
      const { outcome } = await this.#deps.store.commit(claims, 'stored');
      // Held up for too long on the way back, the claims may be others' by now.
      if (outcome === 'conflict' || Math.abs(this.#deps.now() - now) >= CLAIM_MS / 2) continue;
      await this.#notifyAll(due, now, tell);
    }
    throw new Fault('store.contended', 'another node kept claiming the same notices');
  }

  async #read(): Promise<Found<N>[]> {
    const entries = await this.#deps.store.scan(prefixRange(`u/${this.#deps.owner}/`), PAGE);
    return entries.map(({ key, value }) => {
      const text = textOf(value) ?? '';
      return { key, text, lying: JSON.parse(text) as Lying<N> };
    });
  }

  #dueOf(found: readonly Found<N>[], now: number): Found<N>[] {
    const isTime = found.some(({ lying }) => lying.state === 'waiting' && (lying.dueAt <= now || lying.dueAt > now + MAX_WAIT_MS));
    return found.filter(({ lying }) => (lying.state === 'waiting' ? isTime : this.#isOver(lying, now)));
  }

  #isOver({ by, claimedAt }: Extract<Lying<N>, { state: 'telling' }>, now: number): boolean {
    return by === this.#deps.by || this.#deps.reach === 'own' || Math.abs(now - claimedAt) >= CLAIM_MS;
  }

  #claim({ order, notice }: Lying<N>, now: number): string {
    return JSON.stringify({ state: 'telling', order, claimedAt: now, by: this.#deps.by, notice } satisfies Lying<N>);
  }

  async #notifyAll(due: readonly Found<N>[], now: number, tell: (due: readonly DueNotification<N>[]) => void): Promise<void> {
    const all = due.map(({ lying: { notice, order } }): DueNotification<N> => ({ notice, order, committer: this.#ours.has(notice.id) ? 'we' : 'another' }));
    const news = all.filter(({ notice }) => !this.#notified.has(notice.id));
    if (news.length > 0) tell(news);
    for (const { notice } of news) this.#notified.add(notice.id);
    const confirmations = due.map(({ key, lying }, index): Put[] => {
      const told = all[index];
      return [{ key, expect: this.#claim(lying, now) }, ...(told === undefined ? [] : this.#deps.confirmed(told, now))];
    });
    const { outcome } = await this.#deps.store.commit(confirmations.flat(), 'stored');
    // One that somebody else has claimed meanwhile is theirs; the others are done.
    if (outcome === 'conflict') for (const one of confirmations) await this.#deps.store.commit(one, 'stored');
    for (const { notice } of all) for (const set of [this.#notified, this.#ours]) set.delete(notice.id);
  }
}

/** When the first of them may be ours to tell. */
function nextAt<N>(found: readonly Found<N>[], now: number): number | undefined {
  const times = found.map(({ lying }) => (lying.state === 'waiting' ? lying.dueAt : Math.max(now, lying.claimedAt) + CLAIM_MS));
  return times.length === 0 ? undefined : Math.min(...times);
}
