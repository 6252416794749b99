/**
 * `Expectation` is what should be true then, as the lines under `expect` say it: numbers of windows, states of alerts, and the notices that
 * people got.
 */
import type { StateName } from '../alert/state.js';
import type { KpiStatus } from '../read/kpiValue.js';
import { isWindowSize, type WindowSize } from '../calendar/windowAssigner.js';
import { type SourcePlace, TimelineError } from './diagnostic.js';
import { asList, asPair, asText, placeOf, refuseUnknown, valueAt } from './fields.js';
import { type Day, momentAt, momentsAt } from './instant.js';
import { type WordReader, wordsOf } from './words.js';
import type { Located, LocatedEntry } from './yaml.js';

/** `Expectation` is one line. `text` is the expectation as the file says it. */
export type Expectation = { readonly at: number; readonly line: number; readonly text: string } & (KpiExpected | AlertExpected | NoticesExpected);

export interface KpiExpected {
  readonly kind: 'kpi';
  /** Asked of the last message about the number, in place of the answer to a question. */
  readonly emitted: boolean;
  readonly name: string;
  /** `auto`: the window whose size was chosen; of messages only. */
  readonly size: WindowSize | 'auto';
  /** An instant in the window; absent: the moment of the question. */
  readonly of?: number;
  readonly store?: string;
  readonly channel?: string;
  readonly value: WantedValue;
  readonly status?: KpiStatus;
  readonly revision?: number;
  readonly count?: number;
  /** What it was before the correction; what is usual at this time; which size was chosen. Of messages only. */
  readonly previous?: string;
  readonly usual?: string;
  readonly chosen?: string;
}

/** `WantedValue` of a number. `absent`: no row at all. `exact` as far as it was written: `decimals` digits. `about`: within 2.5 %, as percentiles are. */
export type WantedValue =
  | { readonly is: 'absent' }
  | { readonly is: 'null' }
  | { readonly is: 'exact' | 'about'; readonly value: number; readonly decimals: number; readonly shown: string };

export interface AlertExpected {
  readonly kind: 'alert';
  readonly rule: string;
  readonly store: string;
  readonly state: StateName;
  readonly since?: number;
  readonly marks: readonly ExpectationMark[];
}

export type ExpectationMark = 'acknowledged' | 'silenced';

export interface NoticesExpected {
  readonly kind: 'notices';
  /** All that people got since the former such line, in order. */
  readonly notices: readonly NoticeExpected[];
}

export interface NoticeExpected {
  readonly text: string;
  readonly at: number;
  readonly rule: string;
  readonly store: string;
  readonly state: StateName;
  readonly cause?: string;
}

/** `KnownNames` are those that a line may use. */
export interface KnownNames {
  readonly kpis: readonly string[];
  readonly rules: readonly string[];
}

const STATES: readonly string[] = ['inactive', 'pending', 'firing', 'resolved', 'noData'] satisfies StateName[];
const STATUSES: readonly string[] = ['live', 'final', 'corrected'] satisfies KpiStatus[];
const MARKS: readonly string[] = ['acknowledged', 'silenced'] satisfies ExpectationMark[];
const VALUE = /^(-?\d{1,15})(?:[.,](\d{1,6}))?(%|s|m|h|d)?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `readExpectations` answers them in order of time; those of one instant as they stand in the file. Throws `TimelineError`. */
export function readExpectations(lines: readonly Located[], day: Day, known: KnownNames): Expectation[] {
  return lines.flatMap((line) => expectationsIn(asPair(line, 'expect'), day, known)).sort((a, b) => a.at - b.at);
}

/** A list beside one time is several lines of that time. */
function expectationsIn({ key, line, value }: LocatedEntry, day: Day, known: KnownNames): Expectation[] {
  const lines = value.kind === 'list' ? value.items : [value];
  return momentsAt(key, day, { line, field: key }).flatMap((at) => lines.map((one) => expectationOf(at, one, day, known)));
}

function expectationOf(at: number, node: Located, day: Day, known: KnownNames): Expectation {
  const place = placeOf(node, 'expect');
  if (node.kind === 'map') {
    refuseUnknown(node, ['notices']);
    const notices = asList(valueAt(node, 'notices'), 'notices').map((one) => noticeOf(asText(one, 'notices').text, placeOf(one, 'notices'), day, known));
    return { at, line: node.line, text: 'notices', kind: 'notices', notices };
  }
  const { text } = asText(node, 'expect');
  const said = wordsOf(text, place);
  const [first] = said.words;
  const common = { at, line: node.line, text };
  if (first === 'alert') return { ...common, ...alertOf(said, place, day, known) };
  if (first === EMITTED) return { ...common, ...kpiOf({ ...said, words: said.words.slice(1) }, place, day, known, 'emitted') };
  if (first === 'notices' && said.words[1] === 'none') return { ...common, kind: 'notices', notices: [] };
  return { ...common, ...kpiOf(said, place, day, known, 'asked') };
}

const EMITTED = 'told'; // vocabulary-ok: a word of the file
const OF_ROWS = ['store', 'channel', 'revision', 'count'];
const OF_MESSAGES = ['previous', 'usual', 'chosen'];

