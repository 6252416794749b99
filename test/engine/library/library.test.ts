/** The library as a program uses it: open, apply, read, evaluate; on memory, on disk and in Redis. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertState, type KpiValue, evaluateRule, openShop, openStore, ruleOf, type Shop, type StoreLocation } from '../../../engine/index.js';
import { startRedis } from '../../support/redis.js';

const NOON = Date.parse('2026-03-10T12:00:00Z');
const clock = { at: NOON };
const runtime = { now: (): number => clock.at, random: (): number => 0 };

function sale(number: number, amount: string, data: object = {}, sequence = '1'): object {
  return {
    specversion: '1.0', id: `e${String(number)}.${sequence}`, source: 'pos/1', type: 'sale', subject: `order-${String(number)}`, time: '2026-03-10T11:59:00Z', sequence,
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount, currency: 'EUR', ...data },
  };
}

async function valueOf(shop: Shop, name: string, more: object = {}): Promise<number | null | undefined> {
  const [row] = await shop.readWindows({ size: '1d', names: [name], ...more });
  return row?.value;
}

/** Opens a shop there, tries it, closes it. */
async function inShop(location: StoreLocation, tenant: string, trial: (shop: Shop) => Promise<void>): Promise<void> {
  const store = await openStore(location, runtime);
  try {
    await trial(await openShop(store, { tenant }, runtime.now));
  } finally {
    await store.close();
  }
}

async function countOnce(shop: Shop): Promise<void> {
  const events = [sale(1, '10.00'), sale(2, '5.50'), { nonsense: true }, sale(3, '1.00', { store: 'torino-2' })];
  const first = await shop.applyEvents(events);
  assert.deepEqual([first.changed, first.unchanged, first.refused.map(({ index }) => index)], [3, 0, [2]]);
  const again = await shop.applyEvents([...events].reverse());
  assert.deepEqual([again.changed, again.unchanged, again.refused.map(({ index }) => index)], [0, 3, [1]]);
  assert.equal(await valueOf(shop, 'revenue'), 16.5);
  assert.equal(await valueOf(shop, 'revenue', { store: 'torino-2' }), 1);
  await shop.applyEvents([sale(2, '7.00', {}, '2')]);
  assert.equal(await valueOf(shop, 'revenue'), 18, 'a newer version takes the place of the old one');
}

