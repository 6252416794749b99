/**
 * Which sale or return does a till's receipt tell? The form's mapping says where things stand; nothing is guessed.
 */
import type { SaleStatus } from '../../event/event.js';
import { formatInstant } from '../../base/time.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { type EventDraft, Collector, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import type { PosMapping } from '../mapping/fieldMapping.js';
import { Receipt } from './receipt.js';
import { statusSequenceAt } from '../draft/sequence.js';
import { paymentIn } from './splitPayment.js';
import { isRecord } from "../../base/json.js";

/** One receipt or an array of them; a till that speaks CloudEvents is understood as it is. */
export function normalizePos(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const harvest = new Collector(intake, context);
  const receipts: readonly unknown[] = Array.isArray(body) ? body : [body];
  receipts.forEach((receipt, index) => {
    if (!isRecord(receipt)) harvest.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    else if (Object.hasOwn(receipt, 'specversion')) harvest.addCanonical(index, receipt);
    else addReceipt(harvest, index, receipt, context);
  });
  return harvest;
}

/** One receipt, at its place in what was sent. */
export function addReceipt(harvest: Collector, index: number, body: unknown, context: NormalizeContext): void {
  const receipt = new Receipt(body, context.pos, context.currency);
  const draft = draftOf(receipt, context);
  if (receipt.refusals.length > 0 || draft === undefined) harvest.refuse(index, ...receipt.refusals);
  else harvest.add(index, draft);
}

/** `undefined` only where the receipt remembers why. */
function draftOf(receipt: Receipt, context: NormalizeContext): EventDraft | undefined {
  const status = statusOf(receipt);
  const [number, time, openedAt] = [receipt.text('number'), receipt.instant('time'), receipt.instant('openedAt')];
  // An order that was only opened may not have a total yet.
  const amount = receipt.money('amount') ?? (status === 'open' && receipt.values('amount').length === 0 ? '0' : undefined);
  const type = typeOf(receipt, amount);
  const data = { ...dataOf(receipt, context), ...paymentIn(receipt, type), status, amount: amount?.replace(/^-/, ''), openedAt: textOf(openedAt) };
  const sequence = receipt.text('sequence');
  missAbsent(receipt, { number, time, amount });
  if (number === undefined || time === undefined || amount === undefined) return undefined;
  return {
    type,
    source: sourceOf(receipt),
    subject: subjectOf(number, openedAt ?? time, receipt.mapping, context),
    time: formatInstant(time),
    sequence: sequence ?? statusSequenceAt(time, status),
    data: receipt.flags.size === 0 ? data : { ...data, x_quality: [...receipt.flags].sort().join(',') },
    origins: originsOf(receipt),
  };
}

function missAbsent(receipt: Receipt, needed: Readonly<Record<'number' | 'time' | 'amount', unknown>>): void {
  for (const field of ['number', 'time', 'amount'] as const) {
    if (needed[field] === undefined) receipt.miss(field);
  }
}

function statusOf(receipt: Receipt): SaleStatus {
  const word = receipt.text('status')?.toLowerCase();
  if (word === undefined) return 'completed';
  const status = receipt.mapping.statuses.get(word);
  if (status === undefined) receipt.refuse('status', 'value.unknown', 'the mapping has no such status');
  return status ?? 'open';
}

function dataOf(receipt: Receipt, context: NormalizeContext): Record<string, unknown> {
  const currency = receipt.text('currency')?.toUpperCase();
  return {
    store: storeOf(receipt, context),
    channel: 'pos',
    currency: currency === '€' || currency === 'EURO' ? 'EUR' : currency,
    quantity: quantityOf(receipt),
    closedAt: textOf(receipt.instant('closedAt')),
    x_covers: receipt.quantities('covers')[0],
  };
}

/** Pieces sold; lines taken back count less, and a receipt of nothing but returns says none. */
function quantityOf(receipt: Receipt): number | undefined {
  const pieces = receipt.quantities('quantity');
  const sum = Math.round(pieces.reduce((total, value) => total + value, 0) * 1_000) / 1_000;
  return pieces.length > 0 && sum >= 0 ? sum : undefined;
}

function storeOf(receipt: Receipt, context: NormalizeContext): string | undefined {
  const { mapping } = receipt;
  const sent = receipt.text('store');
  if (sent === undefined) return defaultStore(context);
  const known = mapping.stores.get(sent.toLowerCase()) ?? storeNamed(context, sent);
  if (known !== undefined) return known;
  if (mapping.unknownStore === 'asSent') return sent;
  if (mapping.unknownStore === 'refuse') receipt.refuse('store', 'value.unknown', 'no store of that name');
  else receipt.flags.add('store.unknown');
  return defaultStore(context);
}

function typeOf(receipt: Receipt, amount = ''): 'sale' | 'refund' {
  const kind = receipt.values('kind').find((value) => typeof value === 'string');
  const isReturn = amount.startsWith('-') || (typeof kind === 'string' && receipt.mapping.returns.has(kind.trim().toLowerCase()));
  return isReturn ? 'refund' : 'sale';
}

/** Most tills begin again at 1 every business day. */
function subjectOf(number: string, openedAt: number, { receiptNumbers }: PosMapping, { calendar }: NormalizeContext): string {
  if (receiptNumbers === 'unique') return `receipt/${number}`;
  const { start } = calendar.windowAt('1d', openedAt);
  return `receipt/${formatInstant(start + calendar.clock.offsetAt(start)).slice(0, 10)}/${number}`;
}

function originsOf(receipt: Receipt): Record<string, string> {
  const fields = ['store', 'amount', 'currency', 'quantity', 'openedAt', 'closedAt'] as const;
  const known = fields.flatMap((field) => (receipt.pointer(field) === '' ? [] : [[`/data/${field}`, receipt.pointer(field)] as const]));
  return { ...Object.fromEntries(known), '/time': receipt.pointer('time'), '/subject': receipt.pointer('number') };
}

/** One till is one source: its receipt numbers are its own. */
function sourceOf(receipt: Receipt): string {
  return `urn:bottega:pos:${urnPart(receipt.text('store'))}/${urnPart(receipt.text('till'))}`;
}

function urnPart(text: string | undefined): string {
  return text === undefined ? '-' : encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\ufffd'));
}

function textOf(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatInstant(epochMs);
}
