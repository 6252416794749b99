/**
 * `askShop` asks a shop that runs, with the API token of the environment or the one that `npm start` made.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secureFetch } from '../../nodes/shared/http/secureFetch.js';

/** All that is kept of a customer may be much. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;

/** `ShopReply`: status 0 where nobody answers. */
export interface ShopReply {
  readonly status: number;
  readonly body: unknown;
}

/** `tokenOf` gives the API token; `undefined` where there is none. */
export function tokenOf(data: string): string | undefined {
  const given = process.env['BOTTEGA_API_TOKEN']?.trim() ?? '';
  return given === '' ? keptToken(data) : given;
}

/** `askShop` posts where there is a body. */
export async function askShop(address: string, token: string, body?: object): Promise<ShopReply> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const asked = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await secureFetch(address, { headers, maxBytes: MAX_REPLY_BYTES, ...asked });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { status: 0, body: undefined };
  }
}

/** What `npm start` made and keeps. */
function keptToken(data: string): string | undefined {
  try {
    const secrets = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as { BOTTEGA_API_TOKEN?: unknown };
    return typeof secrets.BOTTEGA_API_TOKEN === 'string' ? secrets.BOTTEGA_API_TOKEN : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
