/** A shop's store in memory: what is received goes in, numbers come out, as in the window node and for any instant. */
import type { ShopEvent } from '../../engine/event/event.js';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import { foldEvents, openGenerations } from '../../engine/aggregate/applyEvents.js';
import { KPIS, MEASURES } from '../../engine/kpi/builtinKpis.js';
import { type ShopContext, readRows } from '../../engine/read/windowReader.js';
import type { SliceChange } from '../../engine/aggregate/slice.js';
import { openLevelStore } from '../../engine/store/level/levelStore.js';
import { countersOf, prefixRange, scanAll, type Store } from '../../engine/store/store.js';
import { LocalClock } from '../../engine/base/time.js';
import { Calendar, type WindowSize } from '../../engine/calendar/windowAssigner.js';
import { NOW } from './events.js';

export const calendar = new Calendar(new LocalClock('Europe/Rome'));
export const shop: ShopContext = { calendar, currency: 'EUR', graceMs: 5_000, kpis: KPIS };

/** A store in memory whose keys expire by a clock of the test. */
export function memoryStore(now: () => number = () => NOW): Promise<Store> {
  return openLevelStore({ memory: true }, { now });
}

/** Folds events received at `now`; answers the slices that moved. */
export async function receive(store: Store, events: readonly ShopEvent[], now = NOW, measures = MEASURES): Promise<readonly SliceChange[]> {
  const context = { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, measures)) };
  return (await foldEvents(store, events, context)).slices;
}

/** Of which window and group, and when; `incompleteAfterMs` where the shop has set it. */
interface Asked {
  readonly at?: number;
  readonly now?: number;
  readonly store?: string;
  readonly channel?: string;
  readonly incompleteAfterMs?: number;
}

/** The numbers of the window that holds `at`, of the whole shop or split, as they are `now`. */
export async function numbersAt(store: Store, size: WindowSize, { at = NOW, now = NOW, store: one, channel, ...presets }: Asked = {}): Promise<Record<string, number | null>> {
  const asked = { ...(one === undefined ? {} : { store: one }), ...(channel === undefined ? {} : { channel }) };
  const rows = await readRows(store, { size, spans: [calendar.windowAt(size, at)], group: { store: false, channel: false }, ...asked }, { ...shop, ...presets }, now);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** Records as stored text, facts and whatever else is asked for, and slices without their bookkeeping: what must not depend on order or workers. */
export async function stateOf(store: Store, prefixes: readonly string[] = ['f/']): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for (const prefix of prefixes) for (const { key, value } of await scanAll(store, prefixRange(prefix))) state[key] = value;
  for (const level of ['m/', 'h/', 'b/']) {
    for (const { key, value } of await scanAll(store, prefixRange(level))) {
      const sums = Object.entries(countersOf(value)).filter(([field, sum]) => !field.startsWith('~') && sum !== 0);
      if (sums.length > 0) state[key] = Object.fromEntries(sums.sort());
    }
  }
  return state;
}

/** "revenue 12:00 10 live" of each value of the whole shop. */
export function emitted(values: readonly KpiValue[], name: string): string[] {
  return values.filter((value) => value.name === name && value.store === '_' && value.channel === '_')
    .map(({ window, value, status }) => `${window.size} ${window.start.slice(11, 16)} ${String(value)} ${status}`);
}
