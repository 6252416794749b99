/** How are alerts tried? Orders pile up until it fires and are paid until it is resolved, again and again; and refunds exceed their threshold once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { SenderPool } from './post.js';
import type { Stream } from './stream.js';
import { ruleAbout, type Watch } from './watch.js';
import { until } from '../support/waiting.js';

export const OPEN_ORDERS = ruleAbout('incomplete_orders');
export const REFUNDS = ruleAbout('refunds');

const REST_MS = 1_000;

/** How often each rule must have fired; `stuck` says what did not happen. */
export interface Swung {
  readonly openOrders: number;
  readonly refunds: number;
  readonly stuck?: string;
}

/** Until `isOver`; then the swing under way is brought to its end, within `patienceMs`. */
export async function swing(stream: Stream, post: SenderPool, watch: Watch, isOver: () => boolean, patienceMs: number): Promise<Swung> {
  await post.postAndWait(stream.refund((REFUNDS.threshold + 1) * 100));
  let openOrders = 0;
  do {
    const { opened, paid } = stream.openOrders(OPEN_ORDERS.threshold + 5);
    await post.postAndWait(opened);
    openOrders += 1;
    if (!await reaches(watch, ['firing'], isOver, patienceMs)) return { openOrders, refunds: 1, stuck: `${OPEN_ORDERS.name} never fired` };
    await post.postAndWait(paid);
    if (!await reaches(watch, ['resolved', 'inactive'], isOver, patienceMs)) return { openOrders, refunds: 1, stuck: `${OPEN_ORDERS.name} was never resolved` };
    await pause(REST_MS);
  } while (!isOver());
  return { openOrders, refunds: 1 };
}

/** Faults may hold it up for as long as they last; afterwards it has to come soon. */
async function reaches(watch: Watch, states: readonly string[], isOver: () => boolean, patienceMs: number): Promise<boolean> {
  const isThere = (): boolean => states.includes(watch.stateOf(OPEN_ORDERS.name));
  while (!isOver() && !isThere()) await pause(50);
  return until(isThere, (answer) => answer, patienceMs);
}
