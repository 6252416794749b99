/**
 * Timelines of a shop's zone: a change restates history exactly, or is refused with the zone whose hours are kept.
 */
import assert from 'node:assert/strict';
import { openZone } from '../../../engine/aggregate/shopZone.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { DAY, LocalClock } from '../../../engine/base/time.js';
import { NOW } from '../../support/events.js';

type Step = readonly [zone: string, refused: string | undefined];

const timelines: readonly [what: string, hours: 'kept' | 'none', steps: readonly Step[]][] = [
  ['the first one is written down', 'kept', [['Europe/Rome', undefined], ['Europe/Rome', undefined]]],
  ['by full hours, and back', 'kept', [['Europe/Rome', undefined], ['America/New_York', undefined], ['Europe/Rome', undefined]]],
  ['by half an hour', 'kept', [['Europe/Rome', undefined], ['Asia/Kolkata', 'Europe/Rome'], ['Europe/Rome', undefined]]],
  ['by three quarters', 'kept', [['Europe/Rome', undefined], ['Asia/Kathmandu', 'Europe/Rome']]],
  ['between zones that are off alike', 'kept', [['Asia/Kolkata', undefined], ['Australia/Adelaide', undefined], ['Europe/Rome', 'Australia/Adelaide']]],
  ['half an hour in summer only', 'kept', [['Australia/Sydney', undefined], ['Australia/Lord_Howe', 'Australia/Sydney']]],
  ['anything, while no hour is kept', 'none', [['Europe/Rome', undefined], ['Asia/Kolkata', undefined], ['Europe/Rome', undefined]]],
];

describe('the zone of a shop', () => {
  for (const [what, hours, steps] of timelines) {
    it(what, async () => {
      const store = await openLevelStore({ memory: true }, { now: () => NOW });
      if (hours === 'kept') await store.commit([{ key: `h/${String(Math.floor((NOW - DAY) / 1_000))}/milano/pos`, add: { 'revenue#': 100 } }]);
      for (const [zone, former] of steps) {
        assert.deepEqual(await openZone(store, new LocalClock(zone), NOW), former === undefined ? { outcome: 'opened' } : { outcome: 'refused', former }, zone);
      }
      await store.close();
    });
  }

  it('is the one that the quicker of two workers wrote', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => NOW });
    await store.commit([{ key: 'h/1/milano/pos', add: { 'revenue#': 100 } }]);
    const opened = await Promise.all(['Europe/Rome', 'Asia/Kolkata'].map((zone) => openZone(store, new LocalClock(zone), NOW)));
    assert.deepEqual(opened.map(({ outcome }) => outcome).sort(), ['opened', 'refused']);
    await store.close();
  });
});
