/**
 * `normalizePos` makes sales, returns and voids of a till's receipts. The form's mapping says where things stand; nothing is guessed.
 */
import type Big from 'big.js';
import type { QualityFlag } from '../../base/errorTable/index.js';
import type { SaleStatus } from '../../event/event.js';
import { withFlags } from '../../event/quality.js';
import { formatInstant, MINUTE } from '../../base/time.js';
import { cleanName } from '../../base/name.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { type EventDraft, Collector, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { DOCUMENT_KINDS, type DocumentKind, documentKindOf, voidsReturn } from '../mapping/documentKinds.js';
import { isReturnStatus, statusOfWord } from '../mapping/statusWords.js';
import { referenceIn } from './documentReference.js';
import { type DateRead, Receipt } from './receipt.js';
import { linesIn } from './receiptLines.js';
import { minuteShown, plainNumber, subjectOf, tillSource } from './receiptSubject.js';
import { statusSequenceAt } from '../draft/sequence.js';
import { paymentIn } from './splitPayment.js';
import { isRecord } from '../../base/json.js';
import type { Steps } from '../../base/steps.js';

/** One receipt or an array of them; a till that speaks CloudEvents is understood as it is. */
export function* normalizePos(body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  const collector = new Collector(intake, context);
  const receipts: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const [index, receipt] of receipts.entries()) {
    if (index > 0) yield;
    if (!isRecord(receipt)) collector.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    else if (Object.hasOwn(receipt, 'specversion')) collector.addCanonical(index, receipt);
    else addReceipt(collector, index, receipt, context);
  }
  return collector;
}

/** One receipt, at its place in what was sent. */
export function addReceipt(collector: Collector, index: number, body: unknown, context: NormalizeContext): void {
  const receipt = new Receipt(body, context.pos, context.currency);
  const draft = receiptDraft(receipt, context);
  if (draft === 'ignored') collector.ignore(index, 'document');
  else if (receipt.refusals.length > 0 || draft === undefined) collector.refuse(index, ...receipt.refusals);
  else collector.add(index, draft);
}

/** `ReceiptNames`: what a document of a sender with names of its own is called, and what it gives back; its `kind`, where the message itself says it. */
export interface ReceiptNames {
  readonly kind: DocumentKind | undefined;
  readonly source: string;
  readonly subject: string | undefined;
  readonly refersTo: string | undefined;
  readonly shipping?: Big | undefined;
}

/** `receiptDraft` is the event that a document makes. `undefined` only where the receipt remembers why. */
export function receiptDraft(receipt: Receipt, context: NormalizeContext, names?: ReceiptNames): EventDraft | 'ignored' | undefined {
  const kind = names?.kind ?? kindOf(receipt);
  if (kind === 'ignored') return 'ignored';
  const status = kind === 'void' ? 'voided' : statusOf(receipt);
  const issue = issueOf(receipt);
  const [time, amount] = [receipt.instant('time'), amountOf(receipt, status)];
  const type = typeOf(kind, status, amount);
  const { source, subject, refersTo } = names ?? {
    source: sourceOf(receipt, context), subject: subjectIn(receipt, kind, issue), refersTo: referenceOf(receipt, kind, type),
  };
  const said = { ...dataOf(receipt, context), ...linesIn(receipt, amount, names?.shipping), ...paymentIn(receipt, type) };
  const data = { ...said, x_zone: issue?.zone, status, amount: unsigned(amount), refersTo };
  missAbsent(receipt, { number: subject, time, amount: status === 'voided' ? 'unneeded' : amount });
  if (subject === undefined || time === undefined) return undefined;
  return {
    type,
    source,
    subject,
    time: formatInstant(time),
    sequence: receipt.text('sequence') ?? sequenceAt(time, status),
    data: flagged(data, receipt.flags),
    origins: originsOf(receipt),
  };
}

function unsigned(amount: string | undefined): string | undefined {
  return amount?.replace(/^-/, '');
}

/** A sale of less than nothing is a return; of one that never was, the sign says only that it is taken back. */
function typeOf(kind: DocumentKind, status: SaleStatus, amount = ''): 'sale' | 'refund' {
  return kind === 'return' || (kind === 'sale' && status !== 'voided' && amount.startsWith('-')) ? 'refund' : 'sale';
}

function flagged(data: EventDraft['data'], flags: ReadonlySet<QualityFlag>): EventDraft['data'] {
  return flags.size === 0 ? data : { ...data, x_quality: withFlags(undefined, flags) };
}

function missAbsent(receipt: Receipt, needed: Readonly<Record<'number' | 'time' | 'amount', unknown>>): void {
  for (const field of ['number', 'time', 'amount'] as const) {
    if (needed[field] === undefined) receipt.miss(field);
  }
}

/** What no kind is stated of is a sale, if its status does not say that it is a return. */
function kindOf(receipt: Receipt): DocumentKind {
  const [word, status] = [receipt.text('kind'), receipt.text('status')];
  const kind = word === undefined ? 'sale' : documentKindOf(word, receipt.mapping.kinds, receipt.mapping.means);
  if (kind === 'sale' && status !== undefined && isReturnStatus(status, receipt.mapping)) return 'return';
  if (kind === undefined) receipt.refuse('kind', 'document.unknown', `no known kind of document: map it to one of ${DOCUMENT_KINDS.join(', ')}`);
  return kind ?? 'sale';
}

