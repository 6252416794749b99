/**
 * `Answer` is what a sender gets: status, headers and one JSON body, written exactly once, with bare `node:http`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultCode, RefusalRule } from '../../../engine/base/errors.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; nothing at all where it is absent. */
  readonly body?: object;
}

/** `{"errors":[{path, rule, message}]}`. `path` is a JSON Pointer into the request or its body. */
export function refused(status: number, path: string, rule: RefusalRule | FaultCode, message: string): Answer {
  return { status, body: { errors: [{ path, rule, message }] } };
}

/** 503: the sender shall try again. */
export function unavailable(rule: RefusalRule | FaultCode, retryAfterSeconds: number): Answer {
  return { ...refused(503, '', rule, 'not stored now; send again'), headers: { 'Retry-After': String(retryAfterSeconds) } };
}

/** False where the sender has been answered already or is gone. */
export function writeAnswer(response: ServerResponse, answer: Answer): boolean {
  if (response.headersSent || response.destroyed) return false;
  response.writeHead(answer.status, headersOf(answer)).end(textOf(answer));
  return true;
}

/**
 * Answers before the body is read. The rest is read and thrown away for a while, because a closed socket with bytes in it is
 * reset, and the sender would never see the answer.
 */
export function writeEarly(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, { ...headersOf(answer), Connection: 'close' });
  response.write(textOf(answer));
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, DRAIN_MS);
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > MAX_DRAINED_BYTES) end();
  });
  request.once('end', end);
  request.once('close', end);
  request.resume();
}

const DRAIN_MS = 2_000;
const MAX_DRAINED_BYTES = 16_777_216;

function headersOf(answer: Answer): Record<string, string> {
  if (answer.body === undefined) return { 'Cache-Control': 'no-store', ...answer.headers };
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(textOf(answer))),
    'Cache-Control': 'no-store',
    ...answer.headers,
  };
}

function textOf(answer: Answer): string {
  return answer.body === undefined ? '' : JSON.stringify(answer.body);
}
