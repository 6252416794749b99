/** (j) What do the lines of a sale cost? Orders of ten lines against the same orders without, folded in turns; and what a line takes on disk. */
import type { ShopEvent } from '../engine/event/event.js';
import { foldEvents } from '../engine/aggregate/applyEvents.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { type Chance, chanceOf } from '../launcher/simulator/chance.js';
import { bytesBelow, place } from './place.js';
import { compare, perSecond, report } from './report.js';
import { arraysOf, canonical, foldContextOf, salesOf } from './stream.js';

const ROUNDS = 5;
const SALES = 20_000;
const LINES = 10;
const PRODUCTS = 300;
const RATES = ['4', '10', '22'] as const;

export async function lines(): Promise<void> {
  const bare = salesOf(SALES);
  const lined = withLines(bare);
  for (let round = 0; round < 2; round += 1) for (const events of [bare, lined]) await memoryRate(events);
  const times = await compare('lines/memory store/ten lines, arrays of 100', 'events/s', ROUNDS, () => memoryRate(lined), () => memoryRate(bare));
  report({ bench: 'lines/ten lines over none', unit: 'times', value: 1 / times });
  await compare('lines/disk/ten lines, arrays of 100', 'events/s', ROUNDS, () => diskRate(lined), () => diskRate(bare));
  await compare('lines/disk/ten lines, one event at a time', 'events/s', ROUNDS, () => diskRate(lined.slice(0, 2_000), 1), () => diskRate(bare.slice(0, 2_000), 1));
  const [without, withThem] = [await bytesOf(bare), await bytesOf(lined)];
  report({ bench: 'lines/disk', unit: 'bytes/line', value: (withThem - without) / (SALES * LINES) });
}

/** Some articles sell much more than others. */
function withLines(events: readonly ShopEvent[]): ShopEvent[] {
  const chance = chanceOf(7);
  const known = new Map<ShopEvent, ShopEvent>();
  return events.map((event) => {
    const made = known.get(event) ?? linedOf(event, chance);
    known.set(event, made);
    return made;
  });
}

function linedOf(event: ShopEvent, chance: Chance): ShopEvent {
  const cents = Math.round(Number(event.data.amount) * 100);
  const each = Math.floor(cents / LINES);
  const sold = Array.from({ length: LINES }, (_line, index) => {
    const number = Math.min(chance.between(1, PRODUCTS), chance.between(1, PRODUCTS));
    const amount = index === 0 ? cents - each * (LINES - 1) : each;
    return {
      product: `SKU-${String(10_000 + number)}`, name: `Articolo ${String(number)}`, category: `Reparto ${String(number % 12)}`, quantity: chance.between(1, 3),
      amount: (amount / 100).toFixed(2), vatRate: RATES[number % RATES.length] ?? '22',
    };
  });
  return canonical({ ...event, data: { ...event.data, lines: sold } }, Date.now());
}

async function memoryRate(events: readonly ShopEvent[]): Promise<number> {
  const store = await openLevelStore({ memory: true }, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const rate = await perSecond(events.length, async () => { for (const array of arraysOf(events, 100)) await foldEvents(store, array, context); });
  await store.close();
  return rate;
}

async function diskRate(events: readonly ShopEvent[], size = 100): Promise<number> {
  const where = place();
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const rate = await perSecond(events.length, async () => { for (const array of arraysOf(events, size)) await foldEvents(store, array, context); });
  await store.close();
  where.remove();
  return rate;
}

/** Opened once more, so that the log has become tables. */
async function bytesOf(events: readonly ShopEvent[]): Promise<number> {
  const where = place();
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  for (const array of arraysOf(events, 500)) await foldEvents(store, array, context);
  await store.close();
  await (await openLevelStore(where.path, { now: () => Date.now() })).close();
  const bytes = bytesBelow(where.path);
  where.remove();
  return bytes;
}
