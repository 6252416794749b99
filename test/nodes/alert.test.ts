/** The alert room: KPI values in, notices out, states that survive a restart. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { ConfigError } from '../../engine/errors.js';
import type { KpiStatus, KpiValue } from '../../engine/kpi.js';
import { formatInstant, HOUR, parseInstant } from '../../engine/time.js';
import storeRoom from '../../nodes/00-store/store.js';
import shopRoom from '../../nodes/06-shop/shop.js';
import alertRoom from '../../nodes/70-alert/alert.js';
import { type AlertConfig, readConfig } from '../../nodes/70-alert/config.js';
import type { Notice } from '../../nodes/70-alert/notice.js';
import type { BrokerPort, StorePort } from '../../nodes/ports.js';

helper.init(require.resolve('node-red'));

const row = { name: 'Incasso basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', recovery: '550', group: 'store' };

describe('alert form', () => {
  const read = (rules: unknown, fields: object = {}): AlertConfig => readConfig({ id: 'n', type: 'bottega-alert', version: 1, store: 's', shop: 'b', rules, ...fields });

  it('reads a sentence', () => {
    const [rule] = read([{ ...row, for: '2h', keepFiringFor: '10m', repeat: '1d', noData: '' }]).rules;
    assert.deepEqual(rule, {
      name: 'Incasso basso', kpi: 'revenue', size: '1h', channel: '_', group: 'store', evaluate: 'finished',
      when: { op: 'below', threshold: 500, recovery: 550 }, forMs: 2 * HOUR, keepFiringForMs: 600_000, repeatMs: 24 * HOUR, noDataMs: 0,
    });
  });

  const thresholds: [object, object][] = [
    [{ op: 'below', threshold: '12,5', recovery: '' }, { op: 'below', threshold: 12.5, recovery: 12.5 }],
    [{ op: 'below', threshold: '10%', recovery: '12 %' }, { op: 'below', threshold: 0.1, recovery: 0.12 }],
    [{ op: 'above', threshold: '8m', recovery: '90s' }, { op: 'above', threshold: 480, recovery: 90 }],
    [{ op: 'above', threshold: 5, recovery: 3 }, { op: 'above', threshold: 5, recovery: 3 }],
    [{ op: 'outside', threshold: '-1', upper: '1', recovery: 'x' }, { op: 'outside', low: -1, high: 1 }],
  ];
  for (const [fields, when] of thresholds) {
    it(`reads ${JSON.stringify(fields)}`, () => { assert.deepEqual(read([{ ...row, ...fields }]).rules[0]?.when, when); });
  }

  it('looks at sliding windows live, and at others only where it is asked to', () => {
    const evaluations = [{ size: 'last-1h' }, { size: '1h', live: false }, { op: 'above', recovery: '', live: true }].map((fields) => read([{ ...row, ...fields }]).rules[0]?.evaluate);
    assert.deepEqual(evaluations, ['live', 'finished', 'live']);
  });

  const broken: [string, object][] = [
    ['rules', { name: '' }], ['rules', { name: 'a/b' }], ['rules.Incasso basso.kpi', { kpi: 'Revenue!' }], ['rules.Incasso basso.size', { size: '2h' }],
    ['rules.Incasso basso.op', { op: 'near' }], ['rules.Incasso basso.threshold', { threshold: '' }], ['rules.Incasso basso.threshold', { threshold: '1e3' }],
    ['rules.Incasso basso.recovery', { recovery: '450' }], ['rules.Incasso basso.recovery', { op: 'above', recovery: '501' }],
    ['rules.Incasso basso.upper', { op: 'outside', upper: '500' }], ['rules.Incasso basso.for', { for: '2 hours' }], ['rules.Incasso basso.group', { group: 'town' }],
    ['rules.Incasso basso.live', { live: true }], ['rules.Incasso basso.channel', { channel: 'a/b' }],
  ];
  for (const [field, fields] of broken) {
    it(`names ${field} in ${JSON.stringify(fields)}`, () => {
      assert.throws(() => read([{ ...row, ...fields }]), (error: unknown) => error instanceof ConfigError && error.field === field);
    });
  }

  for (const [field, rules, fields] of [['rules', 'x', {}], ['rules', [row, row], {}], ['language', [], { language: 'fr' }], ['version', [], { version: 2 }]] as const) {
    it(`names ${field} in ${JSON.stringify({ rules, ...fields })}`, () => {
      assert.throws(() => read(rules, fields), (error: unknown) => error instanceof ConfigError && error.field === field);
    });
  }
});

describe('alert node', () => {
  let directory = '';
  beforeEach((done) => {
    directory = mkdtempSync(join(tmpdir(), 'bottega-alert-'));
    helper.settings({ userDir: directory });
    helper.startServer(done);
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => { helper.stopServer(resolve); });
    rmSync(directory, { recursive: true, force: true });
  });

  interface Received { readonly payload: Notice[]; readonly reason?: string }
  interface TestNode { on(event: 'input', listener: (message: Received) => void): void; receive(message: object): void; emit(event: string): void }

  /** A loaded flow with all that ever left its doors, and a broker that keeps what it is told to retain. */
  interface Loaded {
    readonly main: Received[];
    readonly side: Received[];
    readonly retained: Map<string, string>;
    readonly send: (payload: unknown) => void;
    readonly until: (wish: () => boolean) => Promise<void>;
    readonly store: () => StorePort;
  }

  async function load(rules: object[] = [row], fields: object = {}): Promise<Loaded> {
    const retained = new Map<string, string>();
    const flow = [
      { id: 'store', type: 'bottega-store', kind: 'embedded', directory: '', version: 1 },
      { id: 'shop', type: 'bottega-shop', version: 1, zone: 'Europe/Rome', stores: [{ id: 'milano', name: 'Milano', aliases: [] }] },
      { id: 'broker', type: 'test-broker' },
      { id: 'alert', type: 'bottega-alert', version: 1, store: 'store', shop: 'shop', broker: 'broker', rules, wires: [['main'], ['side']], ...fields },
      { id: 'main', type: 'helper' },
      { id: 'side', type: 'helper' },
    ];
    await helper.load([storeRoom, shopRoom, testBroker(retained), alertRoom], flow, { shop: { privacyKey: 'for tests' } });
    const node = (id: string): TestNode => helper.getNode(id) as TestNode;
    const [main, side]: [Received[], Received[]] = [[], []];
    node('main').on('input', (message) => { main.push(message); });
    node('side').on('input', (message) => { side.push(message); });
    return {
      main, side, retained,
      send: (payload) => { node('alert').receive({ payload }); },
      until: (wish) => eventually(wish),
      store: () => (helper.getNode('store') as { port: StorePort }).port,
    };
  }

  const nine = parseInstant('2026-11-21T09:00:00+01:00') ?? 0;
  const revenue = (hour: number, value: number | null, status: KpiStatus = 'final', store = 'milano'): KpiValue => ({
    name: 'revenue', window: { size: '1h', start: formatInstant(nine + hour * HOUR), end: formatInstant(nine + (hour + 1) * HOUR) },
    store, channel: '_', value, unit: 'EUR', count: 3, status, revision: 1, updatedAt: formatInstant(nine),
  });
  const said = (messages: readonly Received[]): string[] => messages.flatMap(({ payload }) => payload.map(({ text }) => text.replaceAll('\u00a0', ' ')));

  it('says in plain Italian what happened, once', async () => {
    const { send, main, until, retained } = await load();
    send([revenue(0, 430), revenue(0, 0, 'final', '_'), revenue(1, 120, 'live')]);
    send(revenue(0, 430));
    send([revenue(1, 620.5), { ...revenue(1, 1), name: 'orders' }]);
    await until(() => main.length === 2);
    assert.deepEqual(said(main), [
      'Incasso basso. Incasso (Milano): 430,00 € dalle 09:00 alle 10:00, sotto la soglia di 500,00 €',
      'Incasso basso: rientrato. Incasso (Milano): 620,50 € dalle 10:00 alle 11:00',
    ]);
    const { at, since, text: _text, ...notice } = main[0]?.payload[0] ?? ({} as Notice);
    assert.deepEqual([typeof at, typeof since], ['string', 'string']);
    assert.deepEqual(notice, {
      rule: 'Incasso basso', state: 'firing', cause: 'threshold', store: 'milano', channel: '_', kpi: 'revenue', value: 430, threshold: 500, unit: 'EUR',
      window: { size: '1h', start: '2026-11-21T08:00:00.000Z', end: '2026-11-21T09:00:00.000Z' },
    });
    assert.deepEqual([...retained.keys()], ['bottega/shop/alert/Incasso basso/milano']);
    assert.equal((JSON.parse(retained.get('bottega/shop/alert/Incasso basso/milano') ?? '{}') as Notice).state, 'resolved');
  });

  it('speaks English where it is asked to, and of a correction as such', async () => {
    const { send, main, until } = await load([{ ...row, name: 'Low', group: 'all' }], { language: 'en' });
    send(revenue(0, 430, 'final', '_'));
    send(revenue(0, 510, 'corrected', '_'));
    await until(() => main.length === 2);
    assert.deepEqual(said(main), [
      'Low. Revenue: €430.00 from 09:00 to 10:00, below the threshold of €500.00',
      'Low: recovered, because the figures were corrected. Revenue: now €510.00 from 09:00 to 10:00',
    ]);
  });

  it('fires a live rule when its time has come, without another value', async () => {
    const { send, main, side, until } = await load([{ name: 'Ordini aperti', kpi: 'incomplete_orders', size: 'last-5m', op: 'above', threshold: '5', for: '1s', group: 'store' }]);
    send({ ...revenue(0, 9, 'live'), name: 'incomplete_orders', unit: 'count', window: { ...revenue(0, 9).window, size: 'last-5m' } });
    await until(() => main.length === 1);
    assert.deepEqual(side.map(({ reason }) => reason), ['pending']);
    assert.equal(main[0]?.payload[0]?.state, 'firing');
  });

  it('keeps its states over a restart and tells them by the side door only', async () => {
    const first = await load();
    first.send(revenue(0, 430));
    await first.until(() => first.main.length === 1);
    await helper.unload();
    const second = await load();
    await second.until(() => second.side.length === 1);
    assert.deepEqual(second.side.map(({ reason, payload }) => [reason, payload.map(({ state }) => state)]), [['restart', ['firing']]]);
    second.send(revenue(0, 430));
    second.send(revenue(1, 600));
    await second.until(() => second.main.length === 1);
    assert.equal(second.main[0]?.payload[0]?.state, 'resolved');
    assert.equal(second.retained.size, 1);
  });

  it('obeys the dashboard', async () => {
    const { send, main, side, until } = await load();
    send({ silence: 'Incasso basso', store: 'milano', until: '2099-01-01T00:00:00Z' });
    send(revenue(0, 430));
    await until(() => side.length === 2);
    send({ acknowledge: 'Incasso basso', store: 'milano' });
    await until(() => side.length === 3);
    assert.deepEqual(side.map(({ reason }) => reason), ['quiet', 'silenced', 'quiet']);
    const shown = side[2]?.payload[0];
    assert.deepEqual([shown?.state, shown?.silencedUntil, typeof shown?.acknowledgedAt], ['firing', '2099-01-01T00:00:00.000Z', 'string']);
    assert.equal(main.length, 0);
  });

  for (const [reason, payload] of [
    ['command.unknown', { acknowledge: 'Other', store: 'milano' }],
    ['command.unknown', { acknowledge: 'Incasso basso' }],
    ['command.until', { silence: 'Incasso basso', store: 'milano', until: 'tomorrow' }],
    ['kpi.malformed', 'hello'],
    ['kpi.malformed', [{ name: 'revenue' }]],
  ] as const) {
    it(`lets ${JSON.stringify(payload)} out by the side door (${reason})`, async () => {
      const { send, side, until } = await load();
      send(payload);
      await until(() => side.length === 1);
      assert.deepEqual([side[0]?.reason, side[0]?.payload], [reason, payload]);
    });
  }

  it('clears away the alerts of a rule that is gone', async () => {
    const first = await load();
    first.send(revenue(0, 430));
    await first.until(() => first.retained.size === 1);
    await helper.unload();
    const second = await load([{ ...row, name: 'Altra' }]);
    await second.until(() => second.retained.size === 1);
    assert.deepEqual([...second.retained], [['bottega/shop/alert/Incasso basso/milano', '']]);
    assert.deepEqual(await second.store().of('shop').scan({ gte: 'a/', lt: 'a0' }, 10), []);
  });

  it('lets one of two nodes on the same alert tell it', async () => {
    const { send, main, until, store: port } = await load();
    const store = port().of('shop');
    send(revenue(0, 600));
    let text: unknown;
    await eventually(async () => { [text] = await store.read(['a/Incasso basso/milano']); return typeof text === 'string'; });
    // Another process was faster with the next window: the state of the same alert is already firing.
    const { owner, about, state } = JSON.parse(String(text)) as { owner: string; about: string; state: object };
    const firing = { ...state, state: 'firing', run: [nine + HOUR], toldAt: nine, newest: { start: nine + HOUR, end: nine + 2 * HOUR, value: 1, unit: 'EUR' } };
    await store.commit([{ key: 'a/Incasso basso/milano', value: JSON.stringify({ owner, about, state: firing }) }]);
    send(revenue(1, 1));
    send(revenue(2, 600));
    await until(() => main.length > 0);
    assert.deepEqual(main.map(({ payload }) => payload.map(({ state: name }) => name)), [['resolved']]);
  });
});

/** Keeps retained messages; a real broker is the system tests' business. */
function testBroker(retained: Map<string, string>): (RED: NodeAPI) => void {
  const port: Pick<BrokerPort, 'publish' | 'health' | 'watch'> = {
    publish: (topic, payload) => { retained.set(topic, String(payload)); return Promise.resolve(); },
    health: () => ({ state: 'ok' }),
    watch: (listener) => { listener({ state: 'ok' }); return () => undefined; },
  };
  return (RED) => {
    RED.nodes.registerType('test-broker', function (this: never, saved: never) {
      RED.nodes.createNode(this, saved);
      (this as { port?: unknown }).port = port;
    });
  };
}

async function eventually(wish: () => boolean | Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const until = Date.now() + deadlineMs;
  while (!(await wish())) {
    if (Date.now() > until) throw new Error(`not so within ${String(deadlineMs)} ms: ${wish.toString()}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

