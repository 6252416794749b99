/**
 * Limits of a request before its body is parsed: size, type and encoding.
 */

/** `MAX_BODY_BYTES` is one MiB: this many bytes are accepted, one more is not. */
export const MAX_BODY_BYTES = 1_048_576;

/** `isJsonType`: a missing type counts as JSON; so does every `…+json`. */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType.trim() === '') return true;
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  return /^(application|text)\/([\w.+-]+\+)?json$/.test(type);
}

/** `isIdentity`: signatures cover the bytes as sent, so compressed bodies are not unpacked but refused. */
export function isIdentity(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || /^\s*(identity)?\s*$/i.test(contentEncoding);
}
