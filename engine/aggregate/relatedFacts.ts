/**
 * `RelatedFacts` are what a batch changes in facts that follow others: a refund of an order counts only while its sale does, and while the sale's
 * latest version names it; a payment counts only while its sale does and does not state its payments; a deal and the contact it came from are one
 * person, as long as there is that contact.
 *
 * They are derived from merged facts, in the commit that writes these, which checks all of them: so neither order nor repetition matters, nor a
 * crash. A sale knows its followers by fields that rank below all that its sender says; a sale of which nothing else is known counts for nothing.
 */
import { formatInstant } from '../base/time.js';
import type { EventData } from '../event/event.js';
import {
  type Fact, factKey, factOf, fieldOf, FIRST_EXTRA, isOfOrder, mergeFacts, NO_EXTRAS, placeOf, SLOT, sourceIn, statusOf, subjectIn, UNSAID, type VoidState,
} from '../fact/fact.js';
import { paidBy } from '../kpi/saleMoney.js';
import { factAfter, type Version, type Versions, type VoidStates } from './fold.js';

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
/** On a contact: begins the names of the fields that say of each of its deals whether it was won. */
const WON = 'x_won_';
/** `BELOW_VERSIONS` sorts before every instant and number, so that no field which a sender has set is touched. */
export const BELOW_VERSIONS = '!';

/** The batch itself where none of its facts follows another or is followed. */
export function relatedFacts(versions: Versions, states: VoidStates, knownAt: KnownAt, currency: string): RelatedFacts {
  const followed = new Map<string, readonly string[]>();
  const leads: string[] = [];
  for (const [key, { fact }] of versions) {
    const sale = saleTouched(key, fact, knownAt(key), states);
    if (sale !== undefined) followed.set(sale, [...followed.get(sale) ?? [], ...(sale === key ? [] : [key])]);
    else if (fact?.type === 'lead') leads.push(key);
  }
  if (followed.size === 0 && leads.length === 0) return { versions, states, keys: [] };
  const batch = { versions: new Map(versions), states: new Map(states), keys: [] as string[], knownAt };
  for (const [sale, followers] of followed) followSale(batch, sale, followers);
  for (const lead of leads) followLead(batch, lead, currency);
  return batch;
}

/** The sale whose followers a version may concern: it has some, or the version is of one. */
function saleTouched(key: string, said: Fact | undefined, known: Fact | undefined, states: VoidStates): string | undefined {
  if (said?.type === 'refund' || said?.type === 'payment') return saleOf(key, mergeFacts(known, said));
  const isMeant = said === undefined ? states.has(key) : said.type === 'sale';
  return isMeant && known !== undefined && followersOf(known).length > 0 ? key : undefined;
}

interface Batch {
  readonly versions: Map<string, Version>;
  readonly states: Map<string, VoidState | undefined>;
  readonly keys: string[];
  readonly knownAt: KnownAt;
}

/** The sale learns of followers in the batch; each of its followers, whether it counts beside the sale. */
function followSale(batch: Batch, key: string, inBatch: readonly string[]): void {
  for (const follower of inBatch) introduce(batch, key, follower);
  const sale = after(batch, key);
  if (sale === undefined) return;
  const followers = new Set([...inBatch, ...followersOf(sale).map((name) => followerKey(key, name))]);
  batch.keys.push(key, ...followers);
  check(batch, key);
  for (const follower of followers) {
    const fact = after(batch, follower);
    if (fact === undefined || saleOf(follower, fact) !== key) continue;
    batch.states.set(follower, fact.type === 'payment' ? paymentState(sale) : refundState(sale, subjectIn(follower)));
    check(batch, follower);
  }
}

function after({ versions, states, knownAt }: Batch, key: string): Fact | undefined {
  return factAfter(knownAt(key), versions.get(key)?.fact, states, key);
}

/** Others were derived from this fact, or it from others: it is written even where it stays as it is, so that the commit checks it. */
function check({ versions }: Batch, key: string): void {
  versions.set(key, { fact: undefined, events: 0, ...versions.get(key), write: 'always' });
}

