/** What the alert node notifies people of: together, once, over kills and restarts, also by several processes; and what it answers when asked. */
import assert from 'node:assert/strict';
import { Fault } from '../../../engine/base/errors.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { prefixRange, type Store } from '../../../engine/store/store.js';
import { DAY, formatInstant, HOUR, LocalClock, MINUTE, SECOND } from '../../../engine/base/time.js';
import { ALWAYS } from '../../../engine/alert/activeTime.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { readConfig } from '../../../nodes/70-alert/config.js';
import { AlertEvaluator } from '../../../nodes/70-alert/evaluator.js';
import { Writer } from '../../../nodes/70-alert/notification.js';
import { alertPorts, type Notice } from '../../../nodes/shared/alertPort.js';
import type { ShopPort } from '../../../nodes/shared/ports.js';
import { clockAt, load, NINE, revenue, said, startEmpty, unload } from '../../support/alertFlow.js';
import { hourKey } from '../../../engine/aggregate/sourceActivity.js';
import { eventually } from '../../support/waiting.js';

const row = { name: 'Incasso basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', recovery: '550', group: 'store' };
const rows = [row, { ...row, name: 'Incasso minimo', threshold: '300', recovery: '' }];

describe('notifications of the alert node', () => {
  let end: () => Promise<void>;
  beforeEach(async () => { end = await startEmpty(); });
  afterEach(() => end());

  it('sends in one notification what fires within a short span, and shows each at once', async () => {
    const { send, main, side, retained } = await load(rows, { group: 1 });
    send(revenue(0, 430));
    await eventually(() => side.length === 1);
    assert.equal(main.length, 0);
    send(revenue(1, 100));
    await eventually(() => main.length === 1);
    assert.deepEqual(side.map(({ reason, payload }) => [reason, ...payload.map(({ rule }) => rule)]), [['grouped', 'Incasso basso'], ['grouped', 'Incasso minimo']]);
    const [notice] = main;
    assert.ok(notice);
    assert.deepEqual(notice.payload.map(({ rule, state }) => [rule, state]), [['Incasso basso', 'firing'], ['Incasso minimo', 'firing']]);
    assert.match(notice.summary ?? '', /^2 avvisi:\n– Incasso basso\. .*\n– Incasso minimo\. /);
    assert.equal(retained.size, 2);
  });

  it('sends after a restart what was to be sent and was not, once, with the same id', async () => {
    const first = await load([row], { group: 2 });
    first.send(revenue(0, 430));
    await eventually(() => first.side.length === 1);
    await unload();
    assert.equal(first.main.length, 0);
    const second = await load([row], { group: 2 });
    await eventually(() => second.main.length === 1);
    const [notified] = second.main[0]?.payload ?? [];
    assert.deepEqual([notified?.state, notified?.cause, notified?.id], ['firing', 'threshold', first.side[0]?.payload[0]?.id]);
    assert.deepEqual(second.side.map(({ reason }) => reason), ['restart']);
    // The dead one may not have come to publish it either.
    assert.equal((JSON.parse(second.retained.get('bottega/shop/alert/Incasso basso/milano') ?? '{}') as Notice).id, notified?.id);
    await unload();
    const third = await load([row]);
    await eventually(() => third.side.length === 1);
    third.send(revenue(1, 600));
    await eventually(() => third.main.length === 1);
    assert.deepEqual(third.main.map(({ payload }) => payload.map(({ state }) => state)), [['resolved']]);
  });

  it('answers how the alerts stand, and what changed, the newest first', async () => {
    const { send, main, side } = await load([row]);
    send(revenue(0, 430));
    await eventually(() => main.length === 1);
    send({ acknowledge: 'Incasso basso', store: 'milano' });
    send({ list: true });
    await eventually(() => side.some(({ reason }) => reason === 'list'));
    const { standing, history } = side.at(-1)?.payload as unknown as { standing: Notice[]; history: (Notice & { audience: string; told: boolean })[] }; // vocabulary-ok: fields of the answer
    assert.deepEqual(standing.map(({ rule, store, state, acknowledgedAt }) => [rule, store, state, typeof acknowledgedAt]), [['Incasso basso', 'milano', 'firing', 'string']]); // vocabulary-ok
    assert.deepEqual(history.map(({ state, cause, audience, told }) => [state, cause, audience, told]), [['firing', 'command', 'quiet', false], ['firing', 'threshold', 'tell', true]]); // vocabulary-ok
    send({ list: 1 });
    await eventually(() => side.filter(({ reason }) => reason === 'list').length === 2);
    assert.equal((side.at(-1)?.payload as unknown as { history: unknown[] }).history.length, 1);
    send({ list: 5_000 });
    await eventually(() => side.at(-1)?.reason === 'command.list');
  });

  it('offers displays its rules, its alerts and its commands, and takes no values from them', async () => {
    const { send, main } = await load([row]);
    let changes = 0;
    const end = alertPorts.watch('shop', () => { changes += 1; });
    send(revenue(0, 430));
    await eventually(() => main.length === 1);
    const [port] = alertPorts.of('shop');
    assert.ok(port !== undefined && changes > 0);
    assert.deepEqual(port.rules.map(({ name, kind, sentence }) => [name, kind, /500/.test(sentence.it), /below/.test(sentence.en)]), [['Incasso basso', 'kpi', true, true]]);
    const until = '2099-01-01T00:00:00Z';
    const outcomes = [
      await port.command({ acknowledge: 'Incasso basso', store: 'milano' }), await port.command({ silence: 'Incasso basso', store: 'milano', until }),
      await port.command({ silence: 'Incasso basso', store: 'milano', until: 'x' }), await port.command({ acknowledge: 'constructor' }), await port.command(revenue(1, 900)),
    ];
    assert.deepEqual(outcomes, ['done', 'done', 'command.until', 'command.unknown', 'command.unknown']);
    const { alerts, history } = await port.list(10);
    assert.deepEqual(alerts.map(({ state, silencedUntil, acknowledgedAt }) => [state, silencedUntil, typeof acknowledgedAt]), [['firing', '2099-01-01T00:00:00.000Z', 'string']]);
    assert.equal(history.length, 3);
    end();
    await unload();
    assert.deepEqual(alertPorts.of('shop'), []);
  });

  it('keeps acknowledgement and silence over a restart', async () => {
    const first = await load([row]);
    first.send(revenue(0, 430));
    first.send({ acknowledge: 'Incasso basso', store: 'milano' });
    first.send({ silence: 'Incasso basso', store: 'milano', until: '2099-01-01T00:00:00Z' });
    await eventually(() => said(first.side).length === 2);
    await unload();
    const second = await load([row]);
    await eventually(() => second.side.length === 1);
    const [shown] = second.side[0]?.payload ?? [];
    assert.deepEqual([shown?.state, typeof shown?.acknowledgedAt, shown?.silencedUntil], ['firing', 'string', '2099-01-01T00:00:00.000Z']);
  });

  it('says of a source that it is absent, and that it sends again', async () => {
    const source = 'urn:bottega:shopify:mia.example';
    const mark = (at: number): { key: string; value: string } => ({ key: `src/${encodeURIComponent(source)}`, value: JSON.stringify({ source, time: formatInstant(at), recordedAt: formatInstant(at) }) });
    const before = await load([]);
    const now = Date.now();
    const lastSeenAt = now - 100 * MINUTE;
    // From minus one to three: summer time may have begun or ended in between.
    const hours = [-1, 0, 1, 2, 3].flatMap((hour) => [1, 2, 3, 4, 5].map((week) => hourKey(source, now - hour * HOUR - week * 7 * DAY)));
    const around = hours.map((key) => ({ key, add: { n: 90 } }));
    await before.store().of('shop').commit([mark(lastSeenAt), ...around]);
    await unload();
    const { main, side, send, retained } = await load([{ kind: 'mute', name: 'Sorgente muta' }]); // vocabulary-ok
    await eventually(() => main.length === 1);
    const [notified] = main[0]?.payload ?? [];
    assert.match(said(main)[0] ?? '', /^Sorgente muta: shopify \(mia\.example\) tace da 1 h 40 min \(.+\); di solito manda 90 messaggi in quest'ora\. Che fare: controllare che il dispositivo/);
    assert.deepEqual([notified?.state, notified?.cause, notified?.source, notified?.store, notified?.since], ['noData', 'mute', source, encodeURIComponent(source), formatInstant(lastSeenAt)]); // vocabulary-ok
    assert.deepEqual([...retained.keys()], [`bottega/shop/alert/Sorgente muta/${encodeURIComponent(source)}`]);
    send({ acknowledge: 'Sorgente muta', store: notified?.store });
    await eventually(() => side.some(({ reason }) => reason === 'quiet'));
    // The owner took it away: nobody waits for it, and who said so need not be notified.
    send({ retire: 'Sorgente muta', store: notified?.store });
    await eventually(() => side.filter(({ reason }) => reason === 'quiet').length === 2);
    const [retired] = side.at(-1)?.payload ?? [];
    assert.deepEqual([retired?.state, retired?.cause, main.length], ['resolved', 'retired', 1]);
    assert.match(retired?.text ?? '', /^Sorgente muta: shopify \(mia\.example\) non si aspetta più/);
    send({ retire: 'Altra', store: notified?.store });
    await eventually(() => side.at(-1)?.reason === 'command.unknown');
  });

  it('says of an empty hour whether the sources are silent too', async () => {
    const source = 'urn:bottega:pos:milano';
    const seen = (at: number): { key: string; value: string } => ({ key: `src/${encodeURIComponent(source)}`, value: JSON.stringify({ source, time: formatInstant(at), recordedAt: formatInstant(at) }) });
    const { send, main, store } = await load([row]);
    const nothing = (hour: number): object => ({ ...revenue(hour, 0), count: 0, revision: 0 });
    await store().of('shop').commit([seen(NINE - 14 * HOUR)]);
    send(nothing(0));
    await eventually(() => main.length === 1);
    assert.match(said(main)[0] ?? '', /^Incasso basso\. Fatturato \(Milano\): 0,00 € dalle 09:00 alle 10:00, sotto .*: nessuna vendita, e nessuna notizia dalla cassa\. Che fare/);
    send(revenue(1, 600));
    await store().of('shop').commit([seen(NINE + 2 * HOUR + MINUTE)]);
    send(nothing(2));
    await eventually(() => said(main).length === 3);
    assert.doesNotMatch(said(main)[2] ?? '', /nessuna notizia/);
  });

  it('says that a correction did it, though a newer window stands before it in the same message', async () => {
    const { send, main } = await load([row]);
    send(revenue(0, 430));
    send([revenue(1, 700), { ...revenue(0, 610, 'corrected'), revision: 2 }]);
    // In one message or in two: both changes come at once.
    await eventually(() => said(main).length === 2);
    assert.match(said(main)[1] ?? '', /^Incasso basso: rientrato, perché i dati sono stati corretti\. Fatturato \(Milano\): ora 610,00 € \(prima 430,00 €\) dalle 09:00/);
  });

  it('judges only hours in which its shop is open', async () => {
    const week = ['', '', '', '', '', '09:30-13:00', ''];
    clockAt(NINE + 5 * SECOND);
    const { main, send } = await load([{ ...row, hours: 'opening' }], {}, { shop: { opens: 'hours', hours: week } });
    for (const hour of [-1, 0, 4, 24, 7 * 24 + 1]) send(revenue(hour, 1));
    await eventually(() => main.length === 1);
    // Half past nine to ten is no hour, at one it is over, on Sunday closed; the Saturday after has a whole one.
    assert.deepEqual(main.flatMap(({ payload }) => payload.map(({ window }) => window?.start)), ['2026-11-28T09:00:00.000Z']);
  });

  it('is red where a rule is about a KPI that no window node counts', async () => {
    const others = [{ id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'shop', kpis: [{ name: 'gift_cards', type: 'sale', value: 'amount', show: 'sum', where: [] }], wires: [[], []] }];
    const bad = await load([{ ...row, kpi: 'revenues' }], {}, { others });
    await eventually(() => /rules\.Incasso basso\.kpi: must be a KPI that a window node counts/.test(bad.shown()));
    await unload();
    const good = await load([{ ...row, kpi: 'gift_cards' }], {}, { others });
    await eventually(() => good.shown() !== '');
    assert.doesNotMatch(good.shown(), /must be/);
  });
});

describe('the evaluator while the store is away', () => {
  const shop = { stores: [], calendar: new Calendar(new LocalClock('Europe/Rome')) } as unknown as ShopPort;

  it('does not miss the end of a window that was emitted just then', async () => {
    let now = NINE + HOUR;
    const store = await openLevelStore({ memory: true }, { now: () => now });
    let weather: 'fair' | 'away' | 'lost' = 'fair';
    const failing: Store = {
      read: (keys) => store.read(keys), scan: (range, limit) => store.scan(range, limit), close: () => store.close(),
      async commit(changes, durability) {
        if (weather === 'away') throw new Fault('store.away', 'away');
        const result = await store.commit(changes, durability);
        if (weather === 'lost') throw new Fault('store.away', 'answer lost');
        return result;
      },
    };
    const { rules } = readConfig({ id: 'n', type: 'bottega-alert', version: 2, rules: [{ ...row, group: 'all' }] });
    const writer = new Writer(shop, 'it', 'n');
    const open = (): AlertEvaluator => new AlertEvaluator({
      store: failing, rules, owner: 'n', hours: ALWAYS, now: () => now, absentSince: () => Promise.resolve(undefined),
      write: (alert, change, at) => writer.write(alert, change, at),
      toNotify: (notice, order) => ({ key: `u/n/${String(order)}/${notice.window?.start ?? ''}`, value: notice.state }), changed: () => undefined, forget: () => undefined,
    });
    const pending = async (): Promise<unknown[]> => (await store.scan(prefixRange('u/'), 10)).map(({ value }) => value);
    const [rule] = rules;
    assert.ok(rule);
    const final = { count: 1, revision: 1, updatedAt: NINE, status: 'final' as const };
    const breach = { rule, store: '_', input: { kind: 'value' as const, sample: { start: NINE, end: NINE + HOUR, value: 1, unit: 'EUR', ...final } } };
    const evaluator = open();
    await evaluator.load();
    weather = 'away';
    await assert.rejects(evaluator.apply([breach]), { code: 'store.away' });
    assert.equal(evaluator.wakeAt(), now);
    await assert.rejects(evaluator.wake(), { code: 'store.away' });
    // By then the window is long past; it was not when it was emitted.
    now += 5 * HOUR;
    weather = 'fair';
    assert.equal(await evaluator.wake(), undefined);
    assert.deepEqual(await pending(), ['firing']);
    // Written, but the answer got lost: tried again, it is no second firing.
    const end = { ...breach, input: { ...breach.input, sample: { ...breach.input.sample, start: NINE + 5 * HOUR, end: NINE + 6 * HOUR, value: 600 } } };
    weather = 'lost';
    await assert.rejects(evaluator.apply([end]), { code: 'store.away' });
    weather = 'fair';
    await evaluator.wake();
    assert.deepEqual(await pending(), ['firing', 'resolved']);
  });
});

describe('the form of a former release', () => {
  it('is read as it was meant', () => {
    const { rules, groupMs } = readConfig({ id: 'n', type: 'bottega-alert', version: 1, rules: [{ ...row, op: 'above', recovery: '', live: true }, { ...row, name: 'b', live: false }] });
    assert.deepEqual(rules.map((rule) => (rule.kind === 'absence' ? '' : rule.evaluate)), ['live', 'finished']);
    assert.equal(groupMs, 5 * SECOND);
  });
});
