/**
 * What must every cell be? An own, simple book of all deliveries a test has made, in cents and by hand: it knows nothing of facts and slices.
 */
import { HOUR, MINUTE } from '../../engine/base/time.js';

/** KPI name, start of the window, store, channel. */
export type Cell = string;

/** What the cells are: windows by the start of the one that holds an instant; `_` stands for all stores or channels. */
export interface Shape {
  readonly windowOf: (at: number) => number;
  readonly store: 'each' | 'all';
  readonly channel: 'each' | 'all';
}

const HOURS: Shape = { windowOf: (at) => Math.floor(at / HOUR) * HOUR, store: 'each', channel: 'each' };

interface Entry {
  readonly kpi: string;
  readonly at: number;
  readonly store: string;
  readonly channel: string;
  amount: number;
}

export class Ledger {
  readonly #entries = new Map<Cell, Entry>();

  /** `amount` in cents for money, else plain numbers. */
  add(kpi: string, at: number, store: string, channel: string, amount: number): void {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    const name = cellOf(kpi, minute, store, channel);
    const entry = this.#entries.get(name) ?? { kpi, at: minute, store, channel, amount: 0 };
    this.#entries.set(name, entry);
    entry.amount += amount;
  }

  /** Sorted; cells that add up to nothing are left out. */
  cells(shape: Shape = HOURS): [Cell, number][] {
    const cells = new Map<Cell, number>();
    for (const { kpi, at, store, channel, amount } of this.#entries.values()) {
      const name = cellOf(kpi, shape.windowOf(at), shape.store === 'each' ? store : '_', shape.channel === 'each' ? channel : '_');
      cells.set(name, (cells.get(name) ?? 0) + amount);
    }
    return sorted(cells);
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

/** The same cells out of rows of `/kpi`. */
export function cellsOf(rows: readonly Row[], names: readonly string[]): [Cell, number][] {
  const cells = new Map<Cell, number>();
  for (const { name, window, store, channel, value, unit } of rows) {
    if (!names.includes(name) || value === null) continue;
    cells.set(cellOf(name, Date.parse(window.start), store, channel), unit === 'EUR' ? Math.round(value * 100) : value);
  }
  return sorted(cells);
}

function cellOf(kpi: string, start: number, store: string, channel: string): Cell {
  return [kpi, String(start), store, channel].join(' ');
}

function sorted(cells: ReadonlyMap<Cell, number>): [Cell, number][] {
  return [...cells].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
}
