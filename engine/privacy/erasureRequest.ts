/**
 * `ErasureRequest` asks to forget somebody: it came with the events and is kept until it is carried out (see erasure/).
 *
 *     er/<digest of the event's source and id>  ->  {source, subject?, customer?, …}
 */
import { hash } from 'node:crypto';
import type { ShopEvent } from '../event/event.js';
import { ERASURE } from '../event/schema.js';
import { present } from '../base/json.js';
import { prefixRange, type Put, scanAll, type Store, textOf } from '../store/store.js';
import { HOUR } from '../base/time.js';

/**
 * `ErasureRequest`, as it is stored. `subject`: whoever bought that, of that source. `customer`: that pseudonym, whatever source sent it.
 * Neither: every customer of the source. `after`: the last fact that was read; `erased`: how many held a pseudonym.
 */
export interface ErasureRequest {
  readonly source: string;
  readonly subject?: string;
  readonly customer?: string;
  readonly pass: 'first' | 'second';
  readonly dueAt: number;
  readonly after: string;
  readonly erased: number;
}

/** `StoredErasureRequest` is a request with its key and its text in the store. */
export interface StoredErasureRequest {
  readonly key: string;
  readonly text: string;
  readonly request: ErasureRequest;
}

/** Other tills, other workers and repetitions have sent by then what they knew when the request came. */
const SECOND_PASS_MS = HOUR;

/** `isErasure` is true for the event that carries a request. */
export function isErasure({ type }: Pick<ShopEvent, 'type'>): boolean {
  return type === ERASURE;
}

/** `storeErasureRequests` keeps the requests among these events; one made twice is carried out once more, which changes nothing. */
export async function storeErasureRequests(store: Store, events: readonly ShopEvent[], now: number): Promise<void> {
  const puts = new Map(events.filter(isErasure).map((event) => [requestKey(event), requestOf(event, now)]));
  if (puts.size > 0) await store.commit([...puts].map(([key, request]): Put => ({ key, value: JSON.stringify(request) })), 'stored');
}

/** `readErasureRequests` gives all that are not carried out yet. */
export async function readErasureRequests(store: Store): Promise<StoredErasureRequest[]> {
  const entries = await scanAll(store, prefixRange('er/'));
  return entries.map(({ key, value }) => {
    const text = textOf(value) ?? '';
    return { key, text, request: JSON.parse(text) as ErasureRequest };
  });
}

/** `progressOf` gives the request after one page of facts; it is deleted, and with it the pseudonym it names, after the second pass over all. */
export function progressOf({ key, text, request }: StoredErasureRequest, erased: number, after: string | undefined, now: number): Put {
  const sum = request.erased + erased;
  if (after !== undefined) return { key, expect: text, value: JSON.stringify({ ...request, erased: sum, after } satisfies ErasureRequest) };
  if (request.pass === 'second') return { key, expect: text };
  const second: ErasureRequest = { ...request, erased: 0, after: '', pass: 'second', dueAt: now + SECOND_PASS_MS };
  return { key, expect: text, value: JSON.stringify(second) };
}

function requestKey({ source, id }: ShopEvent): string {
  return `er/${hash('sha256', `${source}|${id}`, 'base64url').slice(0, 22)}`;
}

function requestOf({ source, subject, data: { customer } }: ShopEvent, now: number): ErasureRequest {
  return present({ source, subject, customer, pass: 'first' as const, dueAt: now, after: '', erased: 0 });
}
