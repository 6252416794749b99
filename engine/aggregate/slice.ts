/**
 * What is kept of all facts together? Sums, so that a window is read without its facts.
 *
 * Slices are the sums of contributions per minute (kept 48 h) and per hour (kept 400 days), per store and channel.
 * Fields that begin with `~` are bookkeeping, not sums of facts: they say when and how often a slice changed.
 */
import { MAX_AGE_MS } from '../event/event.js';
import type { Generation, Measure } from '../kpi/measure.js';
import type { Add, Counters, KeyRange } from '../store/store.js';
import { HOUR, MINUTE } from '../base/time.js';
import type { Calendar, Span, Tumbling } from '../calendar/windowAssigner.js';

export type Level = 'minute' | 'hour';

export const KEEP_MS: Readonly<Record<Level, number>> = { minute: 48 * HOUR, hour: MAX_AGE_MS };

/** Bookkeeping fields of a slice: number of changes, last change (epoch ms), and changes that came after a window had ended. */
export const REVISION = '~rev';
export const UPDATED_AT = '~at';
export const lateField = (size: Tumbling): string => `~late${size}`;

export const LENGTH: Readonly<Record<Level, number>> = { minute: MINUTE, hour: HOUR };
const LETTER: Readonly<Record<Level, string>> = { minute: 'm', hour: 'h' };
const SIZES: Readonly<Record<Level, readonly Tumbling[]>> = { minute: ['5m', '15m'], hour: ['1h', 'shift', '1d'] };
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

/** A slice that changed: by how much, and the sums it has since where the store answers them at no cost. */
export interface SliceChange extends MovedSlice {
  readonly totals?: Counters;
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

/** What adds to the slices, with their bookkeeping. */
export function addsOf(slices: readonly MovedSlice[], context: FoldContext): Add[] {
  const marks: Marks = { minute: new Map(), hour: new Map() };
  return slices.map((slice) => addOf(slice, marks, context));
}

/** Bookkeeping by level and start: it is the same for all groups. */
type Marks = Readonly<Record<Level, Map<number, Counters>>>;

function addOf({ level, start, store, channel, add }: MovedSlice, marks: Marks, context: FoldContext): Add {
  let mark = marks[level].get(start);
  if (mark === undefined) marks[level].set(start, mark = markOf(level, start, context));
  const expiresAt = start + LENGTH[level] + KEEP_MS[level] + MARGIN_MS;
  return { key: sliceKey(level, start, store, channel), add: { ...add, ...mark }, max: { [UPDATED_AT]: context.now }, expiresAt, total: 'unneeded' };
}

/** One change, and late for each window that had ended. */
function markOf(level: Level, start: number, { calendar, now, graceMs, history }: FoldContext): Counters {
  const mark: Record<string, number> = { [REVISION]: 1 };
  for (const size of history === true ? [] : SIZES[level]) {
    if (calendar.windowAt(size, start).end + graceMs <= now) mark[lateField(size)] = 1;
  }
  return mark;
}

/** A slice that a batch moves, and what is added to it, by the names of its fields. */
export interface MovedSlice {
  readonly level: Level;
  readonly start: number;
  readonly store: string;
  readonly channel: string;
  readonly add: Readonly<Record<string, number>>;
}
