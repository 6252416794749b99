/**
 * What must every cell be? An own, simple book of all deliveries a test has made, in cents and by hand: it knows nothing of facts and slices.
 */
import { HOUR } from '../../engine/time.js';

/** KPI name, start of the hour, store, channel. */
export type Cell = string;

export class Ledger {
  readonly #cells = new Map<Cell, number>();

  /** `amount` in cents for money, else plain numbers. */
  add(kpi: string, at: number, store: string, channel: string, amount: number): void {
    const cell = [kpi, String(Math.floor(at / HOUR) * HOUR), store, channel].join(' ');
    this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + amount);
  }

  /** Sorted; cells that add up to nothing are left out. */
  cells(): [Cell, number][] {
    return [...this.#cells].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

interface Row {
  readonly name: string;
  readonly window: { readonly start: string };
  readonly store: string;
  readonly channel: string;
  readonly value: number | null;
  readonly unit: string;
}

/** The same cells out of rows of `/kpi?window=1h&group=store,channel`. */
export function cellsOf(rows: readonly Row[], names: readonly string[]): [Cell, number][] {
  const ledger = new Ledger();
  for (const { name, window, store, channel, value, unit } of rows) {
    if (!names.includes(name) || value === null) continue;
    ledger.add(name, Date.parse(window.start), store, channel, unit === 'EUR' ? Math.round(value * 100) : value);
  }
  return ledger.cells();
}
