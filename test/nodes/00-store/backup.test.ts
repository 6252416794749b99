/** Backups each night: made, rotated, and said where they fail. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { LocalClock } from '../../../engine/base/time.js';
import { backupName } from '../../../engine/store/backupPlan.js';
import { BackupSchedule } from '../../../nodes/00-store/backupSchedule.js';
import { raisedWarnings } from '../../../nodes/shared/raisedWarnings.js';

const EVENING = Date.parse('2026-11-28T21:00:00Z');
const HOUR = 3_600_000;

describe('the schedule of backups', () => {
  let folder: string;
  let schedule: BackupSchedule | undefined;
  let disk: 'works' | 'full';
  let made: (() => void) | undefined;
  const warned: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bottega-backups-'));
    disk = 'works';
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: EVENING });
    const plan = { folder, atMinutes: 210, keep: 2, clock: new LocalClock('Europe/Rome') };
    schedule = new BackupSchedule(plan, (place) => {
      made?.();
      if (disk === 'full') return Promise.reject(new Error('no space left'));
      const path = join(place, backupName(Date.now()));
      mkdirSync(path);
      return Promise.resolve({ path, records: 0 });
    }, (text) => warned.push(text));
  });
  afterEach(() => {
    schedule?.close();
    mock.timers.reset();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes one each night, also where timers are late', async () => {
    const making = new Promise<void>((resolve) => { made = resolve; });
    for (let hour = 0; hour < 5; hour += 1) mock.timers.tick(HOUR);
    assert.deepEqual(readdirSync(folder), []);
    for (let hour = 0; hour < 2; hour += 1) mock.timers.tick(HOUR / 2);
    await making;
    assert.deepEqual(readdirSync(folder), ['bottega-20261129T023000Z']);
  });

  it('keeps the newest, and says what failed until one succeeds', async () => {
    for (let day = 0; day < 3; day += 1) {
      mock.timers.tick(1_000);
      await schedule?.run();
    }
    const kept = readdirSync(folder);
    assert.deepEqual([kept.length, kept.at(-1)], [2, 'bottega-20261128T210003Z']);
    disk = 'full';
    await schedule?.run();
    assert.deepEqual(raisedWarnings(), [{ cause: 'backup.failed', message: 'the backup to BOTTEGA_BACKUP_DIR failed: no space left' }]);
    assert.deepEqual([warned.length, readdirSync(folder)], [1, kept]);
    disk = 'works';
    mock.timers.tick(1_000);
    await schedule?.run();
    assert.deepEqual(raisedWarnings(), []);
  });
});
