/**
 * `Collector` gathers what comes out of one delivery: canonical events with deterministic ids, refusals with their place and rule, and what was
 * left out on purpose.
 */
import { hash } from 'node:crypto';
import type { Refusal } from '../../base/errors.js';
import { cleanName } from '../../base/name.js';
import type { IgnoredReason } from '../../base/errorTable/index.js';
import { type EventData, type EventType, parseEvent, type ShopEvent } from '../../event/event.js';
import { STAFF } from '../../event/schema.js';
import { formatInstant } from '../../base/time.js';
import type { Calendar } from '../../calendar/windowAssigner.js';
import type { OwnColumns } from '../mapping/columns.js';
import type { PosMapping } from '../mapping/fieldMapping.js';
import { isRecord, present } from '../../base/json.js';

/**
 * `Intake` says how a delivery came in. Header names are lower-case, with or without their provider's prefix; `topic` is the message's, `trust` the
 * webhook's word for its sender (absent: nobody has vouched for it).
 */
export interface Intake {
  readonly provider: string;
  readonly trust?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly topic?: string;
  readonly receivedAt: number;
}

/** `NormalizeContext` is what normalizing depends on besides the delivery. The first store is the default one. */
export interface NormalizeContext {
  readonly now: number;
  readonly currency: string;
  readonly stores: readonly { readonly id: string; readonly aliases: readonly string[] }[];
  readonly calendar: Calendar;
  readonly pseudonym: (email: string) => string;
  /** Of who sold, where the shop wants that counted; absent: nobody learns of it. */
  readonly staffPseudonym?: (name: string) => string;
  readonly pos: PosMapping;
  /** Headings of a file's columns beside those that are known anyway. */
  readonly columns?: OwnColumns;
  readonly stages: Stages;
  /** Whether events of that source may count; absent: of all. */
  readonly admits?: (source: string) => boolean;
}

/** `Stages` are pipeline stages by their internal names, as HubSpot sends them. */
export interface Stages {
  readonly won: readonly string[];
  readonly lost: readonly string[];
  readonly closedTicket: readonly string[];
}

/** `PlacedRefusal` is a refusal with the place of the refused element in what was sent; those of one event share its `item`. */
export interface PlacedRefusal extends Refusal {
  readonly index: number;
  readonly item: number;
}

/** `Ignored`: one element, and why. */
export interface Ignored {
  readonly index: number;
  readonly reason: IgnoredReason;
}

/** `EventDraft` is an event before it is checked. `origins`: which field of the sender's body each canonical path came from, for refusals. */
export interface EventDraft {
  readonly type: EventType;
  readonly source: string;
  readonly subject?: string;
  readonly time: unknown;
  /** `arrival`: of two versions the one that arrives later holds. */
  readonly sequence?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly origins?: Readonly<Record<string, string>>;
}

/** `Normalized` is the outcome of one delivery. */
export interface Normalized {
  readonly events: readonly ShopEvent[];
  readonly refusals: readonly PlacedRefusal[];
  readonly ignored: readonly Ignored[];
  /** Elements or parts of them that made no event: each has one or more refusals. */
  readonly refused: number;
  /** Places of elements that ask to forget somebody: letters that speak of them have to go too. */
  readonly erasures?: readonly number[];
}

const ID_LENGTH = 22;
const SHOP_UNKNOWN: Refusal = { path: '', rule: 'shop.unknown', message: 'not a shop that is known here' };

type CollectorContext = Pick<NormalizeContext, 'now' | 'currency' | 'admits' | 'stores' | 'staffPseudonym'>;

/** `Collector` of one delivery. */
export class Collector implements Normalized {
  readonly events: ShopEvent[] = [];
  readonly refusals: PlacedRefusal[] = [];
  readonly ignored: Ignored[] = [];
  readonly erasures: number[] = [];
  refused = 0;
  readonly #context: CollectorContext;
  /** Elements of shops that nobody knows: each is refused once, however many events it would make. */
  readonly #foreign = new Set<number>();
  readonly #recordedtime: string;

