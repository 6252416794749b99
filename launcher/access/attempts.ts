/**
 * `LoginAttempts` compares passwords and watches API tokens, behind one brake for editor, API and dashboard, and logs what failed with its address: never
 * what was typed, since people type a password where a name belongs.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sameSecret } from '../../engine/base/secret.js';
import { DAY } from '../../engine/base/time.js';
import { bearerOf } from '../../engine/verify/jwt.js';
import { type Claimant, LoginBrake } from '../../engine/verify/loginBrake.js';
import { senderAddressOf, type TrustedProxies } from '../../engine/verify/senderAddress.js';
import type { Signed } from '../../engine/verify/verdict.js';
import { cookie, cookieIn } from './cookies.js';

/** `AttemptPlace` is where a secret was tried: for the log. */
export type AttemptPlace = 'sign-in page' | 'editor' | 'dashboard' | 'API' | 'OpenID Connect';

export type AttemptOutcome = { readonly outcome: 'right' } | { readonly outcome: 'wrong' } | Waiting;

/** `Waiting`: nothing was compared. */
export interface Waiting {
  readonly outcome: 'wait';
  readonly retryAfterS: number;
}

export interface AttemptTerms {
  readonly proxies: TrustedProxies;
  readonly browserKey: string;
  readonly log: (line: string) => void;
  /** Milliseconds of a clock that nobody sets. */
  readonly ticks: () => number;
}

/** Paths that ask for the API token. */
const TOKEN_PATHS = /^\/(kpi|in\/(events|batch)|admin\/[^/]+\/stores)\/?$/i;
const BROWSER_COOKIE = 'bottega-browser';
const BROWSER_MS = 180 * DAY;

/** `LoginAttempts` of one installation. */
export class LoginAttempts {
  readonly #brake = new LoginBrake();
  readonly #terms: AttemptTerms;

  constructor(terms: AttemptTerms) {
    this.#terms = terms;
  }

  /** Compares, or says how long to wait. */
  attempt(request: IncomingMessage, place: AttemptPlace, expected: string | undefined, given: string): AttemptOutcome {
    const waiting = this.mustWait(request);
    if (waiting !== undefined) return waiting;
    if (expected === undefined || !sameSecret(expected, given)) {
      this.fail(request, place, given);
      return { outcome: 'wrong' };
    }
    this.#brake.succeed(this.#terms.ticks(), this.#claimantOf(request));
    return { outcome: 'right' };
  }

  mustWait(request: IncomingMessage): Waiting | undefined {
    const verdict = this.#brake.judge(this.#terms.ticks(), this.#claimantOf(request));
    return verdict.outcome === 'try' ? undefined : { outcome: 'wait', retryAfterS: Math.ceil(verdict.retryAfterMs / 1_000) };
  }

  fail(request: IncomingMessage, place: AttemptPlace, given: string, why = 'wrong secret'): void {
    if (this.#brake.fail(this.#terms.ticks(), this.#claimantOf(request), given) === 'repeated') return;
    this.#terms.log(`[warn] login failed from ${this.addressOf(request)}: ${why} (${place})`);
  }

  /** A program's request with a token: braked like any other guess. `answered`: it has to wait. */
  watchToken(request: IncomingMessage, response: ServerResponse): 'pass' | 'answered' {
    const token = bearerOf(request.headers as Signed['headers']);
    if (token === undefined || !TOKEN_PATHS.test((request.url ?? '').split(/[?#]/, 1)[0] ?? '')) return 'pass';
    const waiting = this.mustWait(request);
    if (waiting !== undefined) {
      response.writeHead(429, { 'Content-Type': 'application/json', 'Retry-After': String(waiting.retryAfterS) });
      response.end('{"error":"too many wrong tokens from this address"}\n');
      return 'answered';
    }
    // A right token says nothing of who else guesses a password from there: it forgives nothing.
    response.once('finish', () => { if (response.statusCode === 401) this.fail(request, 'API', token); });
    return 'pass';
  }

  /** Marks a browser whose user has just signed in: what others guess from the same address does not slow it down. */
  browserCookie(scheme: 'http' | 'https'): string {
    const id = randomBytes(16).toString('base64url');
    return cookie({ name: BROWSER_COOKIE, value: `${id}.${this.#signed(id)}`, path: '/', reach: 'Strict', maxAgeMs: BROWSER_MS }, scheme);
  }

  /** Under which a request counts. */
  addressOf({ socket, headers }: IncomingMessage): string {
    // Node.js gives every header as one text but `set-cookie`.
    return senderAddressOf(socket.remoteAddress, headers as Signed['headers'], this.#terms.proxies);
  }

  #claimantOf(request: IncomingMessage): Claimant {
    const [id = '', signature = ''] = (cookieIn(request, BROWSER_COOKIE) ?? '').split('.', 2);
    if (id !== '' && sameSecret(this.#signed(id), signature)) return { by: 'browser', browser: id };
    return { by: 'address', address: this.addressOf(request) };
  }

  #signed(id: string): string {
    return createHmac('sha256', this.#terms.browserKey).update(id).digest('base64url');
  }
}
