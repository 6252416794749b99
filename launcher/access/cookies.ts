/**
 * Cookies of the sign-in: `HttpOnly` and of this site only, `Secure` where the browser came by HTTPS.
 */
import type { IncomingMessage } from 'node:http';

/** What a cookie may be sent along with: `Lax` ones also with the way back from the OpenID provider. */
export type CookieReach = 'Strict' | 'Lax';

export interface CookieSpec {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly reach: CookieReach;
  readonly maxAgeMs: number;
}

/** A `Set-Cookie` header. */
export function cookie({ name, value, path, reach, maxAgeMs }: CookieSpec, scheme: 'http' | 'https'): string {
  const secure = scheme === 'https' ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; Max-Age=${String(Math.floor(maxAgeMs / 1_000))}; HttpOnly; SameSite=${reach}${secure}`;
}

/** The value of a cookie; `undefined` where none of that name came. */
export function cookieIn({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const pair = (headers.cookie ?? '').split(';').map((each) => each.trim()).find((each) => each.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/**
 * How the browser reached us: by HTTPS where the connection, a proxy or the public URL says so. Whoever writes such a header himself makes his own cookie
 * stricter, and no more.
 */
export function schemeOf({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>, publicUrl: string | undefined): 'http' | 'https' {
  const isPublic = publicUrl !== undefined && publicUrl.startsWith('https:') && new URL(publicUrl).host === headers.host;
  const forwarded = String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0]?.trim().toLowerCase();
  return 'encrypted' in socket || isPublic || forwarded === 'https' ? 'https' : 'http';
}
