/**
 * The pages for signing in and out: plain HTML, which no other page may frame; a script has only the one that hands the editor its token.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { languageOf, SIGN_IN_WORDS, type SignInLanguage, type SignInWords } from './words.js';

/** `SignInOffer` is what the page offers. `to`: the path one came for. */
export interface SignInOffer {
  readonly to: string;
  readonly password: 'asked' | 'none';
  readonly provider: 'offered' | 'none';
}

const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fff}
label,input,button,a.button{display:block;width:100%;box-sizing:border-box}
input,button,a.button{font:inherit;padding:.6rem;margin:.3rem 0 1rem;border:1px solid #767676;border-radius:.3rem}
button,a.button{background:#8c1d18;border-color:#8c1d18;color:#fff;text-align:center;text-decoration:none;cursor:pointer}
.error{color:#8c1d18;font-weight:600}`;

/** `same-origin`: under `no-referrer` a browser would send the form itself with `Origin: null`, as if from nowhere. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin', 'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** The words for whoever asks. */
export function wordsFor({ headers }: Pick<IncomingMessage, 'headers'>): SignInWords {
  return SIGN_IN_WORDS[languageOf(headers['accept-language'])];
}

/** `SignInError` is what the page says went wrong, and under which status. */
export interface SignInError {
  readonly status: number;
  readonly text: string;
}

export function sendSignIn(request: IncomingMessage, response: ServerResponse, offer: SignInOffer, error?: SignInError): void {
  const words = wordsFor(request);
  const to = escaped(offer.to);
  const form = `<form method="post" action="/auth/signin"><input type="hidden" name="to" value="${to}">
<input type="hidden" name="username" value="bottega" autocomplete="username">
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>${words.enter}</button></form>`;
  const link = `<a class="button" href="/auth/oidc?to=${escaped(encodeURIComponent(offer.to))}">${words.enterByProvider}</a>`;
  const said = error === undefined ? '' : `<p class="error" role="alert">${escaped(error.text)}</p>`;
  const body = `<h1>${words.title}</h1>${said}${offer.password === 'asked' ? form : ''}${offer.provider === 'offered' ? link : ''}`;
  send(request, response, error?.status ?? 200, words.title, body);
}

export function sendSignOut(request: IncomingMessage, response: ServerResponse): void {
  const words = wordsFor(request);
  const form = `<form method="post" action="/auth/signout"><button>${words.leave}</button></form>`;
  send(request, response, 200, words.leaveTitle, `<h1>${words.leaveTitle}</h1>${form}`);
}

/** Leads on to `to` from a page of our own: what came from another site's page would not bring strict cookies along. */
export function sendOnward(request: IncomingMessage, response: ServerResponse, to: string): void {
  const words = wordsFor(request);
  const address = escaped(to);
  const head = `<meta http-equiv="refresh" content="0; url=${address}">`;
  send(request, response, 200, words.title, `<p><a class="button" href="${address}">${words.goOn}</a></p>`, head);
}

/** Puts the editor's token where the editor keeps it, and leads on to the editor. */
export function sendEditorToken(request: IncomingMessage, response: ServerResponse, token: string): void {
  const nonce = randomBytes(16).toString('base64');
  const tokens = JSON.stringify(JSON.stringify({ access_token: token })).replaceAll('<', '\\u003c');
  const script = `<script nonce="${nonce}">localStorage.setItem('auth-tokens', ${tokens}); location.replace('/');</script>`;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`;
  response.writeHead(200, { ...HEADERS, 'Content-Security-Policy': policy });
  response.end(`<!doctype html><html lang="${languageOf(request.headers['accept-language'])}"><head><meta charset="utf-8">
<title>${wordsFor(request).title}</title></head><body>${script}</body></html>\n`);
}

/** A path of ours, or the dashboard's: never an address elsewhere. */
export function ownPath(text: string | null | undefined): string {
  const base = 'http://own.invalid';
  if (typeof text !== 'string' || !text.startsWith('/') || !URL.canParse(text, base)) return '/dashboard';
  const { origin, pathname, search } = new URL(text, base);
  return origin === base && !pathname.startsWith('//') ? `${pathname}${search}` : '/dashboard';
}

function send(request: IncomingMessage, response: ServerResponse, status: number, title: string, body: string, head = ''): void {
  const language: SignInLanguage = languageOf(request.headers['accept-language']);
  response.writeHead(status, HEADERS);
  response.end(`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}
<title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>\n`);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}
