/**
 * `stretchWords` say which days are shown, and against what: "today · vs usual".
 */
import type { ComparedWith } from '../../engine/query/kpiQuery.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import type { StretchName } from '../../nodes/shared/widget/period.js';
import type { Words } from './words.js';

/** `ShownStretch`: `days` of `stretch`, compared with `compare` in fact. */
export interface ShownStretch {
  readonly stretch: StretchName;
  readonly days: Span;
  readonly compare: ComparedWith | 'nothing';
}

const DATE = { day: 'numeric', month: 'short' } as const;

export function stretchWords({ stretch, days, compare }: ShownStretch, words: Words): string {
  const [from, to] = [words.time(days.start, DATE), words.time(days.end - 1, DATE)];
  const said = words.text(`period.${stretch}`, { from, to });
  return compare === 'nothing' ? said : `${said} · ${againstWords({ stretch, compare }, words)}`;
}

/** `againstWords`: "vs usual". */
export function againstWords({ stretch, compare }: Pick<ShownStretch, 'stretch' | 'compare'>, words: Words): string {
  const isDay = stretch === 'today' || stretch === 'yesterday';
  return (isDay ? words.find(`against.${compare}_day`) : undefined) ?? words.text(`against.${compare}`);
}
