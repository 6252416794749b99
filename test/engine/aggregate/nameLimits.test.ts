/** How many names a shop may have: who gets in, who does not, and that below the limits no order matters. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { admitEvents } from '../../../engine/aggregate/knownNames.js';
import { markFormerGroups } from '../../../engine/aggregate/formerGroups.js';
import { NAME_LIMITS, type NameRules, readNameLimits } from '../../../engine/aggregate/nameLimits.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { prefixRange, scanAll, scoped, type Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { memoryStore, numbersAt, receive, stateOf } from '../../support/shopStore.js';

const RULES: NameRules = { limits: { stores: 3, channels: 2, sources: 4, products: 9 }, declared: new Set(['milano', 'Corso Buenos Aires']), beyond: 'refuse' };

const of = (store: string, channel = 'pos', source = 'urn:test'): ShopEvent => event({ subject: `order/${store}/${channel}/${source}`, source, data: { store, channel } });

/** Lets events in and counts them; answers "store/channel" of what was counted, or the broken rule. */
async function count(store: Store, events: readonly ShopEvent[], rules = RULES, now = NOW): Promise<string[]> {
  const admissions = await admitEvents(store, events, rules, now);
  await receive(store, admissions.flatMap((one) => (one.outcome === 'admitted' ? [one.event] : [])), now);
  return admissions.map((one) => (one.outcome === 'admitted' ? `${one.event.data.store}/${one.event.data.channel ?? ''}` : one.refusal.rule));
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_each, index) => `${prefix}${String(index)}`);
const known = (groups: readonly string[]): string[] => groups.map((group) => `${group}/pos`);

describe('names beyond the limits', () => {
  const cases: [title: string, events: ShopEvent[], expected: string[]][] = [
    ['stores that are not declared, up to the limit', names('s', 4).map((name) => of(name)), [...known(names('s', 3)), 'store.tooMany']],
    ['declared stores, by any of their names', [...names('s', 3), 'milano', 'Corso Buenos Aires'].map((name) => of(name)), known([...names('s', 3), 'milano', 'Corso Buenos Aires'])],
    ['what is known already', ['s0', 's1', 's2', 's3', 's0', 's2'].map((name) => of(name)), [...known(names('s', 3)), 'store.tooMany', 's0/pos', 's2/pos']],
    ['channels, but for the usual ones', ['c0', 'c1', 'c2', 'online', 'pos'].map((name) => of('milano', name)), ['milano/c0', 'milano/c1', 'channel.tooMany', 'milano/online', 'milano/pos']],
    ['tills', names('urn:till', 5).map((source) => of('milano', 'pos', source)), [...Array.from({ length: 4 }, () => 'milano/pos'), 'till.tooMany']],
  ];
  for (const [title, events, expected] of cases) it(title, async () => { assert.deepEqual(await count(await memoryStore(), events), expected); });

  it('all channels in all stores are bounded together', async () => {
    const rules = { ...RULES, limits: { stores: 2, channels: 20, sources: 4, products: 9 } };
    const events = names('s', 2).flatMap((store) => names('c', 10).map((channel) => of(store, channel)));
    const counted = await count(await memoryStore(), events, rules);
    assert.deepEqual([counted.filter((one) => one !== 'channel.tooMany').length, counted.at(-1)], [10, 'channel.tooMany']);
  });

  it('are counted under another name where the owner chose so, with totals to the cent', async () => {
    const store = await memoryStore();
    assert.deepEqual(await count(store, names('s', 6).map((name) => of(name)), { ...RULES, beyond: 'other' }), known(['s0', 's1', 's2', 'altri', 'altri', 'altri']));
    assert.deepEqual([(await numbersAt(store, '1d'))['revenue'], (await numbersAt(store, '1d', { store: 'altri' }))['revenue']], [60, 30]);
  });

  it('say which name, where it stands and what to do', async () => {
    const [refused] = (await admitEvents(await memoryStore(), names('s', 4).map((name) => of(name)), RULES, NOW)).slice(-1);
    assert.deepEqual(refused?.outcome === 'refused' && refused.refusal, {
      path: '/data/store', rule: 'store.tooMany', message: '"s3" is one too many: 3 stores are known that the shop node does not list: list this one there, or correct the sender',
    });
  });

  it('stay known after a restart and to other workers, and get in once the limit is raised', async () => {
    const store = await memoryStore();
    await count(store, names('s', 3).map((name) => of(name)));
    const later = scoped(store, '');
    const asked = ['s3', 's1'].map((name) => of(name));
    assert.deepEqual(await count(later, asked), ['store.tooMany', 's1/pos']);
    assert.deepEqual(await count(later, asked, { ...RULES, limits: NAME_LIMITS }), known(['s3', 's1']));
  });

  it('of a former release are known, also more of them than the limit', async () => {
    const store = await memoryStore();
    await receive(store, names('s', 8).map((name) => of(name)));
    const marks = await scanAll(store, prefixRange('gs/'));
    await store.commit(marks.map(({ key }) => ({ key })));
    await markFormerGroups(store);
    assert.deepEqual((await scanAll(store, prefixRange('gs/'))).map(({ key }) => key), marks.map(({ key }) => key));
    assert.deepEqual(await count(scoped(store, ''), ['s7', 's8', 'milano'].map((name) => of(name))), ['s7/pos', 'store.tooMany', 'milano/pos']);
  });

  it('below the limits any order, in any batches, by several workers, ends in the same facts and sums', async () => {
    const sent = fc.shuffledSubarray(['s0', 's1', 's2', 'milano'].flatMap((store) => ['pos', 'c0', 'c1'].map((channel) => of(store, channel))), { minLength: 12 });
    await fc.assert(fc.asyncProperty(sent, fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), async (events, workers) => {
      const store = await memoryStore();
      const views = [store, scoped(store, ''), scoped(store, '')];
      for (const [index, one] of events.entries()) await count(views[workers[index] ?? 0] ?? store, [one]);
      const alone = await memoryStore();
      await receive(alone, events);
      assert.deepEqual(await stateOf(store, ['f/', 'gs/']), await stateOf(alone, ['f/', 'gs/']));
    }), { numRuns: 60 });
  });
});

describe('limits of the environment', () => {
  it('have defaults, and are read by name', () => {
    assert.deepEqual(readNameLimits({}), { stores: 200, channels: 20, sources: 1_000, products: 5_000 });
    assert.deepEqual(readNameLimits({ BOTTEGA_MAX_STORES: ' 500 ', BOTTEGA_MAX_CHANNELS: '30', BOTTEGA_MAX_TILLS: '5000', BOTTEGA_MAX_PRODUCTS: '90' }), { stores: 500, channels: 30, sources: 5_000, products: 90 });
  });
  for (const text of ['0', '-1', '1.5', 'many', '100001']) {
    it(`refuses ${text}`, () => { assert.throws(() => readNameLimits({ BOTTEGA_MAX_STORES: text }), { name: 'ConfigError', field: 'BOTTEGA_MAX_STORES' }); });
  }
});
