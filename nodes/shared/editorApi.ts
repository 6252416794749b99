/**
 * Editor API: the editor asks a running node something (a test, a preview) by one POST route per node type on the admin API.
 *
 * Only who may write flows may ask: whatever these questions touch, that person could deploy as well. Only JSON is accepted, which no
 * other web site can make a browser send here without being allowed to. Answers carry outcomes by name, for the editor to put
 * into its own language, and never a secret.
 */
import type { Request, Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import { ConfigError, Fault } from '../../engine/base/errors.js';

/** `Asked` is what the editor sends along: values of the form that is open, for instance. */
export type Asked = Readonly<Record<string, unknown>>;

/** `EditorReply` is an `outcome` by name; the rest is up to the node. */
export type EditorReply = { readonly outcome: string } & Readonly<Record<string, unknown>>;

/** `Ask` answers one question. */
export type Ask = (asked: Asked) => Promise<EditorReply> | EditorReply;

const PERMISSION = 'flows.write';
const answering = new WeakMap<object, Ask>();

/** `answerEditor`: this node answers the editor until it is closed. */
export function answerEditor(node: Node, ask: Ask): void {
  answering.set(node, ask);
}

/**
 * `serveEditor` serves `POST bottega/<node type>/<node id>` for all nodes of a type. `unsaved` answers for a form that is not deployed (`asked.form`);
 * without it the answer is to deploy first.
 */
export function serveEditor(RED: NodeAPI, type: string, unsaved?: Ask): void {
  RED.httpAdmin.post(`/bottega/${type}/:id`, RED.auth.needsPermission(PERMISSION), (request: Request, response: Response) => {
    if (request.is('application/json') !== 'application/json') {
      response.status(415).json({ outcome: 'failed', code: 'type' });
      return;
    }
    void replyTo(askedOf(request), askFor(RED, request, unsaved)).then((answer) => { response.json(answer); });
  });
}

function askedOf({ body }: Request): Asked {
  return typeof body === 'object' && body !== null ? body as Asked : {};
}

function askFor(RED: NodeAPI, request: Request, unsaved: Ask | undefined): Ask {
  if (askedOf(request)['form'] !== undefined && unsaved !== undefined) return unsaved;
  const node = RED.nodes.getNode(String(request.params['id'])) as object | null;
  const ask = node === null ? undefined : answering.get(node);
  return ask ?? ((): EditorReply => ({ outcome: 'notDeployed' }));
}

async function replyTo(asked: Asked, ask: Ask): Promise<EditorReply> {
  try {
    return await ask(asked);
  } catch (error) {
    // The words of an error may quote an address with a password, or a customer: only its names leave.
    if (error instanceof ConfigError) return { outcome: 'refused', field: error.field, rule: error.rule };
    return { outcome: 'failed', code: error instanceof Fault ? error.code : 'unexpected' };
  }
}
