/**
 * `readLastSeen` reads when each source was last seen, as window nodes write it down.
 */
import { isRecord } from '../../engine/base/json.js';
import { parseInstant } from '../../engine/base/time.js';
import { prefixRange, type Store, textOf } from '../../engine/store/store.js';

export interface SourceLastSeen {
  readonly source: string;
  readonly time: string;
  readonly recordedAt: string;
}

const MAX_SOURCES = 200;

export async function readLastSeen(store: Pick<Store, 'scan'>): Promise<SourceLastSeen[]> {
  const entries = await store.scan(prefixRange('src/'), MAX_SOURCES);
  return entries.flatMap(({ value }) => {
    const parsed: unknown = JSON.parse(textOf(value) ?? 'null');
    const { source, time, recordedAt } = isRecord(parsed) ? parsed : {};
    const known = typeof source === 'string' && typeof time === 'string' && typeof recordedAt === 'string' && parseInstant(recordedAt) !== undefined;
    return known ? [{ source, time, recordedAt }] : [];
  });
}
