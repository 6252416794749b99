/**
 * Which closing does a fiscal till's own file tell? "DatiCorrispettivi" in the layout COR10, as tills send it to the tax office: sums of one closing,
 * no receipts.
 */
import Big from 'big.js';
import type { Refusal } from '../../base/errors.js';
import type { QualityFlag } from '../../base/errorTable/index.js';
import { parseDate } from '../formats/dates.js';
import { isDecimal } from '../../base/money.js';
import { type Closing, closingDraft } from './closing.js';
import type { Element } from './xml.js';
import { type CollectedFile } from './collected.js';

const NAMESPACE = 'http://ivaservizi.agenziaentrate.gov.it/docs/xsd/corrispettivi/';
/** How the tax office writes yes. */
const YES = /^(true|1|si|s)$/i;

/** One file is one closing; several of a day add up, the same one again is the same. */
export function addClosing(batch: CollectedFile, root: Element): void {
  const { collector: harvest } = batch;
  if (root.name !== 'DatiCorrispettivi' || !root.uri.startsWith(NAMESPACE)) {
    harvest.refuse(0, { path: '', rule: 'xml.root', message: 'no DatiCorrispettivi of the tax office' });
    return;
  }
  if (YES.test(root.attributes['simulazione'] ?? '')) {
    harvest.ignore(0, 'test');
    return;
  }
  const reader = new ClosingReader(batch.context.pos.date.zone ?? batch.context.calendar.clock.zone);
  const closing = closingIn(root, reader);
  if (reader.refusals.length > 0) harvest.refuse(0, ...reader.refusals);
  else harvest.add(0, closingDraft(batch, closing));
}

function closingIn(root: Element, reader: ClosingReader): Closing {
  const device = reader.text(root, 'Trasmissione', 'Dispositivo', 'IdDispositivo') ?? '';
  const number = reader.text(root, 'Trasmissione', 'Progressivo') ?? '';
  const at = reader.instant(root, 'DataOraRilevazione') ?? 0;
  const sums = within(root, 'DatiRT').flatMap((part) => within(part, 'Riepilogo'));
  const flags = new Set<QualityFlag>();
  const net = sumOf(sums.map((sum) => netOf(sum, reader, flags)));
  const tax = sumOf(sums.map((sum) => reader.decimal(sum, 'IVA', 'Imposta') ?? '0'));
  const totals = within(root, 'DatiRT').flatMap((part) => within(part, 'Totali'))[0];
  const paid = totals === undefined ? {} : paidIn(totals, reader);
  return { device, number, at, net, tax, final: 'final', flags: [...flags], ...paid, ...toldIn(root, reader) };
}

/** What is left after returns and voids; both are taken off already. */
function netOf(sum: Element, reader: ClosingReader, flags: Set<QualityFlag>): string {
  const net = reader.decimal(sum, 'ImportoParziale');
  if (net !== undefined) return net;
  flags.add('closing.returns');
  return reader.decimal(sum, 'Ammontare') ?? reader.missing('/DatiRT/Riepilogo/ImportoParziale');
}

function paidIn(totals: Element, reader: ClosingReader): Partial<Closing> {
  const [cash, electronic] = [reader.decimal(totals, 'PagatoContanti'), reader.decimal(totals, 'PagatoElettronico')];
  const receipts = reader.decimal(totals, 'NumeroDocCommerciali');
  return {
    ...(cash === undefined ? {} : { cash }),
    ...(electronic === undefined ? {} : { electronic }),
    ...(receipts === undefined ? {} : { receipts: Number(receipts) }),
  };
}

/** Only what was downloaded from the portal says when it was transmitted. */
function toldIn(root: Element, reader: ClosingReader): Partial<Closing> {
  const told = within(root, 'Trasmissione').some((part) => within(part, 'DataOraTrasmissione').length > 0);
  const toldAt = told ? reader.instant(root, 'Trasmissione', 'DataOraTrasmissione') : undefined;
  return toldAt === undefined ? {} : { statedAt: toldAt };
}

function sumOf(decimals: readonly string[]): string {
  return decimals.reduce((sum, decimal) => sum.plus(decimal), new Big(0)).toFixed(2);
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
