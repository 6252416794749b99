/**
 * `relatedEvents` carry what one fact says to the facts that follow it: a refund of an order counts only while its sale does, and while the sale's
 * latest version names it; a deal and the contact it came from are one person.
 *
 * They are derived from merged facts, have the sequence of what they were derived from, and rank below all that a sender says of the fact itself.
 * So neither order nor repetition matters, and a crash between the two commits is made good when the sender repeats itself.
 */
import { formatInstant } from '../base/time.js';
import type { EventData, ShopEvent } from '../event/event.js';
import { type Fact, factKey, fieldOf, SLOT, statusOf, UNPAID } from '../fact/fact.js';
import { decodeFact } from '../fact/factCodec.js';
import { type Store, textOf } from '../store/store.js';

/** `BELOW_VERSIONS` sorts before every instant and number, so that no field which a sender has set is touched. */
export const BELOW_VERSIONS = '!';
/** On a sale: fields that name its refunds one by one, as far as they came by themselves. */
const REFUND_FIELD = 'x_refund_';
const MAX_EXTRAS = 60;

type Facts = ReadonlyMap<string, Fact>;
type FactPlace = Pick<ShopEvent, 'type' | 'source' | 'subject'>;

/** `isFollowed`: whether other facts may follow the one that this event is about. */
export function isFollowed({ type, data, subject = '' }: ShopEvent): boolean {
  if (type === 'sale') return data.status === 'voided' || data['x_refunds'] !== undefined;
  return type === 'refund' ? isOrder(data.refersTo) : type === 'lead' && subject.startsWith('deal/');
}

/** `readFollowed` reads what is stored of these events' facts, and of the sales that refunds among them are of. */
export async function readFollowed(store: Pick<Store, 'read'>, events: readonly ShopEvent[]): Promise<Facts> {
  const keys = [...new Set(events.flatMap((event) => [factKey(event), keyOf(saleOf(event))]))];
  const texts = await store.read(keys);
  const found = keys.map((key, index) => [key, textOf(texts[index])] as const);
  return new Map(found.flatMap(([key, text]) => (text === undefined ? [] : [[key, decodeFact(text).fact] as const])));
}

/** `relatedEvents` are to be folded after these; `before` and `after` are the facts around their commit. */
export function relatedEvents(events: readonly ShopEvent[], before: Facts, after: Facts): ShopEvent[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'sale': return refundsOfSale(event, before.get(factKey(event)), after.get(factKey(event)));
      case 'refund': return saleOfRefund(event, after.get(keyOf(saleOf(event))));
      default: return personOfDeal(event, before.get(factKey(event)), after.get(factKey(event)));
    }
  });
}

/** Every refund that any version known here has named. */
function refundsOfSale(event: ShopEvent, before: Fact | undefined, after: Fact | undefined): ShopEvent[] {
  if (after === undefined) return [];
  const former = before === undefined ? [] : namesIn(fieldOf(before, 'x_refunds'));
  const alone = after.extras.filter((field) => field.startsWith(REFUND_FIELD)).map((field) => `refund/${field.slice(REFUND_FIELD.length)}`);
  const named = new Set([...former, ...namesIn(event.data['x_refunds']), ...namesIn(fieldOf(after, 'x_refunds')), ...alone]);
  return [...named].map((subject) => refundState(event, after, subject));
}

/** The sale learns of a refund that came by itself; the refund, whether its sale is one. */
function saleOfRefund(event: ShopEvent, sale: Fact | undefined): ShopEvent[] {
  const { subject = '' } = event;
  const states = sale === undefined ? [] : [refundState(event, sale, subject)];
  const name = /^refund\/([A-Za-z0-9_]{1,50})$/.exec(subject)?.[1];
  const isNamed = name === undefined || (sale !== undefined && (sale.extras.length > MAX_EXTRAS || namesIn(fieldOf(sale, 'x_refunds')).includes(subject)));
  return isNamed ? states : [...states, derived(event, saleOf(event), '', { [`${REFUND_FIELD}${name}`]: true })];
}

/** Out where the sale never was, or where its latest version names all refunds and not this one. */
function refundState(event: ShopEvent, sale: Fact, subject: string): ShopEvent {
  const listed = fieldOf(sale, 'x_refunds');
  const isOut = statusOf(sale) === 'voided' || (typeof listed === 'string' && !namesIn(listed).includes(subject));
  return derived(event, { type: 'refund', source: event.source, subject }, latestOf(sale), { x_deleted: isOut });
}

/** That somebody was reached, by which campaign and when, and whether they were won. */
function personOfDeal(event: ShopEvent, before: Fact | undefined, after: Fact | undefined): ShopEvent[] {
  const subject = after === undefined ? undefined : fieldOf(after, 'refersTo');
  if (after === undefined || typeof subject !== 'string') return [];
  const { values } = after;
  const [isWon, wasWon] = [statusOf(after) === 'completed', before !== undefined && statusOf(before) === 'completed'];
  const [source, medium] = [values[SLOT['campaign.source']], values[SLOT['campaign.medium']]];
  const campaign = { ...(typeof source === 'string' && { source }), ...(typeof medium === 'string' && { medium }) };
  return [derived(event, { type: 'lead', source: event.source, subject }, latestOf(after), {
    ...(Object.keys(campaign).length > 0 && { campaign }),
    ...instantField('openedAt', values[SLOT.openedAt]),
    ...(isWon && instantField('closedAt', values[SLOT.closedAt])),
    // Another deal of theirs may have been won: one that never was says nothing.
    ...((isWon || wasWon) && { x_won: isWon }),
  })];
}

function derived(event: ShopEvent, { type, source, subject = '' }: FactPlace, latest: string, data: Partial<EventData>): ShopEvent {
  const { time, data: { store, channel } } = event;
  const sequence = BELOW_VERSIONS + latest;
  const id = `${sequence}/${JSON.stringify(data)}`;
  return { specversion: '1.0', id, source, type, subject, time, sequence, data: { store, ...(channel !== undefined && { channel }), ...data } };
}

/** The greatest of the writers' sequences, whether it was paid then or not. */
function latestOf({ sequences }: Fact): string {
  const all = typeof sequences === 'string' ? [sequences] : sequences;
  const plain = all.map((sequence) => (sequence.startsWith(UNPAID) ? sequence.slice(UNPAID.length) : sequence));
  return plain.reduce((latest, each) => (each > latest ? each : latest), '');
}

function isOrder(subject: string | undefined): boolean {
  return subject?.startsWith('order/') === true;
}

/** Where the sale of an event is: its own place, or the order that a refund is of. */
function saleOf({ type, source, subject, data: { refersTo } }: ShopEvent): FactPlace {
  if (type === 'refund' && refersTo !== undefined) return { type: 'sale', source, subject: refersTo };
  return { type, source, ...(subject !== undefined && { subject }) };
}

function keyOf(place: FactPlace): string {
  return factKey({ ...place, id: '' });
}

function namesIn(value: unknown): string[] {
  return typeof value === 'string' ? value.split(' ').filter((name) => name !== '') : [];
}

function instantField(name: 'openedAt' | 'closedAt', value: unknown): Partial<EventData> {
  return typeof value === 'number' ? { [name]: formatInstant(value) } : {};
}
