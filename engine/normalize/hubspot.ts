/**
 * `normalizeHubspot` reads the leads and tickets of a HubSpot batch. Each notice sets the few fields it knows; facts put them together, in any order.
 *
 * Classic subscriptions (`deal.creation`) and generic ones (`object.creation` with `objectTypeId`) say the same (developers.hubspot.com, "Webhooks").
 */
import type { RefusalRule } from '../base/errors.js';
import { isRecord, present } from '../base/json.js';
import { toMinor } from '../base/money.js';
import { formatInstant } from '../base/time.js';
import { Collector, type EventDraft, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { at, decimalAt, idAt, listAt, textAt } from './draft/fields.js';
import { defaultStore } from './draft/headers.js';
import { roundText } from './draft/money.js';
import { rankedInMillisecond } from './draft/sequence.js';

type ObjectKind = 'contact' | 'deal' | 'ticket';

/** Types of object by their number, as `object.*` subscriptions send them. */
const OBJECT_TYPES: Readonly<Record<string, ObjectKind>> = { '0-1': 'contact', '0-3': 'deal', '0-5': 'ticket' };
const KINDS = new Set(['contact', 'deal', 'ticket']);
/** HubSpot's original source, in the words of campaigns. */
const MEDIUMS: Readonly<Record<string, string>> = {
  SOCIAL_MEDIA: 'social', PAID_SOCIAL: 'social', ORGANIC_SEARCH: 'organic', PAID_SEARCH: 'cpc', EMAIL_MARKETING: 'email', REFERRALS: 'referral',
  OTHER_CAMPAIGNS: 'other', DIRECT_TRAFFIC: 'direct', OFFLINE: 'offline',
};
const NETWORKS = new Set(['instagram', 'facebook', 'linkedin', 'twitter', 'tiktok', 'youtube', 'pinterest']);
const LATEST_MS = 253_402_300_799_999;

/** What a notice says of an object: fields, a refusal, or both (a deal in another currency is known, its amount is not). */
interface Said {
  readonly data?: EventDraft['data'];
  readonly refused?: { readonly path: string; readonly rule: RefusalRule; readonly message: string };
  /** Above what is said by version: see `homeAmount`. */
  readonly weight?: 'heavy';
}

interface Notice {
  readonly notice: unknown;
  readonly kind: ObjectKind;
  readonly occurredAt: number;
  readonly context: NormalizeContext;
}

/** `normalizeHubspot` takes an array of up to 100 mixed notices; more are taken too. */
export function normalizeHubspot(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const collector = new Collector(intake, context);
  const notices: readonly unknown[] = Array.isArray(body) ? body : [body];
  notices.forEach((notice, index) => { addNotice(collector, index, notice, context); });
  return collector;
}

function addNotice(collector: Collector, index: number, notice: unknown, context: NormalizeContext): void {
  if (!isRecord(notice)) {
    collector.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    return;
  }
  const [family = '', action = ''] = (textAt(notice, 'subscriptionType') ?? '').split('.');
  const kind = kindOf(family, textAt(notice, 'objectTypeId'));
  const occurredAt = Number(at(notice, 'occurredAt'));
  if (action === 'privacyDeletion') forget(collector, index);
  else if (action === 'associationChange') addAssociation(collector, index, notice, context);
  else if (kind === undefined || !Object.hasOwn(ACTIONS, action)) collector.ignore(index, 'type');
  else if (at(notice, 'isSensitive') === true) collector.ignore(index, 'redacted');
  else if (!isEpoch(occurredAt)) collector.refuse(index, { path: '/occurredAt', rule: 'instant', message: 'no epoch in milliseconds' });
  else ACTIONS[action as keyof typeof ACTIONS](collector, index, { notice, kind, occurredAt, context });
}

/** What each kind of notice makes. */
const ACTIONS = { creation: addCreation, propertyChange: addChange, deletion: addDeletion, restore: addRestore, merge: addMerge } as const;
