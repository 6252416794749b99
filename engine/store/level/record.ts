/**
 * The record of an entry in LevelDB: a kind letter, the expiry in base 36, a colon, the body: `t:paid`, `cmhy3x9a0:{"orders#":3}`.
 */
import type { Counters, Value } from '../store.js';

/** `Stored` is a value with its expiry (epoch ms), where it has one. */
export interface Stored {
  readonly value: Value;
  readonly expiresAt?: number;
}

/** `KnownRecord` is what is known of a key: what lies there, expired or not, or that nothing does. */
export type KnownRecord = Stored | 'absent';

/** `encodeRecord` makes the stored text. */
export function encodeRecord({ value, expiresAt }: Stored): string {
  const expiry = expiresAt === undefined ? '' : Math.ceil(expiresAt).toString(36);
  return typeof value === 'string' ? `t${expiry}:${value}` : `c${expiry}:${JSON.stringify(value)}`;
}

/** `decodeRecord` reads a stored text. */
export function decodeRecord(text: string): Stored {
  const body = text.slice(text.indexOf(':') + 1);
  const value = text.startsWith('t') ? body : (JSON.parse(body) as Counters);
  const expiresAt = expiryOf(text);
  return expiresAt === undefined ? { value } : { value, expiresAt };
}

/** `expiryOf` reads the expiry of a stored text, without reading its body. */
export function expiryOf(text: string): number | undefined {
  const expiry = text.slice(1, text.indexOf(':'));
  return expiry === '' ? undefined : Number.parseInt(expiry, 36);
}

/** `live` is what a reader sees: nothing, from the instant of expiry on. */
export function live(known: KnownRecord, now: number): Stored | undefined {
  if (known === 'absent') return undefined;
  return known.expiresAt !== undefined && known.expiresAt <= now ? undefined : known;
}
