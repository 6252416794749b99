/**
 * `keepPrivately` writes a file that only this user of the machine may read.
 */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside and then renamed: a kill in between leaves the old file or the new one. */
export function keepPrivately(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that existed keeps its mode otherwise.
  chmodSync(folder, 0o700);
  const aside = join(folder, `${name}.${String(process.pid)}`);
  writeFileSync(aside, text, { mode: 0o600 });
  renameSync(aside, join(folder, name));
}
