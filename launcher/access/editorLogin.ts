/**
 * `EditorLogin` stands in for Node-RED's own login under `/auth/`: that one answers 500 after five attempts under one name, is never slow under new names,
 * and its tokens outlive a changed password. Programs get a token for the password; who is signed in already gets the editor's without being asked again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AttemptOutcome, LoginAttempts } from './attempts.js';
import { schemeOf } from './cookies.js';
import { formIn } from './requestForm.js';
import { SESSION_MAX_MS } from './sessions.js';
import type { SignedIn } from './signedIn.js';
import { sendEditorToken, wordsFor } from './pages.js';

/** `NextHandler` is Express's: hands on. */
export type NextHandler = (error?: Error) => void;
type EditorRoute = (request: IncomingMessage, response: ServerResponse, next: NextHandler) => void | Promise<void>;

export interface EditorTerms {
  readonly password: string | undefined;
  readonly publicUrl: string | undefined;
  readonly attempts: LoginAttempts;
  readonly signedIn: SignedIn;
}

/** `EditorLogin` of one installation. */
export class EditorLogin {
  readonly adminAuth: object;
  readonly #terms: EditorTerms;

  constructor(terms: EditorTerms) {
    this.#terms = terms;
    this.adminAuth = {
      type: 'credentials',
      // Tokens that a former version gave out name such a user: they open nothing any more.
      users: () => Promise.resolve(null),
      authenticate: () => Promise.resolve(null),
      tokens: (token: unknown) => Promise.resolve(typeof token === 'string' ? this.#userOf(token) : null),
    };
  }

  routes(): [string, EditorRoute][] {
    return [
      ['GET /auth/login', (request, response, next) => { this.#offer(request, response, next); }],
      ['GET /auth/editor', (request, response) => { this.#enter(request, response); }],
      ['POST /auth/token', (request, response) => this.#token(request, response)],
      ['POST /auth/revoke', (request, response) => this.#revoke(request, response)],
    ];
  }

  #userOf(token: string): object | null {
    const session = this.#terms.signedIn.ofToken(token);
    return session?.role === 'owner' && session.origin !== 'basic' ? { username: 'bottega', permissions: '*' } : null;
  }

  /** How the editor asks: not at all where the browser is signed in; for the password in its own dialog; else by our page. */
  #offer(request: IncomingMessage, response: ServerResponse, next: NextHandler): void {
    const isIn = this.#isOwner(request);
    if (!isIn && this.#terms.password !== undefined) { next(); return; }
    const url = isIn ? '/auth/editor' : '/auth/signin?to=/';
    const prompts = [{ type: 'button', label: wordsFor(request).enter, url }];
    sendJson(response, 200, { type: 'strategy', prompts, ...(isIn ? { autoLogin: true, loginRedirect: url } : {}) });
  }

  /** The editor of every Node-RED keeps its token in the browser's storage: there it goes, and not into an address, which is logged and remembered. */
  #enter(request: IncomingMessage, response: ServerResponse): void {
    const token = this.#isOwner(request) ? this.#terms.signedIn.tokenOf(request) : undefined;
    if (token === undefined) response.writeHead(303, { Location: '/auth/signin?to=/', 'Cache-Control': 'no-store' }).end();
    else sendEditorToken(request, response, token);
  }

  #isOwner(request: IncomingMessage): boolean {
    const session = this.#terms.signedIn.of(request);
    return session?.role === 'owner' && session.origin !== 'basic';
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await formIn(request);
    if (form.outcome === 'tooLarge') { sendJson(response, 413, { error: 'invalid_request' }); return; }
    if (form.fields.get('grant_type') !== 'password') { sendJson(response, 400, { error: 'unsupported_grant_type' }); return; }
    const { attempts, password } = this.#terms;
    this.#answer(request, response, attempts.attempt(request, 'editor', password, form.fields.get('password') ?? ''));
  }

  #answer(request: IncomingMessage, response: ServerResponse, attempt: AttemptOutcome): void {
    if (attempt.outcome === 'wait') {
      response.setHeader('Retry-After', String(attempt.retryAfterS));
      sendJson(response, 429, { error: 'slow_down', error_description: `too many wrong passwords: again in ${String(attempt.retryAfterS)} s` });
    } else if (attempt.outcome === 'wrong') sendJson(response, 403, { error: 'invalid_grant', error_description: 'wrong password' });
    else {
      const token = this.#terms.signedIn.begin(request, response, 'owner', 'password');
      response.appendHeader('Set-Cookie', this.#terms.attempts.browserCookie(schemeOf(request, this.#terms.publicUrl)));
      sendJson(response, 200, { access_token: token, expires_in: Math.floor(SESSION_MAX_MS / 1_000), token_type: 'Bearer' });
    }
  }

  async #revoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await formIn(request);
    const { signedIn } = this.#terms;
    const token = form.outcome === 'read' ? form.fields.get('token') : undefined;
    if (token !== undefined && token !== '') signedIn.end(request, token);
    signedIn.end(request);
    signedIn.forget(request, response);
    response.writeHead(200).end();
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(`${JSON.stringify(body)}\n`);
}
