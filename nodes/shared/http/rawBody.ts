/**
 * Raw bodies are the bytes that the sender signed: the body of our own paths, taken before Node-RED's parsers eat it.
 *
 * With the default `httpAdminRoot` the admin app's JSON parser reads every POST first, so this middleware stands at the very
 * front of the root application, for registered paths only, with a limit of its own. It uses bare `node:http`: in front of
 * everything Express has not dressed request and response yet.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../../engine/base/errors.js';
import { isIdentity, MAX_BODY_BYTES } from '../../../engine/verify/bodyLimits.js';
import { type Answer, refused, unavailable, writeEarly } from './response.js';

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
  readonly answering: Answering;
  readonly terms: Terms;
}

interface Front {
  readonly paths: Map<string, Path>;
  readonly middleware: Middleware;
}

const fronts = new WeakMap<Application, Front>();
const bodies = new WeakMap<IncomingMessage, Buffer>();
/** Bodies being read at once, in all; each may hold a MiB. */
const MAX_READING = 256;
let reading = 0;

/**
 * Captures the body of POSTs to `path` (below `httpNodeRoot`) until the answer is called; `direct` then answers at once, unless the user's settings
 * put a password or a middleware (`httpNodeAuth`) before all HTTP nodes. Throws where the path is taken.
 */
export function captureBodies(RED: NodeAPI, path: string, direct?: Direct, terms: Terms = POSTS): () => void {
  const app = RED.httpNode as unknown as Application;
  const { root, base } = rootOf(app);
  const front = fronts.get(root) ?? install(root);
  const full = normal(`${base}${path}`);
  if (front.paths.has(full)) throw new ConfigError('path', 'is taken by another node', path);
  front.paths.set(full, { answering: direct === undefined || isGuarded(RED) ? 'route' : direct, terms });
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

function install(root: Application): Front {
  const paths = new Map<string, Path>();
  const middleware: Middleware = (request, response, next) => {
    const path = paths.get(pathOf(request.url ?? ''));
    if (path === undefined) {
      next();
      return;
    }
    const { answering, terms } = path;
    capture(request, response, terms, answering === 'route' ? next : () => { answering(request, response); });
  };
  root.use(middleware);
  const { stack } = routerOf(root);
  const at = stack.findIndex(({ handle }) => handle === middleware);
  stack.unshift(...stack.splice(at, 1));
  const front = { paths, middleware };
  fronts.set(root, front);
  return front;
}

function remove(root: Application, { middleware }: Front): void {
  fronts.delete(root);
  const { stack } = routerOf(root);
  const at = stack.findIndex(({ handle }) => handle === middleware);
  if (at >= 0) stack.splice(at, 1);
}

/** Express 4 has `_router` and throws at `router`; Express 5 has `router`. */
function routerOf(root: Application): Router {
  return root._router ?? root.router ?? { stack: [] };
}

function capture(request: Captured, response: ServerResponse, terms: Terms, next: () => void): void {
  const refusal = terms.before?.(request) ?? refusalBefore(request, terms.maxBytes);
  if (refusal !== undefined) writeEarly(request, response, refusal);
  else read(request, response, terms.maxBytes, next);
}

function refusalBefore(request: IncomingMessage, maxBytes: number): Answer | undefined {
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (request.method !== 'POST') return { ...refused(405, '/method', 'method', 'only POST'), headers: { Allow: 'POST' } };
  if (length !== undefined && Number(length) > maxBytes) return tooLarge(maxBytes);
  if (!isIdentity(encoding)) return refused(415, '/headers/content-encoding', 'encoding', 'must be identity');
  return reading < MAX_READING ? undefined : unavailable('intake.busy', 1);
}

function tooLarge(maxBytes: number): Answer {
  return refused(413, '', 'size', `at most ${String(maxBytes)} bytes`);
}

function read(request: Captured, response: ServerResponse, maxBytes: number, next: () => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let state: 'reading' | 'over' = 'reading';
  reading += 1;
  const stop = (): boolean => {
    if (state === 'over') return false;
    state = 'over';
    reading -= 1;
    request.removeListener('data', take);
    return true;
  };
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > maxBytes && stop()) writeEarly(request, response, tooLarge(maxBytes));
  };
  request.on('data', take);
  request.on('end', () => {
    if (!stop()) return;
    bodies.set(request, chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    request._body = true;
    request.body = {};
    next();
  });
  // A sender that hangs up midway gets no answer and leaves nothing behind.
  request.on('close', stop);
  request.on('error', stop);
}
