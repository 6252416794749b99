/**
 * Footfall: what a people counter published. A bare number, or JSON with its time; people since the last message, or a running total.
 */
import { isRecord, parseJson, present } from '../base/json.js';
import { type Store, textOf } from '../store/store.js';
import { formatInstant } from '../base/time.js';

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
 * `peopleSince` gives the people since the total before, which is kept in the store for all workers and over restarts. The first total only begins the count. A
 * total that fell by half or more comes from a counter that began anew; one a little lower was overtaken on its way and adds nobody.
 */
export async function peopleSince(store: Store, counter: string, total: number): Promise<number> {
  const key = `c/${counter}`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const text = textOf((await store.read([key]))[0]);
    const before = text === undefined ? undefined : Number(text);
    if (before !== undefined && total <= before && total > before / 2) return 0;
    const result = await store.commit([{ key, expect: text ?? null, value: String(total) }], 'stored');
    if (result.outcome === 'ok') return before === undefined ? 0 : total < before ? total : total - before;
  }
  return 0;
}
