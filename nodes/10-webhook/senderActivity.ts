/**
 * `SenderActivity` notes when an endpoint's sender got in and when somebody was refused, for who sets it up and waits for the first message. Trials of our
 * own are none of it: they carry a header, and are known by its value when they arrive.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { TRIAL_HEADER } from '../../engine/verify/samples/sign.js';
import type { SenderSeen } from '../shared/senderPort.js';
import { throttle } from '../shared/throttle.js';

/** Thousands of messages come in a minute; who watches wants to know of the first at once. */
const CHANGED_MS = 500;

export class SenderActivity {
  readonly #trials = new Map<string, 'under way' | 'arrived'>();
  readonly #changed: ReturnType<typeof throttle>;
  #receivedAt: number | undefined;
  #refused: { readonly at: number; readonly refusal: string } | undefined;

  /** `changed` is called soon after something was noted. */
  constructor(changed: () => void) {
    this.#changed = throttle(changed, CHANGED_MS);
  }

  get seen(): SenderSeen {
    const [receivedAt, refused] = [this.#receivedAt, this.#refused];
    return { ...(receivedAt === undefined ? {} : { receivedAt }), ...(refused === undefined ? {} : { refusedAt: refused.at, refusal: refused.refusal }) };
  }

  received(headers: IncomingHttpHeaders | Readonly<Record<string, string | undefined>>, at: number): void {
    if (this.#isTrial(headers)) return;
    this.#receivedAt = at;
    this.#changed();
  }

  refused(headers: IncomingHttpHeaders, refusal: string, at: number): void {
    if (this.#isTrial(headers)) return;
    this.#refused = { at, refusal };
    this.#changed();
  }

  /** A trial begins; it is to be sent with these headers. The answer's `end` says whether it arrived. */
  begin(): { readonly headers: Readonly<Record<string, string>>; end(): 'arrived' | 'missing' } {
    const mark = randomUUID();
    this.#trials.set(mark, 'under way');
    const end = (): 'arrived' | 'missing' => {
      const state = this.#trials.get(mark);
      this.#trials.delete(mark);
      return state === 'arrived' ? 'arrived' : 'missing';
    };
    return { headers: { [TRIAL_HEADER]: mark }, end };
  }

  close(): void {
    this.#changed.cancel();
  }

  #isTrial(headers: Readonly<Record<string, unknown>>): boolean {
    const mark = headers[TRIAL_HEADER];
    if (mark === undefined) return false;
    if (typeof mark === 'string' && this.#trials.has(mark)) this.#trials.set(mark, 'arrived');
    return true;
  }
}
