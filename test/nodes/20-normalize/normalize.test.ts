/** The normalize node in Node-RED: requests in, canonical events and dead letters out, nothing personal beside them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import type { DeadLetter } from '../../../engine/deadletter/deadLetter.js';
import { ConfigError } from '../../../engine/base/errors.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { DEFAULT_MAPPING } from '../../../engine/normalize/mapping/fieldMapping.js';
import shop from '../../../nodes/06-shop/shop.js';
import { readConfig, upgrade } from '../../../nodes/20-normalize/config.js';
import normalize from '../../../nodes/20-normalize/normalize.js';
import { beginDelivery } from '../../../nodes/shared/delivery/delivery.js';
import { events } from '../../../nodes/shared/metrics.js';
import type { InputMessage } from '../../../nodes/shared/node.js';
import { batchFixture, fixture } from '../../fixtures/normalizing.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

interface TestNode {
  on(event: 'input', listener: (message: InputMessage) => void): void;
  receive(message: object): void;
  status: { lastCall: { args: [{ text: string }] } };
}

const saved = (change: object = {}): { id: string; type: string } => ({ id: 'normalize', type: 'bottega-normalize', ...change });

describe('normalize node', () => {
  eachInEnvironment({ BOTTEGA_PRIVACY_KEY: 'a test key of a test shop, long enough' });
  eachInNodeRed();
  async function load(change: object = {}): Promise<(id: string) => TestNode> {
    await helper.load([shop, normalize] as never, [
      { id: 'shop', type: 'bottega-shop', tenant: 'prova', zone: 'Europe/Rome', currency: 'EUR', stores: [{ id: 'bergamo', aliases: ['BG-02'] }], version: 1 },
      { ...saved(change), shop: 'shop', wires: [['main'], ['side']] }, { id: 'main', type: 'helper' }, { id: 'side', type: 'helper' },
    ] as never);
    return (id) => helper.getNode(id) as TestNode;
  }

  const next = (node: TestNode): Promise<InputMessage> => new Promise((resolve) => { node.on('input', resolve); });
  const order = (change: object = {}): Buffer => {
    const { processed_at: _processed, ...body } = fixture('shopify-order');
    const now = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '');
    return Buffer.from(JSON.stringify({ ...body, created_at: now, updated_at: now, ...change }));
  };
  const intake = (provider: string, topic?: string): object => ({
    provider, headers: { ...(topic === undefined ? {} : { topic }), 'shop-domain': 'lampade.myshopify.com', authorization: 'Bearer Ginevra' }, receivedAt: Date.now() - 5, trust: 'signed',
  });

  it('keeps few of thousands of refused events whose sender is answered and still has them, and counts all', async () => {
    const node = await load();
    const side = next(node('side'));
    const message = { _msgid: '1', payload: Buffer.from(JSON.stringify(Array.from({ length: 5_000 }, () => ({})))), intake: intake('events') };
    const before = (await events.get()).values.find(({ labels }) => labels.source === 'events' && labels.outcome === 'rejected')?.value ?? 0;
    node('normalize').receive(message);
    assert.equal(((await side).payload as DeadLetter[]).length, 500);
    const after = (await events.get()).values.find(({ labels }) => labels.source === 'events' && labels.outcome === 'rejected')?.value;
    assert.equal(after, before + 5_000);
  });

  it('turns a request into events and leaves the person behind', async () => {
    const node = await load();
    const arriving = next(node('main'));
    node('normalize').receive({
      topic: 'shopify/orders/create', payload: order(), intake: intake('shopify', 'orders/create'), req: { ip: '198.51.100.23' }, res: { ginevra: 1 }, headers: { from: 'ginevra' }, kept: 'mine', _msgid: 'm1',
    });
    const message = await arriving;
    const [event] = message.payload as ShopEvent[];
    assert.deepEqual([event?.type, event?.data.amount, event?.data.store], ['sale', '89.90', 'bergamo']);
    const { kept, topic, _msgid, reason } = message;
    assert.deepEqual({ kept, topic, _msgid, reason }, { kept: 'mine', topic: 'shopify/orders/create', _msgid: 'm1', reason: undefined });
    assert.equal(event?.recordedtime, new Date((message['intake'] as { receivedAt: number }).receivedAt).toISOString());
    assert.deepEqual(Object.keys(message).sort(), ['_msgid', 'intake', 'kept', 'payload', 'topic']);
    assert.ok(!/ginevra|colombo|198\.51/i.test(JSON.stringify(message)));
  });

  it('sends the unusable and the unwanted out by the second output, sealed', async () => {
    const node = await load();
    const arriving = next(node('side'));
    node('normalize').receive({ payload: order({ currency: 'USD', total_price_set: null }), intake: intake('shopify', 'orders/create') });
    const { payload, reason, topic } = await arriving;
    const [letter] = payload as DeadLetter[];
    assert.deepEqual([reason, topic, letter?.kind, letter?.path, letter?.topic], ['currency.foreign', 'shopify/orders/create', 'dead', '/currency', 'orders/create']);
    assert.ok((letter?.sealed ?? '').length > 100);
    assert.ok(!/ginevra|colombo/i.test(JSON.stringify(payload)));
  });

  it('lets the delivery know what became of it', async () => {
    const node = await load();
    const message = { payload: JSON.stringify([{ ...batchFixture()[0], occurredAt: Date.now() }, {}, 5]), intake: intake('hubspot') } as unknown as InputMessage;
    const delivery = beginDelivery({ log: { error: (text: string) => { assert.equal(text, ''); } } } as never, message, 60);
    const [main, side] = [next(node('main')), next(node('side'))];
    node('normalize').receive(message);
    await Promise.all([main, side]);
    assert.deepEqual(delivery.tally, { accepted: 1, duplicates: 0, rejected: 1, ignored: 1 });
    assert.deepEqual(delivery.refusals, [{ index: 2, path: '', rule: 'type', message: 'must be object' }]);
    await new Promise<void>((resolve) => { delivery.onSettled(() => { resolve(); }); });
  });

  it('counts what nobody waits for', async () => {
    const node = await load({ provider: 'events' });
    const count = async (): Promise<number> => (await events.get()).values.filter(({ labels }) => labels.source === 'events' && labels.outcome === 'rejected').reduce((sum, { value }) => sum + value, 0);
    const before = await count();
    const arriving = next(node('side'));
    node('normalize').receive({ payload: { nonsense: true } });
    const { payload } = await arriving;
    assert.equal((payload as DeadLetter[])[0]?.provider, 'events');
    assert.equal(await count(), before + 1);
  });

  it('takes a parsed body and the provider of its form, and refuses what nobody vouches for', async () => {
    const node = await load({ provider: 'pos', mapping: { paths: { number: 'n', time: 't', amount: 'a' }, dateKind: 'iso', numbers: 'en' } });
    const arriving = next(node('main'));
    node('normalize').receive({ payload: [{ n: 1, t: new Date().toISOString(), a: '1,234.50' }], intake: intake('shopify') });
    const { payload, topic } = await arriving;
    assert.deepEqual([(payload as ShopEvent[])[0]?.data.amount, topic], ['1234.50', 'pos']);
    await helper.unload();
    const unknown = await load();
    const refused = next(unknown('side'));
    unknown('normalize').receive({ payload: {} });
    assert.equal((await refused)['reason'], 'provider.unknown');
  });

  it('is green with its counts', async () => {
    const node = await load();
    const arriving = next(node('side'));
    node('normalize').receive({ payload: '{}', intake: intake('shopify', 'products/update') });
    await arriving;
    assert.equal(node('normalize').status.lastCall.args[0].text, 'normalize.status.counts');
  });
});

describe('normalize form', () => {
  it('reads what it saves, and what a first release saved', () => {
    assert.deepEqual(readConfig(saved()), { shop: undefined, stages: { won: ['closedwon'], lost: ['closedlost'], closedTicket: ['4'] }, mapping: {}, columns: new Map(), shops: [] });
    const { provider, stages } = readConfig(saved({ version: 1, provider: 'pos', closedStages: ' 4, 9 ,', wonStages: '', mapping: DEFAULT_MAPPING }));
    assert.deepEqual([provider, stages.closedTicket, stages.won], ['pos', ['4', '9'], []]);
    assert.deepEqual(upgrade(saved()), saved());
    const former = readConfig(saved({ version: 1, mapping: { returns: 'reso, RM', receiptNumbers: 'perDay', statuses: 'via=cancelled' } }));
    assert.deepEqual(former.mapping, { kinds: 'RM=return', receiptNumbers: 'midnight', statuses: 'via=voided' });
  });

  const broken: readonly (readonly [object, string])[] = [
    [{ version: 3 }, 'version'], [{ provider: 'ebay' }, 'provider'], [{ closedStages: [] }, 'closedStages'], [{ mapping: [] }, 'mapping'], [{ mapping: { zone: 'x' } }, 'mapping.zone'], [{ columns: 'Euro=soldi' }, 'columns'],
    [{ shops: 'mia bottega!' }, 'shops'],
  ];
  for (const [change, field] of broken) {
    it(`names ${field} for ${JSON.stringify(change)}`, () => { assert.throws(() => readConfig(saved(change)), (error) => error instanceof ConfigError && error.field === field); });
  }

  it('offers the mapping that the engine starts from', async () => {
    interface Form { definition: { defaults: Record<string, { value: unknown; validate?: (this: object, value: unknown, opt: object) => unknown }> } }
    const script = '../../../scripts/node-form.mjs';
    const { readForm } = await import(script) as { readForm: (html: string, type: string) => Form };
    const html = ['editor/till.html', '20-normalize/normalize.html'].map((file) => readFileSync(join(__dirname, '../../../nodes', file), 'utf8')).join('');
    const { mapping } = readForm(html, 'bottega-normalize').definition.defaults;
    assert.deepEqual(JSON.parse(JSON.stringify(mapping?.value)), DEFAULT_MAPPING);
    const verdict = (value: unknown): unknown => mapping?.validate?.call({ _: (key: string) => key }, value, {});
    assert.deepEqual([verdict(DEFAULT_MAPPING), verdict({}), verdict(undefined)], [true, true, true]);
    const bad = [{ paths: { amount: '' } }, { paths: { till: 'a..b' } }, { minorUnits: '7' }, { statuses: 'a=b' }, { kinds: 'a=b' }, { payments: 'x' }, { stores: 'a=' }, { zone: 'Europe/Ovunque' }, { numbers: '!' }].map(verdict);
    assert.deepEqual(bad.map((key) => String(key).replace('normalize.rule.', '')), ['needed', 'path', 'minorUnits', 'statuses', 'kinds', 'payments', 'stores', 'zone', 'locale']);
  });
});
