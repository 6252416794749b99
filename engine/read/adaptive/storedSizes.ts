/**
 * Which size was chosen for which number in which hour? Written down once per hour and group, so that restarts and other workers keep to it.
 *
 *     v/<hour, epoch seconds padded to 10>/<store>/<channel>  ->  {"<kpi>": ["5m", "enough", 41.7, 30], …}
 */
import { chooseSize, expectedPerHour, isChoosable, neededBy, type Needed } from './windowSize.js';
import { daysBefore, SliceHistory } from '../sliceHistory.js';
import { factsBehind } from '../../kpi/evaluate.js';
import type { Adaptive } from '../kpiValue.js';
import type { ShopContext } from '../windowReader.js';
import { scanAll } from '../../store/store.js';
import { type Change, type Counters, prefixRange, type Store, textOf } from '../../store/store.js';
import { HOUR } from '../../base/time.js';
import type { Span } from '../../calendar/windowAssigner.js';

/** By KPI, what was chosen for one group and hour. */
export type Chosen = ReadonlyMap<string, Adaptive>;

/** Minutes are kept so long: for older hours nothing shorter is known. */
const KEEP_MS = 48 * HOUR;
const WEEKS = 4;
const WEEKS_BACK = 8;
const HOURS = 4;
const HOURS_BACK = 24;
const MAX_HOURS = 8;
const MAX_ATTEMPTS = 5;

/** A choice as it is written down. */
type SizeLine = readonly [Adaptive['size'], Adaptive['reason'], number, number];

/** Sums of one past hour by group. */
type HourSums = ReadonlyMap<string, Counters>;
const NO_SUMS: HourSums = new Map();

/** What an hour's choices rest on. */
interface Grounds {
  readonly weeks: readonly HourSums[];
  readonly hours: readonly HourSums[];
  readonly former: ReadonlyMap<string, Chosen>;
}

interface Hour {
  readonly chosen: Map<string, Chosen>;
  grounds?: Promise<Grounds>;
}

export class StoredWindowSizes {
  readonly #store: Store;
  readonly #shop: ShopContext;
  readonly #needed: Needed;
  readonly #history: SliceHistory;
  readonly #hours = new Map<number, Promise<Hour>>();

  constructor(store: Store, shop: ShopContext, needed: Needed) {
    this.#store = store;
    this.#shop = shop;
    this.#needed = needed;
    this.#history = new SliceHistory(store, shop.calendar);
  }

  /** What was chosen for these groups ("milano/pos") in the hour that holds `at`; of hours too old for minutes, nothing. */
  async of(at: number, groups: Iterable<string>, now: number): Promise<ReadonlyMap<string, Chosen>> {
    const start = this.#shop.calendar.windowAt('1h', at).start;
    if (start < now - KEEP_MS) return new Map();
    const hour = await this.#hour(start);
    const missing = [...new Set(groups)].filter((group) => !hour.chosen.has(group));
    for (let attempt = 0; missing.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await this.#choose(start, hour, missing.splice(0), now) === 'taken') {
        for (const [group, chosen] of await this.#stored(start)) hour.chosen.set(group, chosen);
        missing.push(...[...new Set(groups)].filter((group) => !hour.chosen.has(group)));
      }
    }
    return hour.chosen;
  }

