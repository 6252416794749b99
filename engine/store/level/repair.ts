/**
 * `repairLevel` makes a LevelDB that cannot be opened, or not be read, one that can: from what its tables and logs still hold.
 *
 * LevelDB writes a new list of its files, puts what it cannot read into the folder `lost`, and says in its file `LOG` what that was.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { faultOf } from './handle.js';

/** `LevelRepair` is what could not be saved: tables that were damaged in part or as a whole, and bytes of logs. */
export interface LevelRepair {
  readonly tables: number;
  readonly bytes: number;
}

/** `repairLevel`: nobody may have the directory open. Throws the store's faults. */
export async function repairLevel(directory: string): Promise<LevelRepair> {
  try {
    await ClassicLevel.repair(directory);
  } catch (error) {
    throw faultOf(error);
  }
  return unsavedIn(readFileSync(join(directory, 'LOG'), 'utf8'));
}

/** `unsavedIn` adds up lines such as "Table #21: 0 entries Corruption: not an sstable" and "Log #3: dropping 25577 bytes; Corruption: …". */
export function unsavedIn(text: string): LevelRepair {
  const tables = [...text.matchAll(/Table #(\d+):(?! \d+ entries OK)/g)].map(([, number]) => number);
  const bytes = [...text.matchAll(/Log #\d+: dropping (\d+) bytes; /g)].reduce((sum, [, dropped]) => sum + Number(dropped), 0);
  return { tables: new Set(tables).size, bytes };
}

/** `isLevelHeld`: whether a process has the directory open. Asks without opening: what is damaged stays as it is. */
export async function isLevelHeld(directory: string): Promise<boolean> {
  const db = new ClassicLevel(directory, { createIfMissing: false, errorIfExists: true });
  try {
    await db.open();
    return false;
  } catch (error) {
    return faultOf(error).code === 'store.locked';
  } finally {
    await db.close();
  }
}
