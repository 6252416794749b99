/**
 * `AccessControl` is the one way in to editor and dashboards: the page to sign in, the editor's login and the sockets ask the same sessions and the same brake.
 * Node-RED and the dashboards are configured with its parts; its own paths lie under `/auth/`, which is Node-RED's and no flow's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../engine/base/errors.js';
import type { Access } from '../settings/settings.js';
import type { LoginAttempts, Waiting } from './attempts.js';
import { schemeOf } from './cookies.js';
import { EditorLogin, type NextHandler } from './editorLogin.js';
import { OidcLogin } from './oidcLogin.js';
import { ownPath, sendSignIn, sendSignOut, type SignInOffer, wordsFor } from './pages.js';
import { formIn } from './requestForm.js';
import type { SignedIn } from './signedIn.js';
import { withSignOut } from './signOutButton.js';

type Route = (request: IncomingMessage, response: ServerResponse, next: NextHandler) => void | Promise<void>;

/** The part of a socket of Socket.IO that is used. */
interface DashboardSocket {
  readonly request: IncomingMessage;
  disconnect?(close: boolean): unknown;
  once?(event: 'disconnect', listener: () => void): unknown;
  /** Socket.IO’s place for what others should know of a connection: widgets read the role there. */
  readonly data?: object;
}

