/**
 * Which leads and tickets does a HubSpot batch tell? Each notice sets the few fields it knows; facts put them together, in any order.
 */
import type { RefusalRule } from '../base/errors.js';
import { formatInstant } from '../base/time.js';
import { defaultStore } from './draft/headers.js';
import { type EventDraft, Collector, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { at, decimalAt, idAt, textAt } from './draft/fields.js';
import { rankedInMillisecond } from './draft/sequence.js';
import { isRecord } from '../base/json.js';

/** Types of object by their number, as `object.*` subscriptions send them. */
const OBJECT_TYPES: Readonly<Record<string, ObjectKind>> = { '0-1': 'contact', '0-3': 'deal', '0-5': 'ticket' };
/** HubSpot's original source, in the words of campaigns. */
const MEDIUMS: Readonly<Record<string, string>> = {
  SOCIAL_MEDIA: 'social', PAID_SOCIAL: 'social', ORGANIC_SEARCH: 'organic', PAID_SEARCH: 'cpc', EMAIL_MARKETING: 'email', REFERRALS: 'referral',
  OTHER_CAMPAIGNS: 'other', DIRECT_TRAFFIC: 'direct', OFFLINE: 'offline',
};
const NETWORKS = new Set(['instagram', 'facebook', 'linkedin', 'twitter', 'tiktok', 'youtube', 'pinterest']);
const LATEST_MS = 253_402_300_799_999;

type ObjectKind = 'contact' | 'deal' | 'ticket';
type ObjectState =
  | { readonly outcome: 'sets'; readonly data: EventDraft['data'] }
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'refused'; readonly rule: RefusalRule };

/** An array of up to 100 mixed notices, classic (`deal.creation`) or new (`object.creation`); more are taken too. */
export function normalizeHubspot(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const harvest = new Collector(intake, context);
  const notices: readonly unknown[] = Array.isArray(body) ? body : [body];
  notices.forEach((notice, index) => { addNotice(harvest, index, notice, context); });
  return harvest;
}

function addNotice(harvest: Collector, index: number, notice: unknown, context: NormalizeContext): void {
  if (!isRecord(notice)) {
    harvest.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    return;
  }
  const [family = '', action = ''] = (textAt(notice, 'subscriptionType') ?? '').split('.');
  const kind = kindOf(family, notice);
  if (action === 'privacyDeletion') forget(harvest, index);
  else if (kind === undefined || (action !== 'creation' && action !== 'propertyChange')) harvest.ignore(index, 'type');
  else if (at(notice, 'isSensitive') === true) harvest.ignore(index, 'redacted');
  else addChange(harvest, index, { notice, kind, isCreation: action === 'creation' }, context);
}

/** What is known of a contact holds no name of theirs, not even a pseudonym; notices that were not understood may. */
function forget(harvest: Collector, index: number): void {
  harvest.ignore(index, 'privacy');
  harvest.erase(index);
}

interface PropertyChange {
  readonly notice: unknown;
  readonly kind: ObjectKind;
  readonly isCreation: boolean;
}

function addChange(harvest: Collector, index: number, change: PropertyChange, context: NormalizeContext): void {
  const { notice, kind, isCreation } = change;
  const objectId = idAt(notice, 'objectId');
  const occurredAt = Number(at(notice, 'occurredAt'));
  const portal = idAt(notice, 'portalId') ?? 'unknown';
  if (objectId === undefined) harvest.refuse(index, { path: '/objectId', rule: 'required', message: 'no usable id' });
  else if (!isEpoch(occurredAt)) harvest.refuse(index, { path: '/occurredAt', rule: 'instant', message: 'no epoch in milliseconds' });
  else {
    const said = isCreation ? created(kind, occurredAt) : changed(kind, notice, occurredAt, context);
    if (said.outcome === 'ignored') harvest.ignore(index, 'property');
    else if (said.outcome === 'refused') harvest.refuse(index, { path: '/propertyValue', rule: said.rule, message: 'not a value of this property' });
    else {
      const data = { store: defaultStore(context), channel: 'online', ...said.data };
      harvest.add(index, draftOf({ kind, objectId, occurredAt, portal, rank: isCreation ? 0 : 1 }, data));
    }
  }
}

