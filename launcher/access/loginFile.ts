/**
 * `LoginFile` keeps, beside the data and for this user only, who is signed in and which password they signed in with: as a scrypt digest, so that a changed
 * password is noticed. Sessions outlive a restart, but not a change of what they were opened with.
 */
import { randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameSecret } from '../../engine/base/secret.js';
import { ConfigError } from '../../engine/base/errors.js';
import type { Access } from '../settings/settings.js';
import { providerMark } from '../settings/oidcSettings.js';
import type { StoredSession } from './sessions.js';

/** A password of fewer characters is not taken as a new one. */
export const MIN_NEW_PASSWORD = 12;

/** `LoginFile` as it was opened. `shortPassword`: it was taken by a former version, and works on. */
export interface LoginFile {
  readonly sessions: readonly StoredSession[];
  readonly shortPassword: boolean;
  write(sessions: readonly StoredSession[]): void;
}

interface KeptLogins {
  /** `salt.digest`; empty: there was no password. */
  readonly password: string;
  /** Which provider and which roles; empty: none. */
  readonly provider: string;
  readonly sessions: readonly StoredSession[];
}

const NOTHING: KeptLogins = { password: '', provider: '', sessions: [] };

/** Throws `ConfigError` where the password is new and short. `data` is `used` where a version before this file has run on it: its password is not new. */
export function openLoginFile(directory: string, access: Access, data: 'fresh' | 'used'): LoginFile {
  const path = join(directory, 'logins.json');
  const isThere = existsSync(path);
  const kept = isThere ? parse(readFileSync(path, 'utf8')) : NOTHING;
  const password = access.by === 'password' ? access.password : '';
  const isKnown = password !== '' && isDigestOf(kept.password, password);
  const isOld = isKnown || (!isThere && data === 'used');
  const isShort = password !== '' && password.length < MIN_NEW_PASSWORD;
  if (isShort && !isOld) throw new ConfigError('BOTTEGA_PASSWORD', `a new password has at least ${String(MIN_NEW_PASSWORD)} characters`, '…');
  const marks = { password: isKnown ? kept.password : digest(password), provider: providerMark(access.by === 'loopback' ? undefined : access.oidc) };
  const write = (sessions: readonly StoredSession[]): void => { replace(path, { ...marks, sessions }); };
  const isStill = { password: isKnown, provider: marks.provider !== '' && marks.provider === kept.provider, basic: false };
  const sessions = kept.sessions.filter(({ origin }) => isStill[origin]);
  write(sessions);
  return { sessions, shortPassword: isShort, write };
}

/** Empty where there is no password. */
function digest(password: string, salt = randomBytes(16).toString('base64url')): string {
  return password === '' ? '' : `${salt}.${scryptSync(password, salt, 32).toString('base64url')}`;
}

function isDigestOf(kept: string, password: string): boolean {
  const salt = kept.split('.', 1)[0] ?? '';
  return salt !== '' && sameSecret(kept, digest(password, salt));
}

/** A file that cannot be understood signs everybody out, and no more: there is nothing in it that could be lost. */
function parse(text: string): KeptLogins {
  try {
    const { password, provider, sessions } = JSON.parse(text) as Partial<Record<keyof KeptLogins, unknown>>;
    return { password: typeof password === 'string' ? password : '', provider: typeof provider === 'string' ? provider : '', sessions: sessionsIn(sessions) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return NOTHING;
    throw error;
  }
}

function sessionsIn(kept: unknown): StoredSession[] {
  return Array.isArray(kept) ? kept.filter(isSession) : [];
}

function isSession(kept: unknown): kept is StoredSession {
  if (typeof kept !== 'object' || kept === null) return false;
  const { digest: of, role, origin, startedAt, usedAt } = kept as Partial<Record<keyof StoredSession, unknown>>;
  return typeof of === 'string' && (role === 'owner' || role === 'viewer') && (origin === 'password' || origin === 'provider')
    && typeof startedAt === 'number' && typeof usedAt === 'number';
}

/** Beside and then renamed: a kill in between leaves the old file or the new one. */
function replace(path: string, kept: KeptLogins): void {
  const aside = `${path}.${String(process.pid)}`;
  writeFileSync(aside, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  renameSync(aside, path);
}
