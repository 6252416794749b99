/**
 * Raw bodies are the bytes that the sender signed: the body of our own paths, taken before Node-RED's parsers eat it.
 *
 * With the default `httpAdminRoot` the admin app's JSON parser reads every POST first, so this middleware stands at the very
 * front of the root application, for registered paths only, with a limit of its own. It uses bare `node:http`: in front of
 * everything Express has not dressed request and response yet.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../../engine/base/errors.js';
import { isIdentity, MAX_BODY_BYTES } from '../../../engine/verify/bodyLimits.js';
import { SLOW_REQUEST } from '../../../engine/verify/intakePlaces.js';
import type { TrustedProxies } from '../../../engine/verify/senderAddress.js';
import { takeBody, tooLarge } from './bodyReader.js';
import { type Answer, refused, writeEarly } from './response.js';
import { senderOf } from './sender.js';
import { turnAway } from './turnedAway.js';

interface Application {
  (request: unknown, response: unknown): void;
  readonly parent?: Application;
  readonly mountpath?: string | readonly string[];
  readonly _router?: Router;
  readonly router?: Router;
  use(middleware: Middleware): void;
}

interface Router {
  readonly stack: { readonly handle: unknown }[];
}

type Middleware = (request: Captured, response: ServerResponse, next: () => void) => void;

/** `_body` says to every body parser that the stream is taken. */
type Captured = IncomingMessage & { _body?: boolean; body?: unknown };

/** Answers a request whose body is captured. */
export type Direct = (request: IncomingMessage, response: ServerResponse) => void;

/** What a path asks of a request before its body is read. */
export interface Terms {
  readonly maxBytes: number;
  /** Comes before every other rule: what it answers is the answer. */
  before?(request: IncomingMessage): Answer | undefined;
}

const POSTS: Terms = { maxBytes: MAX_BODY_BYTES };

/** Who answers a path: `route` where the request goes on its way through the user's own middleware to an Express route. */
type Answering = Direct | 'route';

interface Path {
  readonly name: string;
  readonly answering: Answering;
  readonly terms: Terms;
  readonly proxies: TrustedProxies;
  readonly reach: Reach;
}

/** Whether a path is one address, or one more name may follow it. */
type Reach = 'itself' | 'below';

/** `Capture` says how: with `direct` the answer is given at once, unless the user's settings forbid it. */
export interface Capture {
  readonly proxies: TrustedProxies;
  readonly direct?: Direct;
  readonly terms?: Terms;
  readonly reach?: Reach;
}

interface Front {
  readonly paths: Map<string, Path>;
  readonly middleware: Middleware;
  readonly server: Server;
}

const fronts = new WeakMap<Application, Front>();
const bodies = new WeakMap<IncomingMessage, Buffer>();

/**
 * Captures the body of POSTs to `path` (below `httpNodeRoot`) until the answer is called; `direct` then answers at once, unless the user's settings
 * put a password or a middleware (`httpNodeAuth`) before all HTTP nodes. Throws where the path is taken.
 */
export function captureBodies(RED: NodeAPI, path: string, { proxies, direct, terms = POSTS, reach = 'itself' }: Capture): () => void {
  const app = RED.httpNode as unknown as Application;
  const { root, base } = rootOf(app);
  const front = fronts.get(root) ?? install(root, RED.server);
  const full = normal(`${base}${path}`);
  if (front.paths.has(full)) throw new ConfigError('path', 'is taken by another node', path);
  front.paths.set(full, { name: full, answering: direct === undefined || isGuarded(RED) ? 'route' : direct, terms, proxies, reach });
  return () => {
    front.paths.delete(full);
    if (front.paths.size === 0) remove(root, front);
  };
}

/** The bytes of a captured request. */
export function bodyOf(request: IncomingMessage): Buffer | undefined {
  return bodies.get(request);
}

function isGuarded({ settings }: NodeAPI): boolean {
  const { httpNodeAuth } = settings as { httpNodeAuth?: unknown };
  return httpNodeAuth !== undefined;
}

function rootOf(app: Application): { root: Application; base: string } {
  let root = app;
  let base = '';
  while (root.parent !== undefined) {
    const [mount = ''] = [root.mountpath ?? ''].flat();
    base = `${mount}/${base}`;
    root = root.parent;
  }
  return { root, base };
}

/** As Express matches by default: letters in any case, one slash at the end or none. */
function normal(path: string): string {
  return path.toLowerCase().replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

/** What was asked for, without query and (as proxies send it) origin; several slashes are several slashes here, as they are to Express. */
function pathOf(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]+/i, '');
  const query = local.indexOf('?');
  const path = (query < 0 ? local : local.slice(0, query)).toLowerCase();
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function install(root: Application, server: Server): Front {
  const paths = new Map<string, Path>();
  const middleware: Middleware = (request, response, next) => {
    const called = pathOf(request.url ?? '');
    const path = paths.get(called) ?? pathAbove(paths, called);
    if (path === undefined) {
      next();
      return;
    }
    const { answering } = path;
    capture(request, response, path, answering === 'route' ? next : () => { answering(request, response); });
  };
  root.use(middleware);
  const { stack } = routerOf(root);
  const at = stack.findIndex(({ handle }) => handle === middleware);
  stack.unshift(...stack.splice(at, 1));
  // Only the server of `npm start` says so.
  server.on(SLOW_REQUEST, onSlowRequest);
  const front = { paths, middleware, server };
  fronts.set(root, front);
  return front;
}

function pathAbove(paths: ReadonlyMap<string, Path>, called: string): Path | undefined {
  const above = paths.get(called.slice(0, Math.max(0, called.lastIndexOf('/'))));
  return above?.reach === 'below' ? above : undefined;
}

function remove(root: Application, { middleware, server }: Front): void {
  fronts.delete(root);
  server.removeListener(SLOW_REQUEST, onSlowRequest);
  const { stack } = routerOf(root);
  const at = stack.findIndex(({ handle }) => handle === middleware);
  if (at >= 0) stack.splice(at, 1);
}

/** Express 4 has `_router` and throws at `router`; Express 5 has `router`. */
function routerOf(root: Application): Router {
  return root._router ?? root.router ?? { stack: [] };
}

function onSlowRequest(): void {
  turnAway('slowRequest');
}

function capture(request: Captured, response: ServerResponse, { terms, proxies, name }: Path, next: () => void): void {
  const refusal = terms.before?.(request) ?? refusalBefore(request, terms.maxBytes);
  if (refusal !== undefined) {
    writeEarly(request, response, refusal);
    return;
  }
  takeBody(request, response, { path: name, address: senderOf(request, proxies), maxBytes: terms.maxBytes }, (body) => {
    bodies.set(request, body);
    request._body = true;
    request.body = {};
    next();
  });
}

function refusalBefore(request: IncomingMessage, maxBytes: number): Answer | undefined {
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (request.method !== 'POST') return { ...refused(405, '/method', 'method', 'only POST'), headers: { Allow: 'POST' } };
  if (length !== undefined && Number(length) > maxBytes) return tooLarge(maxBytes);
  return isIdentity(encoding) ? undefined : refused(415, '/headers/content-encoding', 'encoding', 'must be identity');
}
