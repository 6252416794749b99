/** Do dead letters get their second chance? A real Node-RED, letters refused under one setting and sent in again under another. */
import assert from 'node:assert/strict';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const SECOND = 1_000;

const event = (id: string, currency: string): object => ({
  specversion: '1.0', id, source: 'urn:bottega:prova', type: 'sale', subject: `order/${id}`, time: new Date(Date.now() - 60 * SECOND).toISOString(),
  data: { store: 'negozio', channel: 'pos', status: 'completed', amount: '10.00', currency },
});

/** What arrives at the two outputs is printed; a window that refuses everything stands behind the shop that takes none. */
function flowsFor(currency: string, outcome: 'taken' | 'failing' = 'taken'): FlowNode[] {
  const say = (name: string): string => `node.warn(${JSON.stringify(`${name} `)} + JSON.stringify(msg.payload.map((e) => e.id)) + ' ' + JSON.stringify(msg.intake || {})); return msg;`;
  return [
    { id: 'store', type: 'bottega-store', version: 1 },
    { id: 'theshop', type: 'bottega-shop', version: 1, currency },
    { id: 'monitor', type: 'bottega-monitor', version: 1, store: 'store', shop: 'theshop', interval: 0.1, wires: [['print']] },
    { id: 'print', type: 'function', func: 'node.warn("dead " + msg.payload.dead.count + " " + JSON.stringify(msg.payload.dead.reasons)); return null;', wires: [] },
    { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
    { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['understood'], ['letters']] },
    { id: 'understood', type: 'function', func: outcome === 'failing' ? 'throw new Error("no")' : say('understood'), outputs: 1, wires: [[]] },
    { id: 'letters', type: 'bottega-deadletter', version: 1, store: 'store', shop: 'theshop', wires: [[], ['replies'], ['normalize'], ['window']] },
    { id: 'window', type: 'function', func: say('window'), outputs: 1, wires: [[]] },
    { id: 'replies', type: 'function', func: 'node.warn("reply " + msg.reason + " " + msg.asker); return null;', wires: [] },
    { id: 'command', type: 'http in', url: '/command', method: 'post', wires: [['asked']] },
    { id: 'asked', type: 'function', func: 'node.send({ payload: msg.payload, reason: msg.payload.reason, asker: "me" }); msg.payload = ""; return [null, msg];', outputs: 2, wires: [['letters'], ['answer']] },
    { id: 'answer', type: 'http response', wires: [] },
  ];
}

describe('dead letters, once more', () => {
  let runtime: Runtime;

  before(async () => { runtime = await start(flowsFor('EUR'), { env: { BOTTEGA_API_TOKEN: 'chiave' } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  const post = async (path: string, body: unknown): Promise<number> => {
    const headers = { Authorization: 'Bearer chiave', 'Content-Type': 'application/json' };
    return (await fetch(runtime.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
  const sinceThen = (mark: number): string => runtime.logs().slice(mark);
  const says = (pattern: RegExp, mark: number): Promise<string> => eventually(() => Promise.resolve(pattern.exec(sinceThen(mark))?.[0]));

  it('wait, counted by reason and sender', async () => {
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
    assert.equal(await post('/in/events', [event('a', 'CHF'), event('b', 'CHF'), event('c', 'EUR')]), 200);
    await says(/dead 2 \[\{"provider":"events","reason":"currency\.foreign","count":2\}\]/, 0);
  });

  it('stay where they are while the cause is still there', async () => {
    const mark = runtime.logs().length;
    await post('/command', { replay: 'all' });
    await says(/reply replay\.started me/, mark);
    await eventually(async () => {
      await post('/command', { replay: 'nobody' });
      return /replay\.started[^]*replay\.started/.test(sinceThen(mark)) ? true : undefined;
    });
    const again = runtime.logs().length;
    await runtime.deploy(flowsFor('EUR'));
    await says(/dead 2 /, again);
  });

  it('stay, too, where the line fails', async () => {
    await runtime.deploy(flowsFor('CHF', 'failing'));
    const mark = runtime.logs().length;
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
    await post('/command', { replay: 'all' });
    // That both are still there is what the next test begins with.
    await says(/function:understood|Error: no/, mark);
  });

  it('leave when they are understood, as they had come', async () => {
    await runtime.deploy(flowsFor('CHF'));
    const mark = runtime.logs().length;
    await eventually(async () => ((await fetch(`${runtime.url}/health`)).status === 200 ? true : undefined));
    await post('/command', { replay: 'all' });
    assert.match(await says(/understood \["a"\] .*/, mark), /"provider":"events".*"trust":"token"/);
    await says(/understood \["b"\]/, mark);
    await says(/dead 0 \[\]/, mark);
  });

  it('go straight to the window where they were events already, and one by one', async () => {
    const mark = runtime.logs().length;
    await post('/command', { ...event('d', 'CHF'), reason: 'time.future' });
    await post('/command', { ...event('e', 'CHF'), reason: 'time.future' });
    const counted = await says(/dead 2 \[\{"provider":"flow","reason":"time\.future","count":2\}\]/, mark);
    assert.match(counted, /flow/);
    await post('/command', { replay: 'all' });
    await says(/window \["d"\]/, mark);
    await says(/window \["e"\]/, mark);
    await says(/dead 0 \[\]/, mark);
  });
});
