/** Work in turns answers what it answers at once, and others have their turn. */
import assert from 'node:assert/strict';
import { atOnce, inTurns, type Steps } from '../../../engine/base/steps.js';

/** Steps of one millisecond each. */
function* count(clock: { ms: number }, to: number): Steps<number[]> {
  const counted: number[] = [];
  for (let each = 0; each < to; each += 1) {
    counted.push(each);
    clock.ms += 1;
    yield;
  }
  return counted;
}

describe('work in steps', () => {
  it('answers the same at once and in turns, which end in time', async () => {
    const clock = { ms: 0 };
    const turns: number[] = [];
    const others = (): Promise<void> => { turns.push(clock.ms); return Promise.resolve(); };
    const inTheEnd = await inTurns(count(clock, 10), { turnMs: 3, ticks: () => clock.ms, others });
    assert.deepEqual([inTheEnd, turns], [atOnce(count({ ms: 0 }, 10)), [3, 6, 9]]);
  });

  it('fails as it fails at once', async () => {
    function* fail(): Steps<never> {
      throw new Error('no');
    }
    assert.throws(() => atOnce(fail()), /no/);
    await assert.rejects(inTurns(fail(), { turnMs: 1, ticks: () => 0, others: () => Promise.resolve() }), /no/);
  });
});
