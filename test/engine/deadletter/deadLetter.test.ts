/** Dead letters: named, sealed once per element, kept for a week in a store that never overflows. */
import assert from 'node:assert/strict';
import { type DeadLetter, lettersOf, letterOfRejected, openPart, readLetter } from '../../../engine/deadletter/deadLetter.js';
import { DeadLetterStore } from '../../../engine/deadletter/deadLetterStore.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { type Durability, prefixRange, type Store } from '../../../engine/store/store.js';
import { DAY, formatInstant } from '../../../engine/base/time.js';
import { NOW, send } from '../../fixtures/normalizing.js';

const sender = { provider: 'shopify', topic: 'orders/create', receivedAt: NOW, name: (bytes: Uint8Array) => `n${String(bytes.length)}`, seal: (bytes: Uint8Array) => `<${Buffer.from(bytes).toString()}>` };
const letter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  id: 'a', provider: 'pos', topic: '', reason: 'json', path: '', message: 'not JSON', receivedAt: formatInstant(NOW), kind: 'dead', index: 0, ...change,
});

describe('letters', () => {
  it('say what was refused and what was ignored, with the content sealed once per element', () => {
    const body = [{ specversion: '1.0' }, 'x', { deep: true }];
    const letters = lettersOf(send({ provider: 'events', body }), Buffer.from(JSON.stringify(body)), sender);
    assert.deepEqual(letters.map(({ index, reason, kind, sealed }) => [index, reason, kind, sealed]), [
      [0, 'required', 'dead', '<{"specversion":"1.0"}>'], [1, 'type', 'dead', '<"x">'], [2, 'required', 'dead', '<{"deep":true}>'],
    ]);
    const order = { id: 1, financial_status: 'paid', refunds: [{}, {}] };
    const parts = lettersOf(send({ provider: 'shopify', topic: 'orders/create', body: order }), JSON.stringify(order), sender);
    assert.deepEqual(parts.map(({ sealed }) => sealed), [`<${JSON.stringify(order)}>`, undefined, undefined]);
    assert.equal(new Set(parts.map(({ id }) => id)).size, 3);
  });

  it('keep the raw bytes of what could not be parsed', () => {
    const [one] = lettersOf(send({ provider: 'pos', body: '{"totale":' }), '{"totale":', sender);
    assert.deepEqual(one, letter({ id: 'n10.0', provider: 'shopify', topic: 'orders/create', sealed: '<{"totale":>' }));
  });

  it('carry no text that could hurt a key, a log line or a page', () => {
    const shown = readLetter({ ...letter(), id: 'a b\n<script>', reason: '\u0000"><img>', topic: 'x'.repeat(500), path: '/data/mario@posta.example', index: 'NaN', receivedAt: 'ieri' }, NOW);
    assert.deepEqual(shown && [shown.id, shown.reason, shown.topic.length, shown.path, shown.index, shown.receivedAt], ['a-b--script-', '····img·', 256, '/data/mario·posta.example', 0, formatInstant(NOW)]);
  });

  const strangers: readonly (readonly [unknown, string, DeadLetter['kind']])[] = [[{ id: 'e' }, 'duplicate', 'ignored'], [{ id: 'e' }, 'time.future', 'dead'], [undefined, 'notEvent', 'dead'], [10n, 'x', 'dead']];
  for (const [value, reason, kind] of strangers) {
    it(`make ${String(value)}, sent away for ${reason}, ${kind}`, () => {
      const made = letterOfRejected(value, reason, 0, sender);
      assert.deepEqual([made.kind, made.reason, made.sealed !== undefined], [kind, reason, kind === 'dead']);
    });
  }

  for (const value of [null, 5, {}, { ...letter(), kind: 'alive' }, { ...letter(), id: 7 }, [letter()]]) {
    it(`are not ${JSON.stringify(value).slice(0, 50)}`, () => { assert.equal(readLetter(value, NOW), undefined); });
  }
});

