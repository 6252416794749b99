/** How do the tills of a month send what they printed? By push, one receipt after the other, and by the file of a day that is sent again when it has grown. */
import type { Chance } from '../../launcher/simulator/chance.js';
import { type Restart, type Till, TILLS, type TillDocument, type When } from './monthTills.js';
import { MINUTE } from './wall.js';

/** One post. `body`: JSON, or the text of a file. */
export interface Delivery { readonly way: 'pos' | 'batch' | 'events' | 'shopify'; readonly restart?: Restart; readonly topic?: string; readonly body: unknown }

/** The shop's own names stand for these, too: a till has one by its push, and another in its files. */
export const ALIASES: Readonly<Record<string, readonly [pushed: string, filed: string]>> = {
  milano: ['MI-01', 'Milano Centro'], torino: ['TO-01', 'Torino'], roma: ['RM-01', 'Roma Trastevere'], bologna: ['BO-01', 'Bologna'],
};

/** Pushes, and for each till and day two files: the first ends in the middle of the day, and of a receipt. */
export function tillDeliveries(documents: readonly TillDocument[], chance: Chance): Delivery[] {
  const pushed = documents.filter((document) => isPushed(document, chance));
  const pushes = pushed.map((document): Delivery => ({ way: 'pos', restart: document.till.restart, body: pushOf(document) }));
  const files = TILLS.filter(({ way }) => way === 'both' || way === 'lines').flatMap((till) => filesOf(till, documents.filter((one) => one.till === till)));
  return [...pushes, ...files];
}

/** What a file cannot say is pushed at any rate; the rest of it, most of the time. */
function isPushed({ till: { way }, payments, interim }: TillDocument, chance: Chance): boolean {
  return way !== 'lines' && (way === 'push' || interim === true || payments.length > 1 || chance.next() < 0.8);
}

function pushOf({ till, number, when, opened, covers, cents, payments, kind, state, of }: TillDocument): object {
  const [store] = ALIASES[till.store] ?? [till.store];
  const write = (one: When): string => (till.writes === 'wall' ? wallText(one) : instantText(one));
  // Some tills write a return as a sale of less than nothing.
  const isNegative = kind === 'reso' && cents % 3 === 0 && cents > 0;
  return {
    idNegozio: store, idCassa: till.till, numeroScontrino: zeroed(number), dataOra: write(when), valuta: 'EUR', totale: `${isNegative ? '-' : ''}${money(cents)}`,
    pagamenti: till.pays === 'unstated' || cents === 0 ? [] : payments.map(({ word, cents: part }) => ({ tipo: word, importo: `${isNegative ? '-' : ''}${money(part)}` })),
    stato: state, ...(isNegative ? {} : { tipoDocumento: kind }),
    ...(opened === undefined ? {} : { apertura: write(opened), ...(state === 'aperto' ? {} : { chiusura: write(when) }) }),
    ...(covers === undefined ? {} : { coperti: covers }),
    ...(of === undefined ? {} : { riferimento: `${zeroed(of.number)} del ${of.by === 'day' ? dayText(of.when) : wallText(of.when)}` }),
  };
}

const HEADS: Readonly<Record<'both' | 'lines', string>> = {
  both: 'Scontrino;Data;Ora;Cassa;Negozio;Totale;Pagamento;Stato;Tipo documento;Riferimento;Data riferimento;Apertura;Chiusura;Coperti',
  lines: 'Scontrino;Data;Ora;Cassa;Negozio;Importo riga;Pagamento;Stato;Tipo documento;Riferimento;Data riferimento;Articolo',
};

function filesOf(till: Till, documents: readonly TillDocument[]): Delivery[] {
  const days = new Set(documents.map(({ day }) => day));
  return [...days].flatMap((day) => {
    const printed = documents.filter((one) => one.day === day && one.interim === undefined).sort((a, b) => a.when.shown - b.when.shown);
    const rows = printed.flatMap((document) => (till.way === 'lines' ? lineRows(document) : [rowOf(document)]));
    const head = HEADS[till.way === 'lines' ? 'lines' : 'both'];
    return [rows.slice(0, Math.ceil(rows.length * 0.6)), rows].map((some): Delivery => ({ way: 'batch', restart: till.restart, body: [head, ...some, ''].join('\r\n') }));
  });
}

function rowOf(document: TillDocument): string {
  const { when, opened, covers, state } = document;
  const closed = opened === undefined || state === 'aperto' ? '' : wallText(when);
  return [...commonCells(document, when.shown, document.cents), opened === undefined ? '' : wallText(opened), closed, covers ?? ''].join(';');
}

function lineRows(document: TillDocument): string[] {
  const lines = document.lines ?? [{ shown: document.when.shown, cents: document.cents }];
  return lines.map(({ shown, cents }, index) => [...commonCells(document, shown, cents), `Articolo ${String(index + 1)}`].join(';'));
}

/** Files write numbers without their zeros and tills with them. A payment in parts is only pushed. */
function commonCells({ till, number, payments, kind, state, of }: TillDocument, shown: number, cents: number): string[] {
  const [, store] = ALIASES[till.store] ?? ['', till.store];
  const word = payments.length === 1 && cents > 0 ? payments[0]?.word ?? '' : '';
  const reference = of === undefined ? ['', ''] : [of.number, of.by === 'day' ? dayText(of.when) : wallText(of.when)];
  return [number, dayText({ shown }), clockText({ shown }), `0${till.till}`, store, money(cents), word, state, kind, ...reference];
}

/** "0007", "0012-0034". */
function zeroed(number: string): string {
  return number.split('-').map((part) => part.padStart(4, '0')).join('-');
}

type Shown = Pick<When, 'shown'>;

/** "22/11/2026 18:41:05" */
function wallText(when: Shown): string {
  return `${dayText(when)} ${clockText(when)}`;
}

function dayText({ shown }: Shown): string {
  return new Date(shown).toISOString().slice(0, 10).split('-').reverse().join('/');
}

function clockText({ shown }: Shown): string {
  return new Date(shown).toISOString().slice(11, 19);
}

/** "2026-11-22T18:41:05+01:00" */
function instantText({ at, shown }: When): string {
  const hours = Math.round((shown - at) / MINUTE / 60);
  return `${new Date(shown).toISOString().slice(0, 19)}+0${String(hours)}:00`;
}

/** "1.234,50" */
function money(cents: number): string {
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, '.');
  return `${whole},${String(cents % 100).padStart(2, '0')}`;
}