export interface AccessTerms {
  readonly access: Exclude<Access, { by: 'loopback' }>;
  readonly publicUrl: string | undefined;
  /** Where this product is reached: the public URL, or the address it listens on. */
  readonly ownUrl: string;
  readonly attempts: LoginAttempts;
  readonly signedIn: SignedIn;
  readonly log: (line: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** `AccessControl` of one installation. */
export class AccessControl {
  /** Node-RED's: its own users and tokens open nothing, ours do. */
  readonly adminAuth: object;
  readonly #terms: AccessTerms;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #password: string | undefined;

  constructor(terms: AccessTerms) {
    this.#terms = terms;
    this.#password = terms.access.by === 'password' ? terms.access.password : undefined;
    const editor = new EditorLogin({ ...terms, password: this.#password });
    this.adminAuth = editor.adminAuth;
    const { oidc } = terms.access;
    const provider = oidc === undefined ? [] : new OidcLogin({ ...terms, oidc, offer: (to) => this.#offer(to) }).routes();
    this.#routes = new Map<string, Route>([
      ['GET /auth/signin', (request, response) => { this.#askToSignIn(request, response); }],
      ['POST /auth/signin', (request, response) => this.#signIn(request, response)],
      ['GET /auth/signout', (request, response) => { sendSignOut(request, response); }],
      ['POST /auth/signout', (request, response) => { this.#signOut(request, response); }],
      ...editor.routes(),
      ...provider,
    ]);
  }

  /** In front of Node-RED: what is under `/auth/` is answered here. */
  readonly handle = (request: IncomingMessage, response: ServerResponse, next: NextHandler): void => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = this.#routes.get(`${request.method === 'HEAD' ? 'GET' : request.method ?? ''} ${path.replace(/(?<=.)\/$/, '')}`);
    if (route === undefined) next();
    else Promise.resolve(route(request, response, next)).catch((error: unknown) => { this.#fail(response, error); });
  };

  /** In front of the pages of a dashboard. */
  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: NextHandler): void => {
    const session = this.#terms.signedIn.of(request);
    if (session !== undefined) {
      // A program that brings its password along signs in by itself.
      if (session.origin !== 'basic') withSignOut(request, response);
      next();
      return;
    }
    const given = basicPassword(request);
    const attempt = given === undefined ? undefined : this.#terms.attempts.attempt(request, 'dashboard', this.#password, given);
    if (attempt?.outcome === 'right') {
      this.#terms.signedIn.begin(request, response, 'owner', 'basic');
      next();
    } else if (attempt?.outcome === 'wait') refuseUntil(response, attempt);
    else this.#challenge(request, response);
  };

  /** In front of the sockets of a dashboard. They end with the session that opened them. */
  readonly ioMiddleware = (socket: DashboardSocket, next: NextHandler): void => {
    const { request } = socket;
    const session = this.#terms.signedIn.of(request);
    if (session !== undefined) {
      Object.assign(socket.data ?? {}, { bottega: { role: session.role } });
      const release = this.#terms.signedIn.bind(request, () => { socket.disconnect?.(true); });
      socket.once?.('disconnect', release);
      next();
      return;
    }
    const given = basicPassword(request);
    const isRight = given !== undefined && this.#terms.attempts.attempt(request, 'dashboard', this.#password, given).outcome === 'right';
    next(isRight ? undefined : new Error('password needed'));
  };

  /** Before Node-RED takes a socket over. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex): void => {
    if (request.url?.split('?', 1)[0] !== '/comms') return;
    // Node-RED takes any such header for its token; browsers send along what the dashboard once asked for.
    if (/^Basic /i.test(request.headers.authorization ?? '')) delete request.headers.authorization;
    this.#terms.signedIn.keepEditorSocket(socket);
  };

  close(): void {
    this.#terms.signedIn.close();
  }

  #offer(to: string): SignInOffer {
    const { access } = this.#terms;
    return { to, password: this.#password === undefined ? 'none' : 'asked', provider: access.oidc === undefined ? 'none' : 'offered' };
  }

  #askToSignIn(request: IncomingMessage, response: ServerResponse): void {
    const to = ownPath(queryOf(request).get('to'));
    const session = this.#terms.signedIn.of(request);
    if (session === undefined) sendSignIn(request, response, this.#offer(to));
    else if (session.role === 'viewer' && !isForViewers(to)) {
      sendSignIn(request, response, this.#offer(to), { status: 403, text: wordsFor(request).dashboardOnly });
    } else redirect(response, to);
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await formIn(request);
    if (form.outcome === 'tooLarge') { response.writeHead(413, { Connection: 'close' }).end(); return; }
    const to = ownPath(form.fields.get('to'));
    const attempt = this.#terms.attempts.attempt(request, 'sign-in page', this.#password, form.fields.get('password') ?? '');
    const words = wordsFor(request);
    if (attempt.outcome === 'wait') {
      response.setHeader('Retry-After', String(attempt.retryAfterS));
      sendSignIn(request, response, this.#offer(to), { status: 429, text: words.wait(attempt.retryAfterS) });
    } else if (attempt.outcome === 'wrong') sendSignIn(request, response, this.#offer(to), { status: 403, text: words.wrong });
    else {
      this.#terms.signedIn.begin(request, response, 'owner', 'password');
      response.appendHeader('Set-Cookie', this.#terms.attempts.browserCookie(schemeOf(request, this.#terms.publicUrl)));
      redirect(response, to);
    }
  }

  #signOut(request: IncomingMessage, response: ServerResponse): void {
    this.#terms.signedIn.end(request);
    this.#terms.signedIn.forget(request, response);
    redirect(response, '/auth/signin');
  }

  /** A person is led to the page; a program learns what it needs. A page's own requests get no dialog of the browser. */
  #challenge(request: IncomingMessage, response: ServerResponse): void {
    const { headers, method } = request;
    if (method === 'GET' && (headers.accept ?? '').includes('text/html')) {
      redirect(response, `/auth/signin?to=${encodeURIComponent(pathOf(request))}`);
      return;
    }
    const isFromPage = headers['sec-fetch-site'] !== undefined || headers.referer !== undefined;
    const basic = this.#password === undefined || isFromPage ? {} : { 'WWW-Authenticate': 'Basic realm="Bottega", charset="UTF-8"' };
    response.writeHead(401, { 'Content-Type': 'text/plain', ...basic }).end('password needed\n');
  }

  #fail(response: ServerResponse, error: unknown): void {
    this.#terms.log(`[error] signing in: ${messageOf(error)}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(503, { 'Retry-After': '5', Connection: 'close' }).end();
  }
}

/** The dashboards' pages, wherever they lie: all but the editor's. */
function isForViewers(path: string): boolean {
  return path !== '/' && !path.startsWith('/?') && !path.startsWith('/auth/');
}

function refuseUntil(response: ServerResponse, { retryAfterS }: Waiting): void {
  response.writeHead(429, { 'Content-Type': 'text/plain', 'Retry-After': String(retryAfterS) }).end('too many wrong passwords\n');
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(303, { Location: to, 'Cache-Control': 'no-store' }).end();
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
}

/** Express takes away what a middleware is mounted on. */
function pathOf(request: IncomingMessage & { readonly originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '/';
}

function basicPassword({ headers }: IncomingMessage): string | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}
