/**
 * `UnreadableValues` remembers that encrypted values could not be read: that concerns those values, the rest of the store works.
 */
import { Fault } from '../../engine/base/errors.js';
import type { Warning } from '../shared/ports.js';

/** `UnreadableValues` of one store, since its process started; of each cause the first. */
export class UnreadableValues {
  readonly #found = new Map<string, Warning>();

  /** Whether the error is of that kind. */
  add(error: unknown): boolean {
    if (!(error instanceof Fault) || (error.code !== 'store.tampered' && error.code !== 'store.key')) return false;
    if (!this.#found.has(error.code)) this.#found.set(error.code, { cause: error.code, message: error.message });
    return true;
  }

  warnings(): readonly Warning[] {
    return [...this.#found.values()];
  }
}
