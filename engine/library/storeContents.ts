/**
 * `countRecords` says what is in a store: how many records of each kind, of all shops together.
 */
import { scoped, type Store } from '../store/store.js';

/** `RecordKind`, by the first segment of a shop's keys; `others`: marks, indexes, definitions. */
export type RecordKind = 'facts' | 'sums' | 'outbox' | 'seen' | 'deadLetters' | 'alerts' | 'others';

export type RecordCounts = Readonly<Record<RecordKind, number>>;

const KINDS: ReadonlyMap<string, RecordKind> = new Map([
  ['f', 'facts'], ['m', 'sums'], ['h', 'sums'], ['o', 'outbox'], ['d', 'seen'], ['x', 'deadLetters'],
  ['a', 'alerts'], ['al', 'alerts'], ['ah', 'alerts'], ['n', 'alerts'], ['nd', 'alerts'], ['u', 'alerts'],
]);
const PAGE = 1_000;

/** `StoreContents`: the counts, and the names of the shops (tenants). */
export interface StoreContents {
  readonly records: RecordCounts;
  readonly shops: readonly string[];
}

/** `countRecords` reads every record once. Throws the store's faults, `store.corrupt` where one cannot be read. */
export async function countRecords(store: Pick<Store, 'scan'>): Promise<StoreContents> {
  const records: Record<RecordKind, number> = { facts: 0, sums: 0, outbox: 0, seen: 0, deadLetters: 0, alerts: 0, others: 0 };
  const shops = new Set<string>();
  for (let gte = ''; ;) {
    const page = await store.scan({ gte, lt: '\uffff' }, PAGE);
    for (const { key } of page) {
      const [shop = '', kind = '', ...rest] = key.split('/');
      records[KINDS.get(kind) ?? 'others'] += 1;
      if (rest.length > 0) shops.add(shop);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { records, shops: [...shops] };
    gte = `${last.key}\u0001`;
  }
}

/** `shopStore` is the part of one shop. */
export function shopStore(store: Store, shop: string): Store {
  return scoped(store, `${shop}/`);
}
