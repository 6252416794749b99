/**
 * `copyLevel` copies a whole database, as it is at one instant, into a new one, while others read and write it.
 */
import { ClassicLevel } from 'classic-level';
import type { LevelDb } from './handle.js';

const PAGE = 1_000;

/** `copyLevel` answers how many records. `proceed` is asked before each page and throws where the copy is not to go on. */
export async function copyLevel(db: LevelDb, directory: string, proceed: () => void): Promise<number> {
  const copy = new ClassicLevel(directory, { errorIfExists: true });
  await copy.open();
  const iterator = db.iterator({});
  let records = 0;
  try {
    for (let page = await iterator.nextv(PAGE); page.length > 0; page = await iterator.nextv(PAGE)) {
      proceed();
      const batch = copy.batch();
      for (const [key, text] of page) batch.put(key, text);
      // What was written before is on disk with the last of it: a table, or the log's end.
      await batch.write({ sync: true });
      records += page.length;
    }
    return records;
  } finally {
    await iterator.close();
    await copy.close();
  }
}
