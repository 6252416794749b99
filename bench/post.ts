/** How does a benchmark post? On connections that stay open, with the time from the first byte sent to the last byte of the answer. */
import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { SignedRequest } from '../launcher/simulator/sign.js';

export interface Posted {
  /** 0: no answer. */
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

export class Poster {
  readonly #url: URL;
  /** Where the installation lies below a path, without slash at the end. */
  readonly #base: string;
  readonly #agent: Agent;
  readonly #request: typeof request;

  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    this.#base = this.#url.pathname.replace(/\/+$/, '');
    const isTls = this.#url.protocol === 'https:';
    this.#agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections, noDelay: true });
    this.#request = isTls ? tlsRequest : request;
  }

  post({ path, headers, body }: SignedRequest): Promise<Posted> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const end = (status: number, text: string): void => { resolve({ status, text, ms: performance.now() - startedAt }); };
      const sent = this.#request({
        agent: this.#agent, host: this.#url.hostname, port: this.#url.port, method: 'POST', path: `${this.#base}${path}`, headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { end(answer.statusCode ?? 0, text); });
      });
      sent.on('error', (error) => { end(0, error.message); });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
