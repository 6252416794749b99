/** How do tests pose as a browser, or as somebody who guesses? Requests with a jar of cookies, and no redirect followed. */
import { request as plainRequest } from 'node:http';
import { PATIENCE_MS } from './waiting.js';

/** `Visit`: what came back. */
export interface Visit {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface VisitTerms {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

/** `Visitor` of one test. `from` is what a proxy says of the address. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #base: string;
  readonly #from: string | undefined;

  constructor(base: string, from?: string) {
    this.#base = base;
    this.#from = from;
  }

  /** `target` is a path, or another server's URL. */
  visit(target: string, { method = 'GET', headers = {}, form }: VisitTerms = {}): Promise<Visit> {
    const url = new URL(target, this.#base);
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    const sent = {
      accept: 'text/html', ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }),
      ...(this.#from === undefined ? {} : { 'x-forwarded-for': this.#from }), ...this.#cookieHeader(), ...headers,
    };
    return new Promise((resolve, reject) => {
      plainRequest(url, { method: body === undefined ? method : 'POST', headers: sent, timeout: PATIENCE_MS }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => { text += part; });
        response.on('end', () => {
          this.#keep(response.headers['set-cookie'] ?? []);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      }).on('error', reject).on('timeout', () => { reject(new Error(`no answer of ${url.href}`)); }).end(body);
    });
  }

  signIn(password: string, to = '/dashboard'): Promise<Visit> {
    return this.visit('/auth/signin', { form: { password, to } });
  }

  /** As Node-RED's editor and its command line do. */
  token(username: string, password: string): Promise<Visit> {
    return this.visit('/auth/token', { form: { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password } });
  }

  basic(path: string, password: string, headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return this.visit(path, { headers: { accept: '*/*', authorization: `Basic ${Buffer.from(`chiunque:${password}`).toString('base64')}`, ...headers } });
  }

  #cookieHeader(): { cookie?: string } {
    return this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      if (/Max-Age=0\b/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
