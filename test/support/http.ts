/** How do tests talk HTTP? Small answers with status, headers and what the body says. */
import type { SignedRequest } from '../../launcher/simulator/sign.js';
import { PATIENCE_MS } from './waiting.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `undefined` where the body is not JSON. */
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- an answer is what a test reads
}

export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

export function post(base: string, { path, headers, body }: SignedRequest): Promise<Answer> {
  return request(base + path, { method: 'POST', headers, body });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
