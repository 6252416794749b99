/**
 * What JSON did the sender write? Strict UTF-8, ids beyond the exact integers kept as text, anything else one refusal.
 */
import type { Refusal } from '../../base/errors.js';

export type Body =
  | { readonly outcome: 'json'; readonly value: unknown }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Strings are matched whole, so that only bare integers of 16 digits or more are found between them. */
const LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** Bytes or text are parsed; what an earlier node has parsed already is taken as it is. */
export function readBody(payload: unknown): Body {
  if (payload instanceof Uint8Array) return readText(decode(payload));
  if (typeof payload === 'string') return readText(payload.startsWith('\ufeff') ? payload.slice(1) : payload);
  return payload === undefined ? refused('no body') : { outcome: 'json', value: payload };
}

/** The text of a body, for the few senders that post something other than JSON. */
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
  const value = parse(text);
  if (value.outcome === 'refused' || !hasLongNumber(text)) return value;
  return parse(text.replaceAll(LONG_INTEGERS, (token) => (token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`)));
}

const LONG = 16;

/** Sixteen digits in a row somewhere, in a string or not: every sixteenth letter is looked at, and around it only where it is a digit. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue;
    let from = at;
    let to = at + 1;
    while (isDigit(text, from - 1)) from -= 1;
    while (isDigit(text, to)) to += 1;
    if (to - from >= LONG) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
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

function refused(message: string): Body {
  return { outcome: 'refused', refusal: { path: '', rule: 'json', message } };
}
