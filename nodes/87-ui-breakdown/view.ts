/**
 * `readBreakdown` reads the parts of a number: what each channel, store or means of payment adds to it, beside what it did before.
 */
import type { KpiTopic } from '../../engine/event/topic.js';
import type { ComparedWith } from '../../engine/query/kpiQuery.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { Group } from '../../engine/read/rollup.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import { groupChosen } from '../shared/widget/config.js';
import { daysOf, isOneDay, keyOf, type Stretch, stretchChosen, type StretchName } from '../shared/widget/period.js';
import type { KpiFacts } from '../shared/widget/reader.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';
import type { Choice } from '../shared/widget/wire.js';
import type { BreakdownConfig } from './config.js';

/** `BreakdownData`: `facts` absent where the shop has no number of that name. `compare` is what the rows are compared with in fact. */
export interface BreakdownData {
  readonly facts?: KpiFacts;
  readonly rows: readonly BreakdownRow[];
  readonly stretch: StretchName;
  readonly days: Span;
  readonly compare: ComparedWith | 'nothing';
}

/** `BreakdownRow` is the row of one part; of payments, `part` is the means. */
export type BreakdownRow = KpiRow & { readonly part: string };

/** `breakdownView` is what a viewer's choice means for a breakdown. */
export function breakdownView(config: BreakdownConfig, choice: Choice): ViewSpec {
  const group = groupChosen(config, choice);
  const stretch = stretchChosen(config, choice);
  return {
    key: `${group.store}/${group.channel}/${keyOf(stretch)}`,
    topics: stretch.name === 'today' ? topicsOf(config, group) : [],
    read: (reading) => readBreakdown(config, group, stretch, reading),
  };
}

/** No topic has the amounts of each means of payment: its share moves when they do. */
function topicsOf({ kpi, by }: BreakdownConfig, group: Group): KpiTopic[] {
  if (by === 'payment') return [{ name: 'revenue', window: '1d', ...group }, { name: 'card_share', window: '1d', ...group }];
  return [{ name: kpi, window: '1d', ...group, ...(group[by] === '_' ? { [by]: '+' } : {}) }];
}

async function readBreakdown({ kpi, by }: BreakdownConfig, group: Group, stretch: Stretch, { reader, shop, since, now }: Reading): Promise<BreakdownData> {
  const days = daysOf(stretch, shop.calendar, now);
  const isDay = isOneDay(days, shop.calendar);
  // What is usual is known of single days.
  const compare = stretch.compare === 'usual' && !isDay ? 'previous' : stretch.compare;
  const frame = { stretch: stretch.name, days, compare };
  const facts = await reader.facts(by === 'payment' ? 'revenue' : kpi);
  if (facts === undefined) return { ...frame, rows: [] };
  const question = { ...stretch.asked, window: isDay ? '1d' : 'total', ...(compare === 'nothing' ? {} : { compare }), ...group };
  if (by === 'payment') {
    const rows = await reader.payments(question, since);
    return { ...frame, facts, rows: rows.map((row) => ({ ...row, part: row.name })) };
  }
  if (facts.adds === 'not') return { ...frame, facts, rows: [] };
  const rows = await reader.rows({ ...question, name: kpi, group: by }, since);
  return { ...frame, facts, rows: rows.filter((row) => row[by] !== '_').map((row) => ({ ...row, part: row[by] })) };
}
