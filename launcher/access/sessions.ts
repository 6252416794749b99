/**
 * `SessionTable` is who is signed in: one session for each login, under a random token of which only the digest is kept. A session ends when it was not used
 * for long, when it is old, when its owner signs out, or when what it was opened with is changed; whatever is bound to it (open sockets) ends with it.
 */
import { sha256 } from '../../engine/base/secret.js';
import { DAY, HOUR } from '../../engine/base/time.js';
import type { UserRole } from '../settings/oidcSettings.js';

/** `SessionOrigin` is how it began: the sign-in page or the editor's API, the OpenID provider, or HTTP Basic of a program. */
export type SessionOrigin = 'password' | 'provider' | 'basic';

export interface Session {
  readonly role: UserRole;
  readonly origin: SessionOrigin;
  readonly startedAt: number;
  readonly usedAt: number;
}

/** `StoredSession`: `digest` of its token. */
export interface StoredSession extends Session {
  readonly digest: string;
}

interface SessionLimits {
  readonly idleMs: number;
  readonly maxMs: number;
  readonly max: number;
}

/**
 * Beyond `max` of one origin the one that was used longest ago ends. A program that keeps no cookies opens one with each request: it must not end anybody
 * else's.
 */
const LIMITS: Readonly<Record<SessionOrigin, SessionLimits>> = {
  password: { idleMs: 7 * DAY, maxMs: 30 * DAY, max: 500 },
  // What the provider says of a person may change: it is asked again every day.
  provider: { idleMs: 12 * HOUR, maxMs: 12 * HOUR, max: 500 },
  basic: { idleMs: HOUR, maxMs: HOUR, max: 200 },
};

/** The longest a session lives: for the cookie. */
export const SESSION_MAX_MS = LIMITS.password.maxMs;
/** A use is worth writing down so often. */
const NOTE_USE_EVERY_MS = HOUR;

type End = () => void;

export interface SessionHooks {
  /** Makes tokens. */
  readonly random: () => string;
  /** There is something to be kept. */
  readonly changed: () => void;
  /** One that outlives a restart has ended. */
  readonly ended: () => void;
}

/** `SessionTable` of one installation. `now` is epoch ms. */
export class SessionTable {
  readonly #sessions = new Map<string, Session>();
  readonly #bound = new Map<string, Set<End>>();
  readonly #hooks: SessionHooks;

  constructor(hooks: SessionHooks, kept: readonly StoredSession[] = []) {
    this.#hooks = hooks;
    for (const { digest, ...session } of kept) this.#sessions.set(digest, session);
  }

  /** The token of a new session. */
  begin(now: number, role: UserRole, origin: SessionOrigin): string {
    this.expire(now);
    const ofOrigin = [...this.#sessions].filter(([, session]) => session.origin === origin);
    if (ofOrigin.length >= LIMITS[origin].max) {
      const [longestUnused] = ofOrigin.reduce((a, b) => (a[1].usedAt <= b[1].usedAt ? a : b));
      this.#drop(longestUnused);
    }
    const token = this.#hooks.random();
    this.#sessions.set(digestOf(token), { role, origin, startedAt: now, usedAt: now });
    if (origin !== 'basic') this.#hooks.changed();
    return token;
  }

  /** The session of a token, which is thereby used. */
  find(now: number, token: string): Session | undefined {
    const digest = digestOf(token);
    const session = this.#sessions.get(digest);
    if (session === undefined) return undefined;
    if (isOver(session, now)) {
      this.#drop(digest);
      return undefined;
    }
    if (now - session.usedAt >= NOTE_USE_EVERY_MS) {
      this.#sessions.set(digest, { ...session, usedAt: now });
      this.#hooks.changed();
    }
    return session;
  }

  /** Ends it, where there is one. */
  end(token: string): void {
    this.#drop(digestOf(token));
  }

  /** Calls `end` when the session ends, whatever the reason. The answer lets go of it. */
  bind(token: string, end: End): () => void {
    const digest = digestOf(token);
    if (!this.#sessions.has(digest)) return () => undefined;
    const bound = this.#bound.get(digest) ?? new Set<End>();
    this.#bound.set(digest, bound.add(end));
    return () => { bound.delete(end); };
  }

  /** Ends those whose time is over. */
  expire(now: number): void {
    for (const [digest, session] of this.#sessions) if (isOver(session, now)) this.#drop(digest);
  }

  /** What outlives a restart: a program with HTTP Basic comes with its password anyway. */
  kept(): StoredSession[] {
    return [...this.#sessions].filter(([, { origin }]) => origin !== 'basic').map(([digest, session]) => ({ digest, ...session }));
  }

  #drop(digest: string): void {
    const session = this.#sessions.get(digest);
    if (session === undefined) return;
    const bound = this.#bound.get(digest);
    this.#sessions.delete(digest);
    this.#bound.delete(digest);
    for (const end of bound ?? []) end();
    if (session.origin === 'basic') return;
    this.#hooks.ended();
    this.#hooks.changed();
  }
}

/** A clock that was set back makes nobody's session longer: one that begins in the future is over. */
function isOver({ origin, startedAt, usedAt }: Session, now: number): boolean {
  const { idleMs, maxMs } = LIMITS[origin];
  return now - startedAt >= maxMs || now - usedAt >= idleMs || startedAt - now >= HOUR;
}

function digestOf(token: string): string {
  return sha256(token).toString('base64url');
}
