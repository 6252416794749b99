/**
 * `addClosing` makes a closing of a fiscal till's own file, "DatiCorrispettivi" in the layout COR10, as tills and vending machines send it to the
 * Agenzia delle Entrate: sums of one closing, no receipts.
 */
import Big from 'big.js';
import type { Refusal } from '../../base/errors.js';
import type { QualityFlag } from '../../base/errorTable/index.js';
import { parseDate } from '../formats/dates.js';
import { isDecimal } from '../../base/money.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { type Closing, closingDraft } from './closing.js';
import type { Element } from './xml.js';
import { type CollectedFile } from './collected.js';

/** Of the namespaces that such files have; some have none. */
const NAMESPACE = /corrispettivi/i;
/** How the Agenzia writes yes. */
const YES = /^(true|1|si|s)$/i;

/** One file is one closing; several of a day add up, the same one again is the same. */
export function addClosing(batch: CollectedFile, root: Element): void {
  const { collector } = batch;
  if (!isClosing(root)) {
    collector.refuse(0, { path: '', rule: 'xml.root', message: 'no DatiCorrispettivi' });
    return;
  }
  if (YES.test(root.attributes['simulazione'] ?? '')) {
    collector.ignore(0, 'test');
    return;
  }
  const reader = new ClosingReader(batch.context.pos.date.zone ?? batch.context.calendar.clock.zone);
  const closing = closingIn(root, reader, batch);
  if (reader.refusals.length > 0) collector.refuse(0, ...reader.refusals);
  else collector.add(0, closingDraft(batch, closing));
}

function isClosing({ name, uri, children }: Element): boolean {
  if (name !== 'DatiCorrispettivi') return false;
  return uri === '' ? children.some((child) => child.name === 'Trasmissione') : NAMESPACE.test(uri);
}

function closingIn(root: Element, reader: ClosingReader, batch: CollectedFile): Closing {
  const device = deviceIn(root, reader, batch);
  const number = reader.text(root, 'Trasmissione', 'Progressivo') ?? '';
  const at = reader.instant(root, 'DataOraRilevazione') ?? 0;
  const parts = PARTS.flatMap((name) => within(root, name));
  const sums = parts.flatMap(summariesIn);
  const flags = new Set<QualityFlag>();
  const rates = sums.map((sum) => ({ rate: rateOf(sum, reader), net: netOf(sum, reader, flags), tax: reader.decimal(sum, 'IVA', 'Imposta') ?? '0' }));
  const [net, tax] = [sumOf(rates.map((one) => one.net)), sumOf(rates.map((one) => one.tax))];
  const totals = parts.flatMap((part) => within(part, 'Totali'))[0];
  const paid = totals === undefined ? {} : paidIn(totals, reader);
  return { device, number, at, net, tax, rates, final: 'final', flags: [...flags], ...paid, ...sentIn(root, reader) };
}

/** Of fiscal tills, and of vending machines. */
const PARTS = ['DatiRT', 'DatiDA'] as const;

/** The sums per rate; a vending machine may have one sum for all, or one for each of its machines. */
function summariesIn(part: Element): Element[] {
  const summaries = within(part, 'Riepilogo');
  if (summaries.length > 0) return summaries;
  return within(part, 'Ammontare').length > 0 ? [part] : part.children.flatMap(summariesIn);
}

/** The seal's number; a file without one is of the till that its sender names, else of the only one of the store that is named or known. */
function deviceIn(root: Element, reader: ClosingReader, { till, store, context }: CollectedFile): string {
  if (within(root, 'Trasmissione').some((part) => within(part, 'Dispositivo').length > 0)) return reader.text(root, ...DEVICE) ?? '';
  const named = storeNamed(context, store) ?? (context.stores.length > 1 ? undefined : defaultStore(context));
  const device = till ?? named;
  if (device !== undefined && NAME.test(device)) return device;
  reader.missing(`/${DEVICE.join('/')}`);
  return '';
}

const DEVICE = ['Trasmissione', 'Dispositivo', 'IdDispositivo'] as const;
const NAME = /^[\p{L}\p{N}_.-]{1,64}$/u;

