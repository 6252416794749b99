/**
 * The till's push for a receipt: an Italian generic push: local time without zone, comma decimals.
 */
import { fromMinor } from '../../engine/base/money.js';
import type { LocalClock } from '../../engine/base/time.js';
import { centsOf, type SoldLine } from './articles.js';
import type { Chance } from './chance.js';

export function receiptBody(
  at: number, serial: number, lines: readonly SoldLine[], clock: LocalClock, chance: Chance, kind: 'sale' | 'return' = 'sale',
): object {
  const total = centsOf(lines);
  return {
    ...headOf(serial, String(chance.between(1, 2)), at, clock),
    totale: italianMoney(total),
    pagamenti: [{ tipo: paidBy(chance), importo: italianMoney(total) }],
    righe: lines.map(rowOf),
    stato: 'completo',
    ...(kind === 'return' ? { tipoDocumento: 'reso' } : {}),
  };
}

function rowOf({ article: { code, name, category, cents, rate }, quantity }: SoldLine): object {
  return { sku: code, descrizione: name, reparto: category, qta: `${String(quantity)},000`, prezzo: italianMoney(cents), iva: String(rate) };
}

/** A table's order as it stands: opened, closed with its total, or called off. */
export interface TillTable {
  readonly serial: number;
  readonly openedAt: number;
  readonly covers: number;
}

export function openTableBody(table: TillTable, clock: LocalClock): object {
  return { ...headOf(table.serial, '1', table.openedAt, clock), ...seatsOf(table, clock), totale: '0,00', pagamenti: [], righe: [], stato: 'aperto' };
}

export function closedTableBody(table: TillTable, closedAt: number, lines: readonly SoldLine[], clock: LocalClock, chance: Chance): object {
  const cents = centsOf(lines);
  return {
    ...headOf(table.serial, '1', closedAt, clock), ...seatsOf(table, clock), chiusura: italianTime(closedAt, clock), totale: italianMoney(cents),
    pagamenti: [{ tipo: paidBy(chance), importo: italianMoney(cents) }],
    righe: lines.map(rowOf),
    stato: 'completo',
  };
}

export function cancelledTableBody(table: TillTable, at: number, clock: LocalClock): object {
  return { ...headOf(table.serial, '1', at, clock), ...seatsOf(table, clock), totale: '0,00', pagamenti: [], righe: [], stato: 'annullato' };
}

function headOf(serial: number, till: string, at: number, clock: LocalClock): object {
  return { idNegozio: 'MI-01', idCassa: till, numeroScontrino: receiptNumber(serial), dataOra: italianTime(at, clock), valuta: 'EUR' };
}

function seatsOf({ openedAt, covers }: TillTable, clock: LocalClock): object {
  return { coperti: covers, apertura: italianTime(openedAt, clock) };
}

function paidBy(chance: Chance): string {
  return chance.pick([['ELETTRONICO', 7], ['CONTANTI', 3]]);
}

/** "1234-000567": closing and receipt. */
function receiptNumber(serial: number): string {
  return `${String(Math.floor(serial / 1_000_000))}-${String(serial % 1_000_000).padStart(6, '0')}`;
}

/** "22/11/2026 18:41:05", on the shop's wall. */
function italianTime(at: number, clock: LocalClock): string {
  const wall = new Date(at + clock.offsetAt(at)).toISOString();
  return `${wall.slice(8, 10)}/${wall.slice(5, 7)}/${wall.slice(0, 4)} ${wall.slice(11, 19)}`;
}

/** 123450 → "1.234,50". */
function italianMoney(cents: number): string {
  const [whole = '0', decimals = '00'] = fromMinor(cents, 'EUR').split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '.')},${decimals}`;
}
