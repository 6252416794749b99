/**
 * `WebhookHandler` takes a POST from its body to its answer: type, proof, delivery, one reply; and nobody waits for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../engine/base/errors.js';
import { readBody } from '../../engine/normalize/draft/jsonBody.js';
import { isFormSender, isGreeting } from '../../engine/normalize/profile/content.js';
import type { SenderProfile } from '../../engine/normalize/profile/profile.js';
import { isFileType } from '../../engine/normalize/file/format.js';
import { isJsonType } from '../../engine/verify/bodyLimits.js';
import { isPing } from '../../engine/verify/hmac.js';
import type { Signed, Trust } from '../../engine/verify/verdict.js';
import { beginDelivery } from '../shared/delivery/delivery.js';
import { releaseBody } from '../shared/http/bodyReader.js';
import { bodyOf } from '../shared/http/rawBody.js';
import { type Answer, refused, unavailable, writeAnswer } from '../shared/http/response.js';
import { turnAway } from '../shared/http/turnedAway.js';
import type { NodeContext } from '../shared/node.js';
import type { WebhookConfig, WebhookProvider } from './config.js';
import type { WebhookCounters } from './counters.js';
import { messageOf } from './message.js';
import { codeOf, EMPTY, isRefusal, replyTo, replyToFault, replyToLate } from './response.js';
import type { SenderActivity } from './senderActivity.js';
import type { Proof, Verifier } from './verifier.js';

/** Requests held open at once; each holds its body. */
const MAX_HELD = 200;
const NO_BODY = refused(400, '', 'json', 'the body could not be read');

/** Express keeps the whole path where it hands a request on below a mount point. */
type ExpressRequest = IncomingMessage & { readonly originalUrl?: string };

/** `HandlerNotes` are where it is written down what came. */
export interface HandlerNotes {
  readonly counters: WebhookCounters;
  readonly activity: SenderActivity;
}

/** `WebhookHandler` of one endpoint. `verify` proves senders; `publicUrl` is what they call this server, without slash at the end. */
export class WebhookHandler {
  readonly #context: Pick<NodeContext<WebhookConfig>, 'RED' | 'config' | 'out' | 'now'>;
  readonly #publicUrl: string;
  readonly #verify: Verifier;
  readonly #counters: WebhookCounters;
  readonly #activity: SenderActivity;
  readonly #held = new Set<ServerResponse>();
  #state: 'open' | 'closed' = 'open';

  constructor(context: Pick<NodeContext<WebhookConfig>, 'RED' | 'config' | 'out' | 'now'>, publicUrl: string, verify: Verifier, notes: HandlerNotes) {
    this.#context = context;
    this.#publicUrl = publicUrl;
    this.#verify = verify;
    this.#counters = notes.counters;
    this.#activity = notes.activity;
  }

