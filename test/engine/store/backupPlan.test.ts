/** When is the next backup due, and which old ones go? */
import assert from 'node:assert/strict';
import { LocalClock } from '../../../engine/base/time.js';
import { backupName, nextBackupAt, outdatedBackups, readBackupPlan } from '../../../engine/store/backupPlan.js';

const at = (text: string): number => Date.parse(text);

describe('backup plan', () => {
  const due: [what: string, now: string, next: string][] = [
    ['before that time of day', '2026-11-28T00:00:00Z', '2026-11-28T02:30:00Z'],
    ['at that time', '2026-11-28T02:30:00Z', '2026-11-29T02:30:00Z'],
    ['after it', '2026-11-28T12:00:00Z', '2026-11-29T02:30:00Z'],
    ['before the clock is put forward', '2026-03-28T12:00:00Z', '2026-03-29T01:30:00Z'],
    ['before it is put back', '2026-10-24T12:00:00Z', '2026-10-25T02:30:00Z'],
  ];
  for (const [what, now, next] of due) {
    it(`is due at half past three of the shop's own clock: ${what}`, () => {
      assert.equal(new Date(nextBackupAt({ clock: new LocalClock('Europe/Rome'), atMinutes: 210 }, at(now))).toISOString(), new Date(next).toISOString());
    });
  }

  it('keeps the newest, and leaves alone whatever is no backup', () => {
    const names = ['20261126T023000Z', '20261128T023000Z', '20261127T023000Z'].map((stamp) => `bottega-${stamp}`);
    assert.deepEqual(outdatedBackups([...names, 'bottega-20261125T023000Z.part', 'photos', 'bottega-store'], 2), ['bottega-20261126T023000Z']);
    assert.deepEqual(outdatedBackups(names, 3), []);
    assert.equal(backupName(at('2026-11-28T02:30:00.123Z')), 'bottega-20261128T023000Z');
  });

  it('is what the environment says, or none', () => {
    assert.equal(readBackupPlan({ BOTTEGA_BACKUP_DIR: ' ' }), undefined);
    const { folder, atMinutes, keep } = readBackupPlan({ BOTTEGA_BACKUP_DIR: '/b' }) ?? {};
    assert.deepEqual([folder, atMinutes, keep], ['/b', 210, 7]);
    for (const [name, value] of [['BOTTEGA_BACKUP_AT', '25:00'], ['BOTTEGA_BACKUP_AT', '3'], ['BOTTEGA_BACKUP_KEEP', '0'], ['BOTTEGA_BACKUP_KEEP', 'x']] as const) {
      assert.throws(() => readBackupPlan({ [name]: value }), { field: name });
    }
  });
});
