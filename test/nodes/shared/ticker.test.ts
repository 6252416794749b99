/** A tick that finds the former one still running is skipped, so that nothing piles up behind a store that hangs. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Ticker } from '../../../nodes/shared/ticker.js';

const INTERVAL_MS = 1_000;
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Ticks whose work ends when the test says so. */
class Work {
  begun = 0;
  readonly failures: unknown[] = [];
  #end: { resolve: () => void; reject: (error: Error) => void } | undefined;
  readonly act = (): Promise<void> => {
    this.begun += 1;
    return new Promise((resolve, reject) => { this.#end = { resolve, reject }; });
  };

  readonly failed = (error: unknown): void => { this.failures.push(error); };

  async end(error?: Error): Promise<void> {
    if (error === undefined) this.#end?.resolve();
    else this.#end?.reject(error);
    await turn();
  }
}

describe('ticker', () => {
  beforeEach(() => { mock.timers.enable({ apis: ['setInterval'] }); });
  afterEach(() => { mock.timers.reset(); });

  const starts: [first: 'now' | 'later', begun: number[]][] = [['now', [1, 1, 1, 2]], ['later', [0, 1, 1, 2]]];
  for (const [first, begun] of starts) {
    it(`that begins ${first} acts once at a time, and goes on after what failed`, async () => {
      const work = new Work();
      const ticker = new Ticker(INTERVAL_MS, first, work.act, work.failed);
      const seen = [work.begun];
      mock.timers.tick(INTERVAL_MS);
      seen.push(work.begun);
      mock.timers.tick(60 * INTERVAL_MS);
      seen.push(work.begun);
      await work.end(new Error('away'));
      mock.timers.tick(INTERVAL_MS);
      seen.push(work.begun);
      assert.deepEqual([seen, work.failures.map(String)], [begun, ['Error: away']]);
      await Promise.all([work.end(), ticker.stop()]);
    });
  }

  it('that is stopped waits for the tick under way and begins no other', async () => {
    const work = new Work();
    const ticker = new Ticker(INTERVAL_MS, 'now', work.act, work.failed);
    let state = 'stopping';
    const stopped = ticker.stop().then(() => { state = 'stopped'; });
    await turn();
    assert.equal(state, 'stopping');
    await work.end();
    await stopped;
    mock.timers.tick(10 * INTERVAL_MS);
    assert.deepEqual([state, work.begun], ['stopped', 1]);
  });
});
