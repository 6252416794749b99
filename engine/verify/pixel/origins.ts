/**
 * `Origins` are the web pages that may send from their visitors' browsers: the shop's own, by name. A browser says truly whose page it shows, any
 * other program says what it likes.
 */
import type { Signed } from '../verdict.js';

/** `Origins`: `any` where nobody has named them. */
export type Origins = 'any' | readonly RegExp[];

const LINE = /^(https?:\/\/)?((?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(:\d{1,5})?\/?$/i;
const MAX_LINES = 100;

/**
 * `parseOrigins` reads one per line or with commas between them: `https://shop.example`, `shop.example` (https), `https://*.shop.example` (every
 * name below it), `null` (pages in a sandbox, as Shopify's pixels). `undefined` where one is none of these.
 */
export function parseOrigins(text: string): Origins | undefined {
  const lines = text.split(/[\s,]+/).filter((line) => line !== '');
  const patterns = lines.map(patternOf);
  if (patterns.length > MAX_LINES || patterns.includes(undefined)) return undefined;
  return patterns.length === 0 ? 'any' : patterns.filter((pattern) => pattern !== undefined);
}

/** `originOf` says whose page it is, by what browsers send along: the origin, or the address of a page that shows a picture. */
export function originOf(headers: Signed['headers']): string | undefined {
  const { origin, referer } = headers;
  if (origin !== undefined && origin !== '') return origin;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

/** `isAllowed`: whether a page of that origin may send. */
export function isAllowed(origins: Origins, origin: string | undefined): boolean {
  if (origins === 'any') return true;
  return origin !== undefined && origins.some((pattern) => pattern.test(origin));
}

function patternOf(line: string): RegExp | undefined {
  if (line === 'null') return /^null$/;
  const [, scheme = 'https://', host = '', port = ''] = LINE.exec(line) ?? [];
  if (host === '') return undefined;
  const name = host.replace(/^\*\./, '').replaceAll('.', String.raw`\.`);
  return new RegExp(`^${scheme}${host.startsWith('*.') ? String.raw`([a-z0-9-]+\.)+` : ''}${name}${port}$`, 'i');
}
