/**
 * `LogDamage` is what LevelDB threw away in silence when it opened: records of its write-ahead log whose checksum is wrong, after a power cut or on a dying
 * disk. It says so in its own file `LOG` and nowhere else.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../base/errors.js';
import { isWithoutCurrent } from './levelFiles.js';

/** `LogDamage`: so many bytes of what was written in `[since, until]` (epoch ms). */
export interface LogDamage {
  readonly bytes: number;
  readonly since: number;
  readonly until: number;
}

/** `DamageListener` is called where an opening found damage. */
export type DamageListener = (damage: LogDamage) => void;

/** When the logs that an opening will read were written. */
type LogSpan = Omit<LogDamage, 'bytes'>;

/** It says what it dropped before anything else. */
const HEAD_BYTES = 256 * 1024;

/** `watchingDamage` opens a database and reports what that has lost. Throws `store.corrupt` where the opening would lose everything. */
export async function watchingDamage<T>(directory: string, damaged: DamageListener, open: () => Promise<T>): Promise<T> {
  if (whereReadable(() => isWithoutCurrent(directory)) === true) throw new Fault('store.corrupt', `Corruption: ${join(directory, 'CURRENT')} is missing`);
  // Before the opening, which throws the logs away.
  const span = whereReadable(() => logSpan(directory));
  const opened = await open();
  const damage = whereReadable(() => damageOf(directory, span));
  if (damage !== undefined) damaged(damage);
  return opened;
}

/** `droppedBytes` adds up the lines such as "(ignoring error) …/000003.log: dropping 25577 bytes; Corruption: checksum mismatch". */
export function droppedBytes(text: string): number {
  return [...text.matchAll(/\.log: dropping (\d+) bytes; /g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** What cannot be read, cannot be opened either, and the opening says why. */
function whereReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function logSpan(directory: string): LogSpan | undefined {
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => /^\d+\.log$/.test(name)) : [];
  const times = names.map((name) => statSync(join(directory, name)));
  if (times.length === 0) return undefined;
  // A copy is younger than its content, and some file systems know no birth.
  const births = times.map(({ birthtimeMs, mtimeMs }) => (birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs));
  return { since: Math.floor(Math.min(...births)), until: Math.ceil(Math.max(...times.map(({ mtimeMs }) => mtimeMs))) };
}

function damageOf(directory: string, span: LogSpan | undefined): LogDamage | undefined {
  const path = join(directory, 'LOG');
  const bytes = span === undefined || !existsSync(path) ? 0 : droppedBytes(headOf(path));
  return span === undefined || bytes === 0 ? undefined : { bytes, ...span };
}

function headOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('utf8', 0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
