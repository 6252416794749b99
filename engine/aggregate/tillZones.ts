/**
 * `TillZones` are the zones by which a till's receipts are named, where it states instants ("08:15Z") and not what its clock showed.
 *
 * Such a receipt is named by the minute that the declared zone gives it, so that it meets the same receipt in a file with wall times; `x_zone` of the
 * event says which zone that was. Were another zone declared, the receipt would have another name when it is sent again, and count twice. So the
 * zone is kept here, and holds for all that is issued until another one is declared: whatever comes again is named as it was.
 *
 *     tz/<encodeURIComponent(source)>      the zones of a till, each with the instant from which on it holds, as JSON; never forgotten
 */
import { LRUCache } from 'lru-cache';
import { LocalClock, MINUTE, parseInstant } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { withFlags } from '../event/quality.js';
import { isTill, minuteShown, nameIn, subjectOf } from '../normalize/pos/receiptSubject.js';
import { type Store, textOf } from '../store/store.js';

/** From `from` (epoch ms) on, until the next one. */
interface TillZone {
  readonly from: number;
  readonly zone: string;
}

type TillZones = readonly [TillZone, ...TillZone[]];

/** A receipt may come before its own time, by as much as clocks differ: what is known now was issued before this has passed. */
const SETTLE_MS = 10 * MINUTE;
const MAX_ZONES = 16;
const MAX_TILLS = 1_000;

const known = new WeakMap<Store, LRUCache<string, TillZones>>();

/** `namedByTill` gives these events the names that their tills' zones give them: the same list where they have them. */
export async function namedByTill(store: Store, events: readonly ShopEvent[], now: number): Promise<readonly ShopEvent[]> {
  if (!events.some(({ data, source }) => data['x_zone'] !== undefined && isTill(source))) return events;
  const named: ShopEvent[] = [];
  for (const event of events) named.push(await nameOf(store, event, now));
  return named;
}

async function nameOf(store: Store, event: ShopEvent, now: number): Promise<ShopEvent> {
  const { source, subject = '', data } = event;
  const { x_zone: declared } = data;
  const name = nameIn(subject);
  const issuedAt = parseInstant(data.openedAt ?? event.time);
  if (typeof declared !== 'string' || !isTill(source) || name === undefined || name.issued === '' || issuedAt === undefined) return event;
  const zones = await zonesOf(store, source, declared, now);
  const { zone } = zones.reduce((latest, each) => (each.from <= issuedAt ? each : latest));
  if (zone === declared) return event;
  const issued = minuteShown(issuedAt + clockOf(zone).offsetAt(issuedAt));
  return { ...event, subject: subjectOf({ ...name, issued }), data: { ...data, x_zone: zone, x_quality: withFlags(data['x_quality'], ['till.zone']) } };
}

/** What was read once holds for ever, but for a zone that is added: whoever brings it reads anew. */
async function zonesOf(store: Store, source: string, declared: string, now: number): Promise<TillZones> {
  const tills = known.get(store) ?? new LRUCache<string, TillZones>({ max: MAX_TILLS });
  known.set(store, tills);
  const remembered = tills.get(source);
  if (remembered?.at(-1)?.zone === declared) return remembered;
  const zones = await addZone(store, source, declared, now);
  tills.set(source, zones);
  return zones;
}

async function addZone(store: Store, source: string, declared: string, now: number): Promise<TillZones> {
  const key = `tz/${encodeURIComponent(source)}`;
  const text = textOf((await store.read([key]))[0]);
  const before = text === undefined ? undefined : JSON.parse(text) as TillZones;
  if (before !== undefined && (before.at(-1)?.zone === declared || before.length >= MAX_ZONES)) return before;
  const after: TillZones = before === undefined ? [{ from: 0, zone: declared }] : [...before, { from: nextFrom(before, now), zone: declared }];
  const { outcome } = await store.commit([{ key, expect: text ?? null, value: JSON.stringify(after) }], 'stored');
  // Another worker was quicker: what it wrote holds.
  return outcome === 'ok' ? after : addZone(store, source, declared, now);
}

function nextFrom(zones: TillZones, now: number): number {
  return Math.max(now + SETTLE_MS, ...zones.map(({ from }) => from));
}

const clocks = new Map<string, LocalClock>();

function clockOf(zone: string): LocalClock {
  const clock = clocks.get(zone) ?? new LocalClock(zone);
  if (clocks.size < MAX_TILLS) clocks.set(zone, clock);
  return clock;
}
