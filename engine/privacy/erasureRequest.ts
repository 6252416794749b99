/**
 * Who is to be forgotten? Orders that came with the events, kept until they are carried out (see erasure.ts).
 *
 *     er/<digest of the event's source and id>  ->  {source, subject?, customer?, …}
 */
import { hash } from 'node:crypto';
import type { ShopEvent } from '../event/event.js';
import { ERASURE } from '../event/schema.js';
import { scanAll } from '../store/store.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { HOUR } from '../base/time.js';

/**
 * `subject`: whoever bought that, of that source. `customer`: that pseudonym, whatever source told it. Neither: every customer of the source.
 * `after`: the last fact that was looked at; `erased`: how many held a pseudonym.
 */
export interface ErasureOrder {
  readonly source: string;
  readonly subject?: string;
  readonly customer?: string;
  readonly pass: 'first' | 'second';
  readonly dueAt: number;
  readonly after: string;
  readonly erased: number;
}

/** An order as it lies in the store. */
export interface StoredOrder {
  readonly key: string;
  readonly text: string;
  readonly order: ErasureOrder;
}

/** Other tills, other workers and repetitions have told by then what they knew when the order was given. */
const SECOND_LOOK_MS = HOUR;

export function isErasure({ type }: Pick<ShopEvent, 'type'>): boolean {
  return type === ERASURE;
}

/** Stores the orders among these events; an order given twice is carried out once more, which changes nothing. */
export async function storeOrders(store: Store, events: readonly ShopEvent[], now: number): Promise<void> {
  const puts = new Map(events.filter(isErasure).map((event) => [orderKey(event), orderOf(event, now)]));
  if (puts.size > 0) await store.commit([...puts].map(([key, order]): Put => ({ key, value: JSON.stringify(order) })), 'stored');
}

export async function readOrders(store: Store): Promise<StoredOrder[]> {
  const entries = await scanAll(store, prefixRange('er/'));
  return entries.map(({ key, value }) => {
    const text = textOf(value) ?? '';
    return { key, text, order: JSON.parse(text) as ErasureOrder };
  });
}

/** The order as it stands after one page of facts; deleted, and with it the pseudonym it names, after the second look at all. */
export function progressOf({ key, text, order }: StoredOrder, erased: number, after: string | undefined, now: number): Put {
  const sum = order.erased + erased;
  if (after !== undefined) return { key, expect: text, value: JSON.stringify({ ...order, erased: sum, after } satisfies ErasureOrder) };
  if (order.pass === 'second') return { key, expect: text };
  const second: ErasureOrder = { ...order, erased: 0, after: '', pass: 'second', dueAt: now + SECOND_LOOK_MS };
  return { key, expect: text, value: JSON.stringify(second) };
}

function orderKey({ source, id }: ShopEvent): string {
  return `er/${hash('sha256', `${source}|${id}`, 'base64url').slice(0, 22)}`;
}

function orderOf({ source, subject, data: { customer } }: ShopEvent, now: number): ErasureOrder {
  return {
    source, ...(subject === undefined ? {} : { subject }), ...(customer === undefined ? {} : { customer }),
    pass: 'first', dueAt: now, after: '', erased: 0,
  };
}
