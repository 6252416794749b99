/**
 * `KeyRing` holds the keys that the values of a store are sealed with: one writes, all of them read. They come from the environment or a file.
 */
import { hkdfSync } from 'node:crypto';
import { ConfigError } from '../../base/errors.js';
import { secretFile } from '../../base/secretFiles.js';

/** `StoreKey`: 256 bits; its `id` says which key a value was sealed with, and nothing of the key. */
export interface StoreKey {
  readonly id: string;
  readonly secret: Buffer;
}

/** `KeyRing`: without `writes` values are written plain. */
export interface KeyRing {
  readonly writes?: StoreKey;
  readonly reads: ReadonlyMap<string, StoreKey>;
}

/** `NO_KEYS` is the ring of who encrypts nothing. */
export const NO_KEYS: KeyRing = { reads: new Map() };

const KEY_BYTES = 32;
const ID_BYTES = 8;
/** Of 32 random bytes 30 are different, more or less; a word or a row of zeros has fewer. */
const MIN_DIFFERENT = 12;
const RULE = 'must be 32 random bytes as 64 hexadecimal digits or in base64, as `openssl rand -base64 32` writes them';

/**
 * `readKeyRing` takes `BOTTEGA_ENCRYPTION_KEY`, or the file of `BOTTEGA_ENCRYPTION_KEY_FILE`: keys with spaces, commas or line breaks between them, of which
 * the first writes; where that is the word `off`, nothing is encrypted any more, and the others still read. Throws `ConfigError`, which repeats no key.
 */
export function readKeyRing(environment: Readonly<Record<string, string | undefined>>, readText: (path: string) => string): KeyRing {
  const [text, path] = [environment['BOTTEGA_ENCRYPTION_KEY']?.trim() ?? '', environment['BOTTEGA_ENCRYPTION_KEY_FILE']?.trim() ?? ''];
  if (path === '') return parseKeyRing(text, 'BOTTEGA_ENCRYPTION_KEY');
  if (text !== '') throw new ConfigError('BOTTEGA_ENCRYPTION_KEY_FILE', 'must not be set beside BOTTEGA_ENCRYPTION_KEY', path);
  const ring = parseKeyRing(secretFile('BOTTEGA_ENCRYPTION_KEY_FILE', path, readText), 'BOTTEGA_ENCRYPTION_KEY_FILE');
  // An empty file is a key that got lost, not the wish to have none.
  if (ring === NO_KEYS) throw new ConfigError('BOTTEGA_ENCRYPTION_KEY_FILE', 'must be a file that holds a key', path);
  return ring;
}

/** `parseKeyRing`: see `readKeyRing`; `name` is the variable's, for the error. */
export function parseKeyRing(text: string, name: string): KeyRing {
  const [first, ...others] = text.split(/[\s,]+/).filter((word) => word !== '');
  if (first === undefined) return NO_KEYS;
  const isOff = first.toLowerCase() === 'off';
  const keys = (isOff ? others : [first, ...others]).map((word) => keyOf(word, name));
  const reads = new Map(keys.map((key) => [key.id, key]));
  const [writes] = keys;
  return isOff || writes === undefined ? { reads } : { writes, reads };
}

function keyOf(word: string, name: string): StoreKey {
  const secret = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : /^[\w+/-]{43}=?$/.test(word) ? Buffer.from(word, 'base64') : undefined;
  if (secret?.length !== KEY_BYTES || new Set(secret).size < MIN_DIFFERENT) throw new ConfigError(name, RULE, '…');
  return { secret, id: Buffer.from(hkdfSync('sha256', secret, '', 'bottega store key id', ID_BYTES)).toString('hex') };
}
