/**
 * `normalizeProfile` reads the messages of a sender that is data: its profile says where things are, a till's mapping reads each of them.
 *
 * What nobody has proven (it came by a secret URL), and what only names a thing, is kept and counts nothing: its amount is 0, `x_claimed` what it said, and
 * every version that is proven or fetched outranks it.
 */
import { isRecord } from '../../base/json.js';
import type { Steps } from '../../base/steps.js';
import { formatInstant, parseInstant } from '../../base/time.js';
import { Collector, type EventDraft, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { defaultStore, headerOf, hostOf, TOPIC_MISSING } from '../draft/headers.js';
import { moneyAt, sumMoney } from '../draft/money.js';
import { BELOW_VERSIONS } from '../draft/sequence.js';
import { parsePath, valuesAt } from '../mapping/jsonPath.js';
import { normalizePos, receiptDraft, type ReceiptNames } from '../pos/pos.js';
import { Receipt } from '../pos/receipt.js';
import { contentOf, filled, placedIn, type ProfileContent, textIn, topicIn } from './content.js';
import type { MappedKind, PlatformProfile, ProfileKind, SenderProfile } from './profile.js';
import { mappingOf } from './profileMapping.js';

/** `normalizeProfile`: things of topics that the profile does not name are ignored. */
export function* normalizeProfile(profile: SenderProfile, body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  if (profile.receipts === 'mapped') return yield* normalizePos(body, intake, context);
  const collector = new Collector(intake, context);
  const content = contentOf(body, profile);
  const topic = content === undefined ? '' : topicIn(profile, content, intake);
  const kind = profile.kinds.find(({ topics }) => topics.some((each) => each.toLowerCase() === topic));
  if (content === undefined) collector.refuse(0, { path: '', rule: 'json', message: 'what is within the message is not JSON' });
  else if (!isRecord(content.root)) collector.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (topic.replaceAll('/', '') === '') collector.refuse(0, TOPIC_MISSING);
  else if (kind === undefined) collector.ignore(0, 'topic');
  else yield* addThings({ profile, kind, content, intake, context, collector });
  return collector;
}

interface ProfileDelivery {
  readonly profile: PlatformProfile;
  readonly kind: ProfileKind;
  readonly content: ProfileContent;
  readonly intake: Intake;
  readonly context: NormalizeContext;
  readonly collector: Collector;
}

function* addThings(delivery: ProfileDelivery): Steps<void> {
  const { kind, content, collector } = delivery;
  const things = kind.at === undefined ? [content.inner] : valuesAt(content.inner, parsePath(kind.at) ?? []);
  if (things.length === 0) collector.ignore(0, 'thin');
  for (const [index, thing] of things.entries()) {
    if (index > 0) yield;
    if (kind.thin === undefined) addMapped(delivery, kind, withSums(thing, kind.sums));
    else addThin(delivery, kind.thin, thing);
  }
}

function addMapped(delivery: ProfileDelivery, kind: ProfileKind & MappedKind, thing: unknown): void {
  const { profile, context, intake, collector } = delivery;
  const receipt = new Receipt(thing, mappingOf(kind.mapping, context.calendar.clock.zone), context.currency);
  const names: ReceiptNames = {
    kind: kind.type === 'refund' ? 'return' : undefined,
    subject: filled(kind.subject, thing),
    source: sourceOf(delivery),
    refersTo: kind.refersTo === undefined ? undefined : filled(kind.refersTo, thing),
    shipping: kind.shipping === undefined ? undefined : receipt.decimal(valuesAt(thing, parsePath(kind.shipping) ?? [])[0]),
  };
  const draft = receiptDraft(receipt, context, names);
  if (draft === 'ignored') collector.ignore(0, 'document');
  else if (receipt.refusals.length > 0 || draft === undefined) collector.refuse(0, ...receipt.refusals);
  else {
    const refersTo = draft.type === 'refund' ? names.refersTo : undefined;
    const full = { ...draft, data: { ...draft.data, ...takenBack(kind, thing), refersTo, channel: profile.channel } };
    collector.add(0, profile.urlSecret === undefined ? full : believed(full, intake));
  }
}

/** Only of senders that have a secret URL, too: so the proven version says that it is one. */
function believed(draft: EventDraft, { trust = 'untrusted' }: Intake): EventDraft {
  const { data, sequence } = draft;
  if (trust !== 'untrusted') return { ...draft, data: { ...data, x_trust: trust } };
  const { store, channel, amount, currency, refersTo, x_quality } = data;
  return {
    ...draft, sequence: BELOW_VERSIONS + (sequence ?? ''),
    data: { store, channel, currency, refersTo, x_quality, status: 'completed', amount: '0', x_claimed: amount, x_trust: 'untrusted' },
  };
}

/** Nobody knows more of it until it is fetched. That it was deleted is all there is to know. */
function addThin(delivery: ProfileDelivery, thin: 'open' | 'cancelled', thing: unknown): void {
  const { profile, kind, content, intake, context, collector } = delivery;
  const subject = filled(kind.subject, thing);
  const at = parseInstant(placedIn(profile.version ?? {}, content, headerOf(intake, 'triggered-at')) ?? '');
  const known = { store: defaultStore(context), channel: profile.channel };
  const version = at === undefined ? '' : formatInstant(at);
  if (subject === undefined) collector.refuse(0, { path: '', rule: 'required', message: 'nothing names the thing' });
  else {
    collector.add(0, {
      type: kind.type, source: sourceOf(delivery), subject, time: formatInstant(at ?? intake.receivedAt),
      ...(thin === 'cancelled'
        ? { sequence: at === undefined ? 'arrival' : version, data: { ...known, status: 'cancelled', amount: '0' } }
        // The same text however often it is said: there is nothing new in it.
        : { sequence: BELOW_VERSIONS + version, data: { ...known, status: 'completed', amount: '0', x_trust: 'untrusted' } }),
    });
  }
}

function sourceOf({ profile, content, intake }: ProfileDelivery): string {
  const owner = placedIn(profile.source, content, profile.source.header === undefined ? undefined : headerOf(intake, 'source'));
  const name = owner?.includes('://') === true ? hostOf(owner) : encodeURIComponent((owner ?? 'main').replaceAll(/\p{Cs}/gu, '\ufffd'));
  return `urn:bottega:${profile.name}:${name}`;
}

function takenBack({ status, voidedBy }: MappedKind, thing: unknown): { readonly status?: string } {
  if (status !== undefined) return { status };
  return voidedBy !== undefined && textIn(thing, voidedBy) !== undefined ? { status: 'voided' } : {};
}

function withSums(thing: unknown, sums: MappedKind['sums'] = {}): unknown {
  return Object.entries(sums).reduce((whole, [name, paths]) => {
    const [list, field] = name.split('[].');
    if (list === undefined || field === undefined) return withSum(whole, name, paths);
    const parts = isRecord(whole) ? whole[list] : undefined;
    return Array.isArray(parts) ? { ...whole as object, [list]: parts.map((part) => withSum(part, field, paths)) } : whole;
  }, thing);
}

/** Without any of its parts there is no sum. */
function withSum(thing: unknown, name: string, paths: readonly string[]): unknown {
  const parts = paths.map((path) => moneyAt({ value: valuesAt(thing, parsePath(path) ?? [])[0] }, 'value')).filter((part) => part !== undefined);
  return isRecord(thing) && parts.length > 0 ? { ...thing, [name]: sumMoney(parts).toFixed() } : thing;
}
