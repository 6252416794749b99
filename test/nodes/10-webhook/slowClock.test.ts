/**
 * A computer whose clock is a day slow, in a real Node-RED: sales are held, answered 200, and counted when the clock is set.
 */
import assert from 'node:assert/strict';
import { hubspotRequest, shopifyRequest, type SignedRequest, tillRequest, tokenRequest } from '../../../launcher/simulator/sign.js';
import { DAY, formatInstant, MINUTE } from '../../../engine/base/time.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const SECRETS = { SHOPIFY_WEBHOOK_SECRET: 'shopify-di-prova-lunga', HUBSPOT_CLIENT_SECRET: 'hubspot-di-prova-lunga', POS_JWT_SECRET: 'un-segreto-abbastanza-lungo-per-hs256', BOTTEGA_API_TOKEN: 'chiave-di-prova-lunga' };
/** SIGCONT sets the clock (Node-RED ends at SIGUSR2). */
const SLOW = `const real = Date.now; let behind = ${String(DAY)}; Date.now = () => real() - behind; process.on('SIGCONT', () => { behind = 0; });`;

function flows(): FlowNode[] {
  const endpoint = (provider: string): FlowNode => ({ id: provider, type: 'bottega-webhook', version: 1, provider, path: `/in/${provider}`, wires: [['normalize'], []] });
  return [
    { id: 'store', type: 'bottega-store', version: 1 },
    { id: 'theshop', type: 'bottega-shop', version: 1 },
    ...['shopify', 'hubspot', 'pos', 'events'].map(endpoint),
    { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['sold'], ['letters']] },
    { id: 'sold', type: 'function', func: 'for (const event of msg.payload) node.warn("sold " + event.subject + " " + event.time); return null;', wires: [] },
    { id: 'letters', type: 'bottega-deadletter', version: 1, store: 'store', shop: 'theshop', wires: [['kept'], [], ['normalize'], ['normalize']] },
    { id: 'kept', type: 'function', func: 'for (const letter of msg.payload) node.warn("kept " + letter.provider + " " + letter.kind + " " + letter.reason); return null;', wires: [] },
    { id: 'monitor', type: 'bottega-monitor', version: 1, store: 'store', shop: 'theshop', wires: [[]] },
  ];
}

const sale = (id: string, source: string, ahead = 0): object => ({
  specversion: '1.0', id, source, type: 'sale', subject: `order/${id}`, time: formatInstant(Date.now() + ahead), data: { store: 'negozio', amount: '10.00' },
});
const order = (id: number): string => JSON.stringify({
  id, name: `#${String(id)}`, currency: 'EUR', total_price: '42.50', financial_status: 'paid', processed_at: formatInstant(Date.now()), updated_at: formatInstant(Date.now()),
});

describe('a slow clock', () => {
  let runtime: Runtime;

  beforeEach(async () => {
    runtime = await start(flows(), { env: { ...SECRETS, BOTTEGA_PUBLIC_URL: 'https://ganci.example.it' }, settingsScript: SLOW });
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
  });
  afterEach(async () => { assert.equal(await runtime.stop(), 0); });

  const post = async (provider: string, { headers, body }: SignedRequest): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${runtime.url}/in/${provider}`, { method: 'POST', headers, body });
    return { status: response.status, body: await response.json() };
  };
  const shopify = (id: number): SignedRequest => shopifyRequest({
    secret: SECRETS.SHOPIFY_WEBHOOK_SECRET, topic: 'orders/paid', shop: 'prova.myshopify.com', webhookId: `w${String(id)}`, triggeredAt: formatInstant(Date.now()), body: order(id),
  });
  const events = (...sent: object[]): SignedRequest => tokenRequest(SECRETS.BOTTEGA_API_TOKEN, JSON.stringify(sent));
  const health = async (): Promise<unknown> => (await fetch(`${runtime.url}/health`)).json();

  it('holds what a platform sends, says so on /health, and counts it when it is set', async () => {
    assert.deepEqual(await post('shopify', shopify(1)), { status: 200, body: { accepted: 1, duplicates: 0, rejected: 0 } });
    await runtime.logged(/kept shopify held clock\.slow/);
    assert.match(JSON.stringify(await health()), /"status":"ok","warnings":\[\{"cause":"clock\.slow","message":"this computer's clock is 24 h behind/);
    assert.doesNotMatch(runtime.logs(), /sold/);
    process.kill(runtime.pid, 'SIGCONT');
    await runtime.logged(/sold order\/1 20/);
    assert.deepEqual(await health(), { status: 'ok' });
  });

  it('takes the dated proofs of HubSpot and of a till by the corrected clock', async () => {
    const hubspot = hubspotRequest(SECRETS.HUBSPOT_CLIENT_SECRET, 'https://ganci.example.it/in/hubspot', Date.now(), '[]');
    assert.equal((await post('hubspot', hubspot)).status, 200);
    const till = { secret: SECRETS.POS_JWT_SECRET, issuer: 'cassa', audience: 'https://ganci.example.it/in/pos', id: 't1', issuedAt: Date.now() };
    const receipt = JSON.stringify({ scontrino: '0042', negozio: 'negozio', totale: '12,50', dataOra: formatInstant(Date.now()) });
    assert.notEqual((await post('pos', tillRequest(till, receipt))).status, 401);
    const forged = tillRequest({ ...till, secret: 'un-altro-segreto-abbastanza-lungo-per', id: 't2' }, receipt);
    assert.equal((await post('pos', forged)).status, 401);
    // By the right clock an old proof is old, though it is fresh by ours.
    const stale = hubspotRequest(SECRETS.HUBSPOT_CLIENT_SECRET, 'https://ganci.example.it/in/hubspot', Date.now() - DAY, '[]');
    assert.equal((await post('hubspot', stale)).status, 401);
  });

  it('believes two sources that agree, and counts what the first of them sent as well', async () => {
    assert.equal((await post('events', events(sale('a', 'urn:till:1')))).status, 422);
    await runtime.logged(/kept events dead time\.future/);
    assert.equal((await post('events', events(sale('b', 'urn:till:2')))).status, 200);
    process.kill(runtime.pid, 'SIGCONT');
    await runtime.logged(/sold order\/a 20/);
    await runtime.logged(/sold order\/b 20/);
  });

  it('refuses a single till that is ahead, as ever', async () => {
    process.kill(runtime.pid, 'SIGCONT');
    assert.equal((await post('hubspot', hubspotRequest(SECRETS.HUBSPOT_CLIENT_SECRET, 'https://ganci.example.it/in/hubspot', Date.now(), '[]'))).status, 200);
    for (const id of ['a', 'b']) assert.equal((await post('events', events(sale(id, 'urn:till:1', 10 * MINUTE)))).status, 422);
    assert.deepEqual(await health(), { status: 'ok' });
  });
});
