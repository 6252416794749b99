/** Who may say that a window is over? Workers whose clocks agree with the store they share, as timelines. */
import assert from 'node:assert/strict';
import { skewOf, skewTo } from '../../../engine/base/clockSkew.js';
import { finalizeWindows } from '../../../engine/emit/finalizer.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { Emitter } from '../../../engine/emit/emitter.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { LocalClock, MINUTE, SECOND } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';

const END = Date.UTC(2026, 10, 22, 12);
const calendar = new Calendar(new LocalClock('Europe/Rome'));

/** At a true instant, a worker whose clock is `aheadMs` ahead tries to close; so many quarters of an hour it emits. */
type Line = [trueNow: number, aheadMs: number, emitted: number];

const timelines: Record<string, { graceMs: number; lines: Line[] }> = {
  'a clock an hour ahead closes nothing early, and nothing at all until it is set right': {
    graceMs: 5 * SECOND,
    lines: [[END - 3 * MINUTE, 60 * MINUTE, 0], [END + 5 * SECOND, 60 * MINUTE, 0], [END + 5 * SECOND, 0, 1], [END + 6 * SECOND, 60 * MINUTE, 0]],
  },
  'a clock behind claims nothing either': { graceMs: 5 * SECOND, lines: [[END + 20 * MINUTE, -6 * SECOND, 0], [END + 20 * MINUTE, 0, 2]] },
  'within the grace everybody closes': { graceMs: 5 * SECOND, lines: [[END, 5 * SECOND, 1], [END + 15 * MINUTE + 9 * SECOND, -4 * SECOND, 1]] },
  'without a grace a second is forgiven': { graceMs: 0, lines: [[END - 500, 1_000, 1], [END + 15 * MINUTE - 500, 1_001, 0]] },
};

describe('closing with a clock that may be wrong', () => {
  for (const [title, { graceMs, lines }] of Object.entries(timelines)) {
    it(title, async () => {
      const store = await openLevelStore({ memory: true }, { now: () => END });
      await tryToClose(store, END - MINUTE, 0, graceMs);
      for (const [trueNow, aheadMs, emitted] of lines) assert.equal(await tryToClose(store, trueNow, aheadMs, graceMs), emitted, `at ${String(trueNow - END)}`);
    });
  }

  it('asks for the time only when there is something to close', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => END });
    let asked = 0;
    const skew = (): Promise<number> => { asked += 1; return Promise.resolve(0); };
    for (const now of [END - MINUTE, END, END + 4 * SECOND, END + 5 * SECOND, END + 6 * SECOND]) {
      await finalizeWindows({ store, publication: publicationOf(store, 5 * SECOND), calendar, graceMs: 5 * SECOND, skew }, ['15m'], now, () => undefined);
    }
    // Once when closing begins with the present, once at the end of the quarter.
    assert.equal(asked, 2);
  });
});

describe('the distance of two clocks', () => {
  for (const [sentAt, theirs, receivedAt, skew] of [[100, 100, 100, 0], [100, 150, 200, 0], [100, 90, 200, 10], [100, 230, 200, -30], [100, 200, 200, 0]] as const) {
    it(`asked at ${String(sentAt)}, ${String(theirs)}, answered at ${String(receivedAt)}: ${String(skew)}`, () => { assert.equal(skewOf(sentAt, theirs, receivedAt), skew); });
  }

  it('believes who does not say', async () => {
    assert.equal(await skewTo(() => Promise.resolve(undefined), () => END), 0);
  });
});

async function tryToClose(store: Store, trueNow: number, aheadMs: number, graceMs: number): Promise<number> {
  let emitted = 0;
  const skew = (): Promise<number> => Promise.resolve(aheadMs);
  await finalizeWindows({ store, publication: publicationOf(store, graceMs), calendar, graceMs, skew }, ['15m'], trueNow + aheadMs, () => { emitted += 1; });
  return emitted;
}

function publicationOf(store: Store, graceMs: number): Emitter {
  return new Emitter(store, { calendar, currency: 'EUR', graceMs, kpis: KPIS }, { sizes: ['15m'], intervalMs: 100, writers: 'many' });
}
