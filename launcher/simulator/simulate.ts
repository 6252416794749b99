/**
 * `simulate` plays the shop of `npm run demo`: fills the past quickly, then goes on live, one to three deliveries a second, all of them signed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DAY, LocalClock, SECOND } from '../../engine/base/time.js';
import type { Demo } from './demo.js';
import type { LauncherEnvironment, Settings } from '../settings/settings.js';
import { chanceOf } from './chance.js';
import { dayOf, nextKind } from './day.js';
import { historyOf } from './history.js';
import { TradeRecord } from './record.js';
import { counted, replay, summaryOf } from './replay.js';
import { type SimulatedSector, SECTORS } from './sector.js';
import { SimulatedSender } from './send.js';
import { type SimulatedDelivery, SimulatedShop } from './shop.js';

const PACE_MS = { least: 350, most: 1_000 } as const;
/** Ids of one day's back-fill, and of one live run, never meet. */
const IDS_PER_DAY = 1_000_000;

/** The product that is played to, and how it was set up. */
export interface Simulation {
  readonly url: string;
  readonly environment: LauncherEnvironment;
  readonly settings: Pick<Settings, 'zone' | 'template'>;
  /** Gets what the demonstration has to say. */
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
}

/** Resolves when `signal` aborts, or when there is nothing more to play. A delivery that is refused is said once per status, and the shop goes on. */
export async function simulate(simulation: Simulation, demo: Demo, signal: AbortSignal): Promise<void> {
  const clock = new LocalClock(simulation.settings.zone);
  const sector = SECTORS[simulation.settings.template];
  const sender = new SimulatedSender(simulation.url, simulation.environment, simulation.log);
  try {
    if (demo.days === 0) await replay(today(clock, sector), sender, signal);
    else await fillHistory(simulation, demo, clock, signal);
    if (demo.then === 'live') await goOn(clock, sector, sender, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function fillHistory(simulation: Simulation, demo: Demo, clock: LocalClock, signal: AbortSignal): Promise<void> {
  const record = demo.ledger === undefined ? undefined : new TradeRecord(demo.ledger);
  const sender = new SimulatedSender(simulation.url, simulation.environment, simulation.log, (delivery) => { record?.add(delivery); });
  const to = Date.now();
  const { start: from } = clock.businessDay(clock.businessDay(to, 0).start - demo.days * DAY + DAY / 2, 0);
  const deliveries = historyOf({ from, to, clock, sector: SECTORS[simulation.settings.template], seed: demo.seed, volume: demo.volume });
  simulation.say(`history: ${String(demo.days)} days, ${String(deliveries.length)} deliveries, seed ${String(demo.seed)}`);
  const sent = await replay(deliveries, sender, signal);
  await counted(simulation.url, signal);
  record?.complete();
  for (const line of await summaryOf(simulation.url, simulation.environment, { from, to }, sent)) simulation.say(line);
}

/** The same day gives the same bytes: a demo started twice on one day's data counts that day once. */
function today(clock: LocalClock, sector: SimulatedSector): SimulatedDelivery[] {
  const now = Date.now();
  const { start } = clock.businessDay(now, 0);
  const day = Math.floor(start / DAY);
  const [hours, trade] = [chanceOf(day), chanceOf(day + 1)];
  const shop = new SimulatedShop(clock, trade, day * IDS_PER_DAY, sector);
  return dayOf(start, now, clock, hours, sector)
    .flatMap((step) => shop.deliveriesOf(step).map((delivery) => ({ at: step.at + delivery.after, delivery })))
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at)
    .map(({ delivery }) => delivery);
}

async function goOn(clock: LocalClock, sector: SimulatedSector, sender: SimulatedSender, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const chance = chanceOf(startedAt);
  const shop = new SimulatedShop(clock, chance, Math.floor(startedAt / SECOND) * 1_000, sector);
  const waiting: { due: number; delivery: SimulatedDelivery }[] = [];
  while (!signal.aborted) {
    await pause(chance.between(PACE_MS.least, PACE_MS.most), undefined, { signal });
    const now = Date.now();
    for (const delivery of shop.deliveriesOf({ at: now, kind: nextKind(chance, sector) })) waiting.push({ due: now + delivery.after, delivery });
    for (const { delivery } of waiting.filter(({ due }) => due <= now)) void sender.send(delivery);
    waiting.splice(0, waiting.length, ...waiting.filter(({ due }) => due > now));
  }
}
