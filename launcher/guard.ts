/**
 * `GuardedServer` decides which requests reach the process at all. The senders' paths are open (each proves its sender itself); editor and dashboard are for
 * this machine's own pages, or for those who know the password. It stands in front of every listener: Node-RED's, and the socket
 * of the dashboard, which answers before any Express middleware.
 */
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SECOND } from '../engine/base/time.js';
import { SLOW_REQUEST } from '../engine/verify/intakePlaces.js';
import { Connections } from './connections.js';
import { securityHeaders } from './pageHeaders.js';
import type { FrameAncestors } from './settings/frameAncestors.js';
import { type Access, isLoopback } from './settings/settings.js';

/** `closed` while nothing can be accepted yet or any more: senders are asked to come again. */
export type GuardState = 'closed' | 'open';

/** `absent`: not on this port. */
export type GuardVerdict = 'pass' | 'closed' | 'foreign' | 'absent';

/** `GuardReach` is what a port serves: everything, or what senders post to and no more. */
export type GuardReach = 'everything' | 'senders';

/** What the verdict depends on. */
export interface GuardedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Each step begins with a letter or digit, so that no `..` leads out. */
const SENDERS = /^\/(in(\/\w[\w.-]*)+|kpi|health|metrics)\/?$/i;
const INTAKE = /^\/(in(\/\w[\w.-]*)+|health)\/?$/i;
/** Headers of a proxy or tunnel: whoever asks does not sit at this machine, whatever Host says. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'];

/** Whether it is for senders and other programs: no page of the editor or the dashboard. */
export function isForPrograms(url: string): boolean {
  return SENDERS.test(url.split(/[?#]/, 1)[0] ?? '');
}

/** Whether a port for senders alone has it. */
export function isForSenders(url: string): boolean {
  return INTAKE.test(url.split(/[?#]/, 1)[0] ?? '');
}

/** A page of another site (its Origin), or another name for this machine (DNS rebinding, a tunnel), does not get to editor and dashboard. */
export function judge({ url, headers }: GuardedRequest, access: Access, state: GuardState): GuardVerdict {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  if (SENDERS.test(path)) return state === 'open' || path === '/health' ? 'pass' : 'closed';
  if (!isSameOrigin(headers)) return 'foreign';
  if (access.by !== 'loopback') return 'pass';
  return isLoopback(nameIn(headers.host)) && FORWARDED.every((name) => headers[name] === undefined) ? 'pass' : 'foreign';
}

function isSameOrigin({ origin, host }: IncomingMessage['headers']): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === new URL(`http://${host ?? ''}`).host;
}

/** The name in a Host header, without its port. */
function nameIn(host: string | undefined): string {
  return URL.canParse(`http://${host ?? ''}`) ? new URL(`http://${host ?? ''}`).hostname : '';
}

/** Longer than senders and proxies keep a connection: whoever closes it first must not be the one who is about to be asked. */
const KEEP_ALIVE_MS = 75_000;

/** `ServerDeadlines`: how long headers may take, and whole requests (a flow of several MB over a slow line among them). */
export interface ServerDeadlines {
  readonly headersMs: number;
  readonly requestMs: number;
  /** So often those whose time is over are closed. */
  readonly checkEveryMs: number;
}

const DEADLINES: ServerDeadlines = { headersMs: 10 * SECOND, requestMs: 60 * SECOND, checkEveryMs: SECOND };
/** Each costs a file descriptor, which the store needs too. */
const MAX_CONNECTIONS = 4_000;

/** `TokenWatch` is asked before a request of a program is handed on; it may have answered it. */
export type TokenWatch = (request: IncomingMessage, response: ServerResponse) => 'pass' | 'answered';

/** An HTTP server that hands on only what passes. */
export class GuardedServer extends Server {
  /** Whoever guesses tokens is slowed down. */
  tokenWatch: TokenWatch = () => 'pass';
  readonly #access: Access;
  readonly #frameAncestors: FrameAncestors;
  readonly #connections = new Connections(MAX_CONNECTIONS);
  readonly #reach: GuardReach;
  #state: GuardState = 'closed';
  #underWay = 0;
  #onIdle: (() => void) | undefined;

  constructor(access: Access, frameAncestors: FrameAncestors = 'none', deadlines: ServerDeadlines = DEADLINES, reach: GuardReach = 'everything') {
    const { headersMs, requestMs, checkEveryMs } = deadlines;
    super({ headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs });
    this.#reach = reach;
    this.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#access = access;
    this.#frameAncestors = frameAncestors;
  }

  set state(state: GuardState) {
    this.#state = state;
  }

  override emit(event: string, ...args: unknown[]): boolean {
    if (event === 'connection') this.#connections.add(args[0] as Socket);
    if (event === 'clientError' && isSlow(args[0], args[1] as Socket)) super.emit(SLOW_REQUEST);
    if (event !== 'request' && event !== 'upgrade') return super.emit(event, ...args);
    const request = args[0] as IncomingMessage;
    if (event === 'request') this.#secure(request, args[1] as ServerResponse);
    const verdict = this.#judge(request);
    if (verdict === 'pass') return this.#handOn(event, args, request);
    if (event === 'request') refuse(args[1] as ServerResponse, verdict);
    else (args[1] as Duplex).end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return true;
  }

  #judge({ url = '/', headers }: IncomingMessage): GuardVerdict {
    return this.#reach === 'senders' && !isForSenders(url) ? 'absent' : judge({ url, headers }, this.#access, this.#state);
  }

  #handOn(event: 'request' | 'upgrade', args: unknown[], request: IncomingMessage): boolean {
    if (event === 'upgrade') this.#connections.forget(request.socket);
    else {
      const response = args[1] as ServerResponse;
      this.#count(response);
      this.#connections.use(request.socket);
      if (isForPrograms(request.url ?? '') && this.tokenWatch(request, response) === 'answered') return true;
    }
    return super.emit(event, ...args);
  }

  /** Resolves once no request is under way. */
  idle(): Promise<void> {
    return this.#underWay === 0 ? Promise.resolve() : new Promise((resolve) => { this.#onIdle = resolve; });
  }

  #secure({ url = '/' }: IncomingMessage, response: ServerResponse): void {
    const headers = securityHeaders(isForPrograms(url) ? 'answer' : 'page', this.#frameAncestors);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  }

  #count(response: ServerResponse): void {
    this.#underWay += 1;
    response.once('close', () => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    });
  }
}

/** A connection on which nothing was ever said is no sender: browsers open some in advance. */
function isSlow(error: unknown, { bytesRead }: Socket): boolean {
  return (error as { readonly code?: unknown }).code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead > 0;
}

interface GuardRefusal {
  readonly status: number;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const REFUSALS: Readonly<Record<Exclude<GuardVerdict, 'pass'>, GuardRefusal>> = {
  closed: { status: 503, error: 'starting or stopping', headers: { 'Retry-After': '2' } },
  foreign: {
    status: 403,
    error: 'editor and dashboard answer only to this machine under its own name; set BOTTEGA_PASSWORD or BOTTEGA_OIDC_ISSUER to open them under others',
  },
  absent: { status: 404, error: 'only /in/… and /health are served on this port' },
};

function refuse(response: ServerResponse, verdict: Exclude<GuardVerdict, 'pass'>): void {
  const { status, error, headers = {} } = REFUSALS[verdict];
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close', ...headers });
  response.end(`${JSON.stringify({ error })}\n`);
}
