/**
 * (a) How many events a second does the engine add up, without any disk? Against the loop everybody writes first, a Map of running sums, and against
 * the least that corrections need: a Map of what was counted.
 */
import type { ShopEvent } from '../engine/event/event.js';
import { type KnownFact, planFold, versionsOf } from '../engine/aggregate/fold.js';
import { foldEvents } from '../engine/aggregate/applyEvents.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { MINUTE } from '../engine/base/time.js';
import { compare, cpuMicros, perSecond, report } from './report.js';
import { arraysOf, CURRENCY, foldContextOf, salesOf } from './stream.js';

const ROUNDS = 5;
const WARM_ROUNDS = 4;
const FACTS = 100_000;

export async function fold(): Promise<void> {
  const events = salesOf(FACTS);
  const prepared = events.map(({ time, data }) => ({ at: Date.parse(time), store: data.store, channel: data.channel ?? 'pos', cents: centsOf(data.amount) }));
  // Node.js compiles what runs often a second time, which takes it some rounds; a shop's box runs for weeks.
  for (let round = 0; round < WARM_ROUNDS; round += 1) for (const each of [foldInMap, bareLoop, bareFacts]) await each(events);
  await compare('fold/engine/arrays of 100', 'events/s', ROUNDS, () => foldInMap(events), () => bareLoop(events));
  await compare('fold/engine against a bare Map of facts', 'events/s', ROUNDS, () => foldInMap(events), () => bareFacts(events));
  await compare('fold/engine against a loop over ready numbers', 'events/s', ROUNDS, () => foldInMap(events), () => bareNumbers(prepared));
  report({ bench: 'fold/engine/CPU', unit: 'CPU µs/event', value: await cpuMicros(events.length, () => foldInMap(events)) });
  await compare('fold/memory store/arrays of 100', 'events/s', ROUNDS, () => foldInStore(events), () => bareLoop(events));
}

/** The engine's own work: facts as the fold keeps them before they are written (decoded), all of them in a Map; slices only planned. */
async function foldInMap(events: readonly ShopEvent[]): Promise<number> {
  const memory = await openLevelStore({ memory: true }, { now: () => Date.now() });
  const context = await foldContextOf(memory);
  await memory.close();
  const facts = new Map<string, KnownFact>();
  const knownAt = (key: string): KnownFact | undefined => facts.get(key);
  const arrays = arraysOf(events, 100);
  return perSecond(events.length, () => {
    for (const array of arrays) {
      for (const { after } of planFold(versionsOf(array, CURRENCY), knownAt, context).facts) facts.set(after.key, after);
    }
    return undefined;
  });
}

async function foldInStore(events: readonly ShopEvent[]): Promise<number> {
  const store = await openLevelStore({ memory: true }, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const arrays = arraysOf(events, 100);
  const rate = await perSecond(events.length, async () => { for (const array of arrays) await foldEvents(store, array, context); });
  await store.close();
  return rate;
}

interface Sums {
  count: number;
  sum: number;
  min: number;
  max: number;
}

class Tumbling {
  readonly #sums = new Map<string, Map<string, Map<number, Sums>>>();

  add(store: string, channel: string, at: number, value: number): void {
    let channels = this.#sums.get(store);
    if (channels === undefined) this.#sums.set(store, channels = new Map<string, Map<number, Sums>>());
    let windows = channels.get(channel);
    if (windows === undefined) channels.set(channel, windows = new Map<number, Sums>());
    const start = at - (at % (5 * MINUTE));
    let sums = windows.get(start);
    if (sums === undefined) windows.set(start, sums = { count: 0, sum: 0, min: Infinity, max: -Infinity });
    sums.count += 1;
    sums.sum += value;
    if (value < sums.min) sums.min = value;
    if (value > sums.max) sums.max = value;
  }
}

/** One tumbling window of five minutes; counts duplicates twice, corrects nothing, forgets at a restart. */
function bareLoop(events: readonly ShopEvent[]): Promise<number> {
  const sums = new Tumbling();
  return perSecond(events.length, () => {
    for (const { time, data } of events) sums.add(data.store, data.channel ?? 'pos', Date.parse(time), centsOf(data.amount));
    return undefined;
  });
}

/** What keeping each sale costs by itself: the latest event of each in a Map, its sum in the loop above. No versions, no slices, no measures. */
function bareFacts(events: readonly ShopEvent[]): Promise<number> {
  const sums = new Tumbling();
  const facts = new Map<string, { readonly at: number; readonly cents: number }>();
  return perSecond(events.length, () => {
    for (const { source, subject = '', time, data } of events) {
      const key = `f/sale/${source}/${subject}`;
      const before = facts.get(key);
      const fact = { at: Date.parse(time), cents: centsOf(data.amount) };
      sums.add(data.store, data.channel ?? 'pos', fact.at, fact.cents - (before?.cents ?? 0));
      facts.set(key, fact);
    }
    return undefined;
  });
}

function bareNumbers(events: readonly { readonly at: number; readonly store: string; readonly channel: string; readonly cents: number }[]): Promise<number> {
  const sums = new Tumbling();
  return perSecond(events.length, () => {
    for (const { at, store, channel, cents } of events) sums.add(store, channel, at, cents);
    return undefined;
  });
}

function centsOf(amount: string | undefined): number {
  return Math.round(Number(amount) * 100);
}
