/**
 * The key of pseudonyms and sealed dead letters: derived from any text, or from one generated once and kept.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `privacyKeyOf` derives 32 bytes from any text (HKDF-SHA256, RFC 5869). */
export function privacyKeyOf(text: string): Buffer {
  return Buffer.from(hkdfSync('sha256', text, '', 'bottega privacy key', 32));
}

/** `keptSecret` is the text kept in `<directory>/bottega-privacy.key`, mode 0600; written at the first call. */
export function keptSecret(directory: string): string {
  const path = join(directory, 'bottega-privacy.key');
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Already there: a former start, or another process at the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
