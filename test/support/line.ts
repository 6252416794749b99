/** The line from outbox to inbox in a real Node-RED, fed over HTTP and asked what arrived. */
import type { ShopEvent } from '../../engine/event/event.js';
import { type FlowNode, type Runtime, start, type StartOptions } from './runtime.js';

export interface LineOptions extends StartOptions {
  readonly broker: Readonly<Record<string, unknown>>;
  readonly outbox?: Readonly<Record<string, unknown>>;
  readonly inbox?: Readonly<Record<string, unknown>>;
  /** A node before the counting end, between its input and `'seen'`. */
  readonly before?: FlowNode;
  /** Put between POST /feed and the outbox. */
  readonly feedInto?: FlowNode;
  readonly extra?: readonly FlowNode[];
}

/** What the end of the line has counted. */
export interface Seen {
  readonly total: number;
  readonly ids: readonly string[];
  readonly dead: readonly { readonly reason: string; readonly sealed?: string }[];
  readonly side: readonly string[];
}

export class Line {
  readonly runtime: Runtime;
  readonly flows: readonly FlowNode[];

  private constructor(runtime: Runtime, flows: readonly FlowNode[]) {
    this.runtime = runtime;
    this.flows = flows;
  }

  static async start(options: LineOptions): Promise<Line> {
    const flows = flowOf(options);
    return new Line(await start(flows, options), flows);
  }

  /** Answers the status: 200 once the outbox has stored them. */
  async feed(events: readonly unknown[] | object): Promise<number> {
    const response = await fetch(`${this.runtime.url}/feed`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(events) });
    return response.status;
  }

  async seen(): Promise<Seen> {
    return await (await fetch(`${this.runtime.url}/seen`)).json() as Seen;
  }

  /** How many events the outbox still holds. */
  async depth(): Promise<number> {
    return Number(/bottega_outbox_depth\{[^}]*\} (\d+)/.exec(await (await fetch(`${this.runtime.url}/counters`)).text())?.[1] ?? NaN);
  }
}

/** Canonical events with ids `<prefix>0`, `<prefix>1` …, all new and of today. */
export function sales(howMany: number, prefix = 'e'): ShopEvent[] {
  const time = new Date(Date.now() - 60_000).toISOString();
  return Array.from({ length: howMany }, (_, n) => ({
    specversion: '1.0', id: `${prefix}${String(n)}`, source: 'urn:bottega:pos:cassa-7', type: 'sale', subject: `receipt/${prefix}${String(n)}`, time, sequence: time,
    data: { store: 'torino-2', channel: 'pos', status: 'completed', amount: '7.20', currency: 'EUR', quantity: 2, payment: 'card' },
  }));
}

const COUNT = `
  const seen = global.get('seen') ?? { total: 0, ids: {} };
  for (const event of [].concat(msg.payload)) { seen.total += 1; seen.ids[event.id] = true; }
  global.set('seen', seen);`;
const BURY = "global.set('dead', (global.get('dead') ?? []).concat(msg.payload));";
const SIDE = "global.set('side', (global.get('side') ?? []).concat(msg.reason));";
const ANSWER = `
  const { total, ids } = global.get('seen') ?? { total: 0, ids: {} };
  msg.payload = { total, ids: Object.keys(ids), dead: global.get('dead') ?? [], side: global.get('side') ?? [] };
  return msg;`;

function flowOf({ broker, outbox = {}, inbox = {}, before, feedInto, extra = [] }: LineOptions): FlowNode[] {
  const ports = { shop: 'shop', store: 'store', broker: 'broker' };
  return [
    { id: 'store', type: 'bottega-store' },
    { id: 'shop', type: 'bottega-shop' },
    { id: 'broker', type: 'bottega-broker', ...broker },
    { id: 'feed', type: 'http in', url: '/feed', method: 'post', wires: [[feedInto?.id ?? 'outbox']] },
    ...(feedInto === undefined ? [] : [feedInto]),
    ...extra,
    { id: 'outbox', type: 'bottega-outbox', ...ports, ...outbox, wires: [['stored'], ['side']] },
    { id: 'stored', type: 'http response', wires: [] },
    { id: 'failed', type: 'catch', scope: ['outbox'], wires: [['unavailable']] },
    { id: 'unavailable', type: 'http response', statusCode: '503', wires: [] },
    { id: 'side', type: 'function', func: SIDE, outputs: 0, wires: [] },
    { id: 'inbox', type: 'bottega-inbox', ...ports, ...inbox, wires: [[before?.id ?? 'end'], ['bury']] },
    ...(before === undefined ? [] : [before]),
    { id: 'end', type: 'function', func: COUNT, outputs: 0, wires: [] },
    { id: 'bury', type: 'function', func: BURY, outputs: 0, wires: [] },
    { id: 'ask', type: 'http in', url: '/seen', method: 'get', wires: [['answer']] },
    { id: 'answer', type: 'function', func: ANSWER, outputs: 1, wires: [['reply']] },
    { id: 'reply', type: 'http response', wires: [] },
    { id: 'askCounters', type: 'http in', url: '/counters', method: 'get', wires: [['counters']] },
    { id: 'counters', type: 'function', func: "msg.payload = await global.get('registry').metrics(); return msg;", outputs: 1, wires: [['reply']] },
  ];
}

/** Lets the flow read the package's own counters. */
export const COUNTERS = "settings.functionGlobalContext = { registry: dist('nodes/shared/metrics.js').registry };";
