/** What do the tills of a month's shop print, and what of it is true? Receipts, returns and annulments whose numbers begin again, or never do. */
import { type Chance } from '../../launcher/simulator/chance.js';
import type { Month, Paid, TrueSale } from './batch.js';
import { daysOf, QUIET_MS, type Spans } from './monthSpans.js';
import { DAY, HOUR, MINUTE, type Wall } from './wall.js';

export type Restart = 'midnight' | 'closing' | 'never';

/** `both`: what is pushed stands in the day's file, too. `lines`: its file has a row for each line. `instants`: it states its zone's offset. */
export interface Till {
  readonly store: string;
  readonly till: string;
  readonly restart: Restart;
  readonly way: 'push' | 'file' | 'both' | 'lines';
  readonly writes: 'wall' | 'instants';
  readonly pays: 'stated' | 'unstated';
}

export const TILLS: readonly Till[] = [
  { store: 'milano', till: '1', restart: 'midnight', way: 'both', writes: 'wall', pays: 'stated' },
  { store: 'milano', till: '2', restart: 'midnight', way: 'lines', writes: 'wall', pays: 'stated' },
  { store: 'torino', till: '1', restart: 'closing', way: 'both', writes: 'wall', pays: 'stated' },
  { store: 'torino', till: '2', restart: 'closing', way: 'push', writes: 'instants', pays: 'stated' },
  { store: 'roma', till: '1', restart: 'never', way: 'both', writes: 'wall', pays: 'stated' },
  { store: 'bologna', till: '1', restart: 'midnight', way: 'push', writes: 'wall', pays: 'unstated' },
];

export type Word = 'ELETTRONICO' | 'CONTANTI' | 'BUONO PASTO';
const MEANS: Readonly<Record<Word, Paid['means']>> = { ELETTRONICO: 'card', CONTANTI: 'cash', 'BUONO PASTO': 'other' };

/** When: the instant, and what the till's clock showed, as if it were UTC. */
export interface When { readonly at: number; readonly shown: number }

/** `day`: of the file it stands in. `interim`: another one says how it ended. `of`: the receipt it names, with its minute or its day. */
export interface TillDocument {
  readonly till: Till;
  readonly day: number;
  readonly number: string;
  readonly when: When;
  readonly opened?: When;
  readonly covers?: number;
  readonly cents: number;
  readonly payments: readonly { readonly word: Word; readonly cents: number }[];
  readonly kind: 'vendita' | 'reso' | 'annullo';
  readonly state: 'completo' | 'aperto' | 'annullato';
  readonly of?: { readonly number: string; readonly when: When; readonly by: 'minute' | 'day' };
  readonly interim?: true;
  readonly lines?: readonly { readonly shown: number; readonly cents: number }[];
}

export interface TillMonth extends Pick<Month, 'sales' | 'refunds' | 'annulments'> { readonly documents: readonly TillDocument[] }

type PrintedSale = Omit<TrueSale, 'status'> & { status: TrueSale['status'] };

interface Printed {
  readonly sales: PrintedSale[];
  readonly refunds: Month['refunds'][number][];
  readonly annulments: Month['annulments'][number][];
  readonly documents: TillDocument[];
}

export function tillMonth(spans: Spans, wall: Wall, now: number, chance: Chance): TillMonth {
  const printed: Printed = { sales: [], refunds: [], annulments: [], documents: [] };
  for (const till of TILLS) new TillDays(till, wall, chance, printed).run(spans, now);
  return printed;
}

const RECEIPTS = { usual: 3, change: 14, recent: 10 } as const;
/** The shop is open from seven in the morning until half past four at night, so the clocks change in its hours. */
const OPENS = 7 * HOUR;
const OPEN_FOR = 21.5 * HOUR;
/** A closing in the afternoon, and one after the night. */
const CLOSING = 15.5 * HOUR;
/** What takes something back is printed soon. */
const LONGEST_AFTER = 90 * MINUTE;

class TillDays {
  readonly #till: Till;
  readonly #wall: Wall;
  readonly #chance: Chance;
  readonly #printed: Printed;
  /** Annulments that say no more than a number, or a day: which receipt they mean is known when all are printed. */
  readonly #vague: { readonly annulment: TillDocument; readonly of: TillDocument; readonly truth: PrintedSale }[] = [];
  #count = 0;
  #period = '';
  #closings = 0;
  #own = 0;

  constructor(till: Till, wall: Wall, chance: Chance, printed: Printed) {
    this.#till = till;
    this.#wall = wall;
    this.#chance = chance;
    this.#printed = printed;
  }

