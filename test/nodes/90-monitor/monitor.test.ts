/**
 * Does the monitor report the truth about the pipeline? Its arithmetic as tables, its endpoints and messages in real runtimes.
 */
import assert from 'node:assert/strict';
import { ConfigError, Fault } from '../../../engine/base/errors.js';
import { readConfig } from '../../../nodes/90-monitor/config.js';
import { healthCheck, type Resources } from '../../../nodes/90-monitor/health.js';
import { type LatencyBucket, keepMinute, latencies, quantile, refusedRows, type SnapshotReading, sourceRows, withoutAges } from '../../../nodes/90-monitor/snapshot.js';
import type { Health } from '../../../nodes/shared/ports.js';
import { type FlowNode, places, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const NOW = Date.UTC(2026, 10, 22, 9, 0, 0);

function reading(at: number, events: Record<string, Record<string, number>>, hops: Record<string, LatencyBucket[]> = {}): SnapshotReading {
  return { at, events: new Map(Object.entries(events).map(([source, counts]) => [source, new Map(Object.entries(counts))])), hops: new Map(Object.entries(hops)) };
}

describe('monitor: the saved form', () => {
  it('has defaults, and refuses nonsense', () => {
    assert.deepEqual(readConfig({ id: 'm', type: 'bottega-monitor', store: 's', shop: 'n', broker: '' }), { store: 's', shop: 'n', intervalMs: 1_000 });
    for (const [field, fields] of [['interval', { interval: 0 }], ['interval', { interval: 'x' }], ['version', { version: 9 }]] as const) {
      assert.throws(() => readConfig({ id: 'm', type: 'bottega-monitor', ...fields }), (error) => error instanceof ConfigError && error.field === field);
    }
  });
});

describe('monitor: sources', () => {
  const seen = (source: string, ageMs: number): Parameters<typeof sourceRows>[0][number] => {
    const at = new Date(NOW - ageMs).toISOString();
    return { source, time: at, recordedAt: at };
  };

  it('gives a provider\'s counts to its only source, and a minute\'s difference', () => {
    const earlier = reading(NOW - 60_000, { shopify: { accepted: 4 } });
    const current = reading(NOW, { shopify: { accepted: 10, duplicate: 2, rejected: 1, ignored: 3 } });
    assert.deepEqual(sourceRows([seen('urn:bottega:shopify:a.myshopify.com', 5_000)], current, earlier, NOW), [{
      source: 'urn:bottega:shopify:a.myshopify.com', trust: 'signed', perMinute: 6, accepted: 10, duplicates: 2, rejected: 1, ignored: 3,
      lastAt: '2026-11-22T08:59:55.000Z', ageMs: 5_000,
    }]);
  });

  it('lists a shop that is not let in, with the reason', () => {
    const [row] = refusedRows([{ source: 'urn:bottega:shopify:altra.myshopify.com', count: 3 }]);
    assert.deepEqual([row?.source, row?.refusal, row?.rejected, row?.accepted], ['urn:bottega:shopify:altra.myshopify.com', 'shop.unknown', 3, 0]);
  });

  it('keeps them apart where a provider has several sources, and shows what was only counted', () => {
    const current = reading(NOW, { pos: { accepted: 5 }, hubspot: { refused: 2 }, outbox: { published: 9 } });
    const rows = sourceRows([seen('urn:bottega:pos:cassa-1', 0), seen('urn:bottega:pos:cassa-2', 1), seen('urn:bottega:shopify:x', 1)], current, reading(NOW, {}), NOW);
    assert.deepEqual(rows.map(({ source, accepted, trust }) => [source, accepted, trust]), [
      ['hubspot', 0, 'signed'], ['pos', 5, 'signed'], ['urn:bottega:pos:cassa-1', 0, 'signed'], ['urn:bottega:pos:cassa-2', 0, 'signed'],
      ['urn:bottega:shopify:x', 0, undefined],
    ]);
  });
});

describe('monitor: latency and change', () => {
  const buckets = (...counts: number[]): LatencyBucket[] => counts.map((count, index) => ({ le: [0.1, 1, Infinity][index] ?? Infinity, count }));
  const cases: [number[], number, number][] = [[[10, 10, 10], 0.5, 0.05], [[0, 10, 10], 0.5, 0.55], [[5, 10, 10], 0.95, 0.91], [[0, 0, 4], 0.5, 1], [[0, 0, 0], 0.5, 0.1]];
  for (const [counts, share, expected] of cases) {
    it(`${String(share)} of ${counts.join()} is ${String(expected)} s`, () => { assert.ok(Math.abs(quantile(buckets(...counts), share) - expected) < 1e-9); });
  }

  it('counts what came since the earlier reading only', () => {
    const earlier = reading(0, {}, { intake: buckets(100, 100, 100), kpi: buckets(1, 1, 1) });
    const current = reading(1, {}, { intake: buckets(100, 110, 110), kpi: buckets(1, 1, 1), outbox: buckets(0, 0, 0) });
    assert.deepEqual(latencies(current, earlier), { intake: { p50: 0.55, p95: 0.955, p99: 0.991 } });
  });

  it('keeps a minute of readings and the one before', () => {
    let kept: SnapshotReading[] = [];
    for (let at = 0; at <= 180_000; at += 20_000) kept = keepMinute(kept, reading(at, {}));
    assert.deepEqual(kept.map(({ at }) => at), [120_000, 140_000, 160_000, 180_000]);
  });

  it('does not call the passing of time a change', () => {
    assert.equal(withoutAges({ sources: [{ ageMs: 1, n: 1 }], outbox: { oldestAgeMs: 3 } }), withoutAges({ sources: [{ ageMs: 2, n: 1 }], outbox: { oldestAgeMs: 4 } }));
    assert.notEqual(withoutAges({ sources: [{ ageMs: 1, n: 1 }] }), withoutAges({ sources: [{ ageMs: 1, n: 2 }] }));
  });
});

describe('monitor: health', () => {
  const ok: Health = { state: 'ok' };
  const away: Health = { state: 'waiting', cause: 'broker.away', message: 'no broker' };
  const resources = (changes: Partial<Resources> = {}): Resources => ({
    store: { commit: () => Promise.resolve({ outcome: 'ok', totals: [] }) }, storeHealth: { health: () => ok }, fullOutboxes: () => Promise.resolve([]), ...changes,
  });
  const cases: [string, Resources, object][] = [
    ['all well', resources({ broker: { health: () => ok } }), { status: 'ok' }],
    ['broker away: events wait', resources({ broker: { health: () => away } }), { status: 'ok', warnings: [{ cause: 'broker.away', message: 'no broker' }] }],
    ['a setting that may lose data', resources({ storeHealth: { health: () => ok, warnings: () => [{ cause: 'store.appendonly', message: 'no' }] }, broker: { health: () => away } }), {
      status: 'ok', warnings: [{ cause: 'broker.away', message: 'no broker' }, { cause: 'store.appendonly', message: 'no' }],
    }],
    ['a clock that is slow', resources({ senders: () => [{ cause: 'clock.slow', message: '24 h' }] }), { status: 'ok', warnings: [{ cause: 'clock.slow', message: '24 h' }] }],
    ['store opening', resources({ storeHealth: { health: () => ({ state: 'waiting', cause: 'store.locked', message: 'in use' }) } }), { status: 'down', causes: [{ cause: 'store.locked', message: 'in use' }] }],
    ['disk full', resources({ store: { commit: () => Promise.reject(new Fault('store.full', 'disk full')) } }), { status: 'down', causes: [{ cause: 'store.full', message: 'disk full' }] }],
    ['outbox full', resources({ fullOutboxes: () => Promise.resolve(['outbox a']) }), { status: 'down', causes: [{ cause: 'outbox.full', message: 'outbox outbox a takes no more events' }] }],
  ];
  for (const [name, given, expected] of cases) it(name, async () => { assert.deepEqual(await healthCheck(given, () => NOW)(), expected); });

  it('proves it at most once a second', async () => {
    let now = NOW;
    let commits = 0;
    const check = healthCheck(resources({ store: { commit: () => { commits += 1; return Promise.resolve({ outcome: 'ok', totals: [] }); } } }), () => now);
    for (const [elapsed, expected] of [[0, 1], [999, 1], [1, 2], [500, 2], [500, 3]] as const) {
      now += elapsed;
      await Promise.all([check(), check()]);
      assert.equal(commits, expected);
    }
  });
});

const FLOWS: readonly FlowNode[] = [
  { id: 'store', type: 'bottega-store', version: 1 },
  { id: 'shop', type: 'bottega-shop', version: 1 },
  { id: 'monitor', type: 'bottega-monitor', version: 1, store: 'store', shop: 'shop', interval: 0.1, wires: [['print']] },
  { id: 'print', type: 'function', func: 'node.warn("snapshot " + JSON.stringify(msg.payload)); return null;', outputs: 0, wires: [] },
  { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['sink'], []] },
  { id: 'sink', type: 'function', func: 'global.get("deliveryOf")(msg).report({ accepted: 2 }); return null;', outputs: 0, wires: [] },
  { id: 'full', type: 'http in', url: '/full', method: 'post', wires: [['fill']] },
  { id: 'fill', type: 'function', func: 'global.get("metrics").resourceUp.set({ resource: "outbox o1" }, Number(msg.payload)); return msg;', outputs: 1, wires: [['filled']] },
  { id: 'filled', type: 'http response', wires: [] },
];

