/**
 * What changes in the store when events arrive? Facts by compare-and-set, slices by addition, in one commit.
 *
 * Slices are the sums of contributions per minute (kept 48 h) and per hour (kept 400 days), per store and channel.
 * Fields that begin with `~` are bookkeeping, not sums of facts: they say when and how often a slice changed.
 */
import { MAX_AGE_MS, type ShopEvent } from './event.js';
import { decodeFact, encodeFact, type Fact, factKey, fieldOf, mergeEvent } from './fact.js';
import { type Contribution, contributionsOf, type Generation, type Measure } from './measure.js';
import type { Add, Change, KeyRange, Put } from './store/store.js';
import { DAY, HOUR, MINUTE } from './time.js';
import type { Calendar, Span, Tumbling } from './window.js';

export type Level = 'minute' | 'hour';

export const KEEP_MS: Readonly<Record<Level, number>> = { minute: 48 * HOUR, hour: MAX_AGE_MS };

/** Bookkeeping fields of a slice: number of changes, last change (epoch ms), and changes that came after a window had ended. */
export const REVISION = '~rev';
export const UPDATED_AT = '~at';
export const lateField = (size: Tumbling): string => `~late${size}`;

const INSTANTS = ['time', 'openedAt', 'closedAt'] as const;
const LEVELS = ['minute', 'hour'] as const;
const LENGTH: Readonly<Record<Level, number>> = { minute: MINUTE, hour: HOUR };
const LETTER: Readonly<Record<Level, string>> = { minute: 'm', hour: 'h' };
const SIZES: Readonly<Record<Level, readonly Tumbling[]>> = { minute: ['5m', '15m'], hour: ['1h', '1d'] };
/** A slice outlives its horizon, so that a change made just inside the horizon never revives half of an expired slice. */
const MARGIN_MS = HOUR;

/** What folding depends on besides the events. `history`: loaded from a file, so nothing is "late". */
export interface FoldContext {
  readonly now: number;
  readonly currency: string;
  readonly calendar: Calendar;
  readonly generation: Generation;
  /** Measures of the generations that stored facts may still be in. */
  readonly former: ReadonlyMap<string, readonly Measure[]>;
  readonly graceMs: number;
  readonly history?: boolean;
}

/** Contributions that changed in one slice. */
export interface SliceChange {
  readonly level: Level;
  readonly start: number;
  readonly store: string;
  readonly channel: string;
  readonly add: Record<string, number>;
}

/** One commit's worth: what to write, which slices moved, and how many events said nothing new. */
export interface FoldPlan {
  readonly changes: readonly Change[];
  readonly slices: readonly SliceChange[];
  readonly unchanged: number;
}

/** New versions by fact key; a key without versions is only brought to the current generation of measures. */
export type Versions = ReadonlyMap<string, readonly ShopEvent[]>;

/** Sorts a batch by the facts it speaks of. */
export function versionsOf(events: readonly ShopEvent[]): Versions {
  const versions = new Map<string, ShopEvent[]>();
  for (const event of events) getOrAdd(versions, factKey(event), () => [] as ShopEvent[]).push(event);
  return versions;
}

/** Folds a batch. `stored` holds the text of each fact the versions speak of, nothing where it is new. */
export function planFold(versions: Versions, stored: ReadonlyMap<string, string>, context: FoldContext): FoldPlan {
  const puts: Put[] = [];
  const slices = new SliceSums(context);
  let unchanged = 0;
  for (const [key, events] of versions) {
    const text = stored.get(key);
    const before = text === undefined ? undefined : decodeFact(text);
    const fact = events.reduce<Fact | undefined>((merged, event) => mergeEvent(merged, event, context.currency), before?.fact);
    if (fact === undefined) continue;
    const encoded = encodeFact({ generation: context.generation.id, fact });
    if (encoded === text) {
      unchanged += events.length;
      continue;
    }
    puts.push({ key, expect: text ?? null, value: encoded, expiresAt: factExpiry(fact) });
    if (before !== undefined) slices.add(contributionsOf(before.fact, measuresOf(before.generation, context)), -1);
    slices.add(contributionsOf(fact, context.generation.measures), 1);
  }
  const moved = slices.moved();
  return { changes: [...puts, ...moved.map((slice) => addOf(slice, context))], slices: moved, unchanged };
}