  run(spans: Spans, now: number): void {
    for (const { day, kind } of daysOf(spans, this.#wall)) {
      const times = Array.from({ length: RECEIPTS[kind] }, (_receipt, index) => this.#timeOn(day, kind === 'change' && index % 2 === 1));
      for (const when of times.sort((a, b) => a.shown - b.shown)) if (when.at < now - QUIET_MS - LONGEST_AFTER) this.#sell(day, when);
    }
    for (const { annulment, truth } of this.#vague.filter((one) => this.#isMeant(one))) {
      this.#printed.documents.push(annulment);
      truth.status = 'voided';
    }
  }

  /** Any minute of the opening hours; `atNight`: around the hour in which the clocks change. */
  #timeOn(day: number, atNight: boolean): When {
    const minute = atNight ? this.#chance.between(60, 239) * MINUTE : OPENS + this.#chance.between(0, OPEN_FOR / MINUTE) * MINUTE;
    return this.#when(day * DAY + minute + this.#chance.between(0, 59) * 1_000);
  }

  /** A till that states instants distinguishes the hour that comes twice from its repetition, and knows no hour that never was. */
  #when(shown: number): When {
    const at = this.#wall.instantAt(shown);
    if (this.#till.writes === 'wall') return { at, shown };
    const real = this.#wall.shownAt(at + HOUR) === shown && this.#chance.next() < 0.5 ? at + HOUR : at;
    return { at: real, shown: this.#wall.shownAt(real) };
  }

  #sell(day: number, when: When): void {
    const cents = this.#chance.pick([[0, 1], [this.#chance.between(90, 9_000), 30], [this.#chance.between(100_000, 250_000), 1]]);
    const receipt: TillDocument = { till: this.#till, day, number: this.#nextNumber(when), when, cents, payments: this.#paymentsOf(cents), kind: 'vendita', state: 'completo' };
    const table = this.#till.way === 'lines' ? undefined : this.#tableOf(when);
    const fate = this.#chance.pick<Fate>(FATES);
    if (table === undefined) this.#complete({ ...receipt, ...this.#linesOf(when, cents) }, fate);
    else {
      const open: TillDocument = { ...receipt, ...table, when: table.opened, cents: 0, payments: [], state: 'aperto' };
      this.#printed.documents.push(fate === 'open' ? open : { ...open, interim: true });
      if (fate !== 'open') this.#complete({ ...receipt, ...table }, fate);
      else this.#printed.sales.push({ ...this.#traded(open), status: 'open', openedAt: table.opened.at, covers: table.covers });
    }
  }

  #complete(receipt: TillDocument, fate: Fate): void {
    const { opened, covers, when } = receipt;
    const served = opened === undefined || covers === undefined ? {} : { openedAt: opened.at, closedAt: when.at, covers };
    const truth: PrintedSale = { ...this.#traded(receipt), ...this.#articlesOf(receipt), ...served, status: 'completed' };
    this.#printed.documents.push(receipt);
    this.#printed.sales.push(truth);
    this.#after(receipt, truth, fate);
  }

  /** What is printed after a receipt, and makes of it what it was. */
  #after(receipt: TillDocument, truth: PrintedSale, fate: Fate): void {
    const { opened, covers: _covers, lines: _lines, ...rest } = receipt;
    const when = this.#when(receipt.when.shown + this.#chance.between(2, LONGEST_AFTER / MINUTE) * MINUTE);
    const bare: TillDocument = { ...rest, when, number: this.#ownNumber() };
    const issued = opened ?? receipt.when;
    const voids = (annulment: TillDocument): void => { this.#vague.push({ annulment, of: receipt, truth }); };
    switch (fate) {
      case 'annulled': {
        truth.status = 'voided';
        this.#printed.documents.push({ ...receipt, state: 'annullato' });
        return;
      }
      case 'voidedByMinute': voids({ ...bare, kind: 'annullo', of: { number: receipt.number, when: issued, by: 'minute' } }); return;
      case 'voidedByDay': voids({ ...bare, kind: 'annullo', of: { number: receipt.number, when: issued, by: 'day' } }); return;
      case 'voidedByNumber': voids({ ...bare, number: receipt.number, cents: this.#chance.pick([[0, 1], [receipt.cents, 1]]), kind: 'annullo' }); return;
      case 'returned': this.#giveBack({ ...bare, of: { number: receipt.number, when: issued, by: 'minute' } }); return;
      case 'returnedByNumber': this.#giveBack({ ...bare, number: receipt.number }); return;
      case 'unnamed': this.#takeBack(bare); return;
      default:
    }
  }

  #giveBack(document: TillDocument): void {
    const cents = Math.ceil(document.cents / this.#chance.between(1, 3));
    const back: TillDocument = { ...document, kind: 'reso', cents, payments: this.#paymentsOf(cents, 'one') };
    this.#printed.documents.push(back);
    this.#printed.refunds.push(this.#traded(back));
  }

  #takeBack(document: TillDocument): void {
    const cents = this.#chance.between(100, 2_000);
    const annulment: TillDocument = { ...document, kind: 'annullo', cents, payments: this.#paymentsOf(cents, 'one') };
    this.#printed.documents.push(annulment);
    this.#printed.annulments.push({ ...this.#traded(annulment), ...this.#articlesOf(annulment) });
  }

  /** Whether the receipt is the latest document before the annulment that it can mean: of the 24 hours before, of the day, of the minute that is named. */
  #isMeant({ annulment, of }: { readonly annulment: TillDocument; readonly of: TillDocument }): boolean {
    const issued = ({ when, opened = when }: TillDocument): number => Math.floor(opened.shown / MINUTE);
    const isNamed = (one: TillDocument): boolean => {
      if (annulment.of === undefined) return issued(one) >= issued(annulment) - DAY / MINUTE;
      const per = annulment.of.by === 'day' ? DAY : MINUTE;
      return Math.floor(issued(one) * MINUTE / per) === Math.floor(annulment.of.when.shown / per);
    };
    const meant = this.#printed.documents.filter((one) => one.till === this.#till && one.kind !== 'annullo' && one.number === of.number
      && issued(one) <= issued(annulment) && isNamed(one)).sort((a, b) => issued(b) - issued(a));
    return meant[0] !== undefined && issued(meant[0]) === issued(of);
  }

  /** Rows of articles say what was sold; nobody says what VAT is in it. */
  #articlesOf({ lines, cents }: TillDocument): Pick<Month['sales'][number], 'lines'> {
    if (this.#till.way !== 'lines') return {};
    return { lines: (lines ?? [{ cents }]).map((line) => ({ cents: line.cents, pieces: 1 })) };
  }

  #traded({ when, cents, payments }: TillDocument): Month['refunds'][number] {
    const paid = this.#till.pays === 'unstated' ? [] : payments.map(({ word, cents: part }): Paid => ({ means: MEANS[word], cents: part }));
    return { at: when.at, store: this.#till.store, channel: 'pos', cents, paid: cents === 0 ? [] : paid };
  }

  #paymentsOf(cents: number, ways: 'one' | 'any' = 'any'): TillDocument['payments'] {
    const word = this.#chance.pick<Word>([['ELETTRONICO', 6], ['CONTANTI', 3], ['BUONO PASTO', 1]]);
    if (ways === 'one' || this.#till.way === 'lines' || cents < 2 || this.#chance.next() > 0.15) return [{ word, cents }];
    const card = this.#chance.between(1, cents - 1);
    return [{ word: 'ELETTRONICO', cents: card }, { word: 'CONTANTI', cents: cents - card }];
  }

  #tableOf({ at, shown }: When): { readonly opened: When; readonly covers: number } | undefined {
    if (this.#chance.next() > 0.3) return undefined;
    const opened = this.#when(shown - this.#chance.pick([[this.#chance.between(5, 80) * MINUTE, 9], [26 * HOUR, 1]]));
    return opened.at > at ? undefined : { opened, covers: this.#chance.between(1, 6) };
  }

  /** Some lines take minutes, none of them more than the receipt's few. */
  #linesOf({ shown }: When, cents: number): Pick<TillDocument, 'lines'> {
    if (this.#till.way !== 'lines') return {};
    const lines: { shown: number; cents: number }[] = [];
    let left = cents;
    for (let index = 0; index < 4 && left > 0; index += 1) {
      const part = index === 3 ? left : Math.min(left, this.#chance.between(50, 4_000));
      lines.push({ shown: shown + index * this.#chance.between(0, 2) * MINUTE, cents: part });
      left -= part;
    }
    if (left > 0 || lines.length === 0) lines.push({ shown, cents: left });
    return { lines: lines.sort((a, b) => a.shown - b.shown) };
  }

  #nextNumber({ shown }: When): string {
    const period = this.#till.restart === 'midnight' ? String(Math.floor(shown / DAY)) : String(Math.floor((shown - CLOSING) / (DAY / 2)));
    if (period !== this.#period) {
      this.#period = period;
      this.#closings += 1;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#till.restart === 'never' ? `${String(this.#closings)}-${String(this.#count)}` : String(this.#count);
  }

  /** Of a document that takes back: no sale has such a number. */
  #ownNumber(): string {
    this.#own += 1;
    return this.#till.restart === 'never' ? `9999-${String(this.#own)}` : String(7_000 + this.#own);
  }
}

type Fate = 'kept' | 'open' | 'annulled' | 'voidedByMinute' | 'voidedByDay' | 'voidedByNumber' | 'returned' | 'returnedByNumber' | 'unnamed';
const FATES: readonly (readonly [Fate, number])[] = [
  ['kept', 70], ['open', 6], ['annulled', 5], ['voidedByMinute', 3], ['voidedByDay', 3], ['voidedByNumber', 4], ['returned', 5], ['returnedByNumber', 2], ['unnamed', 3],
];
