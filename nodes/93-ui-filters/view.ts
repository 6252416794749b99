/**
 * `readFilters` reads what there is to choose: the stores and channels that were counted in the last month, declared or not.
 */
import { ALL } from '../../engine/read/rollup.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';

/** `FiltersData`: names in order; the shop's declared stores come with each state. */
export interface FiltersData {
  readonly stores: readonly string[];
  readonly channels: readonly string[];
}

/** `MAX_CHOICES` of each list. */
export const MAX_CHOICES = 100;

/** `filtersView` is the same for all viewers. */
export function filtersView(): ViewSpec {
  return { key: '', topics: [], read: readFilters };
}

async function readFilters({ reader, since }: Reading): Promise<FiltersData> {
  const namesOf = async (by: 'store' | 'channel'): Promise<string[]> => {
    const rows = await reader.rows({ name: 'orders', window: 'total', period: '30d', group: by }, since);
    return [...new Set(rows.filter(({ count }) => count > 0).map((row) => row[by]).filter((name) => name !== ALL))].sort().slice(0, MAX_CHOICES);
  };
  const [stores, channels] = await Promise.all([namesOf('store'), namesOf('channel')]);
  return { stores, channels };
}
