/**
 * How does a fact lie in the store? As short lines, cheap to put together and to take apart; the same knowledge is the same text.
 *
 *     <generation> TAB <type> TAB <sequence> TAB <id> [TAB <sequence> TAB <id> …]      the writers
 *     [<place of the writer, where it is not the first>]<letter><value>                 one line a field
 *     ~<void state>                                                                     where other documents give it one
 *
 * `a4250` is an amount of 42.50, `1t1795338930` a time set by the second writer, `y[["card",4000]]` what was paid how, `b[[1400,2000,"sku-1"]]` lines
 * (see saleLine.ts), `x_table=n7` a field of the sender's own with its kind (`s` text, `n` number, `b` true or false).
 * Instants are seconds, with `.` and milliseconds where there are any. No text of a canonical event holds a
 * control character (see event.schema.ts), so none has to be escaped; U+0001 before a sequence says that nobody had paid yet (see fact.ts).
 */
import type { EventType } from '../event/event.js';
import type { VoidState } from './fact.js';
import { type Fact, type FieldValue, FIRST_EXTRA, NO_EXTRAS, type Share, SLOT } from './fact.js';
import { linesIn, linesText, type SaleLine } from './saleLine.js';

/** A fact as it lies in the store: with the generation of measures its contributions were computed by (see measure.ts). */
export interface StoredFact {
  readonly generation: string;
  readonly fact: Fact;
}

/** The letter of each place. */
const LETTERS = ['s', 'c', 't', 'u', 'a', 'q', 'p', 'o', 'l', 'k', 'e', 'm', 'n', 'i', 'h', 'g', 'd', 'v', 'y', 'r', 'b', 'w'] as const;
const PLACES: ReadonlyMap<string, number> = new Map(LETTERS.map((letter, place) => [letter, place]));

/** Text to store; the same knowledge under the same measures is the same text. Joined: a text put together with `+` would keep all its pieces. */
export function encodeFact({ generation, fact }: StoredFact): string {
  const { type, sequences, ids, values, by, extras } = fact;
  const lines = [`${generation}\t${type}\t${writersText(sequences, ids)}`];
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place];
    if (value === undefined) continue;
    const writer = by?.[place] ?? 0;
    const field = place < FIRST_EXTRA ? LETTERS[place as 0] + valueText(place, value) : extraText(extras[place - FIRST_EXTRA] ?? '', value);
    lines.push(writer === 0 ? field : String(writer) + field);
  }
  if (fact.voidState !== undefined) lines.push(VOID_STATE + fact.voidState);
  return lines.join('\n');
}

/** Begins the line of a fact's `VoidState`, which no version of it wrote. */
const VOID_STATE = '~';

/** The fact in stored text. */
export function decodeFact(text: string): StoredFact {
  const lines = text.split('\n');
  const stated = takeVoidState(lines);
  const [generation = '', type, ...writers] = (lines[0] ?? '').split('\t');
  const values: (FieldValue | undefined)[] = [];
  const by: number[] = [];
  const extras: string[] = [];
  for (let index = 1; index < lines.length; index += 1) readLine(lines[index] ?? '', values, by, extras);
  const known = { type: type as EventType, extras: extras.length === 0 ? NO_EXTRAS : extras, values, ...stated };
  if (writers.length === 2) return { generation, fact: { ...known, sequences: writers[0] ?? '', ids: writers[1] ?? '', by: undefined } };
  const [sequences, ids] = [0, 1].map((odd) => writers.filter((_word, index) => index % 2 === odd));
  return { generation, fact: { ...known, sequences: sequences ?? [], ids: ids ?? [], by } };
}

/** The void state in the last line, which is taken away. */
function takeVoidState(lines: string[]): Pick<Fact, 'voidState'> {
  const last = lines.at(-1) ?? '';
  if (!last.startsWith(VOID_STATE)) return {};
  lines.pop();
  return { voidState: last.slice(VOID_STATE.length) as VoidState };
}

/** The generation alone, of many facts that may need no more. */
export function generationIn(text: string): string {
  return text.slice(0, text.indexOf('\t'));
}

function readLine(line: string, values: (FieldValue | undefined)[], by: number[], extras: string[]): void {
  let start = 0;
  while (line.charCodeAt(start) <= NINE) start += 1;
  const writer = start === 0 ? 0 : Number(line.slice(0, start));
  const letter = line[start] ?? '';
  const body = line.slice(start + 1);
  const end = body.indexOf('=');
  const place = PLACES.get(letter) ?? FIRST_EXTRA + extras.push(letter + body.slice(0, end)) - 1;
  while (values.length < place) values.push(undefined);
  while (by.length < place) by.push(0);
  values.push(place < FIRST_EXTRA ? valueAt(place, body) : extraValue(body.slice(end + 1)));
  by.push(writer);
}

const NINE = '9'.charCodeAt(0);

function valueAt(place: number, body: string): FieldValue {
  if (isInstant(place)) return instantIn(body);
  if (place === SLOT.lines) return linesIn(body);
  if (isShares(place)) return (JSON.parse(body) as [string, number][]).map(([of, amount]) => ({ of, amount }));
  return isNumber(place) ? Number(body) : body;
}

function valueText(place: number, value: FieldValue): string {
  if (place === SLOT.lines) return linesText(value as readonly SaleLine[]);
  if (typeof value === 'object') return JSON.stringify((value as readonly Share[]).map(({ of, amount }) => [of, amount]));
  return isInstant(place) ? instantText(value as number) : String(value);
}

function writersText(sequences: Fact['sequences'], ids: Fact['ids']): string {
  if (typeof sequences === 'string') return `${sequences}\t${String(ids)}`;
  return sequences.map((sequence, index) => `${sequence}\t${ids[index] ?? ''}`).join('\t');
}

function isNumber(place: number): boolean {
  return place === SLOT.amount || place === SLOT.quantity || (place >= SLOT.tip && place <= SLOT.discount);
}

function isShares(place: number): boolean {
  return place === SLOT.taxes || place === SLOT.payments;
}

function isInstant(place: number): boolean {
  return place === SLOT.time || place === SLOT.openedAt || place === SLOT.closedAt;
}

/** Whole seconds fit a small integer, whose digits are found several times faster. */
function instantText(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1_000);
  const millis = epochMs - seconds * 1_000;
  return millis === 0 ? String(seconds) : `${String(seconds)}.${String(millis)}`;
}

function instantIn(body: string): number {
  const point = body.indexOf('.');
  return point === -1 ? Number(body) * 1_000 : Number(body.slice(0, point)) * 1_000 + Number(body.slice(point + 1));
}

function extraText(name: string, value: FieldValue): string {
  return `${name}=${(typeof value)[0] ?? ''}${valueText(FIRST_EXTRA, value)}`;
}

function extraValue(said: string): FieldValue {
  const body = said.slice(1);
  if (said.startsWith('n')) return Number(body);
  return said.startsWith('b') ? body === 'true' : body;
}
