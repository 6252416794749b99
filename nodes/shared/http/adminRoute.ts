/**
 * `serveAdmin` serves an endpoint for whoever runs the shop: with the API token, answers that nobody caches, 503 where the store is away.
 */
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../../engine/base/errors.js';
import { usableSecrets } from '../../../engine/verify/secretStrength.js';
import { bearsToken } from './bearer.js';
import { takeBody } from './bodyReader.js';
import { serve } from './route.js';

/** `AdminAnswers`: `post` gets the JSON that was sent, `undefined` where it was none. */
export interface AdminAnswers {
  readonly get?: (request: Request, response: Response) => Promise<void>;
  readonly post?: (body: unknown, response: Response) => Promise<void>;
}

const RETRY_AFTER_SECONDS = 5;
const MAX_BYTES = 1_048_576;

/** The answer takes the routes away. */
export function serveAdmin(RED: NodeAPI, path: string, { get, post }: AdminAnswers): () => void {
  const [token] = usableSecrets('shared', [process.env['BOTTEGA_API_TOKEN'] ?? '']);
  const guarded = (answer: (request: Request, response: Response) => Promise<void>) => async (request: Request, response: Response): Promise<void> => {
    response.set('Cache-Control', 'no-store');
    if (!bearsToken(request, token)) {
      response.status(401).set('WWW-Authenticate', 'Bearer').json({ errors: [{ path: 'authorization', rule: 'token', message: 'needs the API token' }] });
      return;
    }
    await answer(request, response).catch((error: unknown) => {
      response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS)).json({ errors: [{ path: '', rule: 'store', message: messageOf(error) }] });
    });
  };
  const routes = [
    ...(get === undefined ? [] : [serve(RED, 'get', path, guarded(get))]),
    ...(post === undefined ? [] : [serve(RED, 'post', path, guarded(async (request, response) => {
      await post(await jsonOf(request, response, path), response);
    }))]),
  ];
  return () => { for (const remove of routes) remove(); };
}

/** Node-RED's own parser may have read it before. */
async function jsonOf(request: Request, response: Response, path: string): Promise<unknown> {
  const parsed: unknown = request.body;
  if (parsed !== undefined) return parsed;
  const address = request.socket.remoteAddress ?? '';
  const bytes = await new Promise<Buffer>((resolve) => { takeBody(request, response, { path, address, maxBytes: MAX_BYTES }, resolve); });
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
