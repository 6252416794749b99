/**
 * `TestStep` is what comes in, and when: the lines under `events`, senders' messages as the canonical events they become, and commands to the
 * alerts.
 */
import { EVENT_TYPES, STATUSES } from '../event/schema.js';
import { isDecimal } from '../base/money.js';
import { formatInstant } from '../base/time.js';
import { type SourcePlace, TimelineError } from './diagnostic.js';
import { asPair, asText, placeOf } from './fields.js';
import { type Day, durationOf, momentAt, momentsAt } from './instant.js';
import { wordsOf } from './words.js';
import type { Located, LocatedEntry } from './yaml.js';

/** `TestStep` is one line. `at`: when it arrives, epoch ms. An event is given as a sender would post it; `refused`: the rule that has to refuse it. */
export type TestStep = { readonly at: number; readonly line: number } & (
  | { readonly kind: 'event'; readonly event: Readonly<Record<string, unknown>>; readonly copies: number; readonly refused?: string }
  | { readonly kind: CommandKind; readonly rule: string; readonly store: string; readonly until: number }
  | { readonly kind: 'restart'; readonly until: number }
);

type CommandKind = 'acknowledge' | 'silence' | 'retire';
const COMMANDS: readonly string[] = ['acknowledge', 'silence', 'retire'] satisfies CommandKind[];

/** `Cast` is what the lines may leave out: the first store, and the names of the rules for commands to alerts. */
export interface Cast {
  readonly store: string;
  readonly rules: readonly string[];
}

type StepFields = ReadonlyMap<string, string>;

const KNOWN = [
  'type', 'id', 'store', 'channel', 'status', 'amount', 'currency', 'quantity', 'payment', 'campaign', 'customer',
  'happened', 'opened', 'closed', 'duration', 'version', 'source', 'copies', 'refused',
] as const;
/** Their number is a quantity. */
const COUNTED: readonly string[] = ['visit', 'checkout', 'lead', 'ticket', 'closing'];
const MAX_COPIES = 100;

/** `readSteps` answers all in order of arrival; those of one instant as they stand in the file. Throws `TimelineError`. */
export function readSteps(lines: readonly Located[], day: Day, cast: Cast): TestStep[] {
  const reader = new StepReader(day, cast);
  return lines.flatMap((line) => reader.read(asPair(line, 'events'))).sort((a, b) => a.at - b.at);
}

class StepReader {
  readonly #day: Day;
  readonly #cast: Cast;
  readonly #firstTimes = new Map<string, number>();
  #serial = 0;

  constructor(day: Day, cast: Cast) {
    this.#day = day;
    this.#cast = cast;
  }

  read(entry: LocatedEntry): TestStep[] {
    const place = placeOf(entry, entry.key);
    const fields = fieldsOf(entry.value, place);
    return momentsAt(entry.key, this.#day, place).map((at) => this.#input(at, fields, placeOf(entry.value, entry.key)));
  }

  #input(at: number, fields: StepFields, place: SourcePlace): TestStep {
    const type = fields.get('type') ?? '';
    if (type === 'restart') return { kind: 'restart', at, line: place.line, until: this.#until(fields, at, place) };
    if (isCommand(type)) return this.#command(type, at, fields, place);
    if (!(EVENT_TYPES as readonly string[]).includes(type)) throw new TimelineError(place, 'event', type);
    const stranger = [...fields.keys()].find((key) => !(KNOWN as readonly string[]).includes(key) && !key.startsWith('x_'));
    if (stranger !== undefined) throw new TimelineError(place, 'unknown', stranger, `${KNOWN.join(', ')}, x_…`);
    const refused = fields.get('refused');
    return {
      kind: 'event', at, line: place.line, event: this.#event(type, at, fields, place), copies: wholeOf(fields.get('copies') ?? '1', place, MAX_COPIES),
      ...(refused === undefined ? {} : { refused }),
    };
  }

  #command(kind: CommandKind, at: number, fields: StepFields, place: SourcePlace): TestStep {
    const rule = fields.get('rule') ?? '';
    if (!this.#cast.rules.includes(rule)) throw new TimelineError(place, 'rule', rule, this.#cast.rules.join(', '));
    const until = kind === 'silence' && fields.get('until') === undefined ? undefined : this.#until(fields, at, place);
    if (until === undefined) throw new TimelineError(place, 'missing', undefined, 'until=14:00');
    return { kind, at, line: place.line, rule, store: fields.get('store') ?? '_', until };
  }

  #until(fields: StepFields, at: number, place: SourcePlace): number {
    const text = fields.get('until');
    return text === undefined ? at : momentAt(text, this.#day, place);
  }

  #event(type: string, at: number, fields: StepFields, place: SourcePlace): Readonly<Record<string, unknown>> {
    const subject = fields.get('id') ?? `t${String(++this.#serial)}`;
    const source = sourceOf(fields.get('source'));
    const time = this.#timeOf(`${type} ${source} ${subject}`, at, fields, place);
    const version = fields.get('version');
    const sequence = version === undefined ? formatInstant(at) : String(wholeOf(version, place, 1e12));
    return {
      specversion: '1.0', id: `${subject}@${sequence}`, source, type, subject, time: formatInstant(time), sequence, recordedtime: formatInstant(at),
      data: this.#data(type, time, fields, place),
    };
  }

