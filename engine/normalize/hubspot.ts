/**
 * `normalizeHubspot` reads the leads and tickets of a HubSpot batch. Each notice sets the few fields it knows; facts put them together, in any order.
 *
 * Classic subscriptions (`deal.creation`) and generic ones (`object.creation` with `objectTypeId`) say the same (developers.hubspot.com, "Webhooks").
 */
import type { RefusalRule } from '../base/errors.js';
import { isRecord } from '../base/json.js';
import type { Steps } from '../base/steps.js';
import { formatInstant } from '../base/time.js';
import { Collector, type EventDraft, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { at, decimalAt, idAt, listAt, textAt } from './draft/fields.js';
import { defaultStore } from './draft/headers.js';
import { roundText } from './draft/money.js';
import { BELOW_VERSIONS, rankedInMillisecond } from './draft/sequence.js';

type ObjectKind = 'contact' | 'deal' | 'ticket';
type Fields = EventDraft['data'];

/** Types of object by their number, as `object.*` subscriptions send them. */
const OBJECT_TYPES: Readonly<Record<string, ObjectKind>> = { '0-1': 'contact', '0-3': 'deal', '0-5': 'ticket' };
/** HubSpot's original source, in the words of campaigns. */
const MEDIUMS: Readonly<Record<string, string>> = {
  SOCIAL_MEDIA: 'social', PAID_SOCIAL: 'social', ORGANIC_SEARCH: 'organic', PAID_SEARCH: 'cpc', EMAIL_MARKETING: 'email', REFERRALS: 'referral',
  OTHER_CAMPAIGNS: 'other', DIRECT_TRAFFIC: 'direct', OFFLINE: 'offline',
};
const NETWORKS = new Set(['instagram', 'facebook', 'linkedin', 'twitter', 'tiktok', 'youtube', 'pinterest']);
const LATEST_MS = 253_402_300_799_999;
/** Instants begin with a digit: what has this before it outranks every version without it, whenever that was. */
const ABOVE_VERSIONS = '~';

/** `normalizeHubspot` takes an array of up to 100 mixed notices; more are taken too. */
export function* normalizeHubspot(body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  const collector = new Collector(intake, context);
  const notices: readonly unknown[] = Array.isArray(body) ? body : [body];
  const batch = new HubSpotBatch(collector, context, notices);
  for (const [index, notice] of notices.entries()) {
    if (index > 0) yield;
    batch.add(index, notice);
  }
  return collector;
}

/** One notice about one object. */
interface ObjectNotice {
  readonly notice: unknown;
  readonly kind: ObjectKind;
  readonly objectId: string;
  readonly occurredAt: number;
}

class HubSpotBatch {
  readonly #collector: Collector;
  readonly #context: NormalizeContext;
  /** Currencies of deals, as far as this batch names them. */
  readonly #currencies: ReadonlyMap<string | undefined, string>;
  readonly #priced: ReadonlySet<string | undefined>;

  constructor(collector: Collector, context: NormalizeContext, notices: readonly unknown[]) {
    this.#collector = collector;
    this.#context = context;
    const named = notices.filter((notice) => at(notice, 'propertyName') === 'deal_currency_code');
    this.#currencies = new Map(named.map((notice) => [idAt(notice, 'objectId'), (textAt(notice, 'propertyValue') ?? '').trim().toUpperCase()]));
    this.#priced = new Set(notices.filter((notice) => at(notice, 'propertyName') === 'amount').map((notice) => idAt(notice, 'objectId')));
  }

  add(index: number, notice: unknown): void {
    const collector = this.#collector;
    const [family = '', action = ''] = (textAt(notice, 'subscriptionType') ?? '').split('.');
    const kind = kindOf(family, textAt(notice, 'objectTypeId'));
    if (!isRecord(notice)) collector.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    else if (action === 'privacyDeletion') this.#forget(index);
    else if (action === 'associationChange') this.#associate(index, notice);
    else if (kind === undefined || !ACTIONS.has(action)) collector.ignore(index, 'type');
    else if (at(notice, 'isSensitive') === true) collector.ignore(index, 'redacted');
    else this.#addObject(index, notice, kind, action);
  }

  #addObject(index: number, notice: unknown, kind: ObjectKind, action: string): void {
    const [objectId, occurredAt] = [idAt(notice, action === 'merge' ? 'primaryObjectId' : 'objectId'), epochAt(notice)];
    if (objectId === undefined) this.#collector.refuse(index, { path: '/objectId', rule: 'required', message: 'no usable id' });
    else if (occurredAt === undefined) this.#collector.refuse(index, NO_EPOCH);
    else this.#addAction(index, action, { notice, kind, objectId, occurredAt });
  }

  #addAction(index: number, action: string, object: ObjectNotice): void {
    switch (action) {
      case 'creation': this.#set(index, object, { status: 'open', openedAt: formatInstant(object.occurredAt) }, 0, BELOW_VERSIONS); break;
      case 'deletion': this.#set(index, object, { x_deleted: true }); break;
      case 'restore': this.#set(index, object, { x_deleted: false }); break;
      case 'merge': this.#merge(index, object); break;
      default: this.#change(index, object);
    }
  }

  /** What is known of a contact holds no name of theirs, not even a pseudonym; notices that were not understood may. */
  #forget(index: number): void {
    this.#collector.ignore(index, 'privacy');
    this.#collector.erase(index);
  }

  /**
   * Who was merged is gone, and knows into whom: into the primary, which stays as it is, or into a new record (`newObjectId`: "in some cases a new object
   * is created from the result of a merge", developers.hubspot.com, "New subscription types for Webhooks"; "a new record with a new ID will be created
   * for the resulting merged record … will use the latest property values of the primary record", "Updated merge functionality for contacts and
   * companies"). What follows of it, see aggregate/relatedLeads.ts.
   */
  #merge(index: number, object: ObjectNotice): void {
    const primary = object.objectId;
    const created = idAt(object.notice, 'newObjectId') ?? '';
    const survivor = NUMBER.test(created) ? created : primary;
    const ids = [primary, ...listAt(object.notice, 'mergedObjectIds').map((id) => idAt({ id }, 'id'))];
    const gone = [...new Set(ids)].filter((id): id is string => id !== undefined && id !== survivor);
    if (gone.length === 0) this.#collector.ignore(index, 'property');
    for (const objectId of gone) {
      const into = NUMBER.test(survivor) ? { [`x_into_${survivor}`]: objectId === primary ? 'primary' : 'secondary' } : {};
      this.#set(index, { ...object, objectId }, { x_deleted: true, ...into });
    }
  }

  /** A deal and the contact it came from are one person who was reached. A link that is taken away says nothing about who came. */
  #associate(index: number, notice: unknown): void {
    const [deal, contact] = endsOf(notice);
    const occurredAt = epochAt(notice);
    if (deal === undefined || contact === undefined || at(notice, 'associationRemoved') === true) this.#collector.ignore(index, 'type');
    else if (occurredAt === undefined) this.#collector.refuse(index, NO_EPOCH);
    else this.#set(index, { notice, kind: 'deal', objectId: deal, occurredAt }, { refersTo: `contact/${contact}` });
  }

  #change(index: number, object: ObjectNotice): void {
    const { kind, notice } = object;
    const property = textAt(notice, 'propertyName') ?? '';
    const text = (decimalAt(notice, 'propertyValue') ?? '').trim();
    if (kind === 'deal' && PRICES.has(property)) this.#price(index, object, property, text);
    else {
      const fields = fieldsOf(object, property, text, this.#context);
      if (fields === undefined) this.#collector.ignore(index, 'property');
      else if (typeof fields === 'string') this.#refuse(index, fields, 'not a value of this property');
      else this.#set(index, object, fields);
    }
  }

  /**
   * `amount` is in the deal's currency (`deal_currency_code`), `amount_in_home_currency` in the company's ("using the exchange rate"): where HubSpot
   * sends that, it is the amount, whichever comes first. Without it a deal in another currency has no amount, and the reason stays with it.
   */
  #price(index: number, object: ObjectNotice, property: string, text: string): void {
    const { currency } = this.#context;
    const amount = text === '' ? '0' : roundText(text, currency);
    const named = this.#currencies.get(object.objectId) ?? currency;
    if (property === 'amount_in_home_currency' && text === '') this.#collector.ignore(index, 'property');
    else if (property === 'amount_in_home_currency') this.#set(index, object, { amount, x_home: true }, 1, ABOVE_VERSIONS);
    else if (property === 'amount' && named === currency) this.#set(index, object, { amount });
    else if (property === 'amount') this.#refuse(index, 'currency.foreign', `the shop counts in ${currency}`);
    else {
      const isForeign = text !== '' && text.toUpperCase() !== currency;
      this.#set(index, object, { x_foreign: isForeign });
      if (isForeign && !this.#priced.has(object.objectId)) this.#refuse(index, 'currency.foreign', `the shop counts in ${currency}`);
    }
  }

  #refuse(index: number, rule: RefusalRule, message: string): void {
    this.#collector.refuse(index, { path: '/propertyValue', rule, message });
  }

  #set(index: number, { notice, kind, objectId, occurredAt }: ObjectNotice, fields: Fields, rank = 1, prefix = ''): void {
    this.#collector.add(index, {
      type: kind === 'ticket' ? 'ticket' : 'lead',
      source: `urn:bottega:hubspot:${idAt(notice, 'portalId') ?? 'unknown'}`,
      subject: `${kind}/${objectId}`,
      time: formatInstant(occurredAt),
      sequence: prefix + rankedInMillisecond(occurredAt, rank),
      data: { store: defaultStore(this.#context), channel: 'online', ...fields },
      origins: { '/time': '/occurredAt', '/data/amount': '/propertyValue' },
    });
  }
}

