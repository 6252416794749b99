/** Who notifies, and how often? Processes that share a store, die, freeze and come back, as timelines of what is stored and what was sent. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { prefixRange, type Store } from '../../../engine/store/store.js';
import { orderOf, NotificationLog, type DueNotification } from '../../../engine/alert/notificationLog.js';
import { MINUTE, SECOND } from '../../../engine/base/time.js';

const T0 = Date.UTC(2026, 10, 22, 12);

interface Notice { readonly id: string }

/** One process: what it sent, and a store that can fail before or after a commit. */
class Front {
  readonly sent: string[] = [];
  readonly log: NotificationLog<Notice>;
  readonly #store: Store;
  readonly #clock: { now: number };
  /** What the next commits do: `lost` is an answer that got lost on its way. */
  plans: ('ok' | 'away' | 'lost')[] = [];

  constructor(store: Store, clock: { now: number }, by: string, reach: 'own' | 'shared' = 'shared') {
    this.#store = store;
    this.#clock = clock;
    const failing: Store = {
      ...store, read: (keys) => store.read(keys), scan: (range, limit) => store.scan(range, limit), close: () => store.close(),
      commit: async (changes, durability) => {
        const plan = this.plans.shift() ?? 'ok';
        if (plan === 'away') throw new Error('away');
        const result = await store.commit(changes, durability);
        if (plan === 'lost') throw new Error('answer lost');
        return result;
      },
    };
    this.log = new NotificationLog<Notice>({
      store: failing, owner: 'alert', by, reach, now: () => clock.now,
      confirmed: ({ notice, order }) => [{ key: `ah/${String(order)}`, value: notice.id }],
    });
  }

