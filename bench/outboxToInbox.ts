/** `OutboxToInbox` is outbox, broker and inbox in a real Node-RED, between a node that sends what it is given and a node that records what arrives. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { request } from 'node:http';
import type { ShopEvent } from '../engine/event/event.js';
import { start } from '../test/support/runtime.js';
import { percentile } from './report.js';
import { arraysOf } from './stream.js';
import { freePort } from '../test/support/ports.js';

export interface OutboxToInbox {
  /** Sends the events in arrays of 100 and waits until each of them has left the inbox: events/s. */
  throughput(events: readonly ShopEvent[]): Promise<number>;
  /** So many lone events at that rate, each from its sending to its leaving the inbox. */
  latency(count: number, perSecond: number): Promise<{ readonly p50: number; readonly p99: number }>;
  stop(): Promise<void>;
}

/**
 * `POST / {"arrays":[…],"everyMs","split"}` on the node's own port: sends array after array as the outbox has stored the last, or one every so
 * many ms. `split`: event by event, each array back to back as soon as the last array has come out at the sink.
 */
export const ENDS = `
const { createServer } = require('node:http');
let run;
module.exports = (RED) => {
  RED.nodes.registerType('bench-source', function Source(def) {
    RED.nodes.createNode(this, def);
    const server = createServer(async (req, res) => {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      const { arrays, everyMs, split } = JSON.parse(Buffer.concat(chunks).toString());
      const left = arrays.reduce((sum, array) => sum + array.length, 0);
      run = { left, sentAt: new Map(), times: [], stored: () => undefined, startedAt: performance.now(), end: () => {
        res.end(JSON.stringify({ ms: performance.now() - run.startedAt, times: run.times }));
      } };
      for (const array of arrays) {
        for (const { id } of array) run.sentAt.set(id, performance.now());
        const stored = new Promise((resolve) => { run.stored = resolve; });
        run.turn = split ? array.length : Infinity;
        if (split) for (const event of array) this.send({ payload: [event] });
        else this.send({ payload: array });
        await (everyMs > 0 ? new Promise((resolve) => setTimeout(resolve, everyMs)) : stored);
      }
    });
    server.listen(def.port, '127.0.0.1');
    this.on('close', (done) => server.close(() => done()));
  });
  RED.nodes.registerType('bench-stored', function Stored(def) {
    RED.nodes.createNode(this, def);
    this.on('input', (msg, send, done) => { run?.stored(); done(); });
  });
  RED.nodes.registerType('bench-sink', function Sink(def) {
    RED.nodes.createNode(this, def);
    this.on('input', (msg, send, done) => {
      for (const { id } of msg.payload) {
        const at = run?.sentAt.get(id);
        if (at === undefined) continue;
        run.sentAt.delete(id);
        run.times.push(performance.now() - at);
        run.turn -= 1;
        if (run.turn === 0) run.stored();
      }
      if (run !== undefined && run.sentAt.size === 0 && run.times.length === run.left) run.end();
      done();
    });
  });
};`;

export async function startOutboxToInbox(broker: Readonly<Record<string, unknown>>): Promise<OutboxToInbox> {
  const port = await freePort();
  const ports = { store: 'store', shop: 'shop', broker: 'broker' };
  const runtime = await start([
    { id: 'store', type: 'bottega-store' },
    { id: 'shop', type: 'bottega-shop' },
    { id: 'broker', type: 'bottega-broker', port: String(await freePort()), ...broker },
    { id: 'source', type: 'bench-source', port, wires: [['outbox']] },
    { id: 'outbox', type: 'bottega-outbox', ...ports, wires: [['stored'], []] },
    { id: 'stored', type: 'bench-stored', wires: [] },
    { id: 'inbox', type: 'bottega-inbox', ...ports, wires: [['sink'], []] },
    { id: 'sink', type: 'bench-sink', wires: [] },
  ], { nodes: { 'bench-ends': ENDS } });
  let runs = 0;
  const run = async (events: readonly ShopEvent[], size: number, everyMs: number): Promise<Ran> => {
    const name = String(runs++);
    const named = events.map((event, index) => ({ ...event, id: `${name}-${String(index)}` }));
    return JSON.parse(await postTo(port, JSON.stringify({ arrays: arraysOf(named, size), everyMs }))) as Ran;
  };
  const example = (): ShopEvent => ({
    specversion: '1.0', id: '', source: 'urn:bottega:pos:cassa-1', type: 'sale', subject: 'receipt/1', time: new Date().toISOString(), sequence: '1',
    data: { store: 'bottega-1', channel: 'pos', status: 'completed', amount: '7.20', currency: 'EUR' },
  });
  return {
    throughput: async (events) => events.length / ((await run(events, 100, 0)).ms / 1_000),
    latency: async (count, perSecond) => {
      const { times } = await run(Array.from({ length: count }, example), 1, 1_000 / perSecond);
      return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
    },
    stop: async () => { await runtime.stop(); },
  };
}

/** What a run took, and each event's own time. */
export interface Ran {
  readonly ms: number;
  readonly times: readonly number[];
}

/** `fetch` gives up after five minutes without an answer; this does not. */
export async function postTo(port: number, body: string): Promise<string> {
  const sent = request({ port, host: '127.0.0.1', method: 'POST' }).end(body);
  const [answer] = await once(sent, 'response') as [import('node:http').IncomingMessage];
  let text = '';
  for await (const line of createInterface({ input: answer })) text += line;
  return text;
}
