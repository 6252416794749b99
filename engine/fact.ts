/**
 * What do we know about one thing that happened? The merge of all versions heard of it, whatever their order.
 *
 * A fact is a map of last-writer-wins registers, one a field, ordered by (sequence, id, value). That order is total, so
 * the merge is commutative, associative and idempotent (a state-based CRDT: Shapiro et al. 2011, LWW-Register).
 */
import { type EventData, type EventType, sequenceKey, type ShopEvent } from './event.js';
import { toMinor } from './money.js';
import { parseInstant } from './time.js';

/** A field's value: text, an instant in epoch ms, money in minor units, a quantity in thousandths. */
export type FieldValue = string | number | boolean;

/** Who set a field: the version's place in its subject's history, then its id. */
type Writer = readonly [sequence: string, id: string];

/** The merged fields with the index of their writer. Writers and fields are sorted: equal knowledge is equal text. */
export interface Fact {
  readonly type: EventType;
  readonly writers: readonly Writer[];
  readonly fields: Readonly<Record<string, readonly [value: FieldValue, writer: number]>>;
}

/** Facts of one thing share this key. The source belongs to it: two tills may both have a receipt 1. */
export function factKey(event: ShopEvent): string {
  return `f/${event.type}/${encodeURIComponent(event.source)}/${event.subject ?? `=${event.id}`}`;
}

/** Merges one more version in. */
export function mergeEvent(fact: Fact | undefined, event: ShopEvent, currency: string): Fact {
  return mergeFacts(fact, factOf(event, currency));
}

/** Merges two states of knowledge about one thing. */
export function mergeFacts(a: Fact | undefined, b: Fact): Fact {
  if (a === undefined || covers(b, a)) return b;
  if (covers(a, b)) return a;
  const winners = new Map<string, Register>();
  for (const fact of [a, b]) {
    for (const [field, [value, writer]] of Object.entries(fact.fields)) {
      const register: Register = { value, writer: fact.writers[writer] ?? ['', ''] };
      const rival = winners.get(field);
      if (rival === undefined || isLater(register, rival)) winners.set(field, register);
    }
  }
  return assemble(b.type, winners);
}

/** The value of one field, `undefined` where no version set it. */
export function fieldOf(fact: Fact, field: string): FieldValue | undefined {
  return fact.fields[field]?.[0];
}

/** A fact as it lies in the store: with the generation of measures its contributions were computed by (see measure.ts). */
export interface StoredFact {
  readonly generation: string;
  readonly fact: Fact;
}

/** Text to store; the same knowledge under the same measures is the same text. */
export function encodeFact({ generation, fact }: StoredFact): string {
  return JSON.stringify([generation, fact.type, fact.writers, fact.fields]);
}

/** The fact in stored text. */
export function decodeFact(text: string): StoredFact {
  const [generation, type, writers, fields] = JSON.parse(text) as [string, EventType, Fact['writers'], Fact['fields']];
  return { generation, fact: { type, writers, fields } };
}

/** Whether merging `b` into `a` changes nothing: what a repetition does, and what an older version does that knows no more. */
function covers(a: Fact, b: Fact): boolean {
  for (const field of Object.keys(b.fields)) {
    const mine = registerOf(a, field);
    const other = registerOf(b, field);
    if (mine === undefined || (other !== undefined && isLater(other, mine))) return false;
  }
  return true;
}

function registerOf({ fields, writers }: Fact, field: string): Register | undefined {
  const found = fields[field];
  return found === undefined ? undefined : { value: found[0], writer: writers[found[1]] ?? ['', ''] };
}

interface Register {
  readonly value: FieldValue;
  readonly writer: Writer;
}

function factOf(event: ShopEvent, currency: string): Fact {
  const values = fieldsOf(event, currency);
  const fields: Record<string, readonly [FieldValue, number]> = {};
  for (const field of ascending(Object.keys(values))) fields[field] = [values[field] as FieldValue, 0];
  return { type: event.type, writers: [[sequenceKey(event.sequence), event.id]], fields };
}

function fieldsOf({ time, data }: ShopEvent, currency: string): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {};
  for (const field of Object.keys(data) as (keyof EventData)[]) {
    const value = data[field];
    if (field === 'amount') values[field] = toMinor(value as string, currency) ?? 0;
    else if (field === 'quantity') values[field] = Math.round((value as number) * 1_000);
    else if (field === 'openedAt' || field === 'closedAt') values[field] = instantOf(value as string);
    else if (field === 'campaign') for (const [part, text] of Object.entries(data.campaign ?? {})) values[`campaign.${part}`] = text as string;
    else if (field !== 'currency') values[field] = value as FieldValue;
  }
  values['time'] = instantOf(time);
  return values;
}

/** The fields of canonical events are in order already. */
function ascending(names: string[]): string[] {
  return names.every((name, index) => index === 0 || name > (names[index - 1] ?? '')) ? names : names.sort();
}

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) throw new TypeError(`not a canonical instant: ${text}`);
  return instant;
}

function isLater(a: Register, b: Register): boolean {
  const [sequenceA, idA] = a.writer;
  const [sequenceB, idB] = b.writer;
  if (sequenceA !== sequenceB) return sequenceA > sequenceB;
  if (idA !== idB) return idA > idB;
  if (a.value === b.value) return false;
  return JSON.stringify(a.value) > JSON.stringify(b.value);
}

function assemble(type: EventType, registers: ReadonlyMap<string, Register>): Fact {
  const nameOf = (writer: Writer): string => `${writer[0]}\u0000${writer[1]}`;
  const byName = new Map([...registers.values()].map(({ writer }) => [nameOf(writer), writer]));
  const names = [...byName.keys()].sort();
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const fields: Record<string, readonly [FieldValue, number]> = {};
  for (const field of [...registers.keys()].sort()) {
    const register = registers.get(field);
    if (register !== undefined) fields[field] = [register.value, indexOf.get(nameOf(register.writer)) ?? 0];
  }
  return { type, writers: names.map((name) => byName.get(name) ?? ['', '']), fields };
}
