/**
 * `refuse` sends what cannot be counted by the second output, and says so to its sender.
 */
import type { Refusal } from '../../engine/base/errors.js';
import type { ShopEvent } from '../../engine/event/event.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import type { InputJob } from '../shared/node.js';

/** An event and where it came in. */
export interface Accepted {
  readonly event: ShopEvent;
  readonly job: InputJob;
  readonly index: number;
}

/** What was refused, with its place in the message. */
export interface RefusedEvents {
  readonly input: unknown;
  readonly refusals: readonly Refusal[];
  readonly index: number;
}

/** An event that was taken in and is refused after all. */
export interface RefusedLater extends Accepted {
  readonly refusal: Refusal;
}

/** All of one message, under the rule of the first. */
export function refuse({ message, out }: InputJob, refused: readonly RefusedEvents[]): void {
  const refusals = refused.flatMap(({ refusals: found, index }) => found.map((refusal) => ({ ...refusal, index })));
  deliveryOf(message)?.report({ accepted: -refused.length, rejected: refused.length }, refusals);
  const payload = Array.isArray(message.payload) ? refused.map(({ input }) => input) : refused[0]?.input;
  out.secondary({ ...message, payload, refusals }, refusals[0]?.rule ?? 'refused');
}

/** Per message and rule, so that each is kept under its own. */
export function refuseLater(events: readonly RefusedLater[]): void {
  for (const job of new Set(events.map((one) => one.job))) {
    const ofJob = events.filter((one) => one.job === job);
    for (const rule of new Set(ofJob.map(({ refusal }) => refusal.rule))) {
      const same = ofJob.filter(({ refusal }) => refusal.rule === rule);
      refuse(job, same.map(({ event, refusal, index }) => ({ input: event, refusals: [refusal], index })));
    }
  }
}
