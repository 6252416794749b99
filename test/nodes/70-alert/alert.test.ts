/** The alert node: KPI values in, notifications out, states that survive a restart. */
import assert from 'node:assert/strict';
import { ConfigError } from '../../../engine/base/errors.js';
import type { AlertRule } from '../../../engine/alert/rule.js';
import { readRules } from '../../../engine/alert/ruleForm.js';
import { HOUR } from '../../../engine/base/time.js';
import { type AlertConfig, readConfig } from '../../../nodes/70-alert/config.js';
import { kpisWith } from '../../../nodes/70-alert/knownKpis.js';
import type { Notice } from '../../../nodes/shared/alertPort.js';
import { load, NINE, revenue, said, startEmpty, unload } from '../../support/alertFlow.js';
import { eventually } from '../../support/waiting.js';

const row = { name: 'Incasso basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', recovery: '550', group: 'store' };

describe('alert form', () => {
  const read = (rules: unknown, fields: object = {}): AlertConfig => readConfig({ id: 'n', type: 'bottega-alert', version: 2, store: 's', shop: 'b', rules, ...fields });
  const kpiRule = (fields: object): AlertRule => read([{ ...row, ...fields }]).rules[0] as AlertRule;

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
    it(`reads ${JSON.stringify(fields)}`, () => { assert.deepEqual(kpiRule(fields).when, when); });
  }

  it('judges sliding windows live, and at others only where it is asked to', () => {
    const evaluations = [{ size: 'last-1h' }, { size: '1h' }, { op: 'above', recovery: '', evaluate: 'live' }, { evaluate: 'projected' }].map((fields) => kpiRule(fields).evaluate);
    assert.deepEqual(evaluations, ['live', 'finished', 'live', 'projected']);
  });

  it('compares in proportion only what grows with the window', () => {
    const fields = { partial: 'proportion', hours: 'opening' };
    assert.equal(kpiRule(fields).partial, 'proportion');
    assert.equal(kpiRule({ ...fields, partial: '' }).partial, undefined);
    assert.throws(() => readRules([{ ...row, ...fields, kpi: 'conversion', threshold: '10%', recovery: '' }], kpisWith([])), { field: 'rules.Incasso basso.partial' });
  });

  it('takes windows of a chosen size like any other', () => {
    assert.deepEqual([kpiRule({ size: 'auto' }).size, kpiRule({ size: 'auto', evaluate: 'projected' }).evaluate], ['auto', 'projected']);
    assert.throws(() => readRules([{ ...row, kpi: 'oldest_open_order', size: 'auto' }], kpisWith([])), { field: 'rules.Incasso basso.size' });
  });

  const broken: [string, object][] = [
    ['rules', { name: '' }], ['rules', { name: 'a/b' }], ['rules.Incasso basso.kpi', { kpi: 'Revenue!' }], ['rules.Incasso basso.size', { size: '2h' }],
    ['rules.Incasso basso.op', { op: 'near' }], ['rules.Incasso basso.threshold', { threshold: '' }], ['rules.Incasso basso.threshold', { threshold: '1e3' }],
    ['rules.Incasso basso.recovery', { recovery: '450' }], ['rules.Incasso basso.recovery', { op: 'above', recovery: '501' }],
    ['rules.Incasso basso.upper', { op: 'outside', upper: '500' }], ['rules.Incasso basso.for', { for: '2 hours' }], ['rules.Incasso basso.group', { group: 'town' }],
    ['rules.Incasso basso.evaluate', { evaluate: 'live' }], ['rules.Incasso basso.evaluate', { evaluate: 'projected', size: 'last-1h' }],
    ['rules.Incasso basso.evaluate', { evaluate: 'now' }], ['rules.Incasso basso.channel', { channel: 'a/b' }], ['rules.Incasso basso.hours', { hours: 'lunch' }],
    ['rules.Incasso basso.kind', { kind: 'source' }], ['rules.Incasso basso.for', { for: '40d' }], ['rules.Incasso basso.keepFiringFor', { keepFiringFor: '8d' }],
    ['rules.Incasso basso.partial', { partial: 'half', hours: 'opening' }], ['rules.Incasso basso.partial', { partial: 'proportion' }],
    ['rules.Incasso basso.partial', { partial: 'proportion', hours: 'opening', size: '1d' }],
    ['rules.Incasso basso.repeat', { repeat: '30s' }], ['rules.Incasso basso.noData', { noData: '-5m' }],
  ];
  for (const [field, fields] of broken) {
    it(`names ${field} in ${JSON.stringify(fields)}`, () => {
      assert.throws(() => read([{ ...row, ...fields }]), (error: unknown) => error instanceof ConfigError && error.field === field);
    });
  }

  for (const [field, rules, fields] of [['rules', 'x', {}], ['rules', [row, row], {}], ['language', [], { language: 'fr' }], ['version', [], { version: 3 }], ['group', [], { group: 301 }]] as const) {
    it(`names ${field} in ${JSON.stringify({ rules, ...fields })}`, () => {
      assert.throws(() => read(rules, fields), (error: unknown) => error instanceof ConfigError && error.field === field);
    });
  }
});

