/**
 * Is the sender answered exactly when everything behind the webhook is done? Flows of every kind, in real runtimes.
 */
import assert from 'node:assert/strict';
import { type FlowNode, places, type Runtime, start } from '../../support/runtime.js';

const TOKEN = 'chiave-di-prova';
/** Waits a moment and then counts one event: only an answer that waited for it can carry the count. */
const COUNT = `await new Promise((resolve) => setTimeout(resolve, 30));
global.get('deliveryOf')(msg).report({ accepted: 1 });
return null;`;

interface Case {
  readonly does: string;
  /** Nodes behind the webhook; the first is wired to it. */
  readonly nodes: readonly FlowNode[];
  readonly body?: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly deadline?: number;
}

const counted = (accepted: number): Pick<Case, 'status' | 'answer'> => ({ status: 200, answer: { accepted, duplicates: 0, rejected: 0 } });
const refused = (rule: string): Pick<Case, 'status' | 'answer'> => ({
  status: 503, answer: { errors: [{ path: '', rule, message: 'not stored now; send again' }] },
});
const fn = (id: string, func: string, ...wires: string[]): FlowNode => ({ id, type: 'function', func, outputs: 1, wires: [wires] });
const end = (id: string): FlowNode => fn(id, COUNT);
const toArray = (id: string, ...wires: string[]): FlowNode => fn(id, 'msg.payload = Array.from({ length: JSON.parse(msg.payload) }, (_, i) => i); return msg;', ...wires);
const split = (id: string, ...wires: string[]): FlowNode => ({ id, type: 'split', splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false, addname: '', wires: [wires] });

