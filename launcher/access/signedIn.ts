/**
 * `SignedIn` ties sessions to requests and sockets: the cookie that stands for one, the editor's token, and the sockets that end with it.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SECOND } from '../../engine/base/time.js';
import { cookie, cookieIn, schemeOf } from './cookies.js';
import { type Session, type SessionOrigin, SESSION_MAX_MS, SessionTable, type StoredSession } from './sessions.js';
import type { UserRole } from '../settings/oidcSettings.js';

const COOKIE = 'bottega';
const EXPIRE_EVERY_MS = 30 * SECOND;

export interface SignedInTerms {
  readonly kept: readonly StoredSession[];
  readonly keep: (sessions: readonly StoredSession[]) => void;
  readonly publicUrl: string | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}

/** `SignedIn` of one installation. */
export class SignedIn {
  readonly #sessions: SessionTable;
  readonly #terms: SignedInTerms;
  readonly #editorSockets = new Set<Duplex>();
  readonly #timer: NodeJS.Timeout;

  constructor(terms: SignedInTerms) {
    this.#terms = terms;
    const ended = (): void => { for (const socket of this.#editorSockets) socket.destroy(); };
    this.#sessions = new SessionTable({ random: randomToken, changed: () => { terms.keep(this.#sessions.kept()); }, ended }, terms.kept);
    this.#timer = setInterval(() => { this.#sessions.expire(terms.now()); }, EXPIRE_EVERY_MS).unref();
  }

  /** The token of a new session; its cookie goes out with the response. */
  begin(request: IncomingMessage, response: ServerResponse, role: UserRole, origin: SessionOrigin): string {
    // Whoever signs in anew leaves what he was signed in with.
    if (origin !== 'basic') this.end(request);
    const token = this.#sessions.begin(this.#terms.now(), role, origin);
    response.appendHeader('Set-Cookie', this.#cookie(request, token, SESSION_MAX_MS));
    return token;
  }

  /** The token in the request's cookie. */
  tokenOf(request: IncomingMessage): string | undefined {
    return cookieIn(request, COOKIE);
  }

  /** Of the request's cookie. */
  of(request: IncomingMessage): Session | undefined {
    const token = cookieIn(request, COOKIE);
    return token === undefined ? undefined : this.ofToken(token);
  }

  /** Of the editor's token. */
  ofToken(token: string): Session | undefined {
    return this.#sessions.find(this.#terms.now(), token);
  }

  /** Ends the session of the request's cookie, or of a token. */
  end(request: IncomingMessage, token = cookieIn(request, COOKIE)): void {
    if (token !== undefined) this.#sessions.end(token);
  }

  /** Takes the cookie away from the browser. */
  forget(request: IncomingMessage, response: ServerResponse): void {
    response.appendHeader('Set-Cookie', this.#cookie(request, '', 0));
  }

  /** Calls `end` when the session of the request's cookie ends; the answer lets go of it. */
  bind(request: IncomingMessage, end: () => void): () => void {
    return this.#sessions.bind(cookieIn(request, COOKIE) ?? '', end);
  }

  /** The editor's socket says whose it is only later, inside: where any session ends all are closed, and those that still may come back by themselves. */
  keepEditorSocket(socket: Duplex): void {
    this.#editorSockets.add(socket);
    socket.once('close', () => { this.#editorSockets.delete(socket); });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #cookie(request: IncomingMessage, value: string, maxAgeMs: number): string {
    return cookie({ name: COOKIE, value, path: '/', reach: 'Strict', maxAgeMs }, schemeOf(request, this.#terms.publicUrl));
  }
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