function introduce(batch: Batch, key: string, follower: string): void {
  const [sale, fact] = [after(batch, key), after(batch, follower)];
  if (fact === undefined || (sale !== undefined && followersOf(sale).length >= MAX_FOLLOWERS)) return;
  const version = batch.versions.get(key);
  batch.versions.set(key, { events: 0, ...version, fact: mergeFacts(version?.fact, introduction(fact, follower)) });
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

/** The sale of a payment, or the order of a refund. */
function saleOf(key: string, fact: Fact): string | undefined {
  const subject = fact.values[SLOT.refersTo];
  if (typeof subject !== 'string' || (fact.type === 'refund' && !isOfOrder(fact))) return undefined;
  return factKey({ type: 'sale', source: sourceIn(key), subject, id: '' });
}

function followLead(batch: Batch, key: string, currency: string): void {
  if (subjectIn(key).startsWith('deal/')) followDeal(batch, key, currency);
  else releaseDeals(batch, key);
}

/** The contact learns that somebody was reached, by which campaign and when, and whether they were won. */
function followDeal(batch: Batch, key: string, currency: string): void {
  const deal = after(batch, key);
  const subject = deal === undefined ? undefined : fieldOf(deal, 'refersTo');
  if (deal === undefined || typeof subject !== 'string') return;
  const contact = factKey({ type: 'lead', source: sourceIn(key), subject, id: '' });
  const version = batch.versions.get(contact);
  batch.versions.set(contact, { events: 0, ...version, fact: mergeFacts(mergeFacts(version?.fact, personOf(deal, currency)), wonBy(deal, key, currency)) });
  releaseDeals(batch, contact);
}

function personOf(deal: Fact, currency: string): Fact {
  const { values } = deal;
  const [source, medium] = [SLOT['campaign.source'], SLOT['campaign.medium']].map((place) => values[place]);
  const campaign = { ...(typeof source === 'string' && { source }), ...(typeof medium === 'string' && { medium }) };
  return contactOf(deal, BELOW_VERSIONS + latestOf(deal), currency, {
    ...(Object.keys(campaign).length > 0 && { campaign }),
    ...instantField('openedAt', values[SLOT.openedAt]),
    ...(statusOf(deal) === 'completed' && instantField('closedAt', values[SLOT.closedAt])),
  });
}

/** Whether this deal of theirs was won: as late as its status and its deletion, because nothing else decides it. */
function wonBy(deal: Fact, key: string, currency: string): Fact {
  const [status = '', deleted = ''] = [SLOT.status, placeOf(deal, 'x_deleted')].map((place) => sequenceAt(deal, place));
  const name = WON + subjectIn(key).slice('deal/'.length) as `x_${string}`;
  return contactOf(deal, BELOW_VERSIONS + (status > deleted ? status : deleted), currency, { [name]: statusOf(deal) === 'completed' });
}

function contactOf({ values }: Fact, sequence: string, currency: string, said: Partial<EventData>): Fact {
  const [store, channel, time] = [values[SLOT.store], values[SLOT.channel], values[SLOT.time]];
  const data: EventData = { store: typeof store === 'string' ? store : '', ...(typeof channel === 'string' && { channel }), ...said };
  const place = { specversion: '1.0', source: '', type: 'lead', time: formatInstant(typeof time === 'number' ? time : 0) } as const;
  return { ...factOf({ ...place, id: '', sequence, data }, currency), ids: `${sequence}/${JSON.stringify(data)}` };
}

/** A contact that is gone stands for none of its deals: each counts for itself, until the contact is back. */
function releaseDeals(batch: Batch, key: string): void {
  const contact = after(batch, key);
  if (contact === undefined) return;
  const deals = contact.extras.filter((name) => name.startsWith(WON));
  if (deals.length === 0) return;
  batch.keys.push(key);
  check(batch, key);
  for (const name of deals) {
    const deal = factKey({ type: 'lead', source: sourceIn(key), subject: `deal/${name.slice(WON.length)}`, id: '' });
    batch.keys.push(deal);
    const fact = after(batch, deal);
    if (fact === undefined || fieldOf(fact, 'refersTo') !== subjectIn(key)) continue;
    batch.states.set(deal, statusOf(contact) === 'voided' ? 'released' : undefined);
    check(batch, deal);
  }
}

/** The place in its history of whoever set a field, empty where nobody did. */
function sequenceAt({ sequences, by, values }: Fact, place: number): string {
  if (values[place] === undefined) return '';
  return typeof sequences === 'string' ? sequences : sequences[by?.[place] ?? 0] ?? '';
}

function instantField(name: 'openedAt' | 'closedAt', value: unknown): Partial<EventData> {
  return typeof value === 'number' ? { [name]: formatInstant(value) } : {};
}

/** The greatest of the writers' sequences. */
function latestOf({ sequences }: Fact): string {
  return typeof sequences === 'string' ? sequences : sequences.reduce((latest, each) => (each > latest ? each : latest), '');
}
