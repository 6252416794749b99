/** The queue of notices that leave the house, as timelines: taken once, tried again and again, never two at a time. */
import assert from 'node:assert/strict';
import { verifyStandardWebhook } from '../../../engine/verify/hmac.js';
import { NotificationQueue, type QueuedNotification, signedHeaders, type DeliveryResult } from '../../../engine/alert/notificationQueue.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../engine/base/time.js';

const T0 = Date.UTC(2026, 10, 22, 12);
const FAILED: DeliveryResult = { outcome: 'failed', reason: 'HTTP 500' };
const DELIVERED: DeliveryResult = { outcome: 'delivered' };

interface Notice { readonly id: string }

describe('notices on their way out', () => {
  let store: Store;
  let now: number;
  let queue: NotificationQueue<Notice>;
  beforeEach(async () => {
    now = T0;
    store = await openLevelStore({ memory: true }, { now: () => now });
    queue = new NotificationQueue(store, 'notify', 'a');
  });
  const add = async (...ids: string[]): Promise<string> => {
    const result = await queue.add(ids.map((id) => ({ id })), ids.join(), now);
    return result.outcome === 'full' ? 'full' : result.taken.map(({ id }) => id).join();
  };
  const notification = async (by = queue): Promise<QueuedNotification<Notice>> => {
    const next = await by.next(now);
    assert.equal(typeof next, 'object', `at ${String(now - T0)}`);
    return next as QueuedNotification<Notice>;
  };

  it('takes each notice once, also in other company', async () => {
    assert.deepEqual([await add('1', '2'), await add('1', '2'), await add('2', '3', '3')], ['1,2', '', '3']);
    now += 8 * DAY;
    assert.equal(await add('1'), '1');
  });

  it('sends notifications in order, each under an id that its notices give', async () => {
    for (const id of ['1', '2']) await add(id);
    const first = await notification();
    assert.deepEqual([first.notification.notices, first.notification.text], [[{ id: '1' }], '1']);
    assert.match(first.notification.id, /^msg_[\w-]{24}$/);
    assert.equal(await queue.settle(first, DELIVERED, now, 0.5), 'delivered');
    const second = await notification();
    await queue.settle(second, DELIVERED, now, 0.5);
    assert.deepEqual([second.notification.notices, await queue.next(now), await queue.waiting()], [[{ id: '2' }], undefined, 0]);
  });

  it('tries again later and later, and gives up after two and a half days', async () => {
    await add('1');
    const waits: number[] = [];
    for (;;) {
      const settled = await queue.settle(await notification(), FAILED, now, 0.5);
      if (settled === 'givenUp') break;
      const next = await queue.next(now);
      assert.equal(typeof next, 'number');
      waits.push(Number(next) - now);
      now = Number(next);
    }
    assert.deepEqual(waits, [5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR]);
    assert.equal(await queue.waiting(), 0);
  });

  it('waits as long as it is asked to, spreads its attempts, and takes a no for a no', async () => {
    await add('1');
    await queue.settle(await notification(), { ...FAILED, retryAfterMs: HOUR }, now, 0.5);
    assert.equal(await queue.next(now), now + HOUR);
    now += HOUR;
    await queue.settle(await notification(), FAILED, now, 0);
    assert.equal(await queue.next(now), now + 22_500);
    now += HOUR;
    assert.equal(await queue.settle(await notification(), { outcome: 'refused', reason: 'HTTP 410' }, now, 0), 'givenUp');
  });

  it('is sent by one of several, and by another after a kill', async () => {
    await add('1');
    const other = new NotificationQueue<Notice>(store, 'notify', 'b');
    const claimed = await notification();
    assert.equal(await other.next(now), now + 2 * MINUTE);
    now += 2 * MINUTE;
    const again = await notification(other);
    assert.equal(again.notification.id, claimed.notification.id);
    // The first one was only slow: its word comes too late to count.
    await queue.settle(claimed, DELIVERED, now, 0.5);
    assert.equal(await queue.waiting(), 1);
    await other.settle(again, DELIVERED, now, 0.5);
    assert.equal(await queue.waiting(), 0);
  });

  it('goes on after a restart where it stopped', async () => {
    await add('1');
    await queue.settle(await notification(), FAILED, now, 0.5);
    queue = new NotificationQueue(store, 'notify', 'a2');
    assert.equal(await queue.next(now), now + 5 * SECOND);
    now += 5 * SECOND;
    assert.equal((await notification()).notification.attempts, 1);
  });

  it('is bounded', async () => {
    for (let index = 0; index < 1_000; index++) await add(String(index));
    assert.equal(await add('more'), 'full');
    await queue.settle(await notification(), DELIVERED, now, 0.5);
    assert.equal(await add('more'), 'more');
  });

  it('signs as our own intake asks others to', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const headers = signedHeaders(secret, 'msg_1', '{}', T0);
    assert.equal(verifyStandardWebhook({ headers, body: Buffer.from('{}') } as never, [secret], T0).outcome, 'valid');
    assert.notEqual(verifyStandardWebhook({ headers, body: Buffer.from('{ }') } as never, [secret], T0).outcome, 'valid');
  });
});