  #hour(start: number): Promise<Hour> {
    const known = this.#hours.get(start);
    if (known !== undefined) return known;
    const hour = this.#stored(start).then((chosen): Hour => ({ chosen }));
    for (const oldest of this.#hours.keys()) if (this.#hours.size >= MAX_HOURS) this.#hours.delete(oldest);
    this.#hours.set(start, hour);
    hour.catch(() => { this.#hours.delete(start); });
    return hour;
  }

  /** Decides for these groups and writes it down, unless another worker was faster. */
  async #choose(start: number, hour: Hour, groups: readonly string[], now: number): Promise<'written' | 'taken'> {
    hour.grounds ??= this.#grounds(start, now);
    const { weeks, hours, former } = await hour.grounds;
    const chosen = new Map<string, Map<string, Adaptive>>();
    for (const group of groups) {
      const sizes = new Map<string, Adaptive>();
      for (const kpi of this.#shop.kpis.filter(isChoosable)) {
        const facts = (sums: HourSums): number => factsBehind(kpi, sums.get(group) ?? {});
        const perHour = expectedPerHour(weeks.map(facts), hours.map(facts));
        sizes.set(kpi.name, chooseSize(perHour, neededBy(kpi, this.#needed), keptSize(former.get(group)?.get(kpi.name), weeks)));
      }
      chosen.set(group, sizes);
    }
    const expiresAt = start + KEEP_MS + 2 * HOUR;
    const puts = [...chosen].map(([group, sizes]): Change => ({ key: keyOf(start, group), expect: null, value: encode(sizes), expiresAt }));
    if ((await this.#store.commit(puts)).outcome === 'conflict') return 'taken';
    for (const [group, sizes] of chosen) hour.chosen.set(group, sizes);
    return 'written';
  }

  async #grounds(start: number, now: number): Promise<Grounds> {
    const weeks: HourSums[] = [];
    const { clock } = this.#shop.calendar;
    for (let week = 1; week <= WEEKS_BACK && weeks.length < WEEKS; week += 1) {
      const sums = await this.#sumsAt(daysBefore(clock, start, 7 * week), now);
      if (sums !== undefined) weeks.push(sums);
    }
    const hours: HourSums[] = [];
    for (let back = 1; weeks.length === 0 && back <= HOURS_BACK && hours.length < HOURS; back += 1) {
      const sums = await this.#sumsAt(start - back * HOUR, now);
      if (sums !== undefined && sums.size > 0) hours.push(sums);
    }
    return { weeks, hours, former: await this.#stored(this.#shop.calendar.windowAt('1h', start - 1).start) };
  }

  /** Sums of the hour that holds `at`: empty in an hour without facts, `undefined` on a day without any. */
  async #sumsAt(at: number, now: number): Promise<HourSums | undefined> {
    const day = await this.#history.day(at, now);
    if (day === undefined) return undefined;
    return day.hours.get(this.#shop.calendar.windowAt('1h', at).start)?.sums ?? NO_SUMS;
  }

  async #stored(start: number): Promise<Map<string, Chosen>> {
    const prefix = keyOf(start, '');
    const entries = await scanAll(this.#store, prefixRange(prefix));
    return new Map(entries.map(({ key, value }) => [key.slice(prefix.length), decode(textOf(value) ?? '{}')]));
  }
}

/** What was chosen in the hours that begin within a span: by hour (epoch ms) and group. Nothing is chosen for it. */
export async function readChosen(store: Store, { start, end }: Span): Promise<Map<number, Map<string, Chosen>>> {
  const hours = new Map<number, Map<string, Chosen>>();
  for (const { key, value } of await scanAll(store, { gte: keyOf(start, ''), lt: keyOf(end, '') })) {
    const [, hour, ...group] = key.split('/');
    const at = Number(hour) * 1_000;
    hours.set(at, (hours.get(at) ?? new Map<string, Chosen>()).set(group.join('/'), decode(textOf(value) ?? '{}')));
  }
  return hours;
}

/** An hour in which by the last weeks nothing is expected, at night, leaves no size to keep. */
function keptSize(former: Adaptive | undefined, weeks: readonly HourSums[]): Adaptive['size'] | undefined {
  return weeks.length > 0 && former?.expected === 0 ? undefined : former?.size;
}

function keyOf(start: number, group: string): string {
  return `v/${String(start / 1_000).padStart(10, '0')}/${group}`;
}

function encode(sizes: Chosen): string {
  const lines = [...sizes].map(([name, { size, reason, expected, needed }]): [string, SizeLine] => [name, [size, reason, expected, needed]]);
  return JSON.stringify(Object.fromEntries(lines));
}

function decode(text: string): Chosen {
  const lines = Object.entries(JSON.parse(text) as Readonly<Record<string, SizeLine>>);
  return new Map(lines.map(([name, [size, reason, expected, needed]]) => [name, { size, reason, expected, needed }]));
}
