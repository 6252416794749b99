/**
 * What is kept of all facts together? Sums, so that a window is read without its facts.
 *
 * Slices are the sums of contributions per minute (kept 48 h) and per hour (kept 400 days), per store and channel.
 * Fields that begin with `~` are bookkeeping, not sums of facts: they say when and how often a slice changed.
 */
import { MAX_AGE_MS } from '../event/event.js';
import type { Generation } from '../kpi/measure.js';
import type { Add, Counters, KeyRange } from '../store/store.js';
import { HOUR, MINUTE } from '../base/time.js';
import type { MemberLimits } from './memberNames.js';
import type { Calendar, Span, Tumbling } from '../calendar/windowAssigner.js';

export type Level = 'minute' | 'hour';

export const KEEP_MS: Readonly<Record<Level, number>> = { minute: 48 * HOUR, hour: MAX_AGE_MS };

/** Bookkeeping fields of a slice: number of changes, last change (epoch ms), and changes of a measure after a window had been published as final. */
export const REVISION = '~rev';
export const UPDATED_AT = '~at';
export const lateField = (size: Tumbling, measure: string): string => `~late${size}:${measure}`;
/** The same in slices of former releases: of whatever measure, and published or not. */
export const formerLateField = (size: Tumbling): string => `~late${size}`;

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
  /** The generations that stored facts may be in; those that other workers write meanwhile are added when they are met. */
  readonly former: Map<string, Generation>;
  readonly graceMs: number;
  readonly history?: boolean;
  /** How many products and the like have numbers of their own, where that is not `MEMBER_LIMITS`. */
  readonly memberLimits?: Partial<MemberLimits>;
}

/** A slice that changed: by how much, and the sums it has since where the store answers them at no cost. */
export interface SliceChange extends MovedSlice {
  readonly totals?: Counters;
}

/** The key of one slice; keys of one level are in order of time. */
export function sliceKey(level: Level, start: number, store: string, channel: string): string {
  return `${LETTER[level]}/${secondsOf(start)}/${store}/${channel}`;
}

/** The keys of all slices of a level that start within a span. */
export function sliceRange(level: Level, { start, end }: Span): KeyRange {
  return { gte: `${LETTER[level]}/${secondsOf(start)}/`, lt: `${LETTER[level]}/${secondsOf(end)}/` };
}

/** The start and group a slice's key names. */
export function parseSliceKey(key: string): { start: number; store: string; channel: string } {
  const [, start, store, channel] = key.split('/');
  return { start: Number(start) * 1_000, store: store ?? '', channel: channel ?? '' };
}

/** An instant as keys hold it. */
export function secondsOf(epochMs: number): string {
  return String(Math.floor(epochMs / 1_000)).padStart(10, '0');
}

/** Until when a slice is kept. */
export function expiryOfSlice(level: Level, start: number): number {
  return start + LENGTH[level] + KEEP_MS[level] + MARGIN_MS;
}

/** What adds to the slices, with their bookkeeping. */
export function addsOf(slices: readonly MovedSlice[], { now }: FoldContext, lateSizes: (slice: MovedSlice) => readonly Tumbling[] = () => []): Add[] {
  return slices.map((slice) => {
    const { level, start, store, channel, add } = slice;
    const expiresAt = expiryOfSlice(level, start);
    const counters = { ...add, [REVISION]: 1, ...lateMarks(add, lateSizes(slice)) };
    return { key: sliceKey(level, start, store, channel), add: counters, max: { [UPDATED_AT]: now }, expiresAt, total: 'unneeded' };
  });
}

/** The sizes of windows around a slice that were over at `now`; history that is brought to new measures is never late. */
export function endedSizes({ level, start }: MovedSlice, { calendar, now, graceMs, history }: FoldContext): readonly Tumbling[] {
  return history === true ? [] : SIZES[level].filter((size) => calendar.windowAt(size, start).end + graceMs <= now);
}

const NAME_OF_MEASURE = /^[^#@]*/;

/** The measure that a field of a slice belongs to. */
export function measureOfField(field: string): string {
  return NAME_OF_MEASURE.exec(field)?.[0] ?? field;
}

function lateMarks(add: Counters, sizes: readonly Tumbling[]): Counters {
  const marks: Record<string, number> = {};
  for (const size of sizes) for (const field in add) marks[lateField(size, measureOfField(field))] = 1;
  return marks;
}

/** A slice that a batch moves, and what is added to it, by the names of its fields. */
export interface MovedSlice {
  readonly level: Level;
  readonly start: number;
  readonly store: string;
  readonly channel: string;
  readonly add: Readonly<Record<string, number>>;
}