function isEpoch(millis: number): boolean {
  return Number.isSafeInteger(millis) && millis > 0 && millis <= LATEST_MS;
}

interface NoticePlace {
  readonly kind: ObjectKind;
  readonly objectId: string;
  readonly occurredAt: number;
  readonly portal: string;
  readonly rank: number;
}

function draftOf({ kind, objectId, occurredAt, portal, rank }: NoticePlace, data: EventDraft['data']): EventDraft {
  return {
    type: kind === 'ticket' ? 'ticket' : 'lead',
    source: `urn:bottega:hubspot:${portal}`,
    subject: `${kind}/${objectId}`,
    time: formatInstant(occurredAt),
    sequence: rankedInMillisecond(occurredAt, rank),
    data,
    origins: { '/time': '/occurredAt', '/data/amount': '/propertyValue' },
  };
}

function kindOf(family: string, notice: unknown): ObjectKind | undefined {
  if (family === 'contact' || family === 'deal' || family === 'ticket') return family;
  const objectType = family === 'object' ? textAt(notice, 'objectTypeId') : undefined;
  return objectType !== undefined && Object.hasOwn(OBJECT_TYPES, objectType) ? OBJECT_TYPES[objectType] : undefined;
}

function created(kind: ObjectKind, occurredAt: number): ObjectState {
  return sets(kind === 'contact' ? { status: 'open' } : { status: 'open', openedAt: formatInstant(occurredAt) });
}

function changed(kind: ObjectKind, notice: unknown, occurredAt: number, { stages }: NormalizeContext): ObjectState {
  const property = textAt(notice, 'propertyName') ?? '';
  const text = (decimalAt(notice, 'propertyValue') ?? '').trim();
  switch (`${kind}.${property}`) {
    case 'deal.amount': return sets({ amount: text === '' ? '0' : text });
    case 'deal.dealstage': return stageSaid(text, stages.won, stages.lost, occurredAt);
    case 'ticket.hs_pipeline_stage': return stageSaid(text, stages.closedTicket, [], occurredAt);
    case 'ticket.time_to_close': return timeToClose(text, occurredAt);
    default: return kind === 'ticket' ? IGNORED : campaignSaid(property, text);
  }
}

const IGNORED: ObjectState = { outcome: 'ignored' };

function sets(data: EventDraft['data']): ObjectState {
  return { outcome: 'sets', data };
}

function stageSaid(stage: string, completed: readonly string[], cancelled: readonly string[], occurredAt: number): ObjectState {
  const closedAt = formatInstant(occurredAt);
  if (completed.includes(stage)) return sets({ status: 'completed', closedAt });
  return sets(cancelled.includes(stage) ? { status: 'cancelled', closedAt } : { status: 'open' });
}

/** Empty once the ticket is open again: then its stage says so. */
function timeToClose(text: string, occurredAt: number): ObjectState {
  if (text === '') return IGNORED;
  const openedAt = /^\d{1,15}$/.test(text) ? occurredAt - Number(text) : -1;
  if (openedAt < 0) return { outcome: 'refused', rule: 'number.form' };
  return sets({ status: 'completed', openedAt: formatInstant(openedAt), closedAt: formatInstant(occurredAt) });
}

function campaignSaid(property: string, text: string): ObjectState {
  const medium = Object.hasOwn(MEDIUMS, text.toUpperCase()) ? MEDIUMS[text.toUpperCase()] : undefined;
  if (property === 'hs_analytics_source' && medium !== undefined) return sets({ campaign: { medium } });
  const network = text.toLowerCase();
  return property === 'hs_analytics_source_data_1' && NETWORKS.has(network) ? sets({ campaign: { source: network } }) : IGNORED;
}