/** What a receipt is known by: its number and, where numbers begin again, the minute in which it was issued. */
function subjectIn(receipt: Receipt, kind: DocumentKind, issue: DateRead | undefined): string | undefined {
  const number = plainNumber(receipt.text('number') ?? '');
  if (number === '') return undefined;
  return subjectOf({ kind: kind === 'void' ? 'void' : 'receipt', number, issued: issue === undefined ? '' : minuteShown(issue.shownMs) });
}

function referenceOf(receipt: Receipt, kind: DocumentKind, type: 'sale' | 'refund'): string | undefined {
  if (kind === 'void') return referenceIn(receipt) ?? returnIn(receipt);
  return type === 'refund' ? referenceIn(receipt) : undefined;
}

/** A void of a return without any reference repeats the return's number: where no such return is known it waits, and takes nothing out of the numbers. */
function returnIn(receipt: Receipt): string | undefined {
  const number = plainNumber(receipt.text('number') ?? '');
  const isReturn = number !== '' && voidsReturn(receipt.text('kind') ?? '', receipt.mapping.kinds, receipt.mapping.means);
  return isReturn ? subjectOf({ kind: 'receipt', number, issued: '' }) : undefined;
}

/** When it was issued; absent where numbers never begin again. Its `zone` goes along as `x_zone` (see aggregate/tillZones.ts). */
function issueOf(receipt: Receipt): DateRead | undefined {
  if (receipt.mapping.receiptNumbers === 'never') return undefined;
  return receipt.date('openedAt', receipt.values('openedAt')[0]) ?? receipt.date('time', receipt.values('time')[0]);
}

/** An order that was only opened may not have a total yet, and what never was needs none. */
function amountOf(receipt: Receipt, status: SaleStatus): string | undefined {
  return receipt.money('amount') ?? (status === 'open' && receipt.values('amount').length === 0 ? '0' : undefined);
}

/** That a receipt never was stands behind whatever is said of its minute, with seconds or without. */
function sequenceAt(time: number, status: SaleStatus): string {
  return statusSequenceAt(status === 'voided' ? Math.floor(time / MINUTE) * MINUTE + MINUTE - 1 : time, status);
}

function statusOf(receipt: Receipt): SaleStatus {
  const word = receipt.text('status');
  if (word === undefined) return 'completed';
  const status = statusOfWord(word, receipt.mapping);
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
    openedAt: textOf(receipt.instant('openedAt')),
    closedAt: textOf(receipt.instant('closedAt')),
    x_covers: receipt.quantities('covers')[0],
    staff: staffOf(receipt, context),
  };
}

/** No receipt is refused for it. */
function staffOf(receipt: Receipt, { staffPseudonym }: NormalizeContext): string | undefined {
  const [name] = staffPseudonym === undefined ? [] : receipt.values('staff');
  return typeof name === 'string' || typeof name === 'number' ? staffPseudonym?.(String(name)) : undefined;
}

/** Pieces sold; lines taken back count less, and a receipt of nothing but returns says none. */
function quantityOf(receipt: Receipt): number | undefined {
  const pieces = receipt.quantities('quantity');
  const sum = Math.round(pieces.reduce((total, value) => total + value, 0) * 1_000) / 1_000;
  return pieces.length > 0 && sum >= 0 ? sum : undefined;
}

function storeOf(receipt: Receipt, context: NormalizeContext): string | undefined {
  const { mapping } = receipt;
  const sent = storeSent(receipt);
  if (sent === undefined) return defaultStore(context);
  const known = knownStore(receipt, context, sent);
  if (known !== undefined) return known;
  if (mapping.unknownStore === 'asSent') return sent;
  if (mapping.unknownStore === 'refuse') receipt.refuse('store', 'value.unknown', 'no store of that name');
  else receipt.flags.add('store.unknown');
  return defaultStore(context);
}

function storeSent(receipt: Receipt): string | undefined {
  const sent = cleanName(receipt.text('store') ?? '');
  return sent === '' ? undefined : sent;
}

function knownStore({ mapping }: Receipt, context: NormalizeContext, sent: string): string | undefined {
  return mapping.stores.get(sent.toLowerCase()) ?? storeNamed(context, sent);
}

function originsOf(receipt: Receipt): Record<string, string> {
  const fields = ['store', 'amount', 'currency', 'quantity', 'openedAt', 'closedAt'] as const;
  const known = fields.flatMap((field) => (receipt.pointer(field) === '' ? [] : [[`/data/${field}`, receipt.pointer(field)] as const]));
  return { ...Object.fromEntries(known), '/time': receipt.pointer('time'), '/subject': receipt.pointer('number') };
}

/** A store that nobody knows keeps its own name here, whatever it counts for: its receipts are no other store's. */
function sourceOf(receipt: Receipt, context: NormalizeContext): string {
  const sent = storeSent(receipt);
  return tillSource(sent === undefined ? defaultStore(context) : knownStore(receipt, context, sent) ?? sent, receipt.text('till'));
}

function textOf(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatInstant(epochMs);
}
