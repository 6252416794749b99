/** Ids of tokens: whose body one belongs to, and when it is free again. */
import assert from 'node:assert/strict';
import { memoryReplayGuard, type ReplayGuard, storedReplayGuard } from '../../../engine/verify/replayGuard.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';

const binding = { id: 'jti-1', scope: 's', expiresAt: 1_000 };
let clock = 0;
const memory = (): Promise<Store> => openLevelStore({ memory: true }, { now: () => clock });

const guards: readonly (readonly [string, () => Promise<ReplayGuard>])[] = [
  ['stored', async () => storedReplayGuard(await memory())], ['in the process', () => Promise.resolve(memoryReplayGuard())],
];

/** [what happens, with which body, at what time, what comes of it] */
type Step = readonly ['bind' | 'release', string, number, string?];

const timelines: readonly (readonly [string, readonly Step[]])[] = [
  ['redelivery passes, another body does not', [['bind', 'a', 0, 'first'], ['bind', 'a', 1, 'again'], ['bind', 'b', 2, 'replayed']]],
  ['what was refused leaves the token to the corrected body', [['bind', 'a', 0, 'first'], ['release', 'a', 1], ['bind', 'b', 2, 'first'], ['bind', 'a', 3, 'replayed']]],
  ['refused, corrected, refused again', [['bind', 'a', 0, 'first'], ['release', 'a', 1], ['bind', 'b', 2, 'first'], ['release', 'b', 3], ['bind', 'c', 4, 'first']]],
  ['another body stays out while the first is under way', [['bind', 'a', 0, 'first'], ['bind', 'b', 1, 'replayed'], ['release', 'a', 2], ['bind', 'b', 3, 'first']]],
  ['one of two at once refused: the other may be stored', [['bind', 'a', 0, 'first'], ['bind', 'a', 0, 'again'], ['release', 'a', 1], ['bind', 'b', 2, 'replayed']]],
  ['both of two at once refused', [['bind', 'a', 0, 'first'], ['bind', 'a', 0, 'again'], ['release', 'a', 1], ['release', 'a', 1], ['bind', 'b', 2, 'first']]],
  ['once stored, a refused redelivery frees nothing', [['bind', 'a', 0, 'first'], ['bind', 'a', 1, 'again'], ['release', 'a', 2], ['bind', 'a', 3, 'again'], ['release', 'a', 4], ['bind', 'b', 5, 'replayed']]],
  ['who was let out frees nothing of another', [['bind', 'a', 0, 'first'], ['release', 'b', 1], ['bind', 'b', 2, 'replayed']]],
  ['freed once too often it stays free', [['bind', 'a', 0, 'first'], ['release', 'a', 1], ['release', 'a', 1], ['bind', 'b', 2, 'first'], ['bind', 'c', 3, 'replayed']]],
  ['expired is forgotten', [['bind', 'a', 0, 'first'], ['bind', 'b', 999, 'replayed'], ['bind', 'b', 1_000, 'first']]],
];

describe('intake: one token, one body', () => {
  for (const [name, open] of guards) {
    for (const [story, steps] of timelines) {
      it(`${name}: ${story}`, async () => {
        const guard = await open();
        for (const [step, body, now, outcome] of steps) {
          clock = now;
          if (step === 'release') await guard.release(binding, Buffer.from(body));
          else assert.equal(await guard.bind(binding, Buffer.from(body), now), outcome, `${body} at ${String(now)}`);
        }
      });
    }

    it(`${name}: another issuer's id is another id`, async () => {
      clock = 0;
      const guard = await open();
      assert.equal(await guard.bind(binding, Buffer.from('a'), 0), 'first');
      assert.equal(await guard.bind({ ...binding, scope: 't' }, Buffer.from('b'), 0), 'first');
    });

    it(`${name}: of many at once each is counted`, async () => {
      clock = 0;
      const guard = await open();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => guard.bind(binding, Buffer.from('a'), 0)));
      assert.deepEqual([...outcomes].sort(), [...Array<string>(19).fill('again'), 'first']);
      await Promise.all(Array.from({ length: 19 }, () => guard.release(binding, Buffer.from('a'))));
      assert.equal(await guard.bind(binding, Buffer.from('b'), 0), 'replayed', 'one of them may be stored');
      await guard.release(binding, Buffer.from('a'));
      const raced = await Promise.all(['b', 'c', 'd'].map((body) => guard.bind(binding, Buffer.from(body), 0)));
      assert.deepEqual([...raced].sort(), ['first', 'replayed', 'replayed'], 'the free token is one body\'s again');
    });
  }

  it('stored: two workers share what they know, also what a former release remembered', async () => {
    clock = 0;
    const store = await memory();
    const [one, other] = [storedReplayGuard(store), storedReplayGuard(store)];
    assert.deepEqual([await one.bind(binding, Buffer.from('a'), 0), await other.bind(binding, Buffer.from('a'), 0)], ['first', 'again']);
    await one.release(binding, Buffer.from('a'));
    assert.equal(await one.bind(binding, Buffer.from('b'), 0), 'replayed');
    await other.release(binding, Buffer.from('a'));
    assert.equal(await one.bind(binding, Buffer.from('b'), 0), 'first');
    const [entry] = await store.scan({ gte: 'j/', lt: 'j/\uffff' }, 2);
    assert.ok(typeof entry?.value === 'string');
    assert.match(entry.value, /^[\w-]{43}$/, 'a body\'s hash alone, as before');
  });

  it('in the process: forgets the oldest beyond its limit', async () => {
    const guard = memoryReplayGuard(2);
    const bind = (id: string, body: string, now: number): Promise<string> => guard.bind({ ...binding, id }, Buffer.from(body), now);
    assert.deepEqual([await bind('1', 'a', 0), await bind('1', 'b', 999), await bind('1', 'b', 1_000)], ['first', 'replayed', 'first']);
    assert.deepEqual([await bind('2', 'a', 0), await bind('3', 'a', 0), await bind('2', 'b', 0), await bind('1', 'c', 0)], ['first', 'first', 'replayed', 'first']);
  });
});
