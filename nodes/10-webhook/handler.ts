/**
 * What happens between a POST and its answer? Type, proof, delivery, one reply; and nobody waits for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../engine/base/errors.js';
import type { Signed, Trust } from '../../engine/verify/verdict.js';
import { isPing } from '../../engine/verify/woocommerce.js';
import { type Answer, refused, unavailable, writeAnswer } from '../shared/http/response.js';
import { bodyOf } from '../shared/http/rawBody.js';
import { beginDelivery } from '../shared/delivery/delivery.js';
import type { NodeContext } from '../shared/node.js';
import type { WebhookConfig } from './config.js';
import type { Ledger } from './counters.js';
import { unfitFor } from './contentType.js';
import { messageOf } from './message.js';
import type { Proof, Prove } from './verifier.js';
import { EMPTY, isRefusal, replyTo, replyToFault, replyToLate } from './response.js';

/** Requests held open at once; each holds its body. */
const MAX_HELD = 200;

/** Express keeps the whole path where it hands a request on below a mount point. */
type Request = IncomingMessage & { readonly originalUrl?: string };
type HandlerContext = Pick<NodeContext<WebhookConfig>, 'RED' | 'config' | 'out' | 'now'>;

export class Reception {
  readonly #context: HandlerContext;
  readonly #publicUrl: string;
  readonly #prove: Prove;
  readonly #ledger: Ledger;
  readonly #held = new Set<ServerResponse>();
  #state: 'open' | 'closed' = 'open';

  constructor(context: HandlerContext, publicUrl: string, prove: Prove, ledger: Ledger) {
    this.#context = context;
    this.#publicUrl = publicUrl;
    this.#prove = prove;
    this.#ledger = ledger;
  }

  handle(request: Request, response: ServerResponse): Promise<void> | undefined {
    const body = bodyOf(request);
    const early = body === undefined ? NO_BODY : this.#answerAtOnce(request, body);
    if (early !== undefined || body === undefined) {
      writeAnswer(response, early ?? NO_BODY);
      return undefined;
    }
    this.#held.add(response);
    response.once('close', () => { this.#held.delete(response); });
    const signed = { method: 'POST', url: `${this.#publicUrl}${request.originalUrl ?? request.url ?? ''}`, headers: singleHeaders(request), body };
    try {
      return this.#receive(signed, response)?.catch((error: unknown) => { this.#fail(error, response); });
    } catch (error) {
      this.#fail(error, response);
      return undefined;
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
    const unfit = unfitFor(provider, request.headers['content-type'], body);
    if (unfit !== undefined) return unfit;
    return this.#held.size < MAX_HELD ? undefined : unavailable('intake.busy', 1);
  }

  /** Most proofs need nobody else's word: they are judged at once, with no promise and no timer. */
  #receive(signed: Signed, response: ServerResponse): Promise<void> | undefined {
    const receivedAt = this.#context.now();
    const verdict = this.#prove(signed, receivedAt);
    if (verdict instanceof Promise) return this.#judgeInTime(verdict, signed, receivedAt, response);
    this.#judge(verdict, signed, receivedAt, response);
    return undefined;
  }

  async #judgeInTime(proving: Promise<Proof>, signed: Signed, receivedAt: number, response: ServerResponse): Promise<void> {
    this.#judge(await this.#inTime(proving, response), signed, receivedAt, response);
  }

  /** The store may be opening, the key server thinking: the sender's patience ends all the same. */
  #inTime<T>(work: Promise<T>, response: ServerResponse): Promise<T> {
    const timer = setTimeout(() => {
      this.#ledger.failed('delivery.deadline');
      writeAnswer(response, replyToLate());
    }, this.#context.config.deadlineMs);
    return work.finally(() => { clearTimeout(timer); });
  }

  #judge(proof: Proof, signed: Signed, receivedAt: number, response: ServerResponse): void {
    // Who has hung up or been told to send again meanwhile, sends again; nothing has been begun for it.
    if (this.#state === 'closed' || response.headersSent || response.destroyed) return;
    if (proof.outcome === 'valid') this.deliver(signed, proof.trust, receivedAt, (answer) => { this.#answer(answer, proof, response); });
    else this.#refuse(proof.refusal, response);
  }

  /** Before it hears of a refusal the sender may use its token for the corrected body. */
  #answer(answer: Answer, { release }: Proof, response: ServerResponse): void {
    if (release === undefined || !isRefusal(answer)) writeAnswer(response, answer);
    else void this.#inTime(release(), response).then(() => { writeAnswer(response, answer); }, (error: unknown) => { this.#fail(error, response); });
  }

  #fail(error: unknown, response: ServerResponse): void {
    this.#ledger.failed(codeOf(error));
    writeAnswer(response, replyToFault(error));
  }

  #refuse(refusal: Refusal, response: ServerResponse): void {
    this.#ledger.refused(refusal);
    const { path, rule, message } = refusal;
    const challenge = path === '/headers/authorization' ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {};
    writeAnswer(response, { ...refused(401, path, rule, message), ...challenge });
  }

  /** Hands on what has been let in; `answer` is called once, when it is stored or was not. */
  deliver(signed: Signed, trust: Trust, receivedAt: number, answer: (answer: Answer) => void): void {
    const { RED, config, out, now } = this.#context;
    const message = messageOf(config.provider, signed, trust, receivedAt);
    // Between 1 ms and the whole patience, also where the clock has been set meanwhile.
    const delivery = beginDelivery(RED, message, Math.min(config.deadlineMs, Math.max(1, config.deadlineMs - (now() - receivedAt))));
    delivery.onSettled((outcome) => {
      if (outcome.outcome === 'complete') this.#ledger.stored(delivery.tally, (now() - receivedAt) / 1_000);
      else this.#ledger.failed(outcome.outcome === 'failed' ? codeOf(outcome.error) : 'delivery.deadline', delivery.underWay().map(this.#nameOf));
      answer(replyTo(config.provider, delivery, outcome));
    });
    out.primary(message);
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

/** Node.js gives every header as one text but `set-cookie`, which no proof looks at. */
function singleHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  return headers as Record<string, string | undefined>;
}
