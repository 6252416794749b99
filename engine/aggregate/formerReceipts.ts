/**
 * `FormerReceipt` is a fact under a key of a former release, which named a receipt by the shop's day, or where numbers never begin again by the
 * number as it was sent, and by whatever its sender called the store: `receipt/2026-11-21/0012` or `receipt/0012-0034` of
 * `urn:bottega:pos:MI-01/1`; or its store's name is one that is not clean (see `cleanName`). Such facts move to the key that the receipt has today,
 * so that it counts once when it is sent again. What they add up to moves with them, in one commit.
 */
import { cleanName } from '../base/name.js';
import { type Fact, fieldOf, mergeFacts, SLOT } from '../fact/fact.js';
import { openKey } from '../fact/openFactIndex.js';
import { isTill, minuteShown, plainNumber, subjectOf, tillSource } from '../normalize/pos/receiptSubject.js';
import { type Change, countersOf, type Entry, prefixRange, scanAll, type Store, textOf } from '../store/store.js';
import { addTo, formerOf, knownFact, type KnownFact, type Version } from './fold.js';
import { addsOf, type FoldContext } from './slice.js';
import { memberAdds } from './memberSlice.js';
import { SliceAccumulator } from './sliceAccumulator.js';
import { hoursPrefix } from './sourceActivity.js';

/** A fact of a former release, and the key that it has today. */
export interface FormerReceipt {
  readonly before: KnownFact;
  readonly key: string;
  readonly source: string;
  readonly formerSource: string;
}

/** "receipt/2026-11-21/0012": the number may hold anything, also more slashes. */
const BY_DAY = /^receipt\/\d{4}-\d\d-\d\d\/(.+)$/;
/** Ids that are made of what an event says: whoever sends canonical events names them, and chooses names of receipts of their own. */
const MADE_ID = /^([A-Za-z0-9_-]{22})?$/;
/** The minute at the end of today's subjects. */
const BY_MINUTE = /\/\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** The former receipts among these facts; the others are what they were. */
export function formerReceiptsIn(entries: readonly Entry[], context: FoldContext): FormerReceipt[] {
  return entries.flatMap(({ key, value }) => formerReceipt(key, textOf(value) ?? '', context));
}

function formerReceipt(key: string, text: string, context: FoldContext): FormerReceipt[] {
  const [, type = '', encoded = ''] = key.split('/', 3);
  const formerSource = type === 'sale' || type === 'refund' ? decodeURIComponent(encoded) : '';
  const subject = key.slice(`f/${type}/${encoded}/`.length);
  if (!isTill(formerSource) || !subject.startsWith('receipt/')) return [];
  if (BY_MINUTE.test(subject)) return ofStoreAsWritten(key, text, formerSource);
  const before = knownFact(key, text);
  const today = nameToday(subject, before.fact, context);
  const source = sourceToday(formerSource, before.fact);
  const moved = `f/${type}/${encodeURIComponent(source)}/${today ?? subject}`;
  return today === undefined || moved === key ? [] : [{ before, key: moved, source, formerSource }];
}

/** Its store was named as a sender wrote it, in letters that read the same and are not. */
function ofStoreAsWritten(key: string, text: string, formerSource: string): FormerReceipt[] {
  const [store, till] = storeAndTill(formerSource);
  if (cleanName(store) === store) return [];
  const source = tillSource(store, till);
  return [{ before: knownFact(key, text), key: key.replace(encodeURIComponent(formerSource), () => encodeURIComponent(source)), source, formerSource }];
}

function nameToday(subject: string, fact: Fact, { calendar: { clock } }: FoldContext): string | undefined {
  const byDay = BY_DAY.exec(subject)?.[1];
  if (byDay === undefined) {
    const { ids } = fact;
    const isMade = (typeof ids === 'string' ? [ids] : ids).every((id) => MADE_ID.test(id));
    return isMade ? subjectOf({ kind: 'receipt', number: plainNumber(subject.slice('receipt/'.length)), issued: '' }) : undefined;
  }
  const issuedAt = instantIn(fact, SLOT.openedAt) ?? instantIn(fact, SLOT.time) ?? 0;
  return subjectOf({ kind: 'receipt', number: plainNumber(byDay), issued: minuteShown(issuedAt + clock.offsetAt(issuedAt)) });
}

/** A store that nobody knew keeps the name that its till gave it. */
function sourceToday(formerSource: string, fact: Fact): string {
  const [store, till] = storeAndTill(formerSource);
  const quality = fieldOf(fact, 'x_quality');
  const isKnown = typeof quality !== 'string' || !quality.split(',').includes('store.unknown');
  const counted = fact.values[SLOT.store];
  return tillSource(isKnown && typeof counted === 'string' ? counted : store, till);
}

function storeAndTill(source: string): [store: string, till: string | undefined] {
  const [store = '', till = '-'] = (source.split(':').at(-1) ?? '').split('/').map(decoded);
  return [store, till === '-' ? undefined : till];
}

/** Whoever sends canonical events may name a source like a till's that we never encoded: it says what it says. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function instantIn({ values }: Fact, slot: number): number | undefined {
  const value = values[slot];
  return typeof value === 'number' ? value : undefined;
}

/** What these facts say under today's keys, and what takes them away where they are. */
export function movesOf(former: readonly FormerReceipt[], context: FoldContext): { versions: Map<string, Version>; removed: Change[] } {
  const versions = new Map<string, Version>();
  const sums = new SliceAccumulator(context.calendar);
  const removed: Change[] = [];
  for (const { before, key } of former) {
    const known = versions.get(key);
    versions.set(key, { fact: mergeFacts(known?.fact, before.fact), events: 0 });
    addTo(sums, formerOf(before.generation, context), before, -1);
    removed.push({ key: before.key, ...(before.text === undefined ? {} : { expect: before.text }) });
    const open = openKey(before.key, before.fact);
    if (open !== undefined) removed.push({ key: open });
  }
  return { versions, removed: [...removed, ...addsOf(sums.moved(context.now), context), ...memberAdds(sums.movedMembers(context.now))] };
}

/** When a till was last seen, and how much it sends in which hour, goes on under its name of today. */
export async function moveActivity(store: Store, former: readonly FormerReceipt[]): Promise<void> {
  const sources = new Map(former.map(({ formerSource, source }) => [formerSource, source]));
  for (const [from, to] of sources) {
    if (from === to) continue;
    const [lastSeen, known] = (await store.read([from, to].map((source) => `src/${encodeURIComponent(source)}`))).map(textOf);
    if (lastSeen === undefined) continue;
    const hours = await scanAll(store, prefixRange(hoursPrefix(from)));
    await store.commit([
      { key: `src/${encodeURIComponent(from)}`, expect: lastSeen },
      ...(known === undefined ? [{ key: `src/${encodeURIComponent(to)}`, value: JSON.stringify({ ...JSON.parse(lastSeen) as object, source: to }) }] : []),
      ...hours.flatMap(({ key, value }) => [{ key }, { key: hoursPrefix(to) + key.slice(hoursPrefix(from).length), add: countersOf(value) }]),
    ], 'stored');
  }
}
