/**
 * What is open now? Orders nobody has closed yet and quotes nobody has answered, read from the index of open things.
 */
import { readAliases } from '../aggregate/storeNames.js';
import type { OpenNumbers } from './kpiValue.js';
import { sourceIn } from '../fact/fact.js';
import { type OpenThing, openingsIn, openRange, parseOpen } from '../fact/openFactIndex.js';
import type { Store } from '../store/store.js';
import { isWithin, type WindowSums } from './rollup.js';
import { DAY, SECOND } from '../base/time.js';
import { type OpenReading } from '../kpi/kpi.js';
import { isOfRecord, type SystemOfRecord } from '../kpi/systemOfRecord.js';

/** Open things of now: orders of the last 24 hours, and all quotes. */
export interface OpenThings {
  readonly now: number;
  readonly orders: readonly OpenThing[];
  readonly quotes: readonly OpenThing[];
}

export const NOTHING_OPEN: OpenThings = { now: 0, orders: [], quotes: [] };

/** An order open for longer was forgotten by whoever should have closed it: it says nothing about this day's work. */
const ORDERS_MS = DAY;
/** Of more open orders or leads than this, the newest are read. */
const MAX_ORDERS = 5_000;
const MAX_LEADS = 20_000;
/** Contacts are leads too, and there may be many of them: they are not read more often than this, nor are orders where nothing was opened or closed. */
const REREAD_MS = SECOND;
const QUOTE = /^f\/lead\/[^/]*\/(deal|quote)\//;

interface OpenThingsRead {
  readonly at: number;
  readonly openings: number | undefined;
  readonly things: Promise<readonly OpenThing[]>;
}

const readings = { orders: new WeakMap<Store, OpenThingsRead>(), quotes: new WeakMap<Store, OpenThingsRead>() };

/** A snapshot of what is open, taken when it is first wanted and then kept. */
export type ReadSnapshot = () => Promise<OpenThings>;

export function snapshotOnce(store: Store, now: number): ReadSnapshot {
  let seen: Promise<OpenThings> | undefined;
  return () => (seen ??= readOpen(store, now));
}

/**
 * What is open now. Who adds up orders knows when one opens or closes here, and misses what another process did in this second; all others read them as
 * they are. Quotes are as they were at most a second ago.
 */
async function readOpen(store: Store, now: number): Promise<OpenThings> {
  const openings = openingsIn(store);
  const read = (): Promise<OpenThing[]> => readThings(store, 'sale', now - ORDERS_MS, MAX_ORDERS);
  const orders = openings === undefined ? await read() : await rereadAtTimes(store, 'orders', now, openings, read);
  const quotes = await rereadAtTimes(store, 'quotes', now, undefined, async () => (await readThings(store, 'lead', 0, MAX_LEADS)).filter(isQuote));
  return { now, orders: orders.filter(({ openedAt }) => openedAt >= now - ORDERS_MS), quotes };
}

/** Without the orders that are of others than the system of record. */
export function withoutOthers(open: OpenThings, records: readonly SystemOfRecord[]): OpenThings {
  if (records.length === 0) return open;
  return { ...open, orders: open.orders.filter(({ factKey, store, channel }) => isOfRecord(records, { store, channel, source: sourceIn(factKey) })) };
}

/** The numbers of a window and group that rest on open things. */
export function openNumbers({ now, orders, quotes }: OpenThings, incompleteAfterMs: number): OpenNumbers {
  return (reading: OpenReading, row: Pick<WindowSums, 'span' | 'store' | 'channel'>) => {
    const mine = (reading === 'young' || reading === 'oldestOrder' ? orders : quotes).filter((thing) => isWithin(thing, row));
    switch (reading) {
      case 'young': return counted(incompleteAfterMs === 0 ? [] : mine.filter(({ openedAt }) => isAhead(openedAt + incompleteAfterMs, row.span, now)));
      case 'oldestOrder': return { count: mine.length, value: mine.length === 0 ? null : Math.max(0, now - Math.min(...mine.map(({ openedAt }) => openedAt))) };
      case 'quotes': return counted(mine);
      case 'quoteAmount': return { count: mine.length, value: mine.reduce((sum, { amount }) => sum + (amount ?? 0), 0) };
    }
  };
}

function counted(things: readonly OpenThing[]): { value: number; count: number } {
  return { value: things.length, count: things.length };
}

/** In the window, but not yet. */
function isAhead(at: number, { start, end }: WindowSums['span'], now: number): boolean {
  return at > now && at >= start && at < end;
}

function isQuote({ factKey, amount }: OpenThing): boolean {
  return amount !== undefined || QUOTE.test(factKey);
}

async function readThings(store: Store, type: 'sale' | 'lead', from: number, limit: number): Promise<OpenThing[]> {
  const things = (await store.scan({ ...openRange(type, from), reverse: true }, limit)).map(parseOpen);
  const aliases = things.length === 0 ? {} : await readAliases(store);
  return things.map((thing) => (Object.hasOwn(aliases, thing.store) ? { ...thing, store: aliases[thing.store] ?? thing.store } : thing));
}

/** What was read a moment ago, while nothing moved. A reading that failed is not remembered. */
function rereadAtTimes(
  store: Store, what: keyof typeof readings, now: number, openings: number | undefined, read: () => Promise<readonly OpenThing[]>,
): Promise<readonly OpenThing[]> {
  const known = readings[what].get(store);
  if (known?.openings === openings && known !== undefined && Math.abs(now - known.at) < REREAD_MS) return known.things;
  const things = read();
  readings[what].set(store, { at: now, openings, things });
  things.catch(() => { readings[what].delete(store); });
  return things;
}
