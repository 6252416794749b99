/**
 * `bearsToken` asks whether a request carries the API token.
 */
import type { IncomingMessage } from 'node:http';
import { sameSecret } from '../../../engine/base/secret.js';

/** `Authorization: Bearer <token>`; no request does where nobody gave a token. */
export function bearsToken({ headers }: Pick<IncomingMessage, 'headers'>, token: string | undefined): boolean {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && token !== undefined && sameSecret(token, given);
}
