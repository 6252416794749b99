/**
 * `RelatedFacts` are what a batch changes in facts that follow others: a refund of an order counts only while its sale does, and while the sale's
 * latest version names it; a payment counts only while its sale does and does not state its payments; what becomes of leads, see relatedLeads.ts.
 *
 * They are derived from merged facts, in the commit that writes these, which checks all of them: so neither order nor repetition matters, nor a
 * crash. A sale knows its followers by fields that rank below all that its sender says; a sale of which nothing else is known counts for nothing.
 */
import {
  type Fact, factKey, fieldOf, FIRST_EXTRA, isOfOrder, mergeFacts, NO_EXTRAS, SLOT, sourceIn, statusOf, subjectIn, UNSAID, type VoidState,
} from '../fact/fact.js';
import { raisedBy } from '../fact/voidState.js';
import { paidBy } from '../kpi/saleMoney.js';
import { type FollowingRefund, isEdited, unknownToSale } from './editedOrders.js';
import type { Versions, VoidStates } from './fold.js';
import { check, factIn, learnIn, type RelatedBatch } from './relatedBatch.js';
import { followLeads } from './relatedLeads.js';

/** A batch with the facts that change because of it, and the keys of all facts that this rests on. */
export interface RelatedFacts {
  readonly versions: Versions;
  readonly states: VoidStates;
  readonly keys: readonly string[];
}

/** The fact that is stored under a key, as far as it is known. */
type KnownAt = (key: string) => Fact | undefined;

/** On a sale: begins the names of the fields that name its followers, one each. */
const FOLLOWER = 'x_follower_';
/** On a sale: the refunds that its latest version names. */
const LISTED = 'x_refunds';
/** Of more followers, a sale learns only when they come themselves. */
const MAX_FOLLOWERS = 60;

/** The batch itself where none of its facts follows another or is followed. */
export function relatedFacts(versions: Versions, states: VoidStates, knownAt: KnownAt): RelatedFacts {
  const followed = new Map<string, readonly string[]>();
  const leads: string[] = [];
  for (const [key, { fact }] of versions) {
    const sale = saleTouched(key, fact, knownAt(key), states);
    if (sale !== undefined) followed.set(sale, [...followed.get(sale) ?? [], ...(sale === key ? [] : [key])]);
    else if (fact?.type === 'lead' || fact?.type === 'ticket') leads.push(key);
  }
  if (followed.size === 0 && leads.length === 0) return { versions, states, keys: [] };
  const batch = { versions: new Map(versions), states: new Map(states), keys: [] as string[], knownAt };
  for (const [sale, followers] of followed) followSale(batch, sale, followers);
  followLeads(batch, leads);
  return batch;
}

/** The sale whose followers a version may concern: it has some, or the version is of one. */
function saleTouched(key: string, said: Fact | undefined, known: Fact | undefined, states: VoidStates): string | undefined {
  if (said?.type === 'refund' || said?.type === 'payment') return saleOf(key, mergeFacts(known, said));
  const isMeant = said === undefined ? states.has(key) : said.type === 'sale';
  return isMeant && known !== undefined && followersOf(known).length > 0 ? key : undefined;
}

/** The sale learns of followers in the batch; each of its followers, whether it counts beside the sale. */
function followSale(batch: RelatedBatch, key: string, inBatch: readonly string[]): void {
  for (const follower of inBatch) introduce(batch, key, follower);
  const sale = factIn(batch, key);
  if (sale === undefined) return;
  const followers = new Set([...inBatch, ...followersOf(sale).map((name) => followerKey(key, name))]);
  batch.keys.push(key, ...followers);
  check(batch, key);
  for (const follower of followers) {
    const fact = factIn(batch, follower);
    if (fact === undefined || saleOf(follower, fact) !== key) continue;
    batch.states.set(follower, fact.type === 'payment' ? paymentState(sale) : refundState(sale, subjectIn(follower)));
    check(batch, follower);
  }
  if (isEdited(sale)) batch.states.set(key, raisedBy(unknownToSale(sale, refundsAmong(batch, key, followers))));
}

/** The refunds of the sale that are known. */
function refundsAmong(batch: RelatedBatch, sale: string, followers: ReadonlySet<string>): readonly FollowingRefund[] {
  const known = [...followers].map((key) => [key, factIn(batch, key)] as const);
  return known.flatMap(([key, fact]) => (fact?.type === 'refund' && saleOf(key, fact) === sale ? [{ subject: subjectIn(key), fact }] : []));
}

function introduce(batch: RelatedBatch, key: string, follower: string): void {
  const [sale, fact] = [factIn(batch, key), factIn(batch, follower)];
  if (fact === undefined || (sale !== undefined && followersOf(sale).length >= MAX_FOLLOWERS)) return;
  learnIn(batch, key, introduction(fact, follower));
}

/** That the sale has this follower; where and when, for a sale of which nothing else is known. */
function introduction({ values }: Fact, follower: string): Fact {
  const said = Array.from({ length: FIRST_EXTRA }, (_value, place) => (place === SLOT.store || place === SLOT.time ? values[place] : undefined));
  const name = `${FOLLOWER}${follower.split('/')[1] ?? ''}/${encodeURIComponent(subjectIn(follower))}`;
  return { type: 'sale', sequences: UNSAID, ids: '', extras: [name], values: [...said, true], by: undefined };
}

function followerKey(sale: string, name: string): string {
  const [type = '', subject = ''] = name.slice(FOLLOWER.length).split('/');
  return factKey({ type: type === 'payment' ? 'payment' : 'refund', source: sourceIn(sale), subject: decodeURIComponent(subject), id: '' });
}

/** The names of the fields that name them. */
function followersOf({ extras }: Fact): readonly string[] {
  return extras === NO_EXTRAS ? NO_EXTRAS : extras.filter((name) => name.startsWith(FOLLOWER));
}

/** Out where the sale never was, or where its latest version names all refunds and not this one. */
function refundState(sale: Fact, subject: string): VoidState | undefined {
  const listed = fieldOf(sale, LISTED);
  const isListed = typeof listed !== 'string' || listed.split(' ').includes(subject);
  return statusOf(sale) === 'voided' || !isListed ? 'voided' : undefined;
}

/** A sale that never was has no payments; one that is not paid yet, or says nothing of it, leaves that to them. */
function paymentState(sale: Fact): VoidState | undefined {
  const status = statusOf(sale);
  if (status === 'voided') return 'voided';
  return status === 'open' || status === 'cancelled' || paidBy(sale, 'any') === undefined ? undefined : 'stated';
}

/**
 * The sale of a payment, or the order of a refund, by its whole subject. A payment that knows no more than a receipt's number or day counts by itself:
 * unlike a void or a return it is no document of the till and has no minute of that clock, so which receipt of the number is meant would depend on
 * the shop's zone (see normalize/pos/receiptSubject.ts).
 */
function saleOf(key: string, fact: Fact): string | undefined {
  const subject = fact.values[SLOT.refersTo];
  if (typeof subject !== 'string' || (fact.type === 'refund' && !isOfOrder(fact))) return undefined;
  return factKey({ type: 'sale', source: sourceIn(key), subject, id: '' });
}
