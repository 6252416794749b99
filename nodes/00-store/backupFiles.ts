/**
 * `writeBackup` makes a backup: the embedded store as it is at one instant, and the files beside it that a shop cannot start without. It is written
 * under another name and then renamed, so that whatever has a backup's name is whole; nobody but its owner may read it.
 */
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backupName } from '../../engine/store/backupPlan.js';
import type { LevelStore } from '../../engine/store/level/levelStore.js';

/** `BACKUP_MARK` is the file that makes a folder a backup. */
export const BACKUP_MARK = 'backup.json';
/** Of Node-RED, of the launcher and ours; databases of others are no files. */
const FILES = /^(flows\.json|flows_cred\.json|\.config.*\.json|secrets\.json|logins\.json|role|bottega-.*\.json)$/;
const BROKER_FOLDER = 'bottega-mqtt';
const BROKER_FILES = /\.(json|pem)$/;

/** `WrittenBackup`: its folder, and how many records of the store are in it. */
export interface WrittenBackup {
  readonly path: string;
  readonly records: number;
}

/** `writeBackup`: `home` is the data directory (Node-RED's user directory). Throws the store's and the file system's errors, and leaves nothing half. */
export async function writeBackup(level: Pick<LevelStore, 'copyTo'>, home: string, folder: string, now: number): Promise<WrittenBackup> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, backupName(now));
  const work = `${path}.part`;
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { mode: 0o700 });
    const records = await level.copyTo(join(work, 'bottega-store'));
    await copyFiles(home, work, FILES);
    await copyFiles(join(home, BROKER_FOLDER), join(work, BROKER_FOLDER), BROKER_FILES);
    await writeFile(join(work, BACKUP_MARK), `${JSON.stringify({ version: 1, at: new Date(now).toISOString(), records })}\n`);
    await withdraw(work);
    await rename(work, path);
    return { path, records };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function copyFiles(from: string, to: string, names: RegExp): Promise<void> {
  const found = await readdir(from, { withFileTypes: true }).catch(() => []);
  for (const entry of found) {
    if (!entry.isFile() || !names.test(entry.name)) continue;
    await mkdir(to, { recursive: true, mode: 0o700 });
    await copyFile(join(from, entry.name), join(to, entry.name));
  }
}

/** From everybody but the owner. */
async function withdraw(path: string): Promise<void> {
  const { mode } = await stat(path);
  await chmod(path, mode & 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await withdraw(inside);
    else await chmod(inside, 0o600);
  }
}
