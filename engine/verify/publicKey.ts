/**
 * `publicKeyIn` reads the public key that a sender's documentation shows, as people paste it: PEM with its lines or without, or once more in base64.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from '../base/secret.js';
import type { PublishedKeys } from './jwt.js';

const LABEL = /-----(BEGIN|END)[^-]*-----/g;
/** The longest of them, an RSA key of 8192 bits, has 1.5 KB. */
const MAX_LETTERS = 8_192;

/** `publicKeyIn`: `undefined` where the text is no public key. */
export function publicKeyIn(text: string): PublishedKeys | undefined {
  const letters = text.replaceAll('\\n', '\n').replaceAll(LABEL, '').replaceAll(/\s+/g, '');
  if (letters === '' || letters.length > MAX_LETTERS || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(letters)) return undefined;
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.subarray(0, 10).toString('latin1') === '-----BEGIN') return publicKeyIn(bytes.toString('latin1'));
  const key = keyOf(bytes);
  return key === undefined ? undefined : { name: `key:${sha256(bytes).toString('base64url')}`, keyFor: () => Promise.resolve(key) };
}

function keyOf(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
