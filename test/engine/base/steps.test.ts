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

  it('answers at once what fits into one turn, and gives nobody else theirs', () => {
    const others = (): Promise<void> => assert.fail('nobody waited');
    assert.deepEqual(inTurns(count({ ms: 0 }, 10), { turnMs: 3, ticks: () => 0, others }), atOnce(count({ ms: 0 }, 10)));
  });

  it('fails as it fails at once, also in a later turn', async () => {
    function* fail(after: number): Steps<never> {
      for (let step = 0; step < after; step += 1) yield;
      throw new Error('no');
    }
    const clock = { ms: 0 };
    const turns = { turnMs: 3, ticks: () => (clock.ms += 1), others: () => Promise.resolve() };
    assert.throws(() => atOnce(fail(0)), /no/);
    assert.throws(() => inTurns(fail(0), turns), /no/);
    await assert.rejects(() => Promise.resolve(inTurns(fail(10), turns)), /no/);
  });
});
