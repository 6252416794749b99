/** A computer whose clock is not Redis': reported by the store node, in /health's words, and nothing is closed by it. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { skewTo } from '../../../engine/base/clockSkew.js';
import { HOUR, SECOND } from '../../../engine/base/time.js';
import storeNode from '../../../nodes/00-store/store.js';
import { healthCheck } from '../../../nodes/90-monitor/health.js';
import type { StorePort } from '../../../nodes/shared/ports.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { eventually } from '../../support/waiting.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

describe('the clock of a shared store', () => {
  const trueNow = Date.now;
  afterEach(() => { Date.now = trueNow; });
  eachInNodeRed();
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await startRedis({ settings: ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'] });
  });
  afterEach(() => redis.dispose());

  async function load(node: object = { kind: 'redis', url: redis.url }, credentials: Record<string, string> = {}): Promise<StorePort> {
    await helper.load(storeNode, [{ id: 'store', type: 'bottega-store', version: 1, ...node }], { store: credentials });
    const { port } = helper.getNode('store') as { port: StorePort };
    await eventually(() => port.health().state === 'ok', 'the store');
    return port;
  }
  const health = async (port: StorePort): Promise<unknown> => healthCheck({ store: port.of('shop'), storeHealth: port, fullOutboxes: () => Promise.resolve([]) }, () => Date.now())();

  it('agrees where both are the same, to the length of a question', async () => {
    const port = await load();
    assert.equal(Math.abs(await skewTo(() => port.clock?.() ?? Promise.resolve(undefined), () => Date.now())) < SECOND, true);
    assert.deepEqual(await health(port), { status: 'ok' });
  });

  it('warns of a clock that is set wrong, as soon as it is seen, and no longer when it is right', async () => {
    const port = await load();
    Date.now = () => trueNow() + HOUR;
    const theirs = await port.clock?.() ?? 0;
    assert.ok(Math.abs(theirs - trueNow()) < 5 * SECOND);
    assert.deepEqual(port.warnings(), [{ cause: 'store.clock', message: "this computer's clock is 3600 s ahead of Redis': set it by NTP" }]);
    assert.deepEqual(await health(port), { status: 'ok', warnings: port.warnings() });
    Date.now = () => trueNow() - 90 * SECOND;
    await port.clock?.();
    assert.match(port.warnings()[0]?.message ?? '', /90 s behind/);
    Date.now = trueNow;
    await port.clock?.();
    assert.deepEqual(port.warnings(), []);
  });

  it('finds it without being asked when it connects', async () => {
    Date.now = () => trueNow() + 10 * SECOND;
    const port = await load();
    await eventually(() => port.warnings().some(({ cause }) => cause === 'store.clock'), 'a warning');
  });

  it('is believed to agree where our user may not ask', async () => {
    await redis.cli('acl', 'setuser', 'small', 'on', '>word', '~*', '+@all', '-time');
    const port = await load({ kind: 'redis', url: redis.url }, { user: 'small', password: 'word' });
    assert.equal(await port.clock?.(), undefined);
    assert.deepEqual(port.health(), { state: 'ok' });
  });

  it('has none where the store is our own', async () => {
    const port = await load({ kind: 'embedded', directory: '' });
    assert.equal(port.clock, undefined);
  });

  it('cannot be read while Redis is away', async () => {
    const port = await load();
    await redis.kill();
    await assert.rejects(async () => { await port.clock?.(); await port.clock?.(); }, { code: 'store.away' });
  });
});
