/**
 * `Listeners` are the ports of the built-in broker: one in clear, and one with TLS where it is wanted. They bound how many are connected:
 * where one too many comes, whoever has been longest without a login goes.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { DAY, SECOND } from '../../../engine/base/time.js';
import { tlsOptions } from '../../../engine/base/tls.js';
import type { BrokerCertificate } from '../tls/certificateFiles.js';

/** `ListenAddress`: a port, and the address of this machine on which it is open. */
export interface ListenAddress {
  readonly port: number;
  readonly host: string;
}

/** `ListenerTerms`: `certificate` is asked for again every day, since it expires and the machine's addresses change. */
export interface ListenerTerms {
  readonly plain: ListenAddress;
  readonly tls?: ListenAddress & { readonly certificate: () => BrokerCertificate };
  readonly welcome: (socket: Socket) => void;
  readonly report: (error: unknown) => void;
}

const MAX_CONNECTIONS = 200;
const HANDSHAKE_MS = 10 * SECOND;

/** `Listeners` of one broker. */
export class Listeners {
  readonly #terms: ListenerTerms;
  readonly #servers = new Map<'plain' | 'tls', Server>();
  /** By the other end's address and port, the first that came first; with TLS two sockets are one connection. */
  readonly #open = new Map<string, Socket>();
  readonly #waiting = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;

  constructor(terms: ListenerTerms) {
    this.#terms = terms;
  }

  /** Opens what is not open yet; rejects with the socket's error where a port cannot be had, once the others are open. */
  async open(): Promise<void> {
    const { plain, tls } = this.#terms;
    const results = await Promise.allSettled([
      this.#openOne('plain', plain, () => createServer({ noDelay: true }, (socket) => { this.#terms.welcome(socket); })),
      ...(tls === undefined ? [] : [this.#openOne('tls', tls, () => this.#tlsServer(tls.certificate))]),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** It has logged in: from now on it stays. */
  proven(socket: Socket): void {
    this.#waiting.delete(keyOf(socket));
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    await Promise.all([...this.#servers.values()].map((server) => new Promise<void>((resolve) => { server.close(() => { resolve(); }); })));
  }

  async #openOne(name: 'plain' | 'tls', { port, host }: ListenAddress, create: () => Server): Promise<void> {
    if (this.#servers.has(name)) return;
    const server = create();
    server.on('connection', (socket) => { this.#count(socket); });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', this.#terms.report);
    this.#servers.set(name, server);
  }

  #tlsServer(certificate: () => BrokerCertificate): Server {
    const server = createTlsServer({ ...certificate(), ...tlsOptions(process.env), handshakeTimeout: HANDSHAKE_MS, noDelay: true });
    server.on('secureConnection', (socket: TLSSocket) => { this.#terms.welcome(socket); });
    // Who speaks no TLS, or an old one, is nobody we know.
    server.on('tlsClientError', (_error, socket) => { socket.destroy(); });
    this.#renewal = setInterval(() => {
      try {
        server.setSecureContext({ ...certificate(), ...tlsOptions(process.env) });
      } catch (error) {
        this.#terms.report(error);
      }
    }, DAY).unref();
    return server;
  }

  #count(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#open.size >= MAX_CONNECTIONS) {
      const [longest] = this.#waiting;
      const leaving = longest === undefined ? socket : this.#open.get(longest);
      leaving?.destroy();
      if (leaving === socket) return;
      this.#forget(longest ?? '');
    }
    this.#open.set(key, socket);
    this.#waiting.add(key);
    socket.once('close', () => { if (this.#open.get(key) === socket) this.#forget(key); });
  }

  #forget(key: string): void {
    this.#open.delete(key);
    this.#waiting.delete(key);
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${String(remotePort)}`;
}
