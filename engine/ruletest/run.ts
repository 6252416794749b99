/**
 * `Checked` is whether it is as expected: each side said in the notation of the file, so that what was found can be copied into it.
 */
import type { AlertState } from '../alert/state.js';
import type { KpiValue } from '../read/kpiValue.js';
import type { LocalClock } from '../base/time.js';
import type { AlertExpected, KpiExpected, NoticeExpected, NoticesExpected, WantedValue } from './expectation.js';
import type { RecordedMessage } from './recorder.js';
import { type Kpi } from '../kpi/kpi.js';

export type Checked = { readonly outcome: 'holds' } | { readonly outcome: 'differs'; readonly expected: string; readonly found: string };

/** How far a percentile may be off (see measure.ts). */
const ABOUT = 0.025;

export function checkKpi(expected: KpiExpected, row: KpiValue | undefined, kpis: readonly Kpi[]): Checked {
  const said = kpiText(valueText(expected.value), expected);
  if (row === undefined) return expected.value.is === 'absent' ? HOLDS : differs(said, 'absent');
  const unit = kpis.find(({ name }) => name === expected.name)?.unit ?? 'count';
  const { status, revision, count } = row;
  const found = { status, revision, count, ...messageOf(row) };
  const holds = isWanted(expected.value, row.value, unit === 'ratio' || unit === 'seconds' ? 'rounded' : 'exactly')
    && (['status', 'revision', 'count'] as const).every((field) => (expected[field] ?? found[field]) === found[field])
    && (['previous', 'usual', 'chosen'] as const).every((field) => expected[field] === undefined || isAlike(expected[field], found[field]));
  return holds ? HOLDS : differs(said, kpiText(`= ${String(row.value)}`, found));
}

/** `checkAlert`: an alert without a state is inactive. */
export function checkAlert({ rule, store, state, since, marks }: AlertExpected, found: AlertState | undefined, now: number, clock: LocalClock): Checked {
  const marked = found === undefined ? [] : marksOf(found, now);
  const name = found?.state ?? 'inactive';
  const holds = name === state && (since ?? found?.since) === found?.since && marks.every((mark) => marked.includes(mark));
  if (holds) return HOLDS;
  const place = store === '_' ? undefined : `store=${store}`;
  const said = (which: string, at: number | undefined, which2: readonly string[]): string =>
    join('alert', rule, which, ...which2, place, at === undefined ? undefined : `since=${wallOf(at, clock)}`);
  return differs(said(state, since, marks), said(name, found?.since, marked));
}

export function checkNotices({ notices }: NoticesExpected, sent: readonly RecordedMessage[], clock: LocalClock): Checked {
  const holds = notices.length === sent.length && notices.every((notice, index) => isSame(notice, sent[index]));
  return holds ? HOLDS : differs(listed(notices.map(({ text }) => text)), listed(sent.map((one) => noticeText(one, clock))));
}

const HOLDS: Checked = { outcome: 'holds' };

function differs(expected: string, found: string): Checked {
  return { outcome: 'differs', expected, found };
}

/** Money and counts are exact; a ratio or a time is compared at the digits that were written. */
function isWanted(wanted: WantedValue, found: number | null, how: 'exactly' | 'rounded'): boolean {
  if (wanted.is === 'absent') return false;
  if (wanted.is === 'null' || found === null) return wanted.is === 'null' && found === null;
  if (wanted.is === 'about') return Math.abs(found - wanted.value) <= Math.abs(wanted.value) * ABOUT;
  if (how === 'exactly') return found === wanted.value;
  return Math.abs(found - wanted.value) <= 0.5 * 10 ** -wanted.decimals + 1e-9;
}

function valueText(wanted: WantedValue): string {
  if (wanted.is === 'absent') return 'absent';
  return wanted.is === 'null' ? '= null' : `${wanted.is === 'about' ? '~' : '='} ${wanted.shown}`;
}

type Beside = Pick<KpiExpected, 'status' | 'revision' | 'count' | 'previous' | 'usual' | 'chosen'>;

const BESIDE = ['revision', 'count', 'previous', 'usual', 'chosen'] as const;

function kpiText(value: string, beside: Beside): string {
  return join(value, beside.status, ...BESIDE.map((field) => (beside[field] === undefined ? undefined : `${field}=${String(beside[field])}`)));
}

/** What only a message says, in the words of the file. */
function messageOf({ previous, comparison, adaptive }: KpiValue): Pick<KpiExpected, 'previous' | 'usual' | 'chosen'> {
  return {
    ...(previous === undefined ? {} : { previous: String(previous.value) }),
    ...(comparison === undefined ? {} : { usual: String(comparison.value) }),
    ...(adaptive === undefined ? {} : { chosen: `${adaptive.size}/${adaptive.reason}` }),
  };
}

/** 50.00 is 50; `5m` is `5m/enough`, where the reason does not matter. */
function isAlike(expected: string, found: string | undefined): boolean {
  if (found === undefined) return false;
  return expected === found || found.startsWith(`${expected}/`) || (expected !== '' && Number(expected) === Number(found));
}

function marksOf({ acknowledgedAt, silencedUntil }: AlertState, now: number): string[] {
  return [...(acknowledgedAt === undefined ? [] : ['acknowledged']), ...(silencedUntil === undefined || silencedUntil <= now ? [] : ['silenced'])];
}

function isSame({ at, rule, store, state, cause }: NoticeExpected, sent: RecordedMessage | undefined): boolean {
  if (sent === undefined) return false;
  const { transition } = sent;
  return sent.at === at && sent.rule === rule && sent.store === store && transition.to === state && (cause ?? transition.cause) === transition.cause;
}

function noticeText({ at, rule, store, transition }: RecordedMessage, clock: LocalClock): string {
  return join(wallOf(at, clock), rule, transition.to, transition.cause, store === '_' ? undefined : `store=${store}`);
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? 'notices none' : lines.join('; ');
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}

/** `wallOf`: "2026-11-23 10:00:05", on the shop's wall. */
export function wallOf(at: number, clock: LocalClock): string {
  const wall = new Date(at + clock.offsetAt(at)).toISOString();
  return `${wall.slice(0, 10)} ${wall.slice(11, at % 1_000 === 0 ? 19 : 23)}`;
}