for (const place of places()) {
  describe(`monitor: ${place.name}`, () => {
    let runtime: Runtime;
    before(async () => {
      runtime = await start(FLOWS, {
        ...place, env: { BOTTEGA_API_TOKEN: 'chiave-di-prova-lunga' },
        settingsScript: 'settings.functionGlobalContext = { deliveryOf: dist("nodes/shared/delivery/delivery.js").deliveryOf, metrics: dist("nodes/shared/metrics.js") };',
      });
    });
    after(async () => { assert.equal(await runtime.stop(), 0); });
    const get = async (path: string): Promise<{ status: number; type: string; text: string }> => {
      const response = await fetch(runtime.url + path);
      return { status: response.status, type: response.headers.get('Content-Type') ?? '', text: await response.text() };
    };

    it('GET /health: 200 ok, once the store is open', async () => {
      const { text } = await eventually(async () => { const got = await get('/health'); return got.status === 200 ? got : undefined; });
      assert.equal(text, '{"status":"ok"}');
    });

    it('GET /metrics: OpenMetrics, with what came in', async () => {
      for (const token of ['chiave-di-prova-lunga', 'altra']) await fetch(`${runtime.url}/in/events`, { method: 'POST', body: '{}', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } });
      const { status, type, text } = await get('/metrics');
      assert.deepEqual([status, type], [200, 'application/openmetrics-text; version=1.0.0; charset=utf-8']);
      assert.match(text, /^bottega_events_total\{source="events",outcome="accepted"\} 2$/m);
      assert.match(text, /^bottega_events_total\{source="events",outcome="refused"\} 1$/m);
      assert.match(text, /^bottega_hop_seconds_count\{hop="intake"\} 1$/m);
      assert.match(text, /# EOF\s*$/);
    });

    it('sends the dashboard what changed', async () => {
      const [, text = ''] = await runtime.logged(/snapshot (\{.*"source":"events".*"accepted":2.*"status":"ok".*\})/);
      const snapshot = JSON.parse(text) as Record<string, unknown>;
      assert.deepEqual(Object.keys(snapshot).sort(), ['at', 'dead', 'health', 'latency', 'outbox', 'shop', 'sources', 'waitingVoids']);
      assert.deepEqual([snapshot['dead'], snapshot['health'], snapshot['outbox']], [{ count: 0, last: [], reasons: [] }, { status: 'ok' }, { depth: 0 }]);
    });

    it('GET /health: 503 with the cause while an outbox is full', async () => {
      await fetch(`${runtime.url}/full`, { method: 'POST', body: '0', headers: { 'Content-Type': 'text/plain' } });
      await runtime.logged(/snapshot \{.*"status":"down"/);
      const { status, text } = await get('/health');
      assert.deepEqual([status, (JSON.parse(text) as { causes: { cause: string }[] }).causes[0]?.cause], [503, 'outbox.full']);
      await fetch(`${runtime.url}/full`, { method: 'POST', body: '1', headers: { 'Content-Type': 'text/plain' } });
      await runtime.logged(/"status":"down"[^]*snapshot \{.*"status":"ok"/);
      assert.equal((await get('/health')).status, 200);
    });

    it('gives its paths back', async () => {
      await runtime.deploy([]);
      assert.equal((await get('/health')).status, 404);
    });
  });
}