  constructor(intake: Pick<Intake, 'receivedAt'>, context: CollectorContext) {
    this.#context = context;
    this.#recordedtime = formatInstant(intake.receivedAt);
  }

  /** Checks a draft; its id is made of what it says, so that the same fact sent twice is the same event. */
  add(index: number, { origins = {}, ...draft }: EventDraft): void {
    const arrives = draft.sequence === 'arrival';
    const sequence = arrives ? this.#recordedtime : draft.sequence;
    const event = this.#parse(index, present({ specversion: '1.0', id: '-', ...draft, sequence, data: present(draft.data) }), origins);
    // What is the same however often it arrives is one event.
    if (event === undefined || !this.admit(index, event.source)) return;
    this.events.push({ ...event, id: eventId(arrives ? { ...event, sequence: event.time } : event) });
  }

  /** `false`, and a refusal, where the source is a shop that nobody has let in. */
  admit(index: number, source: string): boolean {
    if (this.#context.admits?.(source) !== false) return true;
    if (!this.#foreign.has(index)) this.refuse(index, SHOP_UNKNOWN);
    this.#foreign.add(index);
    return false;
  }

  /** Checks a canonical event as it was sent, id included; of its store, whatever name of it was sent. */
  addCanonical(index: number, sent: unknown): void {
    const event = this.#parse(index, isRecord(sent) ? this.#withoutStaff(this.#inStore(sent)) : {}, {});
    if (event !== undefined) this.events.push(event);
  }

  refuse(index: number, ...refusals: readonly Refusal[]): void {
    const item = this.refused;
    this.refused += 1;
    for (const refusal of refusals) this.refusals.push({ ...refusal, index, item });
  }

  ignore(index: number, reason: IgnoredReason): void {
    this.ignored.push({ index, reason });
  }

  erase(index: number): void {
    this.erasures.push(index);
  }

  /** Who sold is counted only where the shop wants it: a pseudonym is left out, anything else is refused as ever. */
  #withoutStaff(sent: Readonly<Record<string, unknown>>): object {
    const { data } = sent;
    if (this.#context.staffPseudonym !== undefined || !isRecord(data) || typeof data['staff'] !== 'string' || !STAFF.test(data['staff'])) return sent;
    const { staff: _staff, ...rest } = data;
    return { ...sent, data: rest };
  }

  #inStore(sent: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const { data } = sent;
    if (!isRecord(data) || typeof data['store'] !== 'string') return sent;
    const alias = cleanName(data['store']);
    const store = this.#context.stores.find(({ id, aliases }) => id !== alias && aliases.includes(alias));
    return store === undefined ? sent : { ...sent, data: { ...data, store: store.id } };
  }

  #parse(index: number, raw: object, origins: Readonly<Record<string, string>>): ShopEvent | undefined {
    const parsed = parseEvent({ ...raw, recordedtime: this.#recordedtime }, this.#context);
    if (parsed.outcome === 'refused') {
      this.refuse(index, ...parsed.refusals.map((refusal) => ({ ...refusal, path: originOf(refusal.path, origins) })));
      return undefined;
    }
    return parsed.event;
  }
}

/** `eventId`: 132 bits over what an event says: source, type, subject, version and data in canonical order. */
export function eventId({ source, type, subject, sequence, data }: Omit<ShopEvent, 'id'>): string {
  const said = [source, type, subject ?? '', sequence, canonicalJson(data)].join('|');
  return hash('sha256', said, 'base64url').slice(0, ID_LENGTH);
}

/** The fields of a canonical event's data are in order already; those of its campaign need not be. */
function canonicalJson(data: EventData): string {
  if (data.campaign === undefined) return JSON.stringify(data);
  const { medium, name, source } = data.campaign;
  return JSON.stringify({ ...data, campaign: { medium, name, source } });
}

function originOf(path: string, origins: Readonly<Record<string, string>>): string {
  return Object.hasOwn(origins, path) ? (origins[path] ?? path) : path;
}
