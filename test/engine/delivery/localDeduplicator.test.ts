import assert from 'node:assert/strict';
import { LocalDeduplicator } from '../../../engine/delivery/deduplicator.js';
import { Fault } from '../../../engine/base/errors.js';
import type { Store } from '../../../engine/store/store.js';
import { withStore } from '../../support/clockedStore.js';

async function journalOn(store: Store, name: string, now = 1_000, most = 100): Promise<LocalDeduplicator> {
  const journal = new LocalDeduplicator(store, most, name);
  await journal.open(now);
  return journal;
}

/** Which of these it knows, as "a c". */
function known(journal: LocalDeduplicator, keys: string, now: number): string {
  return keys.split(' ').filter((key) => journal.knows(key, now)).join(' ');
}

describe('dedupe journal', () => {
  it('knows what was confirmed, at once and until its end', () => withStore(async (store) => {
    const journal = await journalOn(store, 'one');
    assert.equal(known(journal, 'a b', 1_000), '');
    journal.confirm(['a'], 5_000, 1_000);
    assert.deepEqual([known(journal, 'a b', 4_999), known(journal, 'a b', 5_000)], ['a', '']);
  }));

  it('knows it after a restart, from many blocks, and once more when it is confirmed again', () => withStore(async (store, clock) => {
    const first = await journalOn(store, 'one', 1_000, 5_000);
    for (let n = 0; n < 250; n += 1) {
      first.confirm([`k${String(n)}`], 5_000 + n, 1_000);
      await first.write();
    }
    first.confirm(Array.from({ length: 2_500 }, (_, n) => `m${String(n)}`), 9_000, 1_000);
    await first.write();
    assert.equal(first.unwritten, 0);
    clock.at = 5_010;
    const second = await journalOn(store, 'two', clock.at, 5_000);
    assert.equal(known(second, 'k0 k10 k11 k249 m0 m2499 x', clock.at), 'k11 k249 m0 m2499');
    second.confirm(['k11'], 20_000, clock.at);
    await second.write();
    clock.at = 10_000;
    assert.equal(known(await journalOn(store, 'three', clock.at), 'k11 m0', clock.at), 'k11');
  }));

  it('has not noted what was not written before a crash', () => withStore(async (store) => {
    const journal = await journalOn(store, 'one');
    journal.confirm(['a'], 5_000, 1_000);
    await journal.write();
    journal.confirm(['b'], 5_000, 1_000);
    assert.equal(known(await journalOn(store, 'two'), 'a b', 1_000), 'a');
  }));

  it('forgets the oldest where there are too many', () => withStore(async (store) => {
    const journal = await journalOn(store, 'one', 1_000, 3);
    journal.confirm(['a', 'b', 'c', 'd'], 5_000, 1_000);
    journal.confirm(['e'], 5_001, 1_001);
    assert.equal(known(journal, 'a b c d e', 1_001), 'b c d e');
    await journal.write();
    assert.equal(known(await journalOn(store, 'two', 1_001, 3), 'a b c d e', 1_001), 'c d e');
  }));

  it('reads again where the store was away, and goes on where it cannot write', async () => {
    let state: 'away' | 'here' = 'away';
    const answer = <T>(value: T): Promise<T> => (state === 'here' ? Promise.resolve(value) : Promise.reject(new Fault('store.away', 'away')));
    const store = { scan: () => answer([]), commit: () => answer({ outcome: 'ok', totals: [] }) } as unknown as Store;
    const journal = new LocalDeduplicator(store, 10, 'one');
    await assert.rejects(journal.open(1_000), { code: 'store.away' });
    state = 'here';
    await journal.open(1_000);
    state = 'away';
    journal.confirm(['a'], 5_000, 1_000);
    await assert.rejects(journal.write(), { code: 'store.away' });
    assert.deepEqual([known(journal, 'a', 1_000), journal.unwritten], ['a', 0]);
  });
});
