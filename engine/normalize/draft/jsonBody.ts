/**
 * `readBody` reads the JSON of a sender: strict UTF-8, ids beyond the exact integers kept as text, anything else one refusal.
 */
import type { Refusal, RefusalRule } from '../../base/errors.js';
import { isTooDeep } from '../../base/json.js';

/** `Body` is what was read. */
export type Body =
  | { readonly outcome: 'json'; readonly value: unknown }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** Receipts and orders have ten levels at most. */
const MAX_DEPTH = 100;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Sixteen digits in a row somewhere, in a string or not: rare, and only then worth a second reading. */
const LONG_NUMBER = /\d{16}/;
/** Strings are matched whole, so that only bare integers of 16 digits or more are found between them. */
const LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** `readBody`: bytes or text are parsed; what an earlier node has parsed already is taken as it is. */
export function readBody(payload: unknown): Body {
  if (payload instanceof Uint8Array) return readText(decode(payload));
  if (typeof payload === 'string') return readText(payload.startsWith('\ufeff') ? payload.slice(1) : payload);
  return payload === undefined ? refused('no body') : { outcome: 'json', value: payload };
}

/** `decode` is the text of a body, for the few senders that post something other than JSON. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function readText(text: string | undefined): Body {
  if (text === undefined) return refused('not UTF-8');
  if (isTooDeep(text, MAX_DEPTH)) return refused(`nested more than ${String(MAX_DEPTH)} levels deep`, 'json.depth');
  const value = parse(text);
  if (value.outcome === 'refused' || !LONG_NUMBER.test(text)) return value;
  return parse(text.replaceAll(LONG_INTEGERS, (token) => (token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`)));
}

function parse(text: string): Body {
  try {
    return { outcome: 'json', value: JSON.parse(text) as unknown };
  } catch (error) {
    // The parser's own words quote the body: they stay here.
    if (error instanceof SyntaxError) return refused('not JSON');
    throw error;
  }
}

function refused(message: string, rule: RefusalRule = 'json'): Body {
  return { outcome: 'refused', refusal: { path: '', rule, message } };
}
