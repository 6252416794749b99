/**
 * What does the till push for a receipt? An Italian generic push: local time without zone, comma decimals.
 */
import { fromMinor } from '../../engine/money.js';
import type { LocalClock } from '../../engine/time.js';
import type { Chance } from './chance.js';

export function receiptBody(at: number, serial: number, clock: LocalClock, chance: Chance): object {
  const rows = Array.from({ length: chance.pick([[1, 45], [2, 30], [3, 15], [5, 10]]) }, (_row, index) => ({
    sku: `ART-${String(chance.between(1, 40))}`, descrizione: `Articolo ${String(index + 1)}`, qta: '1,000', cents: chance.between(20, 450) * 10,
  }));
  const total = rows.reduce((sum, { cents }) => sum + cents, 0);
  return {
    idNegozio: 'MI-01',
    idCassa: String(chance.between(1, 2)),
    numeroScontrino: receiptNumber(serial),
    dataOra: italianTime(at, clock),
    totale: italianMoney(total),
    valuta: 'EUR',
    pagamenti: [{ tipo: chance.pick([['ELETTRONICO', 7], ['CONTANTI', 3]]), importo: italianMoney(total) }],
    righe: rows.map(({ cents, ...row }) => ({ ...row, prezzo: italianMoney(cents) })),
    stato: 'completo',
  };
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
