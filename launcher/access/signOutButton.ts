/**
 * `withSignOut` puts a button to sign out on every page of a dashboard that somebody has signed in to, whatever flow and whatever dashboard it is: theirs is
 * the only session that it ends. It stands in the corner, and the page keeps space for it below what it shows.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { wordsFor } from './pages.js';
import { languageOf } from './words.js';

/** A page of a dashboard has a few kilobytes; what is larger is something else. */
const MAX_PAGE_BYTES = 1_048_576;

const STYLE = `.bottega-signout{position:fixed;right:.75rem;bottom:.75rem;z-index:2000;margin:0;color-scheme:light dark}
.bottega-signout button{min-height:44px;padding:0 1rem;border:1px solid;border-radius:22px;background:Canvas;color:CanvasText;cursor:pointer;
font:500 .875rem/1 system-ui,sans-serif}
.v-main,.nr-dashboard-theme{padding-bottom:4.5rem}
@media print{.bottega-signout{display:none}}`;

const wrapped = new WeakSet<ServerResponse>();

/** Adds the button where the answer turns out to be a page. */
export function withSignOut(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' || !(request.headers.accept ?? '').includes('text/html') || wrapped.has(response)) return;
  wrapped.add(response);
  // A page from a browser's memory would lack the button, or have it after the session.
  for (const name of ['if-none-match', 'if-modified-since', 'range']) Reflect.deleteProperty(request.headers, name);
  collect(response, (page) => {
    const at = page.lastIndexOf('</body>');
    return at < 0 ? page : `${page.slice(0, at)}${buttonFor(request)}${page.slice(at)}`;
  });
}

function buttonFor(request: IncomingMessage): string {
  const language = languageOf(request.headers['accept-language']);
  const form = `<form class="bottega-signout" method="post" action="/auth/signout" lang="${language}">`;
  return `<style>${STYLE}</style>${form}<button>${wordsFor(request).leave}</button></form>`;
}

type WriteBody = (chunk: unknown, ...rest: unknown[]) => boolean;
type EndBody = (chunk?: unknown, ...rest: unknown[]) => ServerResponse;

/** Holds the body of a page back until its end; what is none passes as it is. */
function collect(response: ServerResponse, change: (page: string) => string): void {
  const [write, end] = [response.write.bind(response) as WriteBody, response.end.bind(response) as EndBody];
  const parts: Buffer[] = [];
  const letPass = (): void => {
    Object.assign(response, { write, end });
    for (const part of parts.splice(0)) write(part);
  };
  const hold: WriteBody = (chunk, ...rest) => {
    if (!isPage(response, parts)) {
      letPass();
      return write(chunk, ...rest);
    }
    parts.push(bytesOf(chunk, rest[0]));
    return true;
  };
  const finish: EndBody = (chunk, ...rest) => {
    if (!isPage(response, parts)) {
      letPass();
      return end(chunk, ...rest);
    }
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') parts.push(bytesOf(chunk, rest[0]));
    const page = Buffer.from(change(Buffer.concat(parts.splice(0)).toString('utf8')));
    for (const name of ['ETag', 'Last-Modified', 'Accept-Ranges']) response.removeHeader(name);
    response.setHeader('Cache-Control', 'no-store').setHeader('Content-Length', page.length);
    return end(page);
  };
  Object.assign(response, { write: hold, end: finish });
}

function isPage(response: ServerResponse, parts: readonly Buffer[]): boolean {
  if (response.headersSent || response.statusCode !== 200 || !String(response.getHeader('content-type') ?? '').startsWith('text/html')) return false;
  return parts.reduce((sum, { length }) => sum + length, 0) <= MAX_PAGE_BYTES;
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array);
  return Buffer.from(chunk, typeof encoding === 'string' ? encoding as BufferEncoding : 'utf8');
}