  async write(id: string, waitMs = 0): Promise<void> {
    const order = orderOf(this.#clock.now, 0);
    await this.#store.commit([this.log.waiting({ id }, order, this.#clock.now + waitMs)]);
    this.log.committed([{ id }]);
  }

  /** Sends what is due; answers in how many seconds to ask again, `undefined`: no need to. */
  async notify(): Promise<number | undefined> {
    const next = await this.log.notifyDue((due) => { this.sent.push(due.map(nameOf).join('+')); });
    return next === undefined ? undefined : (next - this.#clock.now) / SECOND;
  }

  /** Dies in the midst of notifying, after (or before) the notifications are out. */
  async die(notifications: 'sent' | 'unsent'): Promise<void> {
    await assert.rejects(this.log.notifyDue((due) => {
      if (notifications === 'sent') this.sent.push(due.map(nameOf).join('+'));
      throw new Error('killed');
    }), /killed/);
  }
}

function nameOf({ notice, committer }: DueNotification<Notice>): string {
  return committer === 'we' ? notice.id : `${notice.id}?`;
}

describe('notification log', () => {
  let store: Store;
  let clock: { now: number };
  beforeEach(async () => {
    clock = { now: T0 };
    store = await openLevelStore({ memory: true }, { now: () => clock.now });
  });
  const left = async (): Promise<number> => (await store.scan(prefixRange('u/'), 100)).length;
  const history = async (): Promise<unknown[]> => (await store.scan(prefixRange('ah/'), 100)).map(({ value }) => value);

  it('notifies at once of what need not wait, once, and records that it has', async () => {
    const front = new Front(store, clock, 'a');
    await front.write('1');
    assert.equal(await front.notify(), undefined);
    assert.equal(await front.notify(), undefined);
    assert.deepEqual([front.sent, await left(), await history()], [['1'], 0, ['1']]);
  });

  it('notifies together of what happens within a short span, in order, also in another process', async () => {
    const [a, b] = [new Front(store, clock, 'a'), new Front(store, clock, 'b')];
    await a.write('1', 5 * SECOND);
    assert.equal(await a.notify(), 5);
    clock.now += 3 * SECOND;
    await b.write('2', 5 * SECOND);
    assert.equal(await b.notify(), 2);
    clock.now += 2 * SECOND;
    assert.equal(await a.notify(), undefined);
    clock.now += 3 * SECOND;
    assert.equal(await b.notify(), undefined);
    assert.deepEqual([a.sent, b.sent], [['1+2?'], []]);
  });

  it('is sent by one of several that notify at the same time', async () => {
    const fronts = ['a', 'b', 'c'].map((by) => new Front(store, clock, by));
    await fronts[0]?.write('1');
    await Promise.all(fronts.map((front) => front.notify()));
    assert.equal(fronts.flatMap(({ sent }) => sent).length, 1);
    assert.equal(await left(), 0);
  });

  it('is sent by another after a kill, not before the claim is old', async () => {
    const [a, b] = [new Front(store, clock, 'a'), new Front(store, clock, 'b')];
    await a.write('1');
    await a.die('unsent');
    assert.equal(await b.notify(), 30);
    clock.now += 30 * SECOND;
    assert.equal(await b.notify(), undefined);
    assert.deepEqual([a.sent, b.sent], [[], ['1?']]);
  });

  it('is sent after a kill between the commit and the claim, when its time has come', async () => {
    const a = new Front(store, clock, 'a');
    await a.write('1', 5 * SECOND);
    const restarted = new Front(store, clock, 'a2');
    assert.equal(await restarted.notify(), 5);
    clock.now += 5 * SECOND;
    await restarted.notify();
    assert.deepEqual(restarted.sent, ['1?']);
  });

  it('is sent at once after a kill where nobody else can run', async () => {
    const a = new Front(store, clock, 'a', 'own');
    await a.write('1');
    await a.die('unsent');
    const restarted = new Front(store, clock, 'a2', 'own');
    await restarted.notify();
    assert.deepEqual(restarted.sent, ['1?']);
  });

  it('is sent twice in one case only: killed after the notifications were out and before that was stored', async () => {
    const a = new Front(store, clock, 'a', 'own');
    await a.write('1');
    await a.die('sent');
    const restarted = new Front(store, clock, 'a2', 'own');
    await restarted.notify();
    assert.deepEqual([a.sent, restarted.sent], [['1'], ['1?']]);
  });

  it('is sent once although the store fails at the claim, or at the confirmation, or only its answer is lost', async () => {
    for (const plans of [['away'], ['lost'], ['ok', 'away'], ['ok', 'lost'], ['lost', 'ok', 'away', 'ok', 'lost']] as const) {
      const front = new Front(store, clock, 'a');
      await front.write('1');
      front.plans = [...plans];
      for (let turn = 0; turn < 5; turn++) await front.notify().catch(() => undefined);
      assert.deepEqual([front.sent, await left()], [['1'], 0], plans.join());
    }
  });

  it('does not send what it claimed before it was frozen for too long', async () => {
    const [a, b] = [new Front(store, clock, 'a'), new Front(store, clock, 'b')];
    await a.write('1');
    // The claim is written, then the process stands still; the other comes in the meantime.
    const commit = store.commit.bind(store);
    store.commit = async (changes, durability) => {
      const result = await commit(changes, durability);
      store.commit = commit;
      clock.now += 31 * SECOND;
      await b.notify();
      return result;
    };
    const frozen = new Front(store, clock, 'a');
    await frozen.notify();
    assert.deepEqual([frozen.sent, b.sent, await left()], [[], ['1?'], 0]);
  });

  it('is not held back for an hour by a clock that was an hour ahead', async () => {
    const a = new Front(store, clock, 'a');
    clock.now += 60 * MINUTE;
    await a.write('1', 5 * SECOND);
    clock.now -= 60 * MINUTE;
    await a.notify();
    assert.deepEqual(a.sent, ['1']);
  });

  it('never loses any and sends each once while nobody dies, however two processes take turns', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('write', 'notify', 'both'), fc.nat(1), fc.nat(20)), { maxLength: 25 }), async (turns) => {
      clock = { now: T0 };
      store = await openLevelStore({ memory: true }, { now: () => clock.now });
      const fronts = ['a', 'b'].map((by) => new Front(store, clock, by)) as [Front, Front];
      let written = 0;
      for (const [what, which, seconds] of turns) {
        if (what === 'write') await fronts[which as 0 | 1].write(String(written++), 5 * SECOND);
        else await Promise.all(what === 'both' ? fronts.map((front) => front.notify()) : [fronts[which as 0 | 1].notify()]);
        clock.now += seconds * SECOND;
      }
      clock.now += MINUTE;
      await fronts[1].notify();
      const sent = fronts.flatMap((front) => front.sent.flatMap((text) => text.replaceAll('?', '').split('+')));
      assert.deepEqual(sent.sort((x, y) => Number(x) - Number(y)), Array.from({ length: written }, (_each, index) => String(index)));
    }), { numRuns: 50 });
  });
});
