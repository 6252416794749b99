/** States of widgets as their server side sends them, for tests that put them into words. */
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { CardData } from '../../nodes/85-ui-kpi/view.js';
import type { DayData } from '../../nodes/86-ui-day/view.js';
import type { KpiFacts } from '../../nodes/shared/widget/reader.js';
import type { WidgetState } from '../../nodes/shared/widget/wire.js';

/** A Saturday in Rome, 17:17. */
export const AT = Date.UTC(2026, 10, 28, 16, 17);
export const DAY = { start: Date.UTC(2026, 10, 27, 23), end: Date.UTC(2026, 10, 28, 23) };
const WINDOW = { size: '1d' as const, start: '2026-11-27T23:00:00.000Z', end: '2026-11-28T23:00:00.000Z' };

export function rowOf(fields: Partial<KpiRow> = {}): KpiRow {
  return {
    name: 'revenue', window: WINDOW, store: '_', channel: '_', value: 5_495.2, unit: 'EUR', count: 87, status: 'live', revision: 3,
    updatedAt: new Date(AT - 20_000).toISOString(), comparison: { value: 4_906.43, days: 4 }, ...fields,
  };
}

export const FACTS: KpiFacts = { name: 'revenue', unit: 'EUR', description: { en: 'What customers paid.', it: 'Quanto hanno pagato i clienti.' }, adds: 'up' };

export function stateOf<D>(data: D, fields: Partial<WidgetState<D>> = {}): WidgetState<D> {
  return { kind: 'state', now: AT, shop: { zone: 'Europe/Rome', currency: 'EUR', stores: [] }, data, live: [], troubles: [], ...fields };
}

export function cardData(row: KpiRow = rowOf(), fields: Partial<CardData> = {}): CardData {
  return { facts: FACTS, row, line: [], ...fields };
}

/** Local hour of that Saturday as an instant. */
export function hour(at: number): number {
  return DAY.start + at * 3_600_000;
}

export function dayData(fields: Partial<DayData> = {}): DayData {
  const usual = Array.from({ length: 25 }, (_, index) => ({ at: hour(index), value: Math.max(0, Math.min(11, index - 9)) * 700 }));
  const soFar = [10, 12, 15, 17].map((at) => ({ at: hour(at), value: (at - 9) * 680 }));
  return { facts: FACTS, row: rowOf(), day: DAY, soFar, usual, days: 4, projection: { value: 7_912, least: 7_298, most: 8_611 }, ...fields };
}
