/**
 * Timelines of what senders say of the time: when is it our clock that is slow, and by how much?
 */
import assert from 'node:assert/strict';
import { ClockEvidence, type ClockWitness } from '../../../engine/verify/clockEvidence.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../engine/base/time.js';

const START = 1_795_341_600_000;

/** One step: so long after the start; what our clock shows beside the real time; who says, beside the real time, what time it is; how slow we are then. */
type Step = readonly [after: number, ours: number, says: readonly [source: string, witness: ClockWitness, beside: number] | undefined, slowBy: number];

const timelines: readonly [what: string, steps: readonly Step[]][] = [
  ['nobody says anything', [[0, -DAY, undefined, 0]]],
  ['a platform alone is enough', [[0, -DAY, ['hubspot', 'provider', 0], DAY], [HOUR, -DAY, undefined, DAY]]],
  ['a clock that is set ends it', [[0, -DAY, ['hubspot', 'provider', 0], DAY], [MINUTE, 0, undefined, 0], [2 * MINUTE, 0, ['hubspot', 'provider', 0], 0]]],
  ['a clock that is set half way', [[0, -DAY, ['hubspot', 'provider', 0], DAY], [MINUTE, -HOUR, undefined, HOUR]]],
  ['a message sent again hours later takes nothing back', [[0, -DAY, ['hubspot', 'provider', 0], DAY], [MINUTE, -DAY, ['hubspot', 'provider', -5 * HOUR], DAY - 5 * HOUR]]],
  ['half a minute is no disagreement', [[0, -30 * SECOND, ['hubspot', 'provider', 0], 0], [0, -31 * SECOND, ['hubspot', 'provider', 0], 31 * SECOND]]],
  ['a till that signs the time, alone', [[0, -HOUR, ['pos', 'signed', 0], HOUR]]],
  ['a single till that is ahead of us and of a platform is wrong itself', [[0, 0, ['hubspot', 'provider', 0], 0], [MINUTE, 0, ['pos', 'signed', 10 * MINUTE], 0]]],
  ['a single till that is ahead of another is wrong itself', [[0, 0, ['pos', 'signed', 0], 0], [MINUTE, 0, ['pos', 'signed', 10 * MINUTE], 0]]],
  ['who agreed an hour ago speaks no more', [[0, 0, ['pos', 'signed', 0], 0], [HOUR + 1, -HOUR, ['shop', 'signed', 0], HOUR]]],
  ['one source of events proves nothing', [[0, -DAY, ['till 1', 'event', 0], 0], [MINUTE, -DAY, ['till 1', 'event', 0], 0]]],
  ['two sources of events agree: as much as both of them say', [[0, -DAY, ['till 1', 'event', -MINUTE], 0], [MINUTE, -DAY, ['till 2', 'event', 0], DAY - MINUTE]]],
  ['two sources of events against a till that signs the right time', [
    [0, 0, ['pos', 'signed', 0], 0], [MINUTE, 0, ['till 1', 'event', HOUR], 0], [MINUTE, 0, ['till 2', 'event', HOUR], HOUR],
  ]],
  ['a till whose clock was ahead this morning', [[0, 0, ['till 1', 'event', HOUR], 0], [13 * HOUR, 0, ['till 2', 'event', HOUR], 0]]],
];

describe('ClockEvidence', () => {
  for (const [what, steps] of timelines) {
    it(what, () => {
      const evidence = new ClockEvidence();
      for (const [after, ours, says, slowBy] of steps) {
        const reading = { now: START + after + ours, ticks: 5_000 + after };
        if (says !== undefined) evidence.claim(says[0], says[1], START + after + says[2], reading);
        assert.equal(evidence.slowBy(reading), slowBy, `after ${String(after)} ms`);
      }
    });
  }
});