  handle(request: ExpressRequest, response: ServerResponse): Promise<void> | undefined {
    const body = bodyOf(request);
    const early = body === undefined ? NO_BODY : this.#answerAtOnce(request, body);
    if (early !== undefined || body === undefined) {
      writeAnswer(response, early ?? NO_BODY);
      return undefined;
    }
    this.#held.add(response);
    response.once('close', () => { this.#held.delete(response); });
    // Node.js gives every header as one text but `set-cookie`, which no proof reads.
    const headers = request.headers as Signed['headers'];
    const signed = { method: 'POST', url: `${this.#publicUrl}${request.originalUrl ?? request.url ?? ''}`, headers, body };
    try {
      return this.#receive(signed, response)?.catch((error: unknown) => { this.#fail(error, response); });
    } catch (error) {
      this.#fail(error, response);
      return undefined;
    }
  }

  /** Everybody still waiting gets 503 and sends again. */
  close(): void {
    this.#state = 'closed';
    for (const response of this.#held) writeAnswer(response, unavailable('delivery.failed', 1));
    this.#held.clear();
  }

  /** Hands on what has been let in; `answer` is called once, when it is stored or was not. */
  deliver(signed: Signed, trust: Trust, receivedAt: number, answer: (answer: Answer) => void): void {
    const { RED, config, out, now } = this.#context;
    const message = messageOf(config.provider, signed, trust, receivedAt);
    // Between 1 ms and the whole patience, also where the clock has been set meanwhile.
    const delivery = beginDelivery(RED, message, Math.min(config.deadlineMs, Math.max(1, config.deadlineMs - (now() - receivedAt))));
    delivery.onSettled((outcome) => {
      if (outcome.outcome === 'complete') {
        this.#counters.stored(delivery.tally, (now() - receivedAt) / 1_000);
        this.#activity.received(signed.headers, now());
      } else this.#counters.failed(outcome.outcome === 'failed' ? codeOf(outcome.error) : 'delivery.deadline', delivery.underWay().map(this.#nameOf));
      answer(replyTo(config.provider, delivery, outcome));
    });
    out.primary(message);
    delivery.sent();
  }

  #answerAtOnce(request: ExpressRequest, body: Buffer): Answer | undefined {
    const { provider, profile } = this.#context.config;
    if (provider === 'woocommerce' && isPing(body)) return EMPTY;
    if (profile !== undefined && isGreeting(profile, body)) return EMPTY;
    const unfit = unfitFor(provider, request.headers['content-type'], body, profile);
    if (unfit !== undefined) return unfit;
    if (this.#held.size < MAX_HELD) return undefined;
    turnAway('busy');
    return unavailable('intake.busy', 1);
  }

  /** Most proofs need nobody else's word: they are judged at once, with no promise and no timer. */
  #receive(signed: Signed, response: ServerResponse): Promise<void> | undefined {
    const receivedAt = this.#context.now();
    const proof = this.#verify(signed, receivedAt);
    if (proof instanceof Promise) return this.#inTime(proof, response).then((proven) => { this.#judge(proven, signed, receivedAt, response); });
    this.#judge(proof, signed, receivedAt, response);
    return undefined;
  }

  /** The store may be opening, the key server thinking: the sender's patience ends all the same. */
  #inTime<T>(work: Promise<T>, response: ServerResponse): Promise<T> {
    const timer = setTimeout(() => {
      this.#counters.failed('delivery.deadline');
      writeAnswer(response, replyToLate());
    }, this.#context.config.deadlineMs);
    return work.finally(() => { clearTimeout(timer); });
  }

  #judge(proof: Proof, signed: Signed, receivedAt: number, response: ServerResponse): void {
    releaseBody(response.req);
    // Who has hung up or got 503 meanwhile, sends again; nothing has been begun for it.
    if (this.#state === 'closed' || response.headersSent || response.destroyed) return;
    if (proof.outcome === 'valid' && proof.trust === 'untrusted' && this.#context.config.profile !== undefined) this.#counters.unproven();
    if (proof.outcome === 'valid') this.deliver(signed, proof.trust, receivedAt, (answer) => { this.#answer(answer, proof, response); });
    else this.#refuse(proof.refusal, response);
  }

  /** Before it learns of a refusal the sender may use its token for the corrected body. */
  #answer(answer: Answer, { release }: Proof, response: ServerResponse): void {
    if (release === undefined || !isRefusal(answer)) writeAnswer(response, answer);
    else void this.#inTime(release(), response).then(() => { writeAnswer(response, answer); }, (error: unknown) => { this.#fail(error, response); });
  }

  #fail(error: unknown, response: ServerResponse): void {
    this.#counters.failed(codeOf(error));
    writeAnswer(response, replyToFault(error));
  }

  #refuse(refusal: Refusal, response: ServerResponse): void {
    const { path, rule, message } = refusal;
    this.#counters.refused(refusal);
    this.#activity.refused(response.req.headers, rule, this.#context.now());
    const scheme = this.#context.config.profile?.proof?.family === 'basic' ? 'Basic realm="bottega"' : 'Bearer';
    const challenge = path === '/headers/authorization' ? { headers: { 'WWW-Authenticate': scheme } } : {};
    writeAnswer(response, { ...refused(401, path, rule, message), ...challenge });
  }

  /** A node as its user knows it. */
  readonly #nameOf = (id: string): string => {
    const node = this.#context.RED.nodes.getNode(id) as { name?: string; type?: string } | null;
    return node?.name ?? node?.type ?? id;
  };
}

/** By its type, and for pages (whose refusals nobody keeps) by what it is. */
function unfitFor(provider: WebhookProvider, contentType: string | undefined, body: Buffer, profile: SenderProfile | undefined): Answer | undefined {
  if (profile !== undefined && isFormSender(profile) && FORM.test(contentType ?? '')) return undefined;
  switch (provider) {
    case 'batch': return isFileType(contentType) ? undefined : wrongType('must be CSV, NDJSON or XML');
    // `sendBeacon` sends plain text without asking first.
    case 'pixel': return isJsonType(contentType) || /^\s*text\/plain\s*(;|$)/i.test(contentType ?? '') ? unreadable(body) : wrongType('must be JSON, or text that is JSON');
    default: return isJsonType(contentType) ? undefined : wrongType('must be JSON');
  }
}

const FORM = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i;

function unreadable(body: Buffer): Answer | undefined {
  const read = readBody(body);
  return read.outcome === 'json' ? undefined : refused(400, read.refusal.path, read.refusal.rule, read.refusal.message);
}

function wrongType(message: string): Answer {
  return refused(415, '/headers/content-type', 'type', message);
}
