/**
 * How does an entry lie in LevelDB? A kind letter, the expiry in base 36, a colon, the body: `t:paid`, `cmhy3x9a0:{"orders#":3}`.
 */
import type { Counters, Value } from '../store.js';

/** A value with its expiry (epoch ms), where it has one. */
export interface Stored {
  readonly value: Value;
  readonly expiresAt?: number;
}

/** What is known of a key: what lies there, expired or not, or that nothing does. */
export type KnownRecord = Stored | 'absent';

/** The stored text. */
export function encodeRecord({ value, expiresAt }: Stored): string {
  const expiry = expiresAt === undefined ? '' : expiryText(expiresAt);
  return typeof value === 'string' ? `t${expiry}:${value}` : `c${expiry}:${JSON.stringify(value)}`;
}

const MAX_EXPIRIES = 1_000;
const expiries = new Map<number, string>();

/** Many entries of a batch expire together, and base 36 is slow. */
function expiryText(expiresAt: number): string {
  const known = expiries.get(expiresAt);
  if (known !== undefined) return known;
  if (expiries.size >= MAX_EXPIRIES) expiries.clear();
  const text = Math.ceil(expiresAt).toString(36);
  expiries.set(expiresAt, text);
  return text;
}

/** The entry in a stored text. */
export function decodeRecord(text: string): Stored {
  const body = text.slice(text.indexOf(':') + 1);
  const value = text.startsWith('t') ? body : (JSON.parse(body) as Counters);
  const expiresAt = expiryOf(text);
  return expiresAt === undefined ? { value } : { value, expiresAt };
}

/** The expiry in a stored text, without reading its body. */
export function expiryOf(text: string): number | undefined {
  const expiry = text.slice(1, text.indexOf(':'));
  return expiry === '' ? undefined : Number.parseInt(expiry, 36);
}

/** What a reader sees: nothing, from the instant of expiry on. */
export function live(known: KnownRecord, now: number): Stored | undefined {
  if (known === 'absent') return undefined;
  return known.expiresAt !== undefined && known.expiresAt <= now ? undefined : known;
}
