/**
 * `NodeSpec` is what one node type declares; `registerNode` gives all of them the same behavior: a form parsed once, messages handled one at a
 * time, two outputs, one status, one way to be done.
 */
import type { Node, NodeAPI, NodeCredentials, NodeDef, NodeMessage } from 'node-red';
import { ConfigError } from '../../engine/base/errors.js';
import { InputQueue } from './inputQueue.js';
import type { ShopPort } from './ports.js';
import { isWired, SECOND, sendTo } from './shopNodes.js';
import { within } from './within.js';

/** `InputMessage` is a message as it travels; everything but `payload`, `topic` and `reason` passes through untouched. */
export type InputMessage = NodeMessage & Record<string, unknown>;

/** `SavedForm` is what the editor saved, not yet validated. */
export type SavedForm = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** `Outputs` are the two outputs of a node. What leaves by the second one carries its reason in `msg.reason`. */
export interface Outputs {
  primary(message: InputMessage): void;
  secondary(message: InputMessage, reason: string): void;
}

/** `InputJob` is one message to be handled, with the outputs that belong to it. */
export interface InputJob {
  readonly message: InputMessage;
  readonly out: Outputs;
}

/** `NodeStatus` shows green, yellow or red, or grey where there is nothing to do; texts are locale keys (`<node>.status.<key>`). */
export interface NodeStatus {
  ok(key: string, values?: Record<string, unknown>): void;
  waiting(key: string, values?: Record<string, unknown>): void;
  broken(key: string, values?: Record<string, unknown>): void;
  idle(key: string, values?: Record<string, unknown>): void;
}

/** `NodeContext` is what a node is opened with. `out` is for messages of its own (timers, subscriptions), outside any input. */
export interface NodeContext<C> {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly config: C;
  readonly status: NodeStatus;
  readonly out: Outputs;
  readonly now: () => number;
  readonly text: (key: string, values?: Record<string, unknown>) => string;
}

/**
 * `Handlers` are what a node does. `input` gets one message at a time; `batch` gets, one call at a time, all that waited meanwhile (each is
 * retried alone if the call throws). Returning means stored; throwing means the sender must try again.
 */
export interface Handlers {
  input?(message: InputMessage, out: Outputs): Promise<void> | void;
  batch?(jobs: readonly InputJob[]): Promise<void>;
  /** Ends timers and subscriptions at once, before it waits for anything: nobody waits for longer than `CLOSED_MS`. */
  close?(): Promise<void> | void;
  /** `port` is what a config node offers to the others (see ports.ts). */
  readonly port?: unknown;
}

/** `NodeSpec` declares a node type: how its saved form becomes a config, and what it does with it. */
export interface NodeSpec<C> {
  readonly type: `bottega-${string}` | `ui-bottega-${string}`;
  readonly credentials?: NodeCredentials<Record<string, string>>;
  /** What leaves by the second output is no use to anybody: without a wire it goes to the shop's dead letters. */
  readonly refused?: 'kept';
  /** Throws `ConfigError`. `secrets` are the node's credentials. */
  readConfig(saved: SavedForm, secrets: Readonly<Record<string, string>>): C;
  open(context: NodeContext<C>): Handlers;
}

/** A node that closes has so long for the messages it holds, and so long in all: a store that hangs must not keep a deploy waiting, nor a stop. */
const HANDLED_MS = 3_000;
const CLOSED_MS = 4_500;

/** `registerNode` registers a node type; call it with the `RED` that Node-RED handed to the node's own file (its locales hang on it). */
export function registerNode<C>(RED: NodeAPI, spec: NodeSpec<C>): void {
  function RegisteredNode(this: Node, saved: NodeDef): void {
    RED.nodes.createNode(this, saved);
    openNode(RED, spec, this, saved as unknown as SavedForm);
  }
  RED.nodes.registerType(spec.type, RegisteredNode, spec.credentials === undefined ? {} : { credentials: spec.credentials });
}

/** `itemsOf` gives what a payload holds: one thing, or an array of them. */
export function itemsOf(payload: unknown): readonly unknown[] {
  return Array.isArray(payload) ? payload : [payload];
}

/** `inShapeOf` brings items of a payload back to its shape: an array where it was one. */
export function inShapeOf(payload: unknown, items: readonly unknown[]): unknown {
  return Array.isArray(payload) ? items : items[0];
}

