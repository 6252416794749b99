/**
 * `TradeRecord` writes down what exactly was sent: each delivery that was stored, one JSON object a line, for whoever wants to add it up by other means.
 */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import type { SimulatedDelivery } from './shop.js';

/** The file has its name only once it is complete. */
export class TradeRecord {
  readonly #path: string;
  readonly #file: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(partOf(path), 'w', 0o600);
  }

  add(delivery: SimulatedDelivery): void {
    writeSync(this.#file, `${JSON.stringify(delivery)}\n`);
  }

  complete(): void {
    closeSync(this.#file);
    renameSync(partOf(this.#path), this.#path);
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}
