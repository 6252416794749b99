/**
 * `PixelEndpoint` takes what pages of the shop send: their origin, the visitor's pace and kind are judged before anything is read; who asks for a
 * picture gets one, whatever becomes of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../engine/base/errors.js';
import { isAllowed, originOf } from '../../engine/verify/pixel/origins.js';
import { RateLimit } from '../../engine/verify/pixel/rateLimit.js';
import type { Signed } from '../../engine/verify/verdict.js';
import type { TrustedProxies } from '../../engine/verify/senderAddress.js';
import { visitorOf } from '../../engine/verify/pixel/visitor.js';
import { type Answer, refused } from '../shared/http/response.js';
import type { Terms } from '../shared/http/rawBody.js';
import { senderOf } from '../shared/http/sender.js';
import { events } from '../shared/metrics.js';
import type { PixelConfig } from './config.js';
import type { WebhookCounters } from './counters.js';
import type { WebhookHandler } from './handler.js';

/** What `sendBeacon` itself holds to. */
const MAX_BYTES = 65_536;
/** So long may a browser remember what it was allowed, in seconds. */
const MAX_AGE_S = '600';
/** Everybody together may be this many seconds ahead. */
const BURST_S = 4;

/** Milliseconds of a clock that nobody sets. */
const ticks = (): number => performance.now();

type Headers = Signed['headers'];

interface PixelContext {
  readonly now: () => number;
  readonly config: { readonly trustedProxies: TrustedProxies };
}

/** `PixelEndpoint` is what a webhook for pages does beside its handler. */
export class PixelEndpoint implements Terms {
  readonly maxBytes = MAX_BYTES;
  readonly #context: PixelContext;
  readonly #config: PixelConfig;
  readonly #counters: WebhookCounters;
  readonly #handler: Pick<WebhookHandler, 'deliver'>;
  readonly #limit: RateLimit;

  constructor(context: PixelContext, config: PixelConfig, counters: WebhookCounters, handler: Pick<WebhookHandler, 'deliver'>) {
    this.#context = context;
    this.#config = config;
    this.#counters = counters;
    this.#handler = handler;
    const { perMinute, perSecond } = config;
    this.#limit = new RateLimit({ perSecond: perMinute / 60, burst: perMinute }, { perSecond, burst: perSecond * BURST_S });
  }

  /** Preflights are answered, and everything that shall not be read. */
  before(request: IncomingMessage): Answer | undefined {
    const headers = headersOf(request);
    if (request.method === 'OPTIONS') return this.#preflight(headers);
    if (request.method !== 'POST') return undefined;
    const early = this.#judge(request, headers);
    return early === undefined ? undefined : { ...early, headers: { ...this.#shared(headers), ...early.headers } };
  }

  /** Lets the page read the answer. */
  allow(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(this.#shared(headersOf(request)))) response.setHeader(name, value);
  }

  /** `GET …/pixel.gif?…`: the query says what a body would. */
  readonly picture = (request: IncomingMessage & { readonly originalUrl?: string }, response: ServerResponse): void => {
    const headers = headersOf(request);
    const url = request.originalUrl ?? request.url ?? '';
    const early = request.method === 'GET' ? this.#judge(request, headers) : IGNORED;
    if (early !== undefined) {
      writePicture(response, early);
      return;
    }
    const signed = { method: 'GET', url, headers, body: Buffer.from(JSON.stringify(pageIn(url, headers))) };
    this.#handler.deliver(signed, 'untrusted', this.#context.now(), (answer) => { writePicture(response, answer); });
  };

  #preflight(headers: Headers): Answer {
    const shared = this.#shared(headers);
    if (shared['Access-Control-Allow-Origin'] === undefined) return this.#refuseOrigin();
    const granted = { 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': 'Content-Type', 'Access-Control-Max-Age': MAX_AGE_S };
    return { status: 204, headers: { ...shared, ...granted } };
  }

  #judge(request: IncomingMessage, headers: Headers): Answer | undefined {
    const admission = this.#limit.admit(senderOf(request, this.#context.config.trustedProxies), ticks());
    if (admission.outcome === 'refused') return this.#refusePace(admission.by, admission.retryAfterS);
    if (!isAllowed(this.#config.origins, originOf(headers))) return this.#refuseOrigin();
    if (visitorOf(headers) === 'person') return undefined;
    events.inc({ source: 'pixel', outcome: 'ignored' });
    return IGNORED;
  }

  #refusePace(by: 'address' | 'all', retryAfterS: number): Answer {
    const refusal: Refusal = { path: '', rule: `rate.${by}`, message: 'too many; come again later' };
    this.#counters.refused(refusal);
    return { ...refused(429, refusal.path, refusal.rule, refusal.message), headers: { 'Retry-After': String(retryAfterS) } };
  }

  #refuseOrigin(): Answer {
    const refusal: Refusal = { path: '/headers/origin', rule: 'origin.foreign', message: 'no page of this shop' };
    this.#counters.refused(refusal);
    return refused(403, refusal.path, refusal.rule, refusal.message);
  }

  /** A beacon is sent with the page's cookies; we set none and read none, but the browser asks whether it may. */
  #shared({ origin }: Headers): Record<string, string> {
    if (origin === undefined || !isAllowed(this.#config.origins, origin)) return { Vary: 'Origin' };
    return { 'Vary': 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
  }
}

/** Nothing wrong, and nothing that counts. */
const IGNORED: Answer = { status: 200, body: { accepted: 0, duplicates: 0, rejected: 0, ignored: 1 } };

const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

function writePicture(response: ServerResponse, { status, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...OF_PICTURE, ...headers }).end(PICTURE);
}

const OF_PICTURE = {
  'Content-Type': 'image/gif', 'Content-Length': String(PICTURE.length), 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** The parameters as fields; somebody has the page open that shows the picture, unless they say otherwise. */
function pageIn(url: string, { referer }: Headers): Record<string, string> {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  return { event: 'visit', ...(referer !== undefined && { url: referer }), ...Object.fromEntries(query) };
}

/** Node.js gives every header as one text but `set-cookie`, which nobody reads. */
function headersOf({ headers }: IncomingMessage): Headers {
  return headers as Headers;
}
