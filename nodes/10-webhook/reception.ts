/**
 * What happens between a POST and its answer? Type, proof, delivery, one reply; and nobody waits for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../engine/errors.js';
import { isJsonType } from '../../engine/intake/limits.js';
import type { Signed, Verdict } from '../../engine/intake/verdict.js';
import { isPing } from '../../engine/intake/woocommerce.js';
import { type Answer, refused, unavailable, writeAnswer } from '../answer.js';
import { bodyOf } from '../capture.js';
import { beginDelivery } from '../delivery.js';
import type { RoomContext } from '../runtime.js';
import type { WebhookConfig } from './config.js';
import type { Ledger } from './ledger.js';
import { messageOf } from './message.js';
import type { Prove } from './proof.js';
import { EMPTY, replyTo, replyToFault, replyToLate } from './reply.js';

/** Requests held open at once; each holds its body. */
const MAX_HELD = 200;

/** Express keeps the whole path where it hands a request on below a mount point. */
type Request = IncomingMessage & { readonly originalUrl?: string };
type Context = Pick<RoomContext<WebhookConfig>, 'RED' | 'config' | 'out' | 'now'>;

export class Reception {
  readonly #context: Context;
  readonly #publicUrl: string;
  readonly #prove: Prove;
  readonly #ledger: Ledger;
  readonly #held = new Set<ServerResponse>();
  #state: 'open' | 'closed' = 'open';

  constructor(context: Context, publicUrl: string, prove: Prove, ledger: Ledger) {
    this.#context = context;
    this.#publicUrl = publicUrl;
    this.#prove = prove;
    this.#ledger = ledger;
  }

  async handle(request: Request, response: ServerResponse): Promise<void> {
    const body = bodyOf(request);
    const early = body === undefined ? NO_BODY : this.#answerAtOnce(request, body);
    if (early !== undefined || body === undefined) {
      writeAnswer(response, early ?? NO_BODY);
      return;
    }
    this.#held.add(response);
    response.once('close', () => { this.#held.delete(response); });
    const signed = { method: 'POST', url: `${this.#publicUrl}${request.originalUrl ?? request.url ?? ''}`, headers: singleHeaders(request), body };
    try {
      await this.#receive(signed, response);
    } catch (error) {
      this.#ledger.failed(codeOf(error));
      writeAnswer(response, replyToFault(error));
    }
  }

  /** Everybody still waiting is told to send again. */
  close(): void {
    this.#state = 'closed';
    for (const response of this.#held) writeAnswer(response, unavailable('delivery.failed', 1));
    this.#held.clear();
  }

  #answerAtOnce(request: Request, body: Buffer): Answer | undefined {
    const { provider } = this.#context.config;
    if (provider === 'woocommerce' && isPing(body)) return EMPTY;
    if (!isJsonType(request.headers['content-type'])) return refused(415, '/headers/content-type', 'type', 'must be JSON');
    return this.#held.size < MAX_HELD ? undefined : unavailable('intake.busy', 1);
  }

  async #receive(signed: Signed, response: ServerResponse): Promise<void> {
    const receivedAt = this.#context.now();
    const verdict = await this.#proveInTime(signed, receivedAt, response);
    // Who has hung up or been told to send again meanwhile, sends again; nothing has been begun for it.
    if (this.#state === 'closed' || response.headersSent || response.destroyed) return;
    if (verdict.outcome === 'valid') this.#deliver(signed, verdict.trust, receivedAt, response);
    else this.#refuse(verdict.refusal, response);
  }

  /** The store may be opening, the key server thinking: the sender's patience ends all the same. */
  async #proveInTime(signed: Signed, now: number, response: ServerResponse): Promise<Verdict> {
    const timer = setTimeout(() => {
      this.#ledger.failed('delivery.deadline');
      writeAnswer(response, replyToLate());
    }, this.#context.config.deadlineMs);
    try {
      return await this.#prove(signed, now);
    } finally {
      clearTimeout(timer);
    }
  }

  #refuse(refusal: Refusal, response: ServerResponse): void {
    this.#ledger.refused(refusal);
    const { path, rule, message } = refusal;
    const challenge = path === '/headers/authorization' ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {};
    writeAnswer(response, { ...refused(401, path, rule, message), ...challenge });
  }

  #deliver(signed: Signed, trust: 'signed' | 'token', receivedAt: number, response: ServerResponse): void {
    const { RED, config, out, now } = this.#context;
    const message = messageOf(config.provider, signed, trust, receivedAt);
    // Between 1 ms and the whole patience, also where the clock has been set meanwhile.
    const delivery = beginDelivery(RED, message, Math.min(config.deadlineMs, Math.max(1, config.deadlineMs - (now() - receivedAt))));
    delivery.onSettled((outcome) => {
      if (outcome.outcome === 'complete') this.#ledger.stored(delivery.tally, (now() - receivedAt) / 1_000);
      else this.#ledger.failed(outcome.outcome === 'failed' ? codeOf(outcome.error) : 'delivery.deadline', delivery.underWay().map(this.#nameOf));
      writeAnswer(response, replyTo(config.provider, delivery, outcome));
    });
    out.main(message);
    delivery.sent();
  }

  /** A node as its user knows it. */
  readonly #nameOf = (id: string): string => {
    const node = this.#context.RED.nodes.getNode(id) as { name?: string; type?: string } | null;
    return node?.name ?? node?.type ?? id;
  };
}

const NO_BODY = refused(400, '', 'json', 'the body could not be read');

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'delivery.failed';
}

/** Node.js gives every header as one text but `set-cookie`, which no sender has. */
function singleHeaders({ headers: { 'set-cookie': _cookies, ...single } }: IncomingMessage): Record<string, string | undefined> {
  return single as Record<string, string | undefined>;
}
