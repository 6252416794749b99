/**
 * Held letters: whole deliveries that wait until our clock is right.
 */
import assert from 'node:assert/strict';
import { type DeadLetter, heldLetter, openPart, readLetter } from '../../../engine/deadletter/deadLetter.js';
import { DeadLetterStore } from '../../../engine/deadletter/deadLetterStore.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { DAY, formatInstant, HOUR } from '../../../engine/base/time.js';
import { NOW } from '../../fixtures/normalizing.js';

const sender = {
  provider: 'shopify', topic: 'orders/create', receivedAt: NOW, origin: { headers: { topic: 'orders/create' }, trust: 'signed' },
  name: (bytes: Uint8Array) => `n${String(bytes.length)}`, seal: (bytes: Uint8Array) => `<${Buffer.from(bytes).toString()}>`,
};

describe('held letters', () => {
  it('keep the whole delivery, and say when it came by the right clock', () => {
    const letter = heldLetter({ body: [1, 2] }, Buffer.from('[1, 2]'), sender, NOW + DAY);
    const { id, kind, reason, dueAt, sealed, origin } = letter;
    assert.deepEqual({ id, kind, reason, dueAt, sealed, origin }, {
      id: 'n6.held', kind: 'held', reason: 'clock.slow', dueAt: formatInstant(NOW + DAY), sealed: '<[1, 2]>', origin: sender.origin,
    });
    assert.deepEqual(readLetter(JSON.parse(JSON.stringify(letter)), NOW), letter, 'the same after a message');
    assert.equal(openPart(letter).dueAt, letter.dueAt);
    assert.equal(heldLetter({ body: { id: 1 } }, undefined, sender, NOW).sealed, '<{"id":1}>', 'without raw bytes its JSON');
    assert.equal(readLetter({ ...letter, dueAt: 'soon' }, NOW)?.dueAt, undefined);
  });

  it('do not expire by a clock that is about to be set, unlike others', async () => {
    let now = NOW;
    const store = await openLevelStore({ memory: true }, { now: () => now });
    const letters = new DeadLetterStore(store);
    const dead: DeadLetter = { ...heldLetter({ body: 1 }, '1', sender, 0), id: 'dead.0', kind: 'dead', reason: 'json' };
    assert.equal(await letters.firstHeld(), undefined);
    await letters.put([dead, heldLetter({ body: 22 }, '22', sender, NOW + DAY)], now);
    await letters.put([heldLetter({ body: 333 }, '333', { ...sender, receivedAt: NOW + HOUR }, NOW + HOUR)], now);
    now += 400 * DAY;
    assert.deepEqual(await letters.firstHeld(), { receivedAt: NOW, dueAt: NOW + HOUR });
    const found: string[] = [];
    for await (const { letter, places } of letters.bundles(now)) {
      found.push(letter.id);
      assert.deepEqual(await letters.contentOf(places), { sealed: letter.id === 'n2.held' ? '<22>' : '<333>', origin: sender.origin });
      await letters.remove(places);
    }
    assert.deepEqual([found, await letters.firstHeld()], [['n2.held', 'n3.held'], undefined]);
    await store.close();
  });
});
