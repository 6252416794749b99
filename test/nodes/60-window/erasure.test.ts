/** A request to forget a customer goes the whole way, from normalize over MQTT to the window's facts and to the stored dead letters. */
import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import helper from 'node-red-node-test-helper';
import { scanAll } from '../../../engine/store/store.js';
import { pseudonymOf } from '../../../engine/privacy/pseudonym.js';
import { countersOf, type Entry, prefixRange, textOf } from '../../../engine/store/store.js';
import storeNode from '../../../nodes/00-store/store.js';
import brokerNode from '../../../nodes/05-broker/broker.js';
import shopNode from '../../../nodes/06-shop/shop.js';
import normalizeNode from '../../../nodes/20-normalize/normalize.js';
import dedupeNode from '../../../nodes/30-dedupe/dedupe.js';
import outboxNode from '../../../nodes/40-outbox/outbox.js';
import deadletterNode from '../../../nodes/45-deadletter/deadletter.js';
import inboxNode from '../../../nodes/50-inbox/inbox.js';
import windowNode from '../../../nodes/60-window/window.js';
import type { ShopPort, StorePort } from '../../../nodes/shared/ports.js';
import { fixture } from '../../fixtures/normalizing.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eventually } from '../../support/waiting.js';
import { accepts, freePort } from '../../support/ports.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

interface TestNode { receive(message: object): void; port: unknown }
const node = (id: string): TestNode => helper.getNode(id) as TestNode;

const EMAIL = 'ginevra.colombo@posta.example';
const order = (id: number, email: string | null, fields: object = {}): object => ({
  ...fixture('shopify-order'), id, admin_graphql_api_id: `gid://shopify/Order/${String(id)}`, email, contact_email: email, processed_at: new Date(Date.now() - 60_000).toISOString(),
  updated_at: new Date().toISOString(), refunds: [], ...fields,
});

describe('forgetting a customer', () => {
  let port = 0;
  let client: MqttClient | undefined;
  afterEach(async () => {
    await client?.endAsync(true);
    client = undefined;
  });
  const home = eachInNodeRed();

  eachInEnvironment({ BOTTEGA_PRIVACY_KEY: 'a test key of a test shop, long enough' });
  beforeEach(async () => {
    port = await freePort();
    const ports = { shop: 'shop', store: 'store', version: 1 };
    await helper.load([storeNode, brokerNode, shopNode, normalizeNode, dedupeNode, outboxNode, deadletterNode, inboxNode, windowNode] as never, [
      { id: 'store', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop', type: 'bottega-shop', tenant: 'prova', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
      { id: 'broker', type: 'bottega-broker', kind: 'embedded', port, version: 1 },
      { id: 'normalize', type: 'bottega-normalize', shop: 'shop', provider: '', shops: 'lampade.myshopify.com altro.myshopify.com', version: 1, wires: [['dedupe'], ['dead']] },
      { id: 'dedupe', type: 'bottega-dedupe', ...ports, wires: [['outbox'], []] },
      { id: 'outbox', type: 'bottega-outbox', ...ports, broker: 'broker', wires: [[], []] },
      { id: 'dead', type: 'bottega-deadletter', ...ports, wires: [[], []] },
      { id: 'inbox', type: 'bottega-inbox', ...ports, broker: 'broker', wires: [['window'], ['dead']] },
      { id: 'window', type: 'bottega-window', ...ports, broker: 'broker', wires: [[], []] },
    ] as never);
    await eventually(async () => (await accepts(port) ? true : undefined));
  });

  const send = (topic: string, body: unknown, domain = 'lampade.myshopify.com'): void => {
    const intake = { provider: 'shopify', headers: { topic, 'shop-domain': domain, 'triggered-at': new Date().toISOString() }, receivedAt: Date.now(), trust: 'signed' };
    node('normalize').receive({ payload: Buffer.from(JSON.stringify(body)), intake });
  };
  const stored = (prefix: string): Promise<Entry[]> => scanAll((node('store').port as StorePort).of('prova'), prefixRange(prefix));
  const sales = async (): Promise<number> => (await stored('h/')).reduce((sum, { value }) => sum + (countersOf(value)['sales'] ?? 0), 0);
  const pseudonym = (): string => pseudonymOf(EMAIL, (node('shop').port as ShopPort).privacyKey);

  /** Two customers, each with a good order and one that nobody can read. */
  async function trade(): Promise<void> {
    for (const [id, email] of [[6_110_000_000_417, EMAIL], [6_110_000_000_418, 'bruno@posta.example'], [6_110_000_000_419, EMAIL]] as const) send('orders/create', order(id, email));
    send('orders/create', order(6_110_000_000_420, EMAIL, { currency: 'USD', total_price_set: null }));
    send('orders/create', { id: 6_110_000_000_421, email: 'bruno@posta.example', currency: 'USD', total_price: '5.00', processed_at: new Date().toISOString(), customer: { id: 1 } });
    await eventually(async () => ((await stored('f/sale/')).length === 3 && (await stored('y/')).length === 2 ? true : undefined));
  }

  it('leaves neither pseudonym nor sealed letter of theirs, and the revenue as it was', async () => {
    await trade();
    const before = await sales();
    assert.equal(JSON.stringify(await stored('f/')).split(pseudonym()).length - 1, 2);
    send('customers/redact', fixture('shopify-redact'));
    await eventually(async () => (JSON.stringify(await stored('f/')).includes(pseudonym()) ? undefined : true));
    await eventually(async () => ((await stored('y/')).length === 1 ? true : undefined));
    // The order itself goes after the second search, an hour later. What the outbox sent goes with its receipt, which the test helper's runtime,
    // having no hooks, never sends: so it sends the same events again and again, and the customer does not come back.
    const rest = (await stored('')).filter(({ key }) => !/^(er|o)\//.test(key));
    assert.equal(JSON.stringify(rest).includes(pseudonym()), false);
    assert.deepEqual([await sales(), (await stored('x/')).length, (await stored('f/sale/')).length], [before, 1, 3]);
  });

  it('forgets everybody who bought in a shop that is gone', async () => {
    await trade();
    send('orders/create', order(77, EMAIL), 'altro.myshopify.com');
    send('orders/create', order(78, EMAIL, { currency: 'USD', total_price_set: null }), 'altro.myshopify.com');
    await eventually(async () => ((await stored('f/sale/')).length === 4 && (await stored('y/')).length === 3 ? true : undefined));
    const before = await sales();
    send('shop/redact', { shop_id: 41, shop_domain: 'lampade.myshopify.com' });
    await eventually(async () => ((await stored('f/')).filter(({ value }) => textOf(value)?.includes('h1:')).length === 1 ? true : undefined));
    await eventually(async () => ((await stored('y/')).length === 1 ? true : undefined));
    assert.equal(await sales(), before);
  });

  it('keeps no customer in what the broker retains', async () => {
    client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`);
    await trade();
    send('customers/redact', fixture('shopify-redact'));
    await eventually(async () => (JSON.stringify(await stored('f/')).includes(pseudonym()) ? undefined : true));
    const retained: string[] = [];
    client.on('message', (topic, payload, { retain }) => { if (retain) retained.push(`${topic} ${payload.toString()}`); });
    await client.subscribeAsync('#', { qos: 1 });
    await eventually(() => Promise.resolve(retained.some((text) => text.includes('/kpi/revenue/')) ? true : undefined));
    assert.deepEqual(retained.filter((text) => /h1:|posta\.example|\/events\//.test(text)), []);
  });
});