/** Its percent; 0 where a `Natura` says why there is none, unknown where VAT is shared out later (`VentilazioneIVA`). */
function rateOf(sum: Element, reader: ClosingReader): string | undefined {
  const stated = reader.decimal(sum, 'IVA', 'AliquotaIVA');
  if (stated !== undefined && isDecimal(stated)) return new Big(stated).round(2).toFixed();
  return within(sum, 'Natura').length > 0 ? '0' : undefined;
}

/** What is left after returns and voids: `ImportoParziale` has them taken off already, from `Ammontare` they are taken here. */
function netOf(sum: Element, reader: ClosingReader, flags: Set<QualityFlag>): string {
  const net = reader.decimal(sum, 'ImportoParziale');
  if (net !== undefined) return net;
  const [returned, voided] = [reader.decimal(sum, 'TotaleAmmontareResi'), reader.decimal(sum, 'TotaleAmmontareAnnulli')];
  if (returned === undefined && voided === undefined) flags.add('closing.returns');
  const whole = reader.decimal(sum, 'Ammontare') ?? reader.missing(`/${sum.name}/Ammontare`);
  return isDecimal(whole) ? new Big(whole).minus(returned ?? 0).minus(voided ?? 0).toFixed() : '0';
}

function paidIn(totals: Element, reader: ClosingReader): Partial<Closing> {
  const [cash, electronic] = [reader.decimal(totals, 'PagatoContanti'), reader.decimal(totals, 'PagatoElettronico')];
  const [receipts, vouchers] = [reader.decimal(totals, 'NumeroDocCommerciali'), reader.decimal(totals, 'PagatoTicket')];
  return {
    ...(vouchers === undefined ? {} : { vouchers }),
    ...(cash === undefined ? {} : { cash }),
    ...(electronic === undefined ? {} : { electronic }),
    ...(receipts === undefined ? {} : { receipts: Number(receipts) }),
  };
}

/** Only what was downloaded from the portal says when it was transmitted. */
function sentIn(root: Element, reader: ClosingReader): Partial<Closing> {
  const stated = within(root, 'Trasmissione').some((part) => within(part, 'DataOraTrasmissione').length > 0);
  const sentAt = stated ? reader.instant(root, 'Trasmissione', 'DataOraTrasmissione') : undefined;
  return sentAt === undefined ? {} : { statedAt: sentAt };
}

function sumOf(decimals: readonly string[]): string {
  return decimals.reduce((sum, decimal) => sum.plus(decimal), new Big(0)).toFixed();
}

function within(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

class ClosingReader {
  readonly refusals: Refusal[] = [];
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** A short name, kept as it is written: zeros in front belong to it. */
  text(root: Element, ...path: readonly string[]): string | undefined {
    const text = this.#at(root, path);
    if (text !== undefined && /^[\w.-]{1,64}$/.test(text)) return text;
    this.missing(`/${path.join('/')}`);
    return undefined;
  }

  instant(root: Element, ...path: readonly string[]): number | undefined {
    const parsed = parseDate(this.#at(root, path), { kind: 'iso', zone: this.#zone });
    if (parsed.outcome === 'instant') return parsed.at;
    this.refusals.push({ path: `/${path.join('/')}`, rule: parsed.rule, message: parsed.message });
    return undefined;
  }

  decimal(element: Element, ...path: readonly string[]): string | undefined {
    const text = this.#at(element, path);
    if (text === undefined || text === '') return undefined;
    if (isDecimal(text)) return text;
    this.refusals.push({ path: `/${element.name}/${path.join('/')}`, rule: 'number.form', message: 'not a plain decimal' });
    return undefined;
  }

  missing(path: string): string {
    this.refusals.push({ path, rule: 'required', message: 'is missing' });
    return '0';
  }

  #at(root: Element, path: readonly string[]): string | undefined {
    let found: Element | undefined = root;
    for (const name of path) found = found === undefined ? undefined : within(found, name)[0];
    return found?.text.trim();
  }
}
