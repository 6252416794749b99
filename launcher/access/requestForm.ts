/**
 * `formIn` reads the fields of a small form: URL-encoded, as browsers and the editor send it, or JSON, as Node-RED's command line does.
 */
import type { IncomingMessage } from 'node:http';

/** `RequestForm`: `tooLarge` is nothing anybody fills in. */
export type RequestForm = { readonly outcome: 'read'; readonly fields: ReadonlyMap<string, string> } | { readonly outcome: 'tooLarge' };

const MAX_BYTES = 16 * 1024;

export async function formIn(request: IncomingMessage): Promise<RequestForm> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) return { outcome: 'tooLarge' };
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  return { outcome: 'read', fields: isJson ? jsonFields(text) : new Map(new URLSearchParams(text)) };
}

function jsonFields(text: string): Map<string, string> {
  try {
    const parsed: unknown = JSON.parse(text);
    const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}
