/**
 * `followLeads` derives what becomes of leads and tickets: a deal and the contact it came from are one person, as long as there is that contact; records
 * of HubSpot that were merged are the one that came of it (see normalize/hubspot.ts).
 *
 * A merge names the record that stays, in every record that is gone. Deals of a contact that is gone are the survivor's from then on, whether HubSpot
 * says so of each or not. A survivor with an id of its own is what its primary was, as far as its own notices do not say otherwise: HubSpot sends none
 * for the values that it takes over.
 */
import { type Fact, factKey, fieldOf, FIRST_EXTRA, isAfter, mergeFacts, SLOT, sourceIn, statusOf, subjectIn, withSequences, writerOf } from '../fact/fact.js';
import { BELOW_VERSIONS, check, factIn, learnIn, type RelatedBatch } from './relatedBatch.js';

/** On a contact: begins the names of the fields that say of each of its deals whether it was won. */
const WON = 'x_won_';
/** On a record that is gone: begins the name of the field that says by its end into which record it was merged, and by its value, as what. */
const INTO = 'x_into_';
/** What a survivor has of its primary stands above its own creation (`#`) and below its own changes. */
const TAKEN_OVER = '$';
/** Of a longer chain of merges the last record has only what it says itself. */
const MAX_MERGES = 8;
/** Where and when, for a record of which nothing else is known. */
const PLACE: ReadonlySet<string> = new Set(['store', 'channel', 'time']);

/** `leads`: the keys of leads and tickets in the batch. */
export function followLeads(batch: RelatedBatch, leads: readonly string[]): void {
  const queue = [...leads];
  for (const key of queue) {
    queue.push(...takeOver(batch, key));
    const subject = subjectIn(key);
    if (subject.startsWith('deal/')) followDeal(batch, key);
    else if (subject.startsWith('contact/')) for (const deal of dealsOf(batch, key)) followDeal(batch, deal);
  }
}

/** Gives a survivor with an id of its own what the primary was; answers those that learned something. */
function takeOver(batch: RelatedBatch, key: string): string[] {
  const primary = factIn(batch, key);
  const survivors = primary === undefined ? [] : survivorsOf(key, primary).filter(([, as]) => as === 'primary').map(([survivor]) => survivor);
  if (primary === undefined || survivors.length === 0) return [];
  const said = withSequences(primary, takenOver);
  if (said === undefined || Object.keys(SLOT).every((field) => PLACE.has(field) || fieldOf(said, field) === undefined)) return [];
  return survivors.filter((survivor) => {
    const before = factIn(batch, survivor);
    const isNew = before === undefined || mergeFacts(before, said) !== before;
    if (isNew) learnIn(batch, survivor, said);
    return isNew;
  });
}

/** Its place in the survivor's history, absent for what was derived, and for what became of the record itself. */
function takenOver(field: string, sequence: string): string | undefined {
  const isOwn = !sequence.startsWith(BELOW_VERSIONS) && field !== 'x_deleted' && !field.startsWith(INTO);
  return isOwn && !sequence.startsWith(TAKEN_OVER.repeat(MAX_MERGES)) ? TAKEN_OVER + sequence : undefined;
}

/** The keys of the records that it was merged into, and as what. */
function survivorsOf(key: string, fact: Fact): (readonly [survivor: string, as: unknown])[] {
  const kind = subjectIn(key).split('/', 1)[0] ?? '';
  return fact.extras.filter((name) => name.startsWith(INTO)).map((name) => {
    const subject = `${kind}/${name.slice(INTO.length)}`;
    return [factKey({ type: fact.type, source: sourceIn(key), subject, id: '' }), fieldOf(fact, name)] as const;
  });
}

/** The contact that a key names, and those that it was merged into, the last one last. */
function contactsFrom(batch: RelatedBatch, contact: string): readonly string[] {
  const contacts = new Set([contact]);
  for (const key of contacts) {
    batch.keys.push(key);
    const fact = factIn(batch, key);
    if (fact !== undefined && contacts.size <= MAX_MERGES) for (const [survivor] of survivorsOf(key, fact)) contacts.add(survivor);
  }
  return [...contacts];
}

/** The deals that a contact knows of. */
function dealsOf(batch: RelatedBatch, key: string): string[] {
  const names = factIn(batch, key)?.extras.filter((name) => name.startsWith(WON)) ?? [];
  return names.map((name) => factKey({ type: 'lead', source: sourceIn(key), subject: `deal/${name.slice(WON.length)}`, id: '' }));
}

/**
 * The contact learns that somebody was reached, by which campaign and when, and whether they were won. Where it is gone it stands for none of its deals:
 * each counts for itself, until the contact is back.
 */
function followDeal(batch: RelatedBatch, key: string): void {
  batch.keys.push(key);
  const deal = factIn(batch, key);
  const subject = deal === undefined ? undefined : fieldOf(deal, 'refersTo');
  if (deal === undefined || typeof subject !== 'string') return;
  const contacts = contactsFrom(batch, factKey({ type: 'lead', source: sourceIn(key), subject, id: '' }));
  for (const contact of contacts) {
    for (const said of [personOf(deal), wonBy(deal, key)]) if (said !== undefined) learnIn(batch, contact, said);
    check(batch, contact);
  }
  const contact = factIn(batch, contacts.at(-1) ?? '');
  batch.states.set(key, contact !== undefined && statusOf(contact) === 'voided' ? 'released' : undefined);
  check(batch, key);
}

/** Each field at its own place in the deal's history, so that whatever is known of the deal first, the contact ends up the same. */
function personOf(deal: Fact): Fact | undefined {
  const isWon = deal.values[SLOT.status] === 'completed';
  return withSequences(deal, (field, sequence) => (PERSON.has(field) || (field === 'closedAt' && isWon) ? BELOW_VERSIONS + sequence : undefined));
}

const PERSON: ReadonlySet<string> = new Set([...PLACE, 'campaign.source', 'campaign.medium', 'openedAt']);

/** Whether this deal of theirs was won: as late as its status and its deletion, because nothing else decides it. */
function wonBy(deal: Fact, key: string): Fact {
  const deciding = [writerOf(deal, 'status'), writerOf(deal, 'x_deleted')].sort((a, b) => (isAfter(a.sequence, a.id, b.sequence, b.id) ? -1 : 1));
  const [sequences, ids] = [deciding.map(({ sequence }) => sequence), deciding.map(({ id }) => id)].map((texts) => texts.join(' '));
  const name = WON + subjectIn(key).slice('deal/'.length);
  const values = [...Array.from({ length: FIRST_EXTRA }, () => undefined), statusOf(deal) === 'completed'];
  return { type: 'lead', sequences: BELOW_VERSIONS + (sequences ?? ''), ids: ids ?? '', extras: [name], values, by: undefined };
}
