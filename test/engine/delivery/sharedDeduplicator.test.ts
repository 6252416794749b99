import assert from 'node:assert/strict';
import fc from 'fast-check';
import { confirm, dedupeKey, release, reserve, type Sighting } from '../../../engine/delivery/deduplicator.js';
import type { CommitResult, Store } from '../../../engine/store/store.js';
import { withStore } from '../../support/clockedStore.js';

const WINDOW_MS = 1_000_000;
const RESERVATION_MS = 60;

async function sight(store: Store, keys: readonly string[], owner: string, expiresAt: number): Promise<(Sighting | undefined)[]> {
  const sightings = await reserve(store, keys.map((key) => ({ key, owner, expiresAt })));
  return keys.map((key) => sightings.get(key));
}

describe('dedupe', () => {
  it('keys an event by source and id, and by nothing else', () => {
    const key = dedupeKey({ source: 'urn:a', id: '1' });
    assert.equal(key, 'd/5|urn:a|1');
    assert.equal(dedupeKey({ source: 'urn:a', id: '1' }), key);
    for (const other of [{ source: 'urn:a', id: '2' }, { source: 'urn:b', id: '1' }, { source: 'urn:a1', id: '' }, { source: 'urn:', id: 'a1' }]) {
      assert.notEqual(dedupeKey(other), key);
    }
    for (const odd of [{ source: 'urn:a', id: 'x'.repeat(200) }, { source: 'urn:a', id: 'caffè' }, { source: 'urn:a\n', id: '1' }]) {
      assert.match(dedupeKey(odd), /^d\/[\w-]{22}$/);
    }
  });

  it('first, in flight, and a repeat once confirmed, until memory ends', () => withStore(async (store, clock) => {
    assert.deepEqual(await sight(store, ['d/1', 'd/2'], 'a', 2_000), ['first', 'first']);
    assert.deepEqual(await sight(store, ['d/1', 'd/3'], 'b', 2_000), ['inFlight', 'first']);
    await confirm(store, ['d/1', 'd/2'], 5_000);
    assert.deepEqual(await sight(store, ['d/1', 'd/2', 'd/3'], 'c', 2_000), ['repeat', 'repeat', 'inFlight']);
    clock.at = 5_000;
    assert.deepEqual(await sight(store, ['d/1', 'd/3'], 'd', 9_000), ['first', 'first']);
  }));

  it('releases its own reservation and nobody else\'s', () => withStore(async (store, clock) => {
    await sight(store, ['d/1', 'd/2', 'd/3'], 'a', 1_100);
    await confirm(store, ['d/2'], 9_000);
    clock.at = 1_100;
    await sight(store, ['d/3'], 'b', 2_000);
    await sight(store, ['d/1'], 'a2', 2_000);
    await release(store, ['d/1', 'd/2', 'd/3'], 'a');
    assert.deepEqual(await sight(store, ['d/1', 'd/2', 'd/3'], 'c', 2_000), ['inFlight', 'repeat', 'inFlight']);
    await release(store, ['d/3'], 'b');
    assert.deepEqual(await sight(store, ['d/3'], 'd', 2_000), ['first']);
  }));

  it('gives up, with nothing reserved, where others keep moving the keys', async () => {
    const result: CommitResult = { outcome: 'conflict', keys: ['d/1'] };
    const contended = { commit: () => Promise.resolve(result), read: () => Promise.resolve([undefined]) } as unknown as Store;
    await assert.rejects(reserve(contended, [{ key: 'd/1', owner: 'a', expiresAt: 1 }]), { code: 'store.contended' });
  });

  it('never loses an event nobody stored, in any interleaving; what is confirmed is a repeat', async () => {
    const step = fc.record({
      what: fc.constantFrom('begin', 'complete', 'fail', 'vanish', 'later'),
      delivery: fc.nat(3),
      events: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => withStore((store, clock) => play(steps, store, clock))), { numRuns: 150 });
  });
});

interface Step {
  readonly what: string;
  readonly delivery: number;
  readonly events: readonly number[];
}

/** Deliveries begin, complete (their events are stored), fail, or vanish in a crash; time passes. */
async function play(steps: readonly Step[], store: Store, clock: { at: number }): Promise<void> {
  const underWay = new Map<number, { owner: string; passed: string[] }>();
  const stored = new Set<string>();
  let attempts = 0;
  const begin = async (slot: number, keys: readonly string[]): Promise<void> => {
    if (underWay.has(slot)) return;
    const owner = `attempt ${String(attempts += 1)}`;
    const sightings = await sight(store, keys, owner, clock.at + RESERVATION_MS);
    keys.forEach((key, index) => {
      assert.equal(sightings[index] === 'repeat', stored.has(key), `${key} is a repeat exactly if it has been stored`);
    });
    underWay.set(slot, { owner, passed: keys.filter((_, index) => sightings[index] !== 'repeat') });
  };
  const end = async (slot: number, what: string): Promise<void> => {
    const delivery = underWay.get(slot);
    underWay.delete(slot);
    if (delivery === undefined || what === 'vanish') return;
    if (what === 'fail') return release(store, delivery.passed, delivery.owner);
    for (const key of delivery.passed) stored.add(key);
    await confirm(store, delivery.passed, clock.at + WINDOW_MS);
  };
  for (const { what, delivery, events } of steps) {
    if (what === 'later') clock.at += RESERVATION_MS / 2;
    else if (what === 'begin') await begin(delivery, events.map((event) => `d/${String(event)}`));
    else await end(delivery, what);
  }
}
