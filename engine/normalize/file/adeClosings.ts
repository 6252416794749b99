/**
 * `addAdeClosing` makes a closing of each row of the tax agency's own table, the list that its portal ("Fatture e Corrispettivi") gives to download;
 * it is provisional, because it knows neither the closing's number nor how it was paid.
 */
import type { Refusal, RefusalRule } from '../../base/errors.js';
import { parseDate } from '../formats/dates.js';
import { parseNumber } from '../formats/numbers.js';
import { closingDraft } from './closing.js';
import { cellAt, refusalAt, type Row } from './table.js';
import { type CollectedFile } from './collected.js';
import { plainName } from '../mapping/columns.js';

const HEADINGS = {
  id: 'idinvio', device: 'matricoladispositivo', at: 'dataeorarilevazione', sentAt: 'dataeoratrasmissione', net: 'imponibilevendite', tax: 'impostavendite',
} as const;
type AdeColumn = keyof typeof HEADINGS;
type Headings = Readonly<Record<AdeColumn, string>>;

/** The portal's own headings, whatever it adds to them in brackets; `undefined` for every other table. */
export function adeHeadings(headings: readonly string[]): Headings | undefined {
  const found = Object.entries(HEADINGS).flatMap(([name, start]) => {
    const heading = headings.find((each) => plainName(each).startsWith(start));
    return heading === undefined ? [] : [[name, heading] as const];
  });
  return found.length === Object.keys(HEADINGS).length ? Object.fromEntries(found) as Headings : undefined;
}

/** "Ammontare delle vendite" is the taxable sum once more, not what the customers paid. */
export function addAdeClosing(batch: CollectedFile, row: Row, headings: Headings): void {
  const { collector, context } = batch;
  const refusals: Refusal[] = [];
  const read = new RowReader(row, headings, context.pos.date.zone ?? context.calendar.clock.zone, refusals);
  const [device, id] = [read.name('device'), read.name('id')];
  const [at, sentAt, net, tax] = [read.instant('at'), read.instant('sentAt'), read.decimal('net'), read.decimal('tax')];
  if (device === undefined || id === undefined || at === undefined || sentAt === undefined || net === undefined || tax === undefined) {
    collector.refuse(row.index, ...refusals);
    return;
  }
  collector.add(row.index, closingDraft(batch, { device, number: `ade-${id}`, at, net, tax, statedAt: sentAt, final: 'provisional', flags: [] }));
}

class RowReader {
  readonly #row: Row;
  readonly #headings: Headings;
  readonly #zone: string;
  readonly #refusals: Refusal[];

  constructor(row: Row, headings: Headings, zone: string, refusals: Refusal[]) {
    this.#row = row;
    this.#headings = headings;
    this.#zone = zone;
    this.#refusals = refusals;
  }

  name(name: AdeColumn): string | undefined {
    const cell = cellAt(this.#row, this.#headings[name]);
    if (/^[\w.-]{1,64}$/.test(cell)) return cell;
    this.#refuse(name, 'required', 'must be a short name');
    return undefined;
  }

  instant(name: AdeColumn): number | undefined {
    const parsed = parseDate(cellAt(this.#row, this.#headings[name]), { locale: 'it-IT', zone: this.#zone });
    if (parsed.outcome === 'instant') return parsed.at;
    this.#refuse(name, parsed.rule, parsed.message);
    return undefined;
  }

  decimal(name: AdeColumn): string | undefined {
    const parsed = parseNumber(cellAt(this.#row, this.#headings[name]), { locale: 'it-IT', currency: 'EUR' });
    if (parsed.outcome === 'number') return parsed.text;
    this.#refuse(name, parsed.rule, parsed.message);
    return undefined;
  }

  #refuse(name: AdeColumn, rule: RefusalRule, message: string): void {
    this.#refusals.push(refusalAt(this.#headings[name], rule, message));
  }
}
