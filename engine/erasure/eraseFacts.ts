/**
 * How is a customer forgotten? The pseudonym goes from every fact that holds it; what was sold stays sold, and every sum as it was.
 *
 * In its place stands a mark that is later than any version to come: a repetition of an old order does not bring the customer back. Facts are
 * read page by page, and all of them once more an hour later, for what was still under way from elsewhere.
 */
import type { EventType } from '../event/event.js';
import { EVENT_TYPES } from '../event/schema.js';
import { type ErasureRequest, progressOf, readErasureRequests } from '../privacy/erasureRequest.js';
import { type Fact, factKey, fieldOf, NO_EXTRAS, SLOT } from '../fact/fact.js';
import { cacheOf } from '../aggregate/factCache.js';
import { type KnownFact, knownFact } from '../aggregate/fold.js';
import { foldVersions } from '../aggregate/applyEvents.js';
import type { FoldContext } from '../aggregate/slice.js';
import { prefixRange, type Store, textOf } from '../store/store.js';

/** Stands where a pseudonym was: somebody bought, nobody knows who. */
export const ERASED = 'h0:erased';

/** `idle`: nothing to do before `nextAt` (`undefined`: no order lies there). `finished`: one order, and what it came to. */
export type ErasureTurn =
  | { readonly outcome: 'idle'; readonly nextAt: number | undefined }
  | { readonly outcome: 'page'; readonly erased: number }
  | { readonly outcome: 'finished'; readonly erased: number; readonly source: string; readonly total: number };

const PAGE = 500;
/** Text that sorts behind all that senders use, and that no event is called by. */
const LAST = '\uffff';

/** Reads one page of facts for the first order that is due. May be called by several workers at once. */
export async function eraseNext(store: Store, context: FoldContext): Promise<ErasureTurn> {
  const orders = await readErasureRequests(store);
  const due = orders.find(({ request: order }) => order.dueAt <= context.now);
  if (due === undefined) return { outcome: 'idle', nextAt: orders.length === 0 ? undefined : Math.min(...orders.map(({ request: order }) => order.dueAt)) };
  const { request: order } = due;
  const { facts, after } = await pageOf(store, order);
  const found = facts.filter((known) => isMeant(order, known));
  await erase(store, found, context);
  // Where another worker has moved the order meanwhile, it has erased the same.
  await store.commit([progressOf(due, found.length, after, context.now)], 'stored');
  if (after !== undefined) return { outcome: 'page', erased: found.length };
  return { outcome: 'finished', erased: found.length, source: order.source, total: order.erased + found.length };
}

/** The facts to read next, and after which to go on: of an order about one thing that thing's alone. */
async function pageOf(store: Store, { source, subject, after }: ErasureRequest): Promise<{ facts: KnownFact[]; after: string | undefined }> {
  if (subject !== undefined) {
    const keys = EVENT_TYPES.map((type) => factKey({ type, source, subject, id: '' }));
    const texts = (await store.read(keys)).map(textOf);
    return { facts: keys.flatMap((key, index) => factIn(key, texts[index])), after: undefined };
  }
  const { gte, lt } = prefixRange('f/');
  const page = await store.scan({ gte: after === '' ? gte : `${after}\u0001`, lt }, PAGE);
  return { facts: page.flatMap(({ key, value }) => factIn(key, textOf(value))), after: page.length < PAGE ? undefined : page.at(-1)?.key };
}

function factIn(key: string, text: string | undefined): KnownFact[] {
  return text === undefined ? [] : [knownFact(key, text)];
}

/** The fact as one more version would leave it that says nothing but that its customer is not known. */
async function erase(store: Store, found: readonly KnownFact[], context: FoldContext): Promise<void> {
  if (found.length === 0) return;
  for (const known of found) cacheOf(store).learn(known.key, known);
  const versions = new Map(found.map(({ key, fact: { type } }) => [key, { fact: forgetting(type), events: 1 }]));
  await foldVersions(store, versions, [], { ...context, history: true });
}

function forgetting(type: EventType): Fact {
  const values = Array.from({ length: SLOT.customer + 1 }, (_value, place) => (place === SLOT.customer ? ERASED : undefined));
  return { type, sequences: LAST, ids: LAST, extras: NO_EXTRAS, values, by: undefined };
}

function isMeant({ source, subject, customer }: ErasureRequest, { key, fact }: KnownFact): boolean {
  const known = fieldOf(fact, 'customer');
  if (known === undefined || known === ERASED) return false;
  if (customer !== undefined) return known === customer;
  return subject !== undefined || key.split('/')[2] === encodeURIComponent(source);
}
