/**
 * `isWithoutCurrent`: whether the file `CURRENT` is gone while the data are still there. LevelDB would take the directory for a new one, and throw them away.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DATA = /^(\d+\.(ldb|sst|log)|MANIFEST-\d+)$/;

export function isWithoutCurrent(directory: string): boolean {
  return existsSync(directory) && !existsSync(join(directory, 'CURRENT')) && readdirSync(directory).some((name) => DATA.test(name));
}
