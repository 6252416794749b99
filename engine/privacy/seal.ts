/**
 * `seal` closes what must be kept whole and that nobody may read: bodies of dead letters, under the shop's own key.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEAL_VERSION = 1;
const SEAL_PURPOSE = 'bottega sealed body v1';

/** `seal` hides bytes by AES-256-GCM under a key derived from the shop's; `iv` is 12 random bytes, never used twice. base64url of version, iv, tag, text. */
export function seal(plain: Uint8Array, privacyKey: Uint8Array, iv: Uint8Array): string {
  if (iv.length !== IV_BYTES) throw new RangeError(`iv must be ${String(IV_BYTES)} bytes`);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(privacyKey), iv);
  const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(SEAL_VERSION), iv, cipher.getAuthTag(), hidden]).toString('base64url');
}

/** `Unsealed`: the bytes, or that key or text is another. */
export type Unsealed = { readonly outcome: 'plain'; readonly plain: Buffer } | { readonly outcome: 'refused' };

/** `unseal` opens what `seal` closed; refused where key or text is another. */
export function unseal(sealed: string, privacyKey: Uint8Array): Unsealed {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes[0] !== SEAL_VERSION || bytes.length < 1 + IV_BYTES + TAG_BYTES) return { outcome: 'refused' };
  const tagAt = 1 + IV_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(privacyKey), bytes.subarray(1, tagAt)).setAuthTag(bytes.subarray(tagAt, tagAt + TAG_BYTES));
  const plain = decipher.update(bytes.subarray(tagAt + TAG_BYTES));
  try {
    return { outcome: 'plain', plain: Buffer.concat([plain, decipher.final()]) };
  } catch (error) {
    // `final` throws for one reason only: the tag does not fit.
    if (error instanceof Error) return { outcome: 'refused' };
    throw error;
  }
}

function sealingKey(privacyKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', privacyKey, '', SEAL_PURPOSE, 32));
}
