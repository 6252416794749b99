/** (h) Does it stay as fast and as small when the shop has been open for a year? Cost per event and bytes per fact, by facts already stored. */
import type { ShopEvent } from '../engine/event.js';
import { foldEvents } from '../engine/ledger.js';
import { openLevelStore } from '../engine/store/level.js';
import { bytesBelow, place } from './place.js';
import { cpuMicros, report } from './report.js';
import { arraysOf, foldContextOf, salesOf } from './stream.js';

const SIZES = [1_000, 10_000, 100_000] as const;
const MILLION = 1_000_000;
/** Facts made at a time, so that the benchmark's own memory stays out of what it measures. */
const CHUNK = 10_000;

/** `--million` goes on to a million facts: some minutes more. */
export async function growth(flags: readonly string[]): Promise<void> {
  const sizes = flags.includes('--million') ? [...SIZES, MILLION] : SIZES;
  const costs = new Map<number, number>();
  for (const size of sizes) costs.set(size, await grow(size));
  const [small, large] = [costs.get(SIZES[1]) ?? NaN, costs.get(sizes.at(-1) ?? 0) ?? NaN];
  report({ bench: `growth/cost at ${String(sizes.at(-1))} over 10000 facts`, unit: 'times', value: large / small });
}

/** Answers the CPU µs per event with so many facts stored: new ones, and corrections of any stored one. */
async function grow(size: number): Promise<number> {
  const where = place();
  await fill(where.path, size);
  report({ bench: `growth/${String(size)} facts/disk`, unit: 'bytes/fact', value: bytesBelow(where.path) / size });
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const probes = arraysOf([...salesOf(2_000, -1), ...corrections(size, 2_000)].sort((a, b) => (a.id < b.id ? -1 : 1)), 100);
  const cost = await cpuMicros(probes.flat().length, async () => { for (const array of probes) await foldEvents(store, array, context); });
  report({ bench: `growth/${String(size)} facts/cost`, unit: 'CPU µs/event', value: cost });
  report({ bench: `growth/${String(size)} facts/process`, unit: 'MB RSS', value: process.memoryUsage().rss / 1e6 });
  await store.close();
  where.remove();
  return cost;
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

/** Later versions of facts from anywhere in what is stored. */
function corrections(size: number, count: number): ShopEvent[] {
  const chunk = Math.min(CHUNK, size);
  const seeds = Array.from({ length: Math.ceil(size / chunk) }, (_seed, index) => index * CHUNK + 1).slice(0, 20);
  const each = Math.ceil(count / seeds.length);
  return seeds.flatMap((seed) => salesOf(Math.min(chunk, each * 2), seed).slice(-each).map((sale) => ({
    ...sale, id: `${sale.id}@later`, sequence: sale.sequence.replace(/Z$/, '5Z'), data: { ...sale.data, amount: '77.00' },
  })));
}