describe('dead letter store', () => {
  const clock = { at: NOW, now: () => clock.at };
  let store: Store;

  beforeEach(async () => {
    clock.at = NOW;
    store = await openLevelStore({ memory: true }, clock);
  });

  const keys = async (prefix: string): Promise<string[]> => (await store.scan(prefixRange(prefix), 2_000)).map(({ key }) => key);
  /** The last letters of all keys. */
  const names = async (prefix: string): Promise<string> => (await keys(prefix)).map((key) => key.at(-1)).join('');
  const at = (ms: number, id: string, sealed?: string): DeadLetter => letter({ id, receivedAt: formatInstant(ms), ...(sealed === undefined ? {} : { sealed }) });

  it('keeps letters by time, their content apart', async () => {
    const one = at(5, 'a', 'content');
    assert.deepEqual(await new DeadLetterStore(store).put([one, at(4, 'b')], NOW), { dropped: 0 });
    assert.deepEqual([await keys('x/'), await keys('y/')], [['x/0000000000004/b', 'x/0000000000005/a'], ['y/0000000000005/a']]);
    const [record, content] = await store.read(['x/0000000000005/a', 'y/0000000000005/a']);
    assert.deepEqual([JSON.parse(record as string), content], [{ ...openPart(one), sealedLength: 7 }, 'content']);
  });

  it('keeps them for a week, and no longer', async () => {
    await new DeadLetterStore(store).put([at(NOW, 'a', 'x')], NOW);
    clock.at = NOW + 7 * DAY - 1;
    assert.deepEqual([await names('x/'), await names('y/')], ['a', 'a']);
    clock.at = NOW + 7 * DAY;
    assert.deepEqual([await names('x/'), await names('y/')], ['', '']);
  });

  it('stores them so that a power cut cannot lose them', async () => {
    const asked: (Durability | undefined)[] = [];
    const watched: Store = { ...bound(store), commit: (changes, durability) => { asked.push(durability); return store.commit(changes, durability); } };
    await new DeadLetterStore(watched).put([at(1, 'a')], NOW);
    assert.deepEqual(asked, ['stored']);
  });

  it('lets the oldest go at its limit, content included', async () => {
    const letterStore = new DeadLetterStore(store, { letters: 3, bytes: 1_000, keepMs: DAY });
    await letterStore.put([at(1, 'a', 'x'), at(2, 'b', 'x'), at(3, 'c', 'x')], NOW);
    assert.deepEqual(await letterStore.put([at(4, 'd', 'x'), at(5, 'e', 'x')], NOW), { dropped: 2 });
    assert.deepEqual([await names('x/'), await names('y/')], ['cde', 'cde']);
    assert.deepEqual(await letterStore.put(['f', 'g', 'h', 'i'].map((id, index) => at(10 + index, id)), NOW), { dropped: 4 });
    assert.deepEqual([await names('x/'), await names('y/'), letterStore.letters], ['ghi', '', 3]);
  });

  it('is bounded in bytes as well', async () => {
    const letterStore = new DeadLetterStore(store, { letters: 100, bytes: 25, keepMs: DAY });
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await letterStore.put([at(index + 1, id, '0123456789')], NOW);
    assert.deepEqual([await names('x/'), await names('y/')], ['cd', 'cd']);
  });

  it('counts what was there before it, page by page', async () => {
    await new DeadLetterStore(store).put(Array.from({ length: 1_200 }, (_, index) => at(index + 1, 'a')), NOW);
    assert.deepEqual(await new DeadLetterStore(store, { letters: 1_000, bytes: 10, keepMs: DAY }).put([at(9_999, 'z')], NOW), { dropped: 201 });
    assert.equal((await keys('x/')).length, 1_000);
  });

  it('throws when it cannot store', async () => {
    await store.close();
    await assert.rejects(new DeadLetterStore(store).put([letter()], NOW), { code: 'store.closed' });
  });
});

function bound(store: Store): Store {
  return { read: (list) => store.read(list), commit: (changes, durability) => store.commit(changes, durability), scan: (range, limit) => store.scan(range, limit), close: () => store.close() };
}
