/**
 * `BackupPlan` says when the next backup is due, and which of the old ones go.
 */
import { ConfigError } from '../base/errors.js';
import { LocalClock } from '../base/time.js';

/** `BackupPlan`: `folder` where they lie, `atMinutes` of the local day, `keep` how many of them stay. */
export interface BackupPlan {
  readonly folder: string;
  readonly atMinutes: number;
  readonly keep: number;
  readonly clock: LocalClock;
}

/** `BACKUP_PATH` is where a running shop is asked for a backup, with the API token. */
export const BACKUP_PATH = '/admin/backup';

const MAX_KEEP = 1_000;

/** `readBackupPlan` takes `BOTTEGA_BACKUP_DIR`, `_AT` (03:30) and `_KEEP` (7), in the zone of `TZ_SHOP`; `undefined` without a folder. Throws `ConfigError`. */
export function readBackupPlan(environment: Readonly<Record<string, string | undefined>>): BackupPlan | undefined {
  const read = (name: string, fallback: string): string => {
    const given = environment[name]?.trim() ?? '';
    return given === '' ? fallback : given;
  };
  const [folder, at, keep] = [read('BOTTEGA_BACKUP_DIR', ''), read('BOTTEGA_BACKUP_AT', '03:30'), read('BOTTEGA_BACKUP_KEEP', '7')];
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at) ?? [];
  if (hours === undefined) throw new ConfigError('BOTTEGA_BACKUP_AT', 'must be a time such as 03:30', at);
  if (!/^\d+$/.test(keep) || Number(keep) < 1 || Number(keep) > MAX_KEEP) throw new ConfigError('BOTTEGA_BACKUP_KEEP', 'must be a number from 1 to 1000', keep);
  if (folder === '') return undefined;
  return { folder, atMinutes: Number(hours) * 60 + Number(minutes), keep: Number(keep), clock: new LocalClock(read('TZ_SHOP', 'Europe/Rome')) };
}

/** `nextBackupAt` is the next instant (epoch ms) of that time of day, also where the clock is put forward or back. */
export function nextBackupAt({ clock, atMinutes }: Pick<BackupPlan, 'clock' | 'atMinutes'>, now: number): number {
  return clock.businessDay(now, atMinutes).end;
}

const NAME = /^bottega-\d{8}T\d{6}Z$/;

/** `backupName` of an instant: names are in order of time. */
export function backupName(at: number): string {
  return `bottega-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/** `outdatedBackups` are those beyond the newest `keep`; whatever has another name is nobody's business. */
export function outdatedBackups(names: readonly string[], keep: number): string[] {
  return names.filter((name) => NAME.test(name)).sort().slice(0, -keep);
}
