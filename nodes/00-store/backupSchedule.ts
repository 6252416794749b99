/**
 * `BackupSchedule` makes a backup each night, throws the oldest ones away, and says where that fails; others may ask for one at any time.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../engine/base/errors.js';
import { HOUR } from '../../engine/base/time.js';
import { type BackupPlan, nextBackupAt, outdatedBackups } from '../../engine/store/backupPlan.js';
import { raiseWarning } from '../shared/raisedWarnings.js';
import type { WrittenBackup } from './backupFiles.js';

/** A clock that is set meanwhile must not make a backup late by more. */
const MAX_WAIT_MS = HOUR;

/** `WriteBackup` makes one in that folder. */
export type WriteBackup = (folder: string) => Promise<WrittenBackup>;

export class BackupSchedule {
  readonly #plan: BackupPlan;
  readonly #write: WriteBackup;
  readonly #warn: (text: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #life: 'running' | 'closed' = 'running';

  constructor(plan: BackupPlan, write: WriteBackup, warn: (text: string) => void) {
    this.#plan = plan;
    this.#write = write;
    this.#warn = warn;
    this.#wait(nextBackupAt(plan, Date.now()));
  }

  close(): void {
    this.#life = 'closed';
    clearTimeout(this.#timer);
    raiseWarning(this);
  }

  /** A backup and the rotation; what fails is said until one succeeds. */
  async run(): Promise<void> {
    const { folder, keep } = this.#plan;
    try {
      await this.#write(folder);
      for (const name of outdatedBackups(await readdir(folder), keep)) await rm(join(folder, name), { recursive: true, force: true });
      raiseWarning(this);
    } catch (error) {
      if (this.#life === 'closed') return;
      const message = `the backup to BOTTEGA_BACKUP_DIR failed: ${messageOf(error)}`;
      this.#warn(message);
      raiseWarning(this, { cause: 'backup.failed', message });
    }
  }

  #wait(dueAt: number): void {
    this.#timer = setTimeout(() => {
      if (Date.now() < dueAt) this.#wait(dueAt);
      else void this.run().then(() => { if (this.#life === 'running') this.#wait(nextBackupAt(this.#plan, Date.now())); });
    }, Math.min(MAX_WAIT_MS, Math.max(0, dueAt - Date.now()))).unref();
  }
}