/** The key of one slice; keys of one level are in order of time. */
export function sliceKey(level: Level, start: number, store: string, channel: string): string {
  return `${LETTER[level]}/${seconds(start)}/${store}/${channel}`;
}

/** The keys of all slices of a level that start within a span. */
export function sliceRange(level: Level, { start, end }: Span): KeyRange {
  return { gte: `${LETTER[level]}/${seconds(start)}/`, lt: `${LETTER[level]}/${seconds(end)}/` };
}

/** The start and group a slice's key names. */
export function parseSliceKey(key: string): { start: number; store: string; channel: string } {
  const [, start, store, channel] = key.split('/');
  return { start: Number(start) * 1_000, store: store ?? '', channel: channel ?? '' };
}

function seconds(epochMs: number): string {
  return String(Math.floor(epochMs / 1_000)).padStart(10, '0');
}

function measuresOf(generation: string, { generation: current, former }: FoldContext): readonly Measure[] {
  if (generation === current.id) return current.measures;
  const measures = former.get(generation);
  if (measures === undefined) throw new TypeError(`unknown generation of measures: ${generation}`);
  return measures;
}

/** A fact lives as long as the slices it is in. */
function factExpiry(fact: Fact): number {
  let latest = -Infinity;
  for (const field of INSTANTS) {
    const instant = fieldOf(fact, field);
    if (typeof instant === 'number' && instant > latest) latest = instant;
  }
  return latest + KEEP_MS.hour + DAY;
}

/** Sums per slice, nested by level, start and group: no composite key is built per event. */
class SliceSums {
  readonly #context: FoldContext;
  readonly #levels: Record<Level, Map<number, Map<string, Map<string, Record<string, number>>>>> = { minute: new Map(), hour: new Map() };

  constructor(context: FoldContext) {
    this.#context = context;
  }

  add(contributions: readonly Contribution[], sign: 1 | -1): void {
    let at: number | undefined;
    let minute: Record<string, number> | undefined;
    let hour: Record<string, number> | undefined;
    for (const contribution of contributions) {
      // Most contributions of a fact go to the slices of the one before.
      if (contribution.at !== at) {
        at = contribution.at;
        minute = this.#sumsAt('minute', contribution);
        hour = this.#sumsAt('hour', contribution);
      }
      const { field, value } = contribution;
      if (minute !== undefined) minute[field] = (minute[field] ?? 0) + sign * value;
      if (hour !== undefined) hour[field] = (hour[field] ?? 0) + sign * value;
    }
  }

  /** The slices whose sums really moved, without the fields that did not. */
  moved(): SliceChange[] {
    const moved: SliceChange[] = [];
    for (const level of LEVELS) {
      for (const [start, stores] of this.#levels[level]) {
        for (const [store, channels] of stores) {
          for (const [channel, sums] of channels) {
            const add = Object.fromEntries(Object.entries(sums).filter(([, value]) => value !== 0));
            if (Object.keys(add).length > 0) moved.push({ level, start, store, channel, add });
          }
        }
      }
    }
    return moved;
  }

  /** `undefined` beyond the level's horizon. */
  #sumsAt(level: Level, { at, store, channel }: Contribution): Record<string, number> | undefined {
    if (at < this.#context.now - KEEP_MS[level]) return undefined;
    const start = this.#context.calendar.clock.floor(at, LENGTH[level]);
    const stores = getOrAdd(this.#levels[level], start, () => new Map<string, Map<string, Record<string, number>>>());
    const channels = getOrAdd(stores, store, () => new Map<string, Record<string, number>>());
    return getOrAdd(channels, channel, () => ({}));
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function addOf({ level, start, store, channel, add }: SliceChange, context: FoldContext): Add {
  const marks: Record<string, number> = { [REVISION]: 1 };
  for (const size of context.history === true ? [] : SIZES[level]) {
    if (context.calendar.windowAt(size, start).end + context.graceMs <= context.now) marks[lateField(size)] = 1;
  }
  return {
    key: sliceKey(level, start, store, channel),
    add: { ...add, ...marks },
    max: { [UPDATED_AT]: context.now },
    expiresAt: start + LENGTH[level] + KEEP_MS[level] + MARGIN_MS,
  };
}
