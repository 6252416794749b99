/**
 * `sourcesSource` reads who sends to the shop: when each was last seen, how much it sent today, which are missed, which are refused, what is wrong.
 */
import { hourKey, sentIn } from '../../engine/aggregate/sourceActivity.js';
import { HOUR, SECOND } from '../../engine/base/time.js';
import type { Store } from '../../engine/store/store.js';
import { type HealthCause, reportedCauses } from '../shared/healthReport.js';
import { readLastSeen } from '../shared/lastSeen.js';
import type { ShopPort } from '../shared/ports.js';
import { type RefusedShop, refusedShops } from '../shared/refusedShops.js';
import { AlertReader, isOpen, type NodeNotice } from '../shared/widget/alertReader.js';
import type { WidgetParts, WidgetSource } from '../shared/widget/widget.js';
import type { SourcesConfig } from './config.js';

/** `SentBy` one source. `today`: messages since the business day began; `lastAt` as its events were recorded, RFC 3339. */
export interface SentBy {
  readonly source: string;
  readonly lastAt: string;
  readonly today: number;
}

/** `SourcesData`: `sources` the latest first; `elsewhere`: when they were last seen lies in a store that this process does not share. */
export interface SourcesData {
  readonly place: 'here' | 'elsewhere';
  readonly sources: readonly SentBy[];
  /** There are more than are shown. */
  readonly more: number;
  readonly missed: readonly NodeNotice[];
  readonly refused: readonly RefusedShop[];
  readonly causes: readonly HealthCause[];
}

/** `MAX_SOURCES_SHOWN`: of each the hours of today are read. */
export const MAX_SOURCES_SHOWN = 50;
/** Each message would be too often; the numbers beside it are live. */
const REFRESH_MS = 5 * SECOND;

export function sourcesSource({ shop, storePort, broker, now, place, changed }: WidgetParts<SourcesConfig>): WidgetSource {
  const alerts = new AlertReader(shop.tenant, broker, changed);
  const timer = setInterval(changed, REFRESH_MS).unref();
  const read = async (): Promise<SourcesData> => ({
    place, ...place === 'here' ? await readSent(storePort.of(shop.tenant), shop, now()) : { sources: [], more: 0 },
    missed: (await alerts.read()).alerts.filter((alert) => alert.source !== undefined && isOpen(alert)),
    refused: refusedShops(), causes: await reportedCauses(shop.tenant),
  });
  return {
    view: () => ({ key: '', read }),
    // Nothing else is commanded here.
    command: ({ node = '', retire = '', store = '' }) => alerts.command({ node, retire, store }),
    close: () => {
      clearInterval(timer);
      alerts.close();
    },
  };
}

async function readSent(store: Pick<Store, 'scan' | 'read'>, { calendar }: ShopPort, now: number): Promise<Pick<SourcesData, 'sources' | 'more'>> {
  const seen = (await readLastSeen(store)).sort((a, b) => (a.recordedAt < b.recordedAt ? 1 : -1));
  const shown = seen.slice(0, MAX_SOURCES_SHOWN);
  const { start } = calendar.windowAt('1d', now);
  const hours = Array.from({ length: Math.ceil((now - start) / HOUR) + 1 }, (_, index) => start + index * HOUR).filter((at) => at <= now);
  const counts = await store.read(shown.flatMap(({ source }) => hours.map((at) => hourKey(source, at))));
  const sources = shown.map(({ source, recordedAt }, place) => {
    const today = counts.slice(place * hours.length, (place + 1) * hours.length).reduce((sum, value) => sum + sentIn(value), 0);
    return { source, lastAt: recordedAt, today };
  });
  return { sources, more: seen.length - shown.length };
}