function kpiOf({ words, values }: WordReader, place: SourcePlace, day: Day, known: KnownNames, by: 'asked' | 'emitted'): KpiExpected {
  const [name = '', size = '', ...rest] = words;
  if (!known.kpis.includes(name)) throw new TimelineError(place, 'kpi', name);
  if (!isWindowSize(size) && !(size === 'auto' && by === 'emitted')) throw new TimelineError(place, 'window', size);
  refuseValues(values, by === 'emitted' ? [...OF_ROWS, ...OF_MESSAGES] : OF_ROWS, place);
  const op = rest.findIndex((word) => ['=', '~', 'absent'].includes(word));
  if (op === -1) throw new TimelineError(place, 'value', rest.join(' '));
  const value = wantedOf(rest[op] ?? '', rest[op + 1], place);
  return {
    kind: 'kpi', emitted: by === 'emitted', name, size, value,
    ...windowOf(rest.slice(0, op), day, place), ...statusOf(rest.slice(op + (value.is === 'absent' ? 1 : 2)), place),
    ...pick(values, 'store'), ...pick(values, 'channel'), ...whole(values, 'revision', place), ...whole(values, 'count', place),
    ...pick(values, 'previous'), ...pick(values, 'usual'), ...pick(values, 'chosen'),
  };
}

/** "of 09:00" */
function windowOf([of, ...moment]: readonly string[], day: Day, place: SourcePlace): Pick<KpiExpected, 'of'> {
  if (of === undefined) return {};
  if (of !== 'of') throw new TimelineError(place, 'word', of);
  return { of: momentAt(moment.join(' '), day, place) };
}

function statusOf([status, ...more]: readonly string[], place: SourcePlace): Pick<KpiExpected, 'status'> {
  if (status === undefined) return {};
  if (!STATUSES.includes(status) || more.length > 0) throw new TimelineError(place, 'word', [status, ...more].join(' '), STATUSES.join(', '));
  return { status: status as KpiStatus };
}

function wantedOf(op: string, text: string | undefined, place: SourcePlace): WantedValue {
  if (op === 'absent') return { is: 'absent' };
  if (text === 'null') return { is: 'null' };
  const parts = VALUE.exec(text ?? '');
  if (parts === null) throw new TimelineError(place, 'number', text);
  const [shown, whole = '', fraction = '', unit = ''] = parts;
  const number = Number(`${whole}.${fraction}`);
  const is = op === '~' ? 'about' : 'exact';
  if (unit === '%') return { is, value: number / 100, decimals: fraction.length + 2, shown };
  return { is, value: number * (SECONDS[unit] ?? 1), decimals: fraction.length, shown };
}

function alertOf({ words, values }: WordReader, place: SourcePlace, day: Day, known: KnownNames): AlertExpected {
  refuseValues(values, ['store', 'since'], place);
  const [rule, state, marks] = ruleAndState(words.slice(1), place, known);
  const stranger = marks.find((mark) => !MARKS.includes(mark));
  if (stranger !== undefined) throw new TimelineError(place, 'word', stranger, MARKS.join(', '));
  const since = values.get('since');
  return {
    kind: 'alert', rule, state, store: values.get('store') ?? '_', marks: marks as ExpectationMark[],
    ...(since === undefined ? {} : { since: momentAt(since, day, place) }),
  };
}

/** "10:00:05 Fatturato basso firing threshold". */
function noticeOf(text: string, place: SourcePlace, day: Day, known: KnownNames): NoticeExpected {
  const { words, values } = wordsOf(text, place);
  refuseValues(values, ['store'], place);
  const later = words[0]?.startsWith('+') === true || /^\d{4}-\d\d-\d\d$/.test(words[0] ?? '') ? 2 : 1;
  const [rule, state, [cause, ...more]] = ruleAndState(words.slice(later), place, known);
  if (more.length > 0) throw new TimelineError(place, 'word', more.join(' '));
  const at = momentAt(words.slice(0, later).join(' '), day, place);
  return { text, at, rule, state, store: values.get('store') ?? '_', ...(cause === undefined ? {} : { cause }) };
}

/** A rule's name may have spaces: the longest known name at the beginning counts. */
function ruleAndState(words: readonly string[], place: SourcePlace, { rules }: KnownNames): [rule: string, state: StateName, rest: readonly string[]] {
  for (let length = words.length - 1; length > 0; length--) {
    const rule = words.slice(0, length).join(' ');
    if (!rules.includes(rule)) continue;
    const state = words[length] ?? '';
    if (!STATES.includes(state)) throw new TimelineError(place, 'state', state);
    return [rule, state as StateName, words.slice(length + 1)];
  }
  throw new TimelineError(place, 'rule', words.join(' '), rules.join(', '));
}

function refuseValues(values: ReadonlyMap<string, string>, known: readonly string[], place: SourcePlace): void {
  const stranger = [...values.keys()].find((key) => !known.includes(key));
  if (stranger !== undefined) throw new TimelineError(place, 'unknown', stranger, known.join(', '));
}

function pick<K extends string>(values: ReadonlyMap<string, string>, key: K): Partial<Record<K, string>> {
  const value = values.get(key);
  return value === undefined ? {} : { [key]: value } as Record<K, string>;
}

function whole<K extends string>(values: ReadonlyMap<string, string>, key: K, place: SourcePlace): Partial<Record<K, number>> {
  const value = values.get(key);
  if (value === undefined) return {};
  if (!/^\d{1,9}$/.test(value)) throw new TimelineError(place, 'whole', value);
  return { [key]: Number(value) } as Record<K, number>;
}
