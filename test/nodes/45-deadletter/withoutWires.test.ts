/** Do refusals and letters find their way without a wire? A real Node-RED, the dead letters on another tab than the way of an event. */
import assert from 'node:assert/strict';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { event } from '../../support/shop.js';
import { freePort } from '../../support/ports.js';
import { eventually } from '../../support/waiting.js';

/** `currency` that the shop takes. With `drain` a wire leads from the second output of normalize, to a node that keeps nothing. */
function flowsFor(currency: string, { drain = false, letters = true } = {}): FlowNode[] {
  const shared = { version: 1, store: 'store', shop: 'theshop', broker: 'broker' };
  return [
    { id: 'store', type: 'bottega-store', version: 1 },
    { id: 'broker', type: 'bottega-broker', version: 1 },
    { id: 'theshop', type: 'bottega-shop', version: 1, currency },
    { id: 'way', type: 'tab', label: 'way' },
    { id: 'aside', type: 'tab', label: 'aside' },
    { id: 'in', type: 'bottega-webhook', z: 'way', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
    { id: 'normalize', type: 'bottega-normalize', z: 'way', ...shared, wires: [['window'], drain ? ['drain'] : []] },
    { id: 'drain', type: 'function', z: 'way', func: 'node.warn("drained " + msg.reason); return null;', wires: [] },
    { id: 'window', type: 'bottega-window', z: 'way', ...shared, wires: [['counted'], []] },
    { id: 'counted', type: 'function', z: 'way', func: 'for (const { name, value, channel, window } of msg.payload) if (name === "revenue" && channel === "_" && window.size === "1d") node.warn("revenue " + value);', wires: [] },
    ...letters ? [{ id: 'letters', type: 'bottega-deadletter', z: 'aside', ...shared, wires: [[], [], [], []] }] : [],
    { id: 'again', type: 'inject', z: 'aside', props: [{ p: 'payload' }], payload: '{"replay":"all"}', payloadType: 'json', wires: [['letters']] },
    { id: 'monitor', type: 'bottega-monitor', z: 'aside', ...shared, interval: 0.1, wires: [['print']] },
    { id: 'print', type: 'function', z: 'aside', func: 'node.warn("dead " + msg.payload.dead.count); return null;', wires: [] },
  ];
}

describe('dead letters without a wire', () => {
  let runtime: Runtime;
  let mark = 0;

  before(async () => { runtime = await start(flowsFor('EUR'), { env: { BOTTEGA_API_TOKEN: 'chiave', MQTT_PORT: String(await freePort()) } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  const since = (): string => runtime.logs().slice(mark);
  const says = (pattern: RegExp): Promise<string> => eventually(() => Promise.resolve(pattern.exec(since())?.[0]));
  const deploy = async (flows: FlowNode[]): Promise<void> => {
    mark = runtime.logs().length;
    await runtime.deploy(flows);
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
  };
  const post = async (...events: readonly object[]): Promise<number> => {
    const headers = { Authorization: 'Bearer chiave', 'Content-Type': 'application/json' };
    return (await fetch(`${runtime.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(events) })).status;
  };

  it('keep what normalize refuses, before its sender is answered', async () => {
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
    assert.equal(await post(event('a', 'sale', { amount: '10.00', currency: 'CHF' }), event('b', 'sale', { amount: '5.00' })), 200);
    await says(/dead 1\b/);
    await says(/revenue 5\b/);
  });

  it('go in again at the nodes of their shop, and stay while the cause is still there', async () => {
    mark = runtime.logs().length;
    assert.equal((await fetch(`${runtime.url}/inject/again`, { method: 'POST' })).status, 200);
    await says(/dead 1\b/);
    await deploy(flowsFor('CHF'));
    await says(/dead 1\b/);
    assert.equal((await fetch(`${runtime.url}/inject/again`, { method: 'POST' })).status, 200);
    await says(/revenue 15\b/);
    await says(/dead 0\b/);
  });

  it('keep nothing that a wire leads elsewhere', async () => {
    await deploy(flowsFor('EUR', { drain: true }));
    assert.equal(await post(event('c', 'sale', { amount: '1.00', currency: 'CHF' })), 422);
    await says(/drained currency\.foreign/);
    await says(/dead 0\b/);
  });

  it('are missed by nobody where the shop has no such node', async () => {
    await deploy(flowsFor('EUR', { letters: false }));
    assert.equal(await post(event('d', 'sale', { amount: '1.00', currency: 'CHF' })), 422);
    await says(/dead 0\b/);
  });
});
