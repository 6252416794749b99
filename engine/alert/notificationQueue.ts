/**
 * `NotificationQueue` delivers notices outside: into a bounded queue in the store, once per notice, and out again after as many attempts as
 * it takes.
 *
 *     n/<owner>/<order>/<id>    a notification: notices that came together, its attempts, when the next is due
 *     nd/<owner>/<notice id>    this notice was taken (for a week): however often it comes, it is sent once
 */
import { createHash, createHmac } from 'node:crypto';
import { type Identified, orderOf, orderText } from './notificationLog.js';
import { standardKey } from '../verify/secretStrength.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { DAY, HOUR, MINUTE, SECOND } from '../base/time.js';

/** `DeliveryResult` is what one attempt came to. `refused`: no other attempt will fare better. Reasons are names, without addresses or secrets. */
export type DeliveryResult =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string };

/** `Notification` is what leaves at once. `text` is what people read; instants are epoch ms. */
export interface Notification<N> {
  readonly id: string;
  readonly text: string;
  readonly notices: readonly N[];
  readonly createdAt: number;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly claim?: { readonly at: number; readonly by: string };
}

export interface QueuedNotification<N> {
  readonly key: string;
  readonly written: string;
  readonly notification: Notification<N>;
}

export type QueueResult<N> = { readonly outcome: 'taken'; readonly taken: readonly N[] } | { readonly outcome: 'full' };

export type Settled = 'delivered' | 'again' | 'givenUp';

/** After the n-th failure; then it is given up, two and a half days later. */
const DELAYS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR];
const MAX_NOTIFICATIONS = 1_000;
const CLAIM_MS = 2 * MINUTE;
export const SENT_KEPT_MS = 7 * DAY;

export class NotificationQueue<N extends Identified> {
  readonly #store: Store;
  readonly #owner: string;
  /** This process, since its start. */
  readonly #by: string;

  constructor(store: Store, owner: string, by: string) {
    this.#store = store;
    this.#owner = owner;
    this.#by = by;
  }

  /** `add` takes those that were not taken before. `full`: too many wait, nothing was taken. */
  async add(notices: readonly N[], text: string, now: number): Promise<QueueResult<N>> {
    const waiting = await this.#store.scan(prefixRange(this.#prefix()), MAX_NOTIFICATIONS);
    if (waiting.length >= MAX_NOTIFICATIONS) return { outcome: 'full' };
    let taken = [...new Map(notices.map((notice) => [notice.id, notice])).values()];
    while (taken.length > 0) {
      const notification: Notification<N> = { id: notificationId(taken), text, notices: taken, createdAt: now, attempts: 0, nextAttemptAt: now };
      const committed = await this.#store.commit([this.#put(notification, waiting.length), ...taken.map((notice) => this.#mark(notice, now))], 'stored');
      if (committed.outcome === 'ok') break;
      const known = new Set(committed.keys);
      taken = taken.filter((notice) => !known.has(this.#mark(notice, now).key));
    }
    return { outcome: 'taken', taken };
  }

  /** `next` is the next notification that is due, claimed by us; else when one is, `undefined` where nothing waits. */
  async next(now: number): Promise<QueuedNotification<N> | number | undefined> {
    const found = await this.#read();
    for (const { key, written, notification } of found.filter((one) => this.#isDue(one.notification, now))) {
      const claimed = { ...notification, claim: { at: now, by: this.#by } };
      const text = JSON.stringify(claimed);
      const { outcome } = await this.#store.commit([{ key, expect: written, value: text }], 'stored');
      if (outcome === 'ok') return { key, written: text, notification: claimed };
    }
    const times = found.map(({ notification: { nextAttemptAt, claim } }) => (claim === undefined ? nextAttemptAt : Math.max(now, claim.at) + CLAIM_MS));
    return times.length === 0 ? undefined : Math.max(now + SECOND / 10, Math.min(...times));
  }

  /** `settle` writes down what an attempt came to. `random` in [0, 1) spreads the next one. */
  async settle({ key, written, notification }: QueuedNotification<N>, result: DeliveryResult, now: number, random: number): Promise<Settled> {
    const delay = DELAYS_MS[notification.attempts];
    const again = result.outcome === 'failed' && delay !== undefined;
    const { claim: _done, ...rest } = notification;
    const wait = result.outcome === 'failed' ? Math.max(Math.round((delay ?? 0) * (0.75 + random / 2)), Math.min(result.retryAfterMs ?? 0, DAY)) : 0;
    const next: Notification<N> = { ...rest, attempts: notification.attempts + 1, nextAttemptAt: now + wait };
    await this.#store.commit([{ key, expect: written, ...(again ? { value: JSON.stringify(next) } : {}) }], 'stored');
    if (result.outcome === 'delivered') return 'delivered';
    return again ? 'again' : 'givenUp';
  }

  async waiting(): Promise<number> {
    return (await this.#store.scan(prefixRange(this.#prefix()), MAX_NOTIFICATIONS)).length;
  }

  async #read(): Promise<QueuedNotification<N>[]> {
    const entries = await this.#store.scan(prefixRange(this.#prefix()), MAX_NOTIFICATIONS);
    return entries.map(({ key, value }) => {
      const written = textOf(value) ?? '';
      return { key, written, notification: JSON.parse(written) as Notification<N> };
    });
  }

  #isDue({ nextAttemptAt, claim }: Notification<N>, now: number): boolean {
    if (claim !== undefined) return claim.by === this.#by || Math.abs(now - claim.at) >= CLAIM_MS;
    // Put off for longer than any delay: by a clock that has been set right since.
    return nextAttemptAt <= now || nextAttemptAt > now + 2 * DAY;
  }

  #put(notification: Notification<N>, index: number): Put {
    return { key: `${this.#prefix()}${orderText(orderOf(notification.createdAt, index))}/${notification.id}`, value: JSON.stringify(notification) };
  }

  #mark({ id }: N, now: number): Put {
    return { key: `nd/${this.#owner}/${id}`, expect: null, value: '', expiresAt: now + SENT_KEPT_MS };
  }

  #prefix(): string {
    return `n/${this.#owner}/`;
  }
}

/** `signedHeaders` are those of a request as the Standard Webhooks specification signs it. The id is the same at each attempt. */
export function signedHeaders(secret: string, id: string, body: string, now: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / SECOND));
  const signature = createHmac('sha256', standardKey(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function notificationId(notices: readonly Identified[]): string {
  return `msg_${createHash('sha256').update(notices.map(({ id }) => id).join('\n')).digest('base64url').slice(0, 24)}`;
}