describe('alert node', () => {
  let end: () => Promise<void>;
  beforeEach(async () => { end = await startEmpty(); });
  afterEach(() => end());

  it('says in plain Italian what happened, once', async () => {
    const { send, main, retained } = await load([row]);
    send([revenue(0, 430), revenue(0, 0, 'final', '_'), revenue(1, 120, 'live')]);
    send(revenue(0, 430));
    send([revenue(1, 620.5), { ...revenue(1, 1), name: 'orders' }]);
    await eventually(() => said(main).length === 2);
    assert.deepEqual(said(main), [
      'Incasso basso. Fatturato (Milano): 430,00 € dalle 09:00 alle 10:00, sotto la soglia di 500,00 €. Che fare: controllare che casse e negozio online stiano inviando le vendite; '
        + 'se è un\'ora calma, valutare un\'offerta',
      'Incasso basso: rientrato (era scattato per la finestra dalle 09:00 alle 10:00). Fatturato (Milano): 620,50 € dalle 10:00 alle 11:00',
    ]);
    const { id, at, since, text: _text, ...notice } = main[0]?.payload[0] ?? ({} as Notice);
    assert.deepEqual([typeof at, typeof since], ['string', 'string']);
    assert.match(id, /^[\w-]{22}$/);
    assert.deepEqual(notice, {
      rule: 'Incasso basso', state: 'firing', cause: 'threshold', store: 'milano', channel: '_', kpi: 'revenue', value: 430, threshold: 500, unit: 'EUR',
      window: { size: '1h', start: '2026-11-21T08:00:00.000Z', end: '2026-11-21T09:00:00.000Z' },
    });
    assert.deepEqual([...retained.keys()], ['bottega/shop/alert/Incasso basso/milano']);
    assert.equal((JSON.parse(retained.get('bottega/shop/alert/Incasso basso/milano') ?? '{}') as Notice).state, 'resolved');
  });

  it('speaks English where it is asked to, and of a correction as such', async () => {
    const { send, main } = await load([{ ...row, name: 'Low', group: 'all' }], { language: 'en' });
    send(revenue(0, 430, 'final', '_'));
    send(revenue(0, 510, 'corrected', '_'));
    await eventually(() => said(main).length === 2);
    assert.deepEqual(said(main), [
      'Low. Revenue: €430.00 from 09:00 to 10:00, below the threshold of €500.00. What to do: check that tills and online shop are sending their sales; if the hour is quiet, think of an offer',
      'Low: recovered, because the figures were corrected. Revenue: now €510.00 (€430.00 before) from 09:00 to 10:00',
    ]);
  });

  it('fires a live rule when its time has come, without another value', async () => {
    const { send, main, side } = await load([{ name: 'Ordini aperti', kpi: 'incomplete_orders', size: 'last-5m', op: 'above', threshold: '5', for: '1s', group: 'store' }]);
    send({ ...revenue(0, 9, 'live'), name: 'incomplete_orders', unit: 'count', window: { ...revenue(0, 9).window, size: 'last-5m' } });
    await eventually(() => main.length === 1);
    assert.deepEqual(side.map(({ reason }) => reason), ['pending']);
    assert.equal(main[0]?.payload[0]?.state, 'firing');
  });

  it('keeps its states over a restart and sends them to the second output only', async () => {
    const first = await load([row]);
    first.send(revenue(0, 430));
    await eventually(() => first.main.length === 1);
    await unload();
    const second = await load([row]);
    await eventually(() => second.side.length === 1);
    assert.deepEqual(second.side.map(({ reason, payload }) => [reason, payload.map(({ state }) => state)]), [['restart', ['firing']]]);
    second.send(revenue(0, 430));
    second.send(revenue(1, 600));
    await eventually(() => second.main.length === 1);
    assert.equal(second.main[0]?.payload[0]?.state, 'resolved');
    assert.equal(second.retained.size, 1);
  });

  it('obeys the dashboard', async () => {
    const { send, main, side } = await load([row]);
    send({ silence: 'Incasso basso', store: 'milano', until: '2099-01-01T00:00:00Z' });
    send(revenue(0, 430));
    await eventually(() => side.length === 2);
    send({ acknowledge: 'Incasso basso', store: 'milano' });
    await eventually(() => side.length === 3);
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
    it(`lets ${JSON.stringify(payload)} out by the second output (${reason})`, async () => {
      const { send, side } = await load([row]);
      send(payload);
      await eventually(() => side.length === 1);
      assert.deepEqual([side[0]?.reason, side[0]?.payload], [reason, payload]);
    });
  }

  it('clears away the alerts of a rule that is gone', async () => {
    const first = await load([row]);
    first.send(revenue(0, 430));
    await eventually(() => first.retained.size === 1);
    await unload();
    const second = await load([{ ...row, name: 'Altra' }]);
    await eventually(() => second.retained.size === 1);
    assert.deepEqual([...second.retained], [['bottega/shop/alert/Incasso basso/milano', '']]);
    assert.deepEqual(await second.store().of('shop').scan({ gte: 'al/', lt: 'al0' }, 10), []);
  });

  it('lets one of two nodes on the same alert notify it', async () => {
    const { send, main, store: port } = await load([row]);
    const store = port().of('shop');
    send(revenue(0, 600));
    let text: unknown;
    await eventually(async () => { [text] = await store.read(['al/alert/Incasso basso/milano']); return typeof text === 'string'; });
    // Another process was faster with the next window: the state of the same alert is already firing.
    const { owner, about, state } = JSON.parse(String(text)) as { owner: string; about: string; state: object };
    const firing = { ...state, state: 'firing', run: [NINE + HOUR], toldAt: NINE, newest: { start: NINE + HOUR, end: NINE + 2 * HOUR, value: 1, unit: 'EUR' } }; // vocabulary-ok: a stored field
    await store.commit([{ key: 'al/alert/Incasso basso/milano', value: JSON.stringify({ owner, about, state: firing }) }]);
    send(revenue(1, 1));
    send(revenue(2, 600));
    await eventually(() => main.length > 0);
    assert.deepEqual(main.map(({ payload }) => payload.map(({ state: name }) => name)), [['resolved']]);
  });
});
