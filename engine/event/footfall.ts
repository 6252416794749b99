/**
 * Footfall: what a people counter published. A bare number, or JSON with its time; people since the last message, or a running total.
 */
import { isRecord, parseJson, present } from '../base/json.js';
import { prefixRange, scanAll, type Store, textOf } from '../store/store.js';
import { formatInstant } from '../base/time.js';
import type { ShopEvent } from './event.js';

/** `Counted` is what a counter said. `since`: people since its last message; `total`: people since it began to count. */
export interface Counted {
  readonly people: number;
  readonly of: 'since' | 'total';
  readonly time?: string;
  readonly id?: string;
}

const MAX_PEOPLE = 9_999_999;
const MAX_ATTEMPTS = 20;

/**
 * `parseCounted` reads `3`, or `{"count": 3}` or `{"total": 1520}` with `time` (RFC 3339) and `id`; bare numbers are what `bare` says.
 * `undefined` for anything else.
 */
export function parseCounted(text: string, bare: Counted['of']): Counted | undefined {
  if (/^\d{1,7}$/.test(text)) return { people: Number(text), of: bare };
  const parsed = parseJson(text);
  if (!isRecord(parsed)) return undefined;
  const { count, total, time, id } = parsed;
  const people = count ?? total;
  if ((count === undefined) === (total === undefined) || !isPeople(people) || !isTextOrAbsent(time) || !isTextOrAbsent(id)) return undefined;
  return present({ people, of: count === undefined ? 'total' as const : 'since' as const, time, id });
}

function isPeople(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PEOPLE;
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '');
}

/**
 * `visitOf` makes the visit of it, still to be checked like every event. With a time or an id of its own a repetition is the same visit; without, each
 * message is one (`unique`).
 */
export function visitOf(store: string, people: number, { time, id }: Counted, unique: string, now: number): object {
  const name = id ?? time;
  return {
    specversion: '1.0', id: name === undefined ? `footfall/${unique}` : `footfall/${store}/${name}`, source: 'urn:bottega:mqtt:footfall',
    type: 'visit', time: time ?? formatInstant(now), data: { store, quantity: people },
  };
}

/**
 * What is kept of a counter under `c/<counter>`: its last total, and the visits up to it of which nobody knows yet that the flow has stored them.
 * A total without such visits is a plain number.
 */
interface KeptTotal {
  readonly text: string | undefined;
  readonly total: number | undefined;
  readonly waiting: readonly ShopEvent[];
}

const KEPT = 'c/';
/** More are not kept waiting: the total stays where it is, and a later one counts the people too. */
const MAX_WAITING = 100;

/**
 * `takeTotal` gives the visit of those who came since the total before. The total and the visit are kept in one commit, for all workers and over
 * restarts, until `visitStored`: so whatever fails between, nobody is lost and nobody counts twice. The first total only begins the count. A total that
 * fell by half or more comes from a counter that began anew; one a little lower was overtaken on its way and adds nobody. Where `visitOf`
 * makes no visit, the total stays where it was.
 */
export async function takeTotal(
  store: Store, counter: string, total: number, visitOf: (people: number) => ShopEvent | undefined,
): Promise<ShopEvent | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const kept = await readKept(store, counter);
    const people = peopleSince(kept.total, total);
    if (people === 0 && kept.total !== undefined) return undefined;
    const visit = people === 0 ? undefined : visitOf(people);
    if (people > 0 && (visit === undefined || kept.waiting.length >= MAX_WAITING)) return undefined;
    const waiting = visit === undefined ? kept.waiting : [...kept.waiting, visit];
    if (await write(store, counter, kept, { total, waiting }) === 'ok') return visit;
  }
  return undefined;
}

/** `visitStored` forgets a visit that the flow has stored. */
export async function visitStored(store: Store, counter: string, id: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const kept = await readKept(store, counter);
    const waiting = kept.waiting.filter((visit) => visit.id !== id);
    if (waiting.length === kept.waiting.length || await write(store, counter, kept, { total: kept.total ?? 0, waiting }) === 'ok') return;
  }
}

/** `waitingVisits` are those of all counters: to be sent on again as they are, which changes nothing where they had been stored. */
export async function waitingVisits(store: Store): Promise<{ counter: string; visit: ShopEvent }[]> {
  const entries = await scanAll(store, prefixRange(KEPT));
  return entries.flatMap(({ key, value }) => decodeKept(textOf(value)).waiting.map((visit) => ({ counter: key.slice(KEPT.length), visit })));
}

function peopleSince(before: number | undefined, total: number): number {
  if (before === undefined) return 0;
  if (total > before) return total - before;
  return total > before / 2 ? 0 : total;
}

async function readKept(store: Store, counter: string): Promise<KeptTotal> {
  return decodeKept(textOf((await store.read([KEPT + counter]))[0]));
}

function decodeKept(text: string | undefined): KeptTotal {
  if (text === undefined || !text.startsWith('{')) return { text, total: text === undefined ? undefined : Number(text), waiting: [] };
  const { total, waiting } = JSON.parse(text) as Omit<KeptTotal, 'text'>;
  return { text, total, waiting };
}

async function write(store: Store, counter: string, { text }: KeptTotal, next: Omit<KeptTotal, 'text'>): Promise<'ok' | 'conflict'> {
  const value = next.waiting.length === 0 ? String(next.total) : JSON.stringify(next);
  return (await store.commit([{ key: KEPT + counter, expect: text ?? null, value }], 'stored')).outcome;
}
