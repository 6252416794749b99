/**
 * What came over MQTT? Canonical events with the mark of the outbox that waits for them, and what is none, with its reason.
 */
import type { DeadLetter } from '../../engine/deadletter/deadLetter.js';
import type { Refusal } from '../../engine/base/errors.js';
import { type EventContext, parseEvent, type ShopEvent } from '../../engine/event/event.js';
import { type Counted, parseCounted, visitOf } from '../../engine/event/footfall.js';
import { parseJson } from '../../engine/base/json.js';
import { markOf, type OutboxMark } from '../../engine/delivery/acknowledgements.js';
import { formatInstant } from '../../engine/base/time.js';
import { footfallStore } from '../../engine/event/topic.js';

/** An event with the mark of its outbox; events of strangers have none. */
export interface InboxMessage {
  readonly event: ShopEvent;
  readonly mark?: OutboxMark;
}

export interface Rejected {
  readonly letter: DeadLetter;
  readonly mark?: OutboxMark;
}

export interface Read {
  readonly arrivals: readonly InboxMessage[];
  readonly rejected: readonly Rejected[];
}

/** `name`: a keyed digest that tells nothing about the content; `seal` hides it under the shop's key. */
export interface ArrivalContext extends EventContext {
  readonly name: (text: string) => string;
  readonly seal: (text: string) => string;
}

const NOT_JSON: Refusal = { path: '', rule: 'json', message: 'not JSON' };
const NOT_A_NUMBER: Refusal = { path: '', rule: 'number', message: 'must be a plain number of people' };
const NOT_A_STORE: Refusal = { path: '/topic', rule: 'label', message: 'the topic must end in the name of a store' };

/** One event or an array of events. */
export function readEvents(topic: string, payload: Buffer, context: ArrivalContext): Read {
  const text = payload.toString();
  const parsed = parseJson(text);
  if (parsed === undefined) return { arrivals: [], rejected: [{ letter: letterOf(topic, text, 0, NOT_JSON, context) }] };
  const arrivals: InboxMessage[] = [];
  const rejected: Rejected[] = [];
  (Array.isArray(parsed) ? parsed as unknown[] : [parsed]).forEach((input, index) => {
    const mark = typeof input === 'object' && input !== null ? markOf(input) : undefined;
    const marked = mark === undefined ? {} : { mark };
    const result = parseEvent(input, context);
    if (result.outcome === 'event') arrivals.push({ event: result.event, ...marked });
    else rejected.push({ letter: letterOf(topic, JSON.stringify(input), index, result.refusals[0] ?? NOT_JSON, context), ...marked });
  });
  return { arrivals, rejected };
}

/** How running totals are understood: whether a bare number is one, and how many came since the one before. */
export interface Totals {
  readonly bare?: Counted['of'];
  readonly since?: (counter: string, total: number) => Promise<number>;
}

/**
 * What a door counter published becomes a visit of so many people. A total that tells
 * nothing new (the same again, or the first one) is no visit.
 */
export async function readFootfall(topic: string, payload: Buffer, unique: string, context: ArrivalContext, totals: Totals = {}): Promise<Read> {
  const text = payload.toString().trim();
  const store = footfallStore(topic);
  const counted = parseCounted(text, totals.bare ?? 'since');
  if (store === undefined) return { arrivals: [], rejected: [{ letter: letterOf(topic, text, 0, NOT_A_STORE, context) }] };
  if (counted === undefined || (counted.of === 'total' && totals.since === undefined)) {
    return { arrivals: [], rejected: [{ letter: letterOf(topic, text, 0, NOT_A_NUMBER, context) }] };
  }
  const people = counted.of === 'total' ? await totals.since?.(store, counted.people) : counted.people;
  if (people === undefined || (counted.of === 'total' && people === 0)) return { arrivals: [], rejected: [] };
  return readEvents(topic, Buffer.from(JSON.stringify(visitOf(store, people, counted, unique, context.now))), context);
}

/** An event that nobody would send again, and that could not be stored or taken. */
export function letterOfEvent(event: ShopEvent, reason: Refusal, context: ArrivalContext): DeadLetter {
  return letterOf('events', JSON.stringify(event), 0, reason, context);
}

/** The id comes from the content: the same thing sent again is the same letter. */
function letterOf(topic: string, text: string, index: number, refusal: Refusal, { now, name, seal }: ArrivalContext): DeadLetter {
  const { path, rule, message } = refusal;
  return {
    id: name(`${topic}\n${text}`), provider: 'mqtt', topic, reason: rule, path, message,
    receivedAt: formatInstant(now), kind: 'dead', index, sealed: seal(text),
  };
}
