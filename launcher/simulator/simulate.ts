/**
 * `npm run demo`: who plays the shop? Fills today's hours quickly, then goes on live, one to three deliveries a second, all of them signed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DAY, LocalClock, SECOND } from '../../engine/time.js';
import type { Environment } from '../settings.js';
import { chanceOf } from './chance.js';
import { dayOf, nextKind } from './day.js';
import { Sender } from './send.js';
import { type Delivery, SimulatedShop } from './shop.js';

/** So many requests under way while the past is filled in. */
const LANES = 8;
const PACE_MS = { least: 350, most: 1_000 } as const;
/** Ids of one day's back-fill, and of one live run, never meet. */
const IDS_PER_DAY = 1_000_000;

/** Resolves when `signal` aborts. A delivery that is refused is said once per status, and the shop goes on. */
export async function simulate(url: string, environment: Environment, zone: string, signal: AbortSignal, log: (line: string) => void): Promise<void> {
  const clock = new LocalClock(zone);
  const sender = new Sender(url, environment, log);
  try {
    await fillToday(clock, sender, signal);
    await goOn(clock, sender, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The same day gives the same bytes: a demo started twice on one day's data counts that day once. */
async function fillToday(clock: LocalClock, sender: Sender, signal: AbortSignal): Promise<void> {
  const now = Date.now();
  const { start } = clock.businessDay(now, 0);
  const day = Math.floor(start / DAY);
  const chance = chanceOf(day);
  const shop = new SimulatedShop(clock, chance, day * IDS_PER_DAY);
  const past = dayOf(start, now, clock, chance)
    .flatMap((happening) => shop.deliveriesOf(happening).map((delivery) => ({ at: happening.at + delivery.after, delivery })))
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at)
    .map(({ delivery }) => delivery);
  await Promise.all(Array.from({ length: LANES }, (_lane, index) => sendEvery(past, index, sender, signal)));
}

async function sendEvery(deliveries: readonly Delivery[], first: number, sender: Sender, signal: AbortSignal): Promise<void> {
  for (let index = first; index < deliveries.length && !signal.aborted; index += LANES) {
    const delivery = deliveries[index];
    if (delivery !== undefined) await sender.send(delivery);
  }
}

async function goOn(clock: LocalClock, sender: Sender, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const chance = chanceOf(startedAt);
  const shop = new SimulatedShop(clock, chance, Math.floor(startedAt / SECOND) * 1_000);
  const waiting: { due: number; delivery: Delivery }[] = [];
  while (!signal.aborted) {
    await pause(chance.between(PACE_MS.least, PACE_MS.most), undefined, { signal });
    const now = Date.now();
    for (const delivery of shop.deliveriesOf({ at: now, kind: nextKind(chance) })) waiting.push({ due: now + delivery.after, delivery });
    for (const { delivery } of waiting.filter(({ due }) => due <= now)) void sender.send(delivery);
    waiting.splice(0, waiting.length, ...waiting.filter(({ due }) => due > now));
  }
}
