/**
 * `historyOf` gives every delivery of a month, in the order in which the senders would have posted it: some twice, some days late.
 */
import { DAY, HOUR, type LocalClock, MINUTE } from '../../engine/base/time.js';
import { type Chance, chanceOf } from './chance.js';
import { dayOf } from './day.js';
import type { SimulatedSector } from './sector.js';
import { type SimulatedDelivery, SimulatedShop } from './shop.js';

export interface HistoryPlan {
  /** Epoch ms; nothing in it happens at `to` or later. */
  readonly from: number;
  readonly to: number;
  readonly clock: LocalClock;
  readonly sector: SimulatedSector;
  /** The same seed and span give the same bytes. */
  readonly seed: number;
  /** 1 is a busy little shop of some 500 deliveries a day. */
  readonly volume: number;
}

/** Ids of a month never meet those of a day (see simulate.ts). */
const IDS_FROM = 500_000;
const IDS_PER_DAY = 1_000_000;

export function historyOf({ from, to, clock, sector, seed, volume }: HistoryPlan): SimulatedDelivery[] {
  // Each has a chance of its own: a month that ends later still begins the same.
  const [days, trade, post] = [chanceOf(seed), chanceOf(seed + 1), chanceOf(seed + 2)];
  const shop = new SimulatedShop(clock, trade, Math.floor(from / DAY) * IDS_PER_DAY + IDS_FROM, sector);
  return dayOf(from, to, clock, days, sector, volume)
    .flatMap((step) => shop.deliveriesOf(step).map((delivery) => ({ at: step.at + delivery.after, delivery })))
    .map(({ at, delivery }) => ({ at, comesAt: at + delayOf(post), delivery }))
    .filter(({ at }) => at < to)
    .sort((a, b) => a.comesAt - b.comesAt)
    .map(({ delivery }) => delivery);
}

/** Most come at once; a few wait for a network, an hour, or a till that was switched off over the weekend. */
function delayOf(post: Chance): number {
  const longest = post.pick([[0, 90], [10 * MINUTE, 6], [12 * HOUR, 3], [3 * DAY, 1]]);
  return longest === 0 ? 0 : post.between(0, longest);
}