describe('library', () => {
  it('counts each event once in memory', () => inShop({ kind: 'memory' }, 'shop', countOnce));

  it('counts each event once in a directory, and has it there at the next start', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bottega-library-'));
    try {
      await inShop({ kind: 'level', directory }, 'shop', countOnce);
      await inShop({ kind: 'level', directory }, 'shop', async (shop) => { assert.equal(await valueOf(shop, 'revenue'), 18); });
      await inShop({ kind: 'level', directory }, 'other', async (shop) => { assert.equal(await valueOf(shop, 'revenue'), undefined); });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('counts each event once in Redis, whoever of several brings it', async () => {
    const redis = await startRedis();
    try {
      const location = { kind: 'redis', url: redis.url } as const;
      await inShop(location, 'shop', countOnce);
      await Promise.all([1, 2, 3].map(() => inShop(location, 'shop', async (shop) => { await shop.applyEvents([sale(9, '2.00')]); })));
      await inShop(location, 'shop', async (shop) => { assert.equal(await valueOf(shop, 'revenue'), 20); });
    } finally {
      await redis.dispose();
    }
  });

  it('names an option that breaks a rule', async () => {
    const store = await openStore({ kind: 'memory' }, runtime);
    for (const [options, field] of [[{ tenant: 'a/b' }, 'tenant'], [{ tenant: 'a', zone: 'Rome' }, 'zone'], [{ tenant: 'a', currency: 'Euro' }, 'currency'],
      [{ tenant: 'a', dayBeginsAtHour: 4.5 }, 'dayBeginsAtHour'], [{ tenant: 'a', customKpis: [{}] }, 'kpis[0].show'],
      [{ tenant: 'a', records: [{ store: '*', channel: '*', source: '' }] }, 'records']] as const) {
      await assert.rejects(openShop(store, options, runtime.now), { name: 'ConfigError', field });
    }
    const shop = await openShop(store, { tenant: 'a' }, runtime.now);
    await assert.rejects(shop.readWindows({ size: '1d', from: 5, to: 5 }), { name: 'ConfigError', field: 'to' });
    await assert.rejects(shop.readWindows({ size: '5m', from: 0 }), { name: 'ConfigError', field: 'from' });
    await store.close();
  });

  it('reads one row per window, store and channel where it is asked', async () => {
    await inShop({ kind: 'memory' }, 'shop', async (shop) => {
      await shop.applyEvents([sale(1, '1.00'), sale(2, '2.00', { channel: 'online' }), { ...sale(3, '4.00'), time: '2026-03-10T09:30:00Z' }]);
      const rows = (more: object): Promise<KpiValue[]> => shop.readWindows({ size: '1h', from: NOON - 4 * 3_600_000, to: NOON, names: ['revenue'], ...more });
      assert.deepEqual((await rows({})).map(({ window, value }) => [window.start, value]), [['2026-03-10T09:00:00.000Z', 4], ['2026-03-10T11:00:00.000Z', 3]]);
      assert.deepEqual((await rows({ groupBy: ['channel'] })).map(({ channel, value }) => [channel, value]).sort(), [['online', 2], ['pos', 1], ['pos', 4]]);
    });
  });

  it('counts KPIs of its own', async () => {
    const store = await openStore({ kind: 'memory' }, runtime);
    const customKpis = [{ name: 'online_sales', type: 'sale', value: 'one', show: 'count', where: [{ field: 'channel', op: 'is', value: 'online' }] }];
    const shop = await openShop(store, { tenant: 'shop', customKpis }, runtime.now);
    await shop.applyEvents([sale(1, '1.00'), sale(2, '2.00', { channel: 'online' })]);
    assert.equal(await valueOf(shop, 'online_sales'), 1);
    await store.close();
  });

  it('counts the source that is named, also of what came before', async () => {
    const store = await openStore({ kind: 'memory' }, runtime);
    const both = [sale(1, '10.00'), { ...sale(1, '10.00'), id: 'w1', source: 'urn:bottega:woocommerce:mio.it' }];
    await (await openShop(store, { tenant: 'shop' }, runtime.now)).applyEvents(both);
    const shop = await openShop(store, { tenant: 'shop', records: [{ store: '*', channel: '*', source: 'pos/1' }] }, runtime.now);
    assert.equal(await valueOf(shop, 'revenue'), 20);
    await shop.recount();
    assert.deepEqual([await valueOf(shop, 'revenue'), await valueOf(shop, 'other_sources')], [10, 1]);
    await store.close();
  });

  it('fires a rule once, through a state that went through JSON, and resolves it', async () => {
    const rule = ruleOf({ name: 'Incasso', kpi: 'revenue', size: '1d', when: { op: 'above', threshold: 15, recovery: 12 } });
    await inShop({ kind: 'memory' }, 'shop', async (shop) => {
      const timeline: (readonly [events: object[], state: string, causes: string[]])[] = [
        [[sale(1, '10.00')], 'inactive', []],
        [[sale(2, '6.00')], 'firing', ['threshold']],
        [[sale(3, '1.00')], 'firing', []],
        [[sale(2, '0.50', {}, '2')], 'resolved', ['correction']],
      ];
      let state: AlertState | undefined;
      for (const [index, [events, expected, causes]] of timeline.entries()) {
        clock.at = NOON + index * 60_000;
        await shop.applyEvents(events);
        const stepped = evaluateRule(rule, state, await shop.readWindows({ size: '1d' }), clock.at);
        state = JSON.parse(JSON.stringify(stepped.state)) as AlertState;
        assert.deepEqual([state.state, stepped.transitions.map(({ cause }) => cause)], [expected, causes], `step ${String(index)}`);
      }
      clock.at = NOON;
    });
  });
});