const ACTIONS = new Set(['creation', 'propertyChange', 'deletion', 'restore', 'merge']);
const PRICES = new Set(['amount', 'amount_in_home_currency', 'deal_currency_code']);
/** An id of HubSpot's. */
const NUMBER = /^[1-9]\d{0,19}$/;
const NO_EPOCH = { path: '/occurredAt', rule: 'instant', message: 'no epoch in milliseconds' } as const;

function epochAt(notice: unknown): number | undefined {
  const millis = Number(at(notice, 'occurredAt'));
  return Number.isSafeInteger(millis) && millis > 0 && millis <= LATEST_MS ? millis : undefined;
}

function kindOf(family: string, objectType: string | undefined): ObjectKind | undefined {
  if (family === 'contact' || family === 'deal' || family === 'ticket') return family;
  return family === 'object' && objectType !== undefined && Object.hasOwn(OBJECT_TYPES, objectType) ? OBJECT_TYPES[objectType] : undefined;
}

/** Deal and contact of a link, whichever way it is given: by name (`DEAL_TO_CONTACT`), by HubSpot's number of that name, or by the types of its ends. */
function endsOf(notice: unknown): [deal: string | undefined, contact: string | undefined] {
  const [from, to] = [idAt(notice, 'fromObjectId'), idAt(notice, 'toObjectId')];
  const name = textAt(notice, 'associationType') ?? `${textAt(notice, 'fromObjectTypeId') ?? ''}>${textAt(notice, 'toObjectTypeId') ?? ''}`;
  const number = Number(at(notice, 'associationTypeId'));
  if (name === 'DEAL_TO_CONTACT' || name === '0-3>0-1' || number === 3) return [from, to];
  return name === 'CONTACT_TO_DEAL' || name === '0-1>0-3' || number === 4 ? [to, from] : [undefined, undefined];
}