const CASES: readonly Case[] = [
  { does: 'one node', nodes: [end('a')], ...counted(1) },
  { does: 'three wires', nodes: [fn('a', 'return msg;', 'b', 'c', 'd'), end('b'), end('c'), end('d')], ...counted(3) },
  { does: 'a function that returns a new object', nodes: [fn('a', 'return { payload: 1 };', 'b'), end('b')], ...counted(1) },
  { does: 'a function that sends later', nodes: [fn('a', 'setTimeout(() => { node.send(msg); node.done(); }, 40);', 'b'), end('b')], ...counted(1) },
  { does: 'a function that sends twice', nodes: [fn('a', 'node.send({ payload: 1 }); node.send({ payload: 2 }); return null;', 'b'), end('b')], ...counted(2) },
  { does: 'a function that drops the message', nodes: [fn('a', 'return null;')], ...counted(0) },
  {
    does: 'switch, which never says done',
    nodes: [
      { id: 'a', type: 'switch', property: 'payload', propertyType: 'msg', rules: [{ t: 'nnull' }, { t: 'else' }, { t: 'nnull' }], checkall: 'true', repair: false, outputs: 3, wires: [['b'], ['c'], ['d']] },
      end('b'), end('c'), end('d'),
    ],
    ...counted(2),
  },
  {
    does: 'switch that lets nothing through',
    nodes: [{ id: 'a', type: 'switch', property: 'payload', propertyType: 'msg', rules: [{ t: 'null' }], checkall: 'true', repair: false, outputs: 1, wires: [['b']] }, end('b')],
    ...counted(0),
  },
  {
    does: 'change',
    nodes: [{ id: 'a', type: 'change', rules: [{ t: 'set', p: 'payload', pt: 'msg', to: '1', tot: 'num' }, { t: 'delete', p: 'topic', pt: 'msg' }], wires: [['b']] }, end('b')],
    ...counted(1),
  },
  { does: 'split', nodes: [toArray('a', 'b'), split('b', 'c'), end('c')], body: 3, ...counted(3) },
  {
    does: 'split, copies and new objects',
    nodes: [toArray('a', 'b'), split('b', 'c', 'e'), fn('c', 'return { payload: msg.payload };', 'd'), end('d'), end('e')], body: 4, ...counted(8),
  },
  {
    does: 'split and join',
    nodes: [toArray('a', 'b'), split('b', 'c'), { id: 'c', type: 'join', mode: 'auto', build: 'array', property: 'payload', propertyType: 'msg', wires: [['d']] }, end('d')],
    body: 5, ...counted(1),
  },
  {
    does: 'link out and link in',
    nodes: [{ id: 'a', type: 'link out', mode: 'link', links: ['b'], wires: [] }, { id: 'b', type: 'link in', links: ['a'], wires: [['c']] }, end('c')], ...counted(1),
  },
  {
    does: 'link call',
    nodes: [
      { id: 'a', type: 'link call', links: ['b'], linkType: 'static', timeout: '30', wires: [['e']] },
      { id: 'b', type: 'link in', links: [], wires: [['c']] },
      fn('c', 'await new Promise((resolve) => setTimeout(resolve, 30)); return msg;', 'd'),
      { id: 'd', type: 'link out', mode: 'return', links: [], wires: [] },
      end('e'),
    ],
    ...counted(1),
  },
  { does: 'subflow', nodes: [{ id: 'a', type: 'subflow:sub', wires: [['b']] }, end('b')], ...counted(2) },
  {
    does: 'delay',
    nodes: [{ id: 'a', type: 'delay', pauseType: 'delay', timeout: '60', timeoutUnits: 'milliseconds', rate: '1', nbRateUnits: '1', rateUnits: 'second', wires: [['b']] }, end('b')],
    ...counted(1),
  },
  {
    does: 'a complete node',
    nodes: [fn('a', 'return null;'), { id: 'b', type: 'complete', scope: ['a'], uncaught: false, wires: [['c']] }, end('c')], ...counted(1),
  },
  { does: 'a node that hands over behind the runtime\'s back', nodes: [{ id: 'a', type: 'test-hand', to: 'b', wires: [] }, end('b')], ...counted(1) },
  { does: 'debug beside it', nodes: [fn('a', 'return msg;', 'b', 'c'), end('b'), { id: 'c', type: 'debug', active: true, tosidebar: false, console: false, complete: 'payload', wires: [] }], ...counted(1) },
  { does: 'a function that throws', nodes: [fn('a', 'throw new Error("guasto");')], ...refused('delivery.failed') },
  { does: 'a function that throws after others were done', nodes: [fn('a', 'return msg;', 'b', 'c'), end('b'), fn('c', 'await null; throw new Error("guasto");')], ...refused('delivery.failed') },
  {
    does: 'a caught error',
    nodes: [fn('a', 'throw new Error("guasto");'), { id: 'b', type: 'catch', scope: ['a'], uncaught: false, wires: [['c']] }, fn('c', 'return null;')], ...refused('delivery.failed'),
  },
  { does: 'a node that never completes', nodes: [fn('a', 'await new Promise(() => {});')], deadline: 0.3, ...refused('delivery.deadline') },
  {
    does: 'a join that waits for more',
    nodes: [{ id: 'a', type: 'join', mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg', count: '9', joiner: '', timeout: '', wires: [['b']] }, end('b')],
    deadline: 0.3, ...refused('delivery.deadline'),
  },
  { does: 'nothing at all', nodes: [], ...refused('delivery.failed') },
];

/** Calls the other node's `receive`, as link, catch and complete nodes do, and is done. */
const HAND = `module.exports = (RED) => {
  RED.nodes.registerType('test-hand', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => { RED.nodes.getNode(config.to).receive(RED.util.cloneMessage(msg)); done(); });
  });
};`;

/** Counts one event inside, passes the message on. */
const SUBFLOW: readonly FlowNode[] = [
  { id: 'sub', type: 'subflow', name: 'sub', in: [{ x: 0, y: 0, wires: [{ id: 'sub-a' }] }], out: [{ x: 0, y: 0, wires: [{ id: 'sub-a', port: 0 }] }] },
  { ...fn('sub-a', 'await new Promise((resolve) => setTimeout(resolve, 30)); global.get("deliveryOf")(msg).report({ accepted: 1 }); return msg;'), z: 'sub' },
];

/** Each case with a webhook of its own; ids are made unique wherever one refers to another. */
function flows(): FlowNode[] {
  return [...SUBFLOW, ...CASES.flatMap((one, number) => {
    const rename = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(rename);
      return typeof value === 'string' && one.nodes.some(({ id }) => id === value) ? `n${String(number)}-${value}` : value;
    };
    const nodes = one.nodes.map((node) => ({ ...node, id: rename(node.id) as string, ...Object.fromEntries(['wires', 'links', 'scope', 'to'].map((field) => [field, rename(node[field])])) }));
    const path = `/case/${String(number)}`;
    const webhook = { id: `w${String(number)}`, type: 'bottega-webhook', version: 1, provider: 'events', path, deadline: one.deadline ?? 4, wires: [nodes.slice(0, 1).map(({ id }) => id), []] };
    return [webhook, ...nodes];
  })];
}

for (const place of places()) {
  describe(`delivery by lineage: ${place.name}`, () => {
    let runtime: Runtime;
    before(async () => {
      runtime = await start(flows(), {
        ...place, env: { BOTTEGA_API_TOKEN: TOKEN }, nodes: { hand: HAND },
        settingsScript: 'settings.functionGlobalContext = { deliveryOf: dist("nodes/shared/delivery/delivery.js").deliveryOf };',
      });
    });
    after(async () => { assert.equal(await runtime.stop(), 0); });

    const post = async (number: number, body: unknown): Promise<{ status: number; answer: unknown; retryAfter: string | null }> => {
      const response = await fetch(`${runtime.url}/case/${String(number)}`, { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
      return { status: response.status, answer: await response.json(), retryAfter: response.headers.get('Retry-After') };
    };

    CASES.forEach((one, number) => {
      it(`${one.does}: ${String(one.status)}`, async () => {
        const { status, answer, retryAfter } = await post(number, one.body ?? {});
        assert.deepEqual({ status, answer }, { status: one.status, answer: one.answer });
        assert.equal(retryAfter !== null, one.status === 503);
      });
    });

    it('keeps forty deliveries under way apart', async () => {
      const number = CASES.findIndex(({ does }) => does === 'split, copies and new objects');
      const sizes = Array.from({ length: 40 }, (_, index) => 1 + (index % 9));
      const answers = await Promise.all(sizes.map((size) => post(number, size)));
      assert.deepEqual(answers.map(({ answer }) => (answer as { accepted: number }).accepted), sizes.map((size) => size * 2));
    });

    it('names the node that was not done', async () => {
      await runtime.logged(/answered 503 \(delivery\.deadline\).*Nodes not done: (function|join)/);
    });
  });
}
