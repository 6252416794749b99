/**
 * `decodeEvents` and `decodeFootfall` read what came over MQTT: canonical events with the mark of the outbox that waits for them, and dead letters
 * of what is none.
 */
import type { DeadLetter } from '../../engine/deadletter/deadLetter.js';
import type { Refusal } from '../../engine/base/errors.js';
import { type EventContext, parseEvent, type ShopEvent } from '../../engine/event/event.js';
import { type Counted, parseCounted, visitOf } from '../../engine/event/footfall.js';
import { isRecord, jsonOf, parseJson, present } from '../../engine/base/json.js';
import { markOf, type OutboxMark } from '../../engine/delivery/acknowledgements.js';
import { formatInstant } from '../../engine/base/time.js';
import { footfallStore } from '../../engine/event/topic.js';

/** `MarkedEvent` is an event with the mark of its outbox; an event of a foreign publisher has none, and a visit that is kept has who waits for it. */
export interface MarkedEvent {
  readonly event: ShopEvent;
  readonly mark?: OutboxMark;
  readonly settled?: (outcome: 'stored' | 'failed') => void;
}

/** `RejectedEvent` is what is no event, with the mark of its outbox where it has one. */
export interface RejectedEvent {
  readonly deadLetter: DeadLetter;
  readonly mark?: OutboxMark;
}

/** `DecodedMessage` is what one MQTT message held. */
export interface DecodedMessage {
  readonly events: readonly MarkedEvent[];
  readonly rejected: readonly RejectedEvent[];
}

/** `DecodeContext` is what decoding needs. `name`: a keyed digest that reveals nothing about the content; `seal` hides it under the shop's key. */
export interface DecodeContext extends EventContext {
  readonly name: (text: string) => string;
  readonly seal: (text: string) => string;
}

const NOT_JSON: Refusal = { path: '', rule: 'json', message: 'not JSON' };
const NOT_A_NUMBER: Refusal = { path: '', rule: 'number', message: 'must be a plain number of people' };
const NOT_A_STORE: Refusal = { path: '/topic', rule: 'label', message: 'the topic must end in the name of a store' };

/** `decodeEvents` reads one event or an array of events. */
export function decodeEvents(topic: string, payload: Buffer, context: DecodeContext): DecodedMessage {
  const text = payload.toString();
  const parsed = parseJson(text);
  if (parsed === undefined) return { events: [], rejected: [{ deadLetter: deadLetterOf(topic, text, 0, NOT_JSON, context) }] };
  const events: MarkedEvent[] = [];
  const rejected: RejectedEvent[] = [];
  (Array.isArray(parsed) ? parsed as unknown[] : [parsed]).forEach((input, index) => {
    const mark = isRecord(input) ? markOf(input) : undefined;
    const result = parseEvent(input, context);
    if (result.outcome === 'event') events.push(present({ event: result.event, mark }));
    else rejected.push(present({ deadLetter: deadLetterOf(topic, writtenOr(text, input), index, result.refusals[0] ?? NOT_JSON, context), mark }));
  });
  return { events, rejected };
}

/** What is nested too deep to be written again stays in its message. */
function writtenOr(message: string, input: unknown): string {
  const written = jsonOf(input);
  return written === '' ? message : written;
}

/** `Totals` say how running totals are understood: whether a bare number is one, and which visit there was since the one before. */
export interface Totals {
  readonly bare?: Counted['of'];
  readonly since?: (counter: string, total: number, visitOf: (people: number) => ShopEvent | undefined) => Promise<MarkedEvent | undefined>;
}

/**
 * `decodeFootfall` makes a visit of so many people from what a footfall counter published. A total that says nothing new (the same again, or the
 * first one) is no visit.
 */
export async function decodeFootfall(topic: string, payload: Buffer, unique: string, context: DecodeContext, totals: Totals = {}): Promise<DecodedMessage> {
  const text = payload.toString().trim();
  const store = footfallStore(topic);
  const counted = parseCounted(text, totals.bare ?? 'since');
  if (store === undefined) return { events: [], rejected: [{ deadLetter: deadLetterOf(topic, text, 0, NOT_A_STORE, context) }] };
  if (counted === undefined || (counted.of === 'total' && totals.since === undefined)) {
    return { events: [], rejected: [{ deadLetter: deadLetterOf(topic, text, 0, NOT_A_NUMBER, context) }] };
  }
  const decoded = (people: number): DecodedMessage =>
    decodeEvents(topic, Buffer.from(JSON.stringify(visitOf(store, people, counted, unique, context.now))), context);
  if (counted.of === 'since') return decoded(counted.people);
  let rejected: readonly RejectedEvent[] = [];
  const visit = await totals.since?.(store, counted.people, (people) => {
    const read = decoded(people);
    rejected = read.rejected;
    return read.events[0]?.event;
  });
  return { events: visit === undefined ? [] : [visit], rejected };
}

/** `deadLetterOfEvent` is for an event that nobody would send again, and that could not be stored or taken. */
export function deadLetterOfEvent(event: ShopEvent, reason: Refusal, context: DecodeContext): DeadLetter {
  return deadLetterOf('events', JSON.stringify(event), 0, reason, context);
}

/** The id comes from the content: the same thing sent again is the same dead letter. */
function deadLetterOf(topic: string, text: string, index: number, refusal: Refusal, { now, name, seal }: DecodeContext): DeadLetter {
  const { path, rule, message } = refusal;
  return {
    id: name(`${topic}\n${text}`), provider: 'mqtt', topic, reason: rule, path, message,
    receivedAt: formatInstant(now), kind: 'dead', index, sealed: seal(text),
  };
}