/** `sendParts` sends what passed by the first output and the rest by the second one, both in the shape the payload came in. */
export function sendParts({ message, out }: InputJob, passed: readonly unknown[], rest: readonly unknown[], reason: string): void {
  if (rest.length === 0) {
    out.primary(message);
    return;
  }
  out.secondary({ ...message, payload: inShapeOf(message.payload, rest) }, reason);
  if (passed.length > 0) out.primary({ ...message, payload: inShapeOf(message.payload, passed) });
}

/** `portOf` answers the port that a config node offers; throws a `ConfigError` that names the field. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Node-RED's registry is untyped: the caller names the port it asks for
export function portOf<P>(RED: NodeAPI, id: unknown, field: string): P {
  const node = typeof id === 'string' ? (RED.nodes.getNode(id) as { port?: unknown } | null) : null;
  if (node?.port === undefined) throw new ConfigError(field, 'must name a working configuration node', id);
  return node.port as P;
}

function openNode<C>(RED: NodeAPI, spec: NodeSpec<C>, node: Node, saved: SavedForm): void {
  const name = spec.type.replace('bottega-', '');
  const text = (key: string, values?: Record<string, unknown>): string => RED._(`${name}.${key}`, values as never);
  const status = statusOf(node, text);
  try {
    const secrets = (node as { credentials?: Record<string, string> }).credentials ?? {};
    const config = spec.readConfig(saved, secrets);
    const keep = spec.refused === 'kept' ? keeperOf(RED, node, saved) : undefined;
    const out = outputsOf((ports) => { node.send(ports); }, keep);
    const handlers = spec.open({ RED, node, config, status, out, text, now: () => Date.now() });
    connect(node, handlers, keep);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    node.status({ fill: 'red', shape: 'ring', text: `${error.field}: ${error.rule}` });
    node.error(error.message);
    node.on('input', (_message, _send, done) => { done(error); });
  }
}

function statusOf(node: Node, text: NodeContext<never>['text']): NodeStatus {
  let shown = '';
  const show = (fill: 'green' | 'yellow' | 'red' | 'grey', shape: 'dot' | 'ring', key: string, values: Record<string, unknown> = {}): void => {
    // Compared before it is put into words, which costs more than all the rest of it.
    const next = `${fill} ${key} ${Object.values(values).join('\n')}`;
    if (next === shown) return;
    shown = next;
    node.status({ fill, shape, text: text(`status.${key}`, values) });
  };
  return {
    ok: (key, values) => { show('green', 'dot', key, values); },
    waiting: (key, values) => { show('yellow', 'ring', key, values); },
    broken: (key, values) => { show('red', 'ring', key, values); },
    idle: (key, values) => { show('grey', 'ring', key, values); },
  };
}

/** Takes what no wire of the second output would. */
type Keeper = (refused: InputMessage) => 'kept' | 'wired';

function keeperOf(RED: NodeAPI, node: Node, { shop }: SavedForm): Keeper {
  return (refused) => {
    if (isWired(node, SECOND)) return 'wired';
    const { port } = (typeof shop === 'string' ? RED.nodes.getNode(shop) : null) as { port?: ShopPort } | null ?? {};
    if (port !== undefined) sendTo(port.tenant, 'deadletter', refused);
    return 'kept';
  };
}

function connect(node: Node, handlers: Handlers, keep: Keeper | undefined): void {
  if (handlers.port !== undefined) (node as { port?: unknown }).port = handlers.port;
  const queue = new InputQueue<InputJob>({ one: ({ message, out }) => handlers.input?.(message, out), batch: handlers.batch?.bind(handlers) });
  if (handlers.input !== undefined || handlers.batch !== undefined) {
    node.on('input', (message, send, done) => {
      queue.add({ message, out: outputsOf(send, keep) }, done);
    });
  }
  node.on('close', (done: (error?: Error) => void) => {
    within(CLOSED_MS, closeNode(queue, handlers), 'late').then((outcome) => {
      if (outcome === 'late') node.warn('closed before the store answered: what it has not stored is not acknowledged');
      done();
    }, done);
  });
}

/** What came in is handled first, unless it hangs; timers and subscriptions end in any case. */
async function closeNode(queue: InputQueue<InputJob>, handlers: Handlers): Promise<'closed'> {
  if (await within(HANDLED_MS, queue.drained(), 'late') === 'late') queue.abandon();
  await handlers.close?.();
  return 'closed';
}

function outputsOf(send: (ports: (InputMessage | null)[]) => void, keep: Keeper | undefined): Outputs {
  return {
    primary: (message) => { send([message, null]); },
    secondary: (message, reason) => {
      const refused = { ...message, reason };
      if (keep?.(refused) !== 'kept') send([null, refused]);
    },
  };
}
