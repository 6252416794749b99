/**
 * Events that a user's own node changed on their way to the window, in a real Node-RED: they are checked again, in whatever way they were changed.
 */
import assert from 'node:assert/strict';
import { formatInstant, SECOND } from '../../../engine/base/time.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';

/** What the function node between normalize and window does; `undefined`: there is none. */
const CASES: readonly [what: string, func: string | undefined, accepted: 0 | 1][] = [
  ['nothing in between', undefined, 1],
  ['a node that changes nothing', 'return msg;', 1],
  ['another amount', "msg.payload[0].data.amount = '12.00'; return msg;", 1],
  ['no amount, in place', "msg.payload[0].data.amount = 'tanto'; return msg;", 0],
  ['no amount, in a new message', "return { ...msg, payload: msg.payload.map((event) => ({ ...event, data: { ...event.data, amount: 'tanto' } })) };", 0],
  ['a field that is none', 'msg.payload[0].data.discounted = true; return msg;', 0],
];

function flows(): FlowNode[] {
  const lines = CASES.flatMap(([, func], number): FlowNode[] => {
    const [webhook, normalize, change] = [`in${String(number)}`, `normalize${String(number)}`, `change${String(number)}`];
    return [
      { id: webhook, type: 'bottega-webhook', version: 1, provider: 'events', path: `/case/${String(number)}`, wires: [[normalize], []] },
      { id: normalize, type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [[func === undefined ? 'window' : change], []] },
      ...(func === undefined ? [] : [{ id: change, type: 'function', func, outputs: 1, wires: [['window']] }]),
    ];
  });
  return [
    { id: 'store', type: 'bottega-store', version: 1 },
    { id: 'theshop', type: 'bottega-shop', version: 1 },
    ...lines,
    { id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'theshop', wires: [[], []] },
  ];
}

describe('events changed on their way to the window', () => {
  let runtime: Runtime;
  before(async () => { runtime = await start(flows(), { env: { BOTTEGA_API_TOKEN: 'chiave' } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  CASES.forEach(([what, , accepted], number) => {
    it(`${what}: ${accepted === 1 ? 'taken' : 'refused'}`, async () => {
      const sale = {
        specversion: '1.0', id: `e${String(number)}`, source: 'urn:prova', type: 'sale', subject: `order/${String(number)}`,
        time: formatInstant(Date.now() - SECOND), data: { store: 'negozio', amount: '10.00' },
      };
      const headers = { Authorization: 'Bearer chiave', 'Content-Type': 'application/json' };
      const response = await fetch(`${runtime.url}/case/${String(number)}`, { method: 'POST', headers, body: JSON.stringify([sale]) });
      const { accepted: taken = 0 } = await response.json() as { accepted?: number };
      assert.deepEqual([response.status, taken], accepted === 1 ? [200, 1] : [422, 0]);
    });
  });
});