  /** What is said again about one thing does not move it: it stays where it was first said to have happened. */
  #timeOf(key: string, at: number, fields: StepFields, place: SourcePlace): number {
    const said = fields.get('happened');
    const time = said === undefined ? this.#firstTimes.get(key) ?? at : momentAt(said, this.#day, place);
    if (!this.#firstTimes.has(key)) this.#firstTimes.set(key, time);
    return time;
  }

  #data(type: string, time: number, fields: StepFields, place: SourcePlace): Record<string, unknown> {
    const instant = (name: string): string | undefined => {
      const text = fields.get(name);
      return text === undefined ? undefined : formatInstant(momentAt(text, this.#day, place));
    };
    const lasted = fields.get('duration');
    const data = {
      store: fields.get('store') ?? this.#cast.store,
      channel: fields.get('channel'),
      status: fields.get('status') ?? (type === 'sale' ? 'completed' : undefined),
      amount: fields.get('amount'), currency: fields.get('currency'), payment: fields.get('payment'), customer: fields.get('customer'),
      quantity: numberOf(fields.get('quantity'), place),
      campaign: campaignOf(fields.get('campaign')),
      openedAt: lasted === undefined ? instant('opened') : formatInstant(time - durationOf(lasted, place)),
      closedAt: lasted === undefined ? instant('closed') : formatInstant(time),
      ...Object.fromEntries([...fields].filter(([key]) => key.startsWith('x_')).map(([key, text]) => [key, isDecimal(text) ? Number(text) : text])),
    };
    return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  }
}

function isCommand(type: string): type is CommandKind {
  return COMMANDS.includes(type);
}

/** A short line or a map: the same names. In a short line the first word is the type; a number and a status stand for themselves. */
function fieldsOf(node: Located, place: SourcePlace): StepFields {
  if (node.kind === 'map') return new Map(node.entries.map(({ key, value }) => [key, asText(value, key).text]));
  const { words: [type = '', ...words], values } = wordsOf(asText(node, place.field).text, placeOf(node, place.field));
  const fields = new Map([['type', type], ...values]);
  if (isCommand(type)) return fields.set('rule', words.join(' '));
  for (const word of words) {
    const name = (STATUSES as readonly string[]).includes(word) ? 'status' : isDecimal(word) ? (COUNTED.includes(type) ? 'quantity' : 'amount') : undefined;
    if (name === undefined) throw new TimelineError(place, 'word', word);
    if (fields.has(name)) throw new TimelineError(place, 'twice', word, name);
    fields.set(name, word);
  }
  return fields;
}

/** "pos" → "urn:timeline:pos". */
function sourceOf(name: string | undefined): string {
  if (name === undefined) return 'urn:timeline';
  return name.includes(':') ? name : `urn:timeline:${name}`;
}

/** "instagram/social/natale": source, medium, name. */
function campaignOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const [source = '', medium, name] = text.split('/');
  return { source, ...(medium === undefined ? {} : { medium }), ...(name === undefined ? {} : { name }) };
}

function numberOf(text: string | undefined, place: SourcePlace): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(text)) throw new TimelineError(place, 'number', text);
  return Number(text);
}

function wholeOf(text: string, place: SourcePlace, most: number): number {
  if (!/^\d{1,13}$/.test(text) || Number(text) > most) throw new TimelineError(place, 'whole', text);
  return Number(text);
}
