/**
 * `secureFetch` asks others over HTTP as `fetch` does, with the lowest TLS version of the installation, which `fetch` cannot be given. It follows no redirect:
 * another address than the one that was agreed on is none of ours, and may be one inside. What comes back is bounded.
 */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tlsOptions } from '../../../engine/base/tls.js';

/** `FetchTerms`, as `fetch` takes them. `maxBytes` of the answer; `trust`: whom to believe over TLS (`ourselves`: this process, by another address). */
export interface FetchTerms {
  readonly method?: string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
  readonly maxBytes?: number;
  readonly trust?: 'certificate' | 'ourselves';
  /** PEM texts, instead of the authorities that Node.js knows. */
  readonly ca?: string;
}

/** `MAX_ANSWER_BYTES` where the caller says nothing else. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** `secureFetch` rejects with `TypeError` and its cause, or with the reason of the signal, as `fetch` does; with `ERR_ANSWER_TOO_LONG` beyond `maxBytes`. */
export async function secureFetch(url: string | URL, terms: FetchTerms = {}): Promise<Response> {
  const { signal, maxBytes = MAX_ANSWER_BYTES } = terms;
  signal?.throwIfAborted();
  const body = bytesOf(terms.body);
  const headers = new Headers(terms.headers);
  if (body !== undefined) headers.set('content-length', String(body.length));
  const request = opened(new URL(url), terms, Object.fromEntries(headers));
  const abort = (): void => { request.destroy(); };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const answer = await answered(request, body);
    const content = await contentOf(answer, maxBytes);
    return responseOf(answer, content);
  } catch (error) {
    signal?.throwIfAborted();
    throw new TypeError('fetch failed', { cause: error });
  } finally {
    signal?.removeEventListener('abort', abort);
    request.destroy();
  }
}

function opened(url: URL, { method = 'GET', trust, ca }: FetchTerms, headers: Record<string, string>): ClientRequest {
  // One connection for one question: nothing lingers when a node closes.
  const options = { method, headers, agent: false };
  if (url.protocol === 'http:') return httpRequest(url, options);
  if (url.protocol !== 'https:') throw new TypeError('neither http: nor https:');
  const trusted = { ...(ca === undefined ? {} : { ca }), ...(trust === 'ourselves' ? { rejectUnauthorized: false } : {}) };
  return httpsRequest(url, { ...options, ...tlsOptions(process.env), ...trusted });
}

function answered(request: ClientRequest, body: Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function contentOf(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw Object.assign(new Error(`an answer of more than ${String(maxBytes)} bytes`), { code: 'ERR_ANSWER_TOO_LONG' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** By the standard, these have no body. */
const BODILESS = new Set([204, 205, 304]);

function responseOf({ statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage, content: Buffer): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return new Response(BODILESS.has(statusCode) ? null : new Uint8Array(content), { status: statusCode, statusText: statusMessage, headers });
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError('a body of text or bytes');
}
