/** (h) Does it stay as fast and as small when the shop has been open for a year? Cost per event and bytes per fact, by facts already stored. */
import type { ShopEvent } from '../engine/event/event.js';
import { foldEvents } from '../engine/aggregate/applyEvents.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { chanceOf } from '../launcher/simulator/chance.js';
import { bytesBelow, place } from './place.js';
import { cpuMicros, report } from './report.js';
import { arraysOf, foldContextOf, salesOf } from './stream.js';

const SIZES = [1_000, 10_000, 100_000] as const;
const MILLION = 1_000_000;
/** Facts made at a time, so that the benchmark's own memory stays out of what it measures. */
const CHUNK = 10_000;
/** New facts and corrections of a round. */
const ROUNDS = 10;
const EACH = 5_000;
/** Corrections of a round are of facts from so many chunks, so far from each other. */
const SPREAD = 5;
const STRIDE = 7;

/** `--million` goes on to a million facts: some minutes more. */
export async function growth(flags: readonly string[]): Promise<void> {
  const sizes = flags.includes('--million') ? [...SIZES, MILLION] : SIZES;
  const costs = new Map<number, number>();
  // The engine gets warm before anything is measured.
  await grow(SIZES[0], () => undefined);
  for (const size of sizes) {
    const cost = await grow(size, (value) => { report({ bench: `growth/${String(size)} facts/disk`, unit: 'bytes/fact', value }); });
    costs.set(size, cost);
    report({ bench: `growth/${String(size)} facts/cost`, unit: 'CPU µs/event', value: cost });
    report({ bench: `growth/${String(size)} facts/process`, unit: 'MB RSS', value: process.memoryUsage().rss / 1e6 });
  }
  const [small, large] = [costs.get(SIZES[1]) ?? NaN, costs.get(sizes.at(-1) ?? 0) ?? NaN];
  report({ bench: `growth/cost at ${String(sizes.at(-1))} over 10000 facts`, unit: 'times', value: large / small });
}

/**
 * Says the bytes per fact and answers the CPU µs per event with so many facts stored: new ones, and corrections of any stored one. So many that what LevelDB merges because
 * of them is in it: a shorter run sees all or nothing of it.
 */
async function grow(size: number, said: (bytes: number) => void): Promise<number> {
  const where = place();
  await fill(where.path, size);
  said(bytesBelow(where.path) / size);
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const probes = arraysOf(mixed(salesOf(EACH, -1 - round), corrections(size, round)), 100);
    costs.push(await cpuMicros(probes.flat().length, async () => { for (const array of probes) await foldEvents(store, array, context); }));
  }
  await store.close();
  where.remove();
  return costs.reduce((sum, each) => sum + each, 0) / costs.length;
}

/** Opened once more at the end: LevelDB's log has become tables then. */
async function fill(path: string, size: number): Promise<void> {
  const store = await openLevelStore(path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  for (let facts = 0; facts < size; facts += CHUNK) {
    for (const array of arraysOf(salesOf(Math.min(CHUNK, size - facts), facts + 1), 500)) await foldEvents(store, array, context);
  }
  await store.close();
  await (await openLevelStore(path, { now: () => Date.now() })).close();
}

/** One version later of facts from anywhere in what is stored: each round of others, as far as there are others. */
function corrections(size: number, round: number): ShopEvent[] {
  const chunk = Math.min(CHUNK, size);
  const chunks = Math.ceil(size / chunk);
  const count = Math.min(chunks, SPREAD);
  const each = Math.ceil(EACH / count);
  return Array.from({ length: count }, (_chunk, index) => (index * Math.ceil(chunks / count) + round) % chunks).flatMap((which) => {
    const sales = salesOf(chunk, which * CHUNK + 1).filter(({ id }) => !id.includes('@'));
    return Array.from({ length: each }, (_sale, index) => later(sales[(round * each + index * STRIDE) % sales.length], `${String(round)}${String(index)}`));
  }).flatMap((sale) => sale ?? []);
}

function later(sale: ShopEvent | undefined, place: string): ShopEvent | undefined {
  if (sale === undefined) return undefined;
  return { ...sale, id: `${sale.id}@later${place}`, sequence: sale.sequence.replace(/Z$/, `9${place}Z`), data: { ...sale.data, amount: '77.00' } };
}

/** In an order of its own, the same each time. */
function mixed(...kinds: readonly (readonly ShopEvent[])[]): ShopEvent[] {
  const chance = chanceOf(1);
  return kinds.flat().map((event) => ({ event, at: chance.between(0, 1_000_000) })).sort((a, b) => a.at - b.at).map(({ event }) => event);
}
