/**
 * `headerSource` reads what stands above every page: whose shop it is, whether it is open, which pages there are, and whether something is wrong.
 */
import type { Opening } from '../../engine/calendar/openingHours.js';
import { DAY } from '../../engine/base/time.js';
import { type HealthCause, reportOf } from '../shared/healthReport.js';
import { AlertReader, isOpen } from '../shared/widget/alertReader.js';
import type { WidgetParts, WidgetSource } from '../shared/widget/widget.js';
import type { HeaderConfig } from './config.js';
import { pagesBeside, type PageTab } from './pages.js';

/** `OpeningState`: `always` where nobody said when; `at` is when it closes, or opens again, epoch ms; `holiday` is why it is closed. */
export type OpeningState =
  | { readonly state: 'always' }
  | { readonly state: 'open'; readonly at: number }
  | { readonly state: 'closed'; readonly at?: number; readonly holiday?: string };

/** `HeaderData`: `health` is the monitor's, `unknown` where none is in this process. `alerts`: how many are open. */
export interface HeaderData {
  readonly name: string;
  readonly opening: OpeningState;
  readonly pages: readonly PageTab[];
  readonly alerts: number;
  readonly health: 'ok' | 'down' | 'unknown';
  readonly causes: readonly HealthCause[];
}

export function headerSource({ RED, config, shop, broker, now, changed }: WidgetParts<HeaderConfig>): WidgetSource {
  const alerts = new AlertReader(shop.tenant, broker, changed);
  const read = async (): Promise<HeaderData> => {
    const report = await reportOf(shop.tenant);
    const open = (await alerts.read()).alerts.filter(isOpen);
    return {
      name: config.title === '' ? nameOf(RED, config.shop) : config.title,
      opening: openingAt(shop.opening, now()), pages: pagesBeside(RED, config.group), alerts: open.length,
      health: report?.status ?? 'unknown', causes: report === undefined ? [] : report.status === 'ok' ? report.warnings ?? [] : report.causes,
    };
  };
  return { view: () => ({ key: '', read }), close: () => { alerts.close(); } };
}

function nameOf(RED: WidgetParts<HeaderConfig>['RED'], shop: unknown): string {
  const node = typeof shop === 'string' ? RED.nodes.getNode(shop) as { readonly name?: string } | null : null;
  return node?.name ?? '';
}

/** `openingAt` says whether the shop is open, and until when. A night belongs to the day before. */
export function openingAt(opening: Opening, now: number): OpeningState {
  const today = opening.hoursAt(now);
  if (today === undefined) return { state: 'always' };
  const span = [...opening.hoursAt(now - DAY) ?? [], ...today].find(({ start, end }) => start <= now && now < end);
  if (span !== undefined) return { state: 'open', at: span.end };
  const [at, holiday] = [opening.nextOpening(now), opening.holiday(now)];
  return { state: 'closed', ...(at === undefined ? {} : { at }), ...(holiday === undefined ? {} : { holiday }) };
}
