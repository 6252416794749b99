/**
 * Is this the kind of body that this endpoint reads? By its type, and for pages (whose refusals nobody keeps) by what it is.
 */
import { isJsonType } from '../../engine/verify/bodyLimits.js';
import { isFileType } from '../../engine/normalize/file/format.js';
import { readBody } from '../../engine/normalize/draft/jsonBody.js';
import { type Answer, refused } from '../shared/http/response.js';
import type { WebhookProvider } from './config.js';

/** `undefined` where it is fit to be read. */
export function unfitFor(provider: WebhookProvider, contentType: string | undefined, body: Buffer): Answer | undefined {
  switch (provider) {
    case 'batch': return isFileType(contentType) ? undefined : wrongType('must be CSV, NDJSON or XML');
    case 'pixel': return isJsonType(contentType) || isPlain(contentType) ? unreadable(body) : wrongType('must be JSON, or text that is JSON');
    default: return isJsonType(contentType) ? undefined : wrongType('must be JSON');
  }
}

/** How `sendBeacon` sends text without asking first. */
function isPlain(contentType: string | undefined): boolean {
  return /^\s*text\/plain\s*(;|$)/i.test(contentType ?? '');
}

function unreadable(body: Buffer): Answer | undefined {
  const read = readBody(body);
  return read.outcome === 'json' ? undefined : refused(400, read.refusal.path, read.refusal.rule, read.refusal.message);
}

function wrongType(message: string): Answer {
  return refused(415, '/headers/content-type', 'type', message);
}
