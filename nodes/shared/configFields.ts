/**
 * Fields of a saved form: the checks that every node's `readConfig` shares; each names field, rule and value.
 */
import { ConfigError } from '../../engine/base/errors.js';
import type { SavedForm } from './node.js';

/** The form as it is, where it was saved by this release or a former one; a later one's cannot be read. */
export function atVersion(saved: SavedForm, version: number): SavedForm {
  const found = saved['version'] ?? version;
  if (typeof found !== 'number' || found > version) throw new ConfigError('version', `must be at most ${String(version)}`, found);
  return saved;
}

/** A number in `[least, most]`; forms save what was typed as text. */
export function readNumber(saved: unknown, field: string, least: number, most: number): number {
  const value = saved === '' ? NaN : Number(saved);
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw new ConfigError(field, `must be a number from ${String(least)} to ${String(most)}`, saved);
}

/** A whole number in `[least, most]`. */
export function readWhole(saved: unknown, field: string, least: number, most: number): number {
  const value = saved === '' ? NaN : Number(saved);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigError(field, `must be a whole number from ${String(least)} to ${String(most)}`, saved);
}

/** Typed text, `undefined` where the field was left empty. */
export function filled(saved: unknown): string | undefined {
  return typeof saved === 'string' && saved.trim() !== '' ? saved.trim() : undefined;
}
