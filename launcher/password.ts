/**
 * `PasswordAccess` asks for the password: in the editor by Node-RED's own login, on the dashboard (pages and socket) by HTTP Basic with any
 * user name; a cookie then stands for it, because not every browser sends Basic along with a socket.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sameSecret } from '../engine/base/secret.js';
import { SECOND } from '../engine/base/time.js';

type Next = (error?: Error) => void;

/** What Node-RED and the dashboard are configured with. */
export interface PasswordAccess {
  readonly adminAuth: object;
  readonly middleware: (request: IncomingMessage, response: ServerResponse, next: Next) => void;
  readonly ioMiddleware: (socket: { readonly request: IncomingMessage }, next: Next) => void;
}

const COOKIE = 'bottega';
const MAX_FAILURES = 20;
const FAILURES_WITHIN_MS = 60 * SECOND;

/** `now`: epoch ms, for the brake on guessing. */
export function passwordAccess(password: string, now: () => number): PasswordAccess {
  const session = randomBytes(32).toString('base64url');
  const brake = new Brake(now);
  const isRight = (given: string): boolean => sameSecret(password, given);
  const cookie = `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict`;
  return {
    adminAuth: adminAuth(isRight),
    middleware(request, response, next) {
      if (hasCookie(request, session)) { next(); return; }
      const given = basicPassword(request);
      if (given !== undefined && brake.isFree() && isRight(given)) {
        response.setHeader('Set-Cookie', cookie);
        next();
        return;
      }
      if (given !== undefined) brake.fail();
      refuse(response, brake);
    },
    ioMiddleware({ request }, next) {
      const given = basicPassword(request);
      if (hasCookie(request, session) || (given !== undefined && brake.isFree() && isRight(given))) { next(); return; }
      if (given !== undefined) brake.fail();
      next(new Error('password needed'));
    },
  };
}

/** One user, whatever name is typed. Node-RED itself slows guessing down here. */
function adminAuth(isRight: (given: string) => boolean): object {
  const userOf = (username: string): object => ({ username, permissions: '*' });
  return {
    type: 'credentials',
    users: (username: string) => Promise.resolve(userOf(username)),
    authenticate: (username: string, given: string) => Promise.resolve(isRight(given) ? userOf(username) : null),
  };
}

function refuse(response: ServerResponse, brake: Brake): void {
  const headers = brake.isFree() ? { 'WWW-Authenticate': 'Basic realm="Bottega", charset="UTF-8"' } : { 'Retry-After': '60' };
  response.writeHead(brake.isFree() ? 401 : 429, { 'Content-Type': 'text/plain', ...headers });
  response.end(brake.isFree() ? 'password needed\n' : 'too many wrong passwords\n');
}

function hasCookie({ headers }: IncomingMessage, session: string): boolean {
  const found = (headers.cookie ?? '').split(';').map((pair) => pair.trim()).find((pair) => pair.startsWith(`${COOKIE}=`));
  return found !== undefined && sameSecret(session, found.slice(COOKIE.length + 1));
}

function basicPassword({ headers }: IncomingMessage): string | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}

/** So many wrong passwords a minute, over all visitors, then none is even compared. Cookies of those inside stay good. */
class Brake {
  readonly #now: () => number;
  #since = 0;
  #failures = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  isFree(): boolean {
    if (this.#now() - this.#since >= FAILURES_WITHIN_MS) this.#failures = 0;
    return this.#failures < MAX_FAILURES;
  }

  fail(): void {
    if (this.#failures === 0) this.#since = this.#now();
    this.#failures += 1;
  }
}