/** What a property says; the rule it breaks; `undefined` where it says nothing about trade. */
function fieldsOf({ kind, occurredAt }: ObjectNotice, property: string, text: string, { stages }: NormalizeContext): Fields | RefusalRule | undefined {
  switch (`${kind}.${property}`) {
    case 'deal.dealstage': return stageFields(text, stages.won, stages.lost, occurredAt);
    case 'ticket.hs_pipeline_stage': return stageFields(text, stages.closedTicket, [], occurredAt);
    case 'ticket.time_to_close': return closingFields(text, occurredAt);
    default: return kind === 'ticket' ? undefined : campaignFields(property, text);
  }
}

function stageFields(stage: string, completed: readonly string[], cancelled: readonly string[], occurredAt: number): Fields {
  const closedAt = formatInstant(occurredAt);
  if (completed.includes(stage)) return { status: 'completed', closedAt };
  return cancelled.includes(stage) ? { status: 'cancelled', closedAt } : { status: 'open' };
}

/** Empty once the ticket is open again: then its stage says so. */
function closingFields(text: string, occurredAt: number): Fields | RefusalRule | undefined {
  if (text === '') return undefined;
  const openedAt = /^\d{1,15}$/.test(text) ? occurredAt - Number(text) : -1;
  return openedAt < 0 ? 'number.form' : { status: 'completed', openedAt: formatInstant(openedAt), closedAt: formatInstant(occurredAt) };
}

function campaignFields(property: string, text: string): Fields | undefined {
  const medium = Object.hasOwn(MEDIUMS, text.toUpperCase()) ? MEDIUMS[text.toUpperCase()] : undefined;
  if (property === 'hs_analytics_source' && medium !== undefined) return { campaign: { medium } };
  const network = text.toLowerCase();
  return property === 'hs_analytics_source_data_1' && NETWORKS.has(network) ? { campaign: { source: network } } : undefined;
}
