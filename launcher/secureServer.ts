/**
 * `SecureServer` is the guarded server over TLS: whoever has shaken hands comes in as any other connection does. Its certificate can be changed while it
 * serves; connections that are open stay.
 */
import type { Socket } from 'node:net';
import { createServer, type Server, TLSSocket } from 'node:tls';
import { SECOND } from '../engine/base/time.js';
import { tlsOptions } from '../engine/base/tls.js';
import { GuardedServer, type GuardReach, type ServerDeadlines } from './guard.js';
import type { FrameAncestors } from './settings/frameAncestors.js';
import type { Access } from './settings/settings.js';
import type { KeyPair } from './serverCertificate.js';

const HANDSHAKE_MS = 10 * SECOND;
/** Where one too many begins, the one that began first goes. */
const MAX_HANDSHAKES = 512;

/** `SecureTerms`: whom it serves, and who it says it is. */
export interface SecureTerms {
  readonly access: Access;
  readonly frameAncestors: FrameAncestors;
  readonly pair: KeyPair;
  readonly deadlines?: ServerDeadlines;
  readonly reach?: GuardReach;
}

/** `SecureServer` listens as any server does. */
export class SecureServer extends GuardedServer {
  /** It never listens itself: it is handed the connections. */
  readonly #front: Server;
  readonly #shaking = new Map<string, Socket>();

  constructor({ access, frameAncestors, pair, deadlines, reach }: SecureTerms) {
    super(access, frameAncestors, deadlines, reach);
    this.#front = createServer({ ...pair, ...tlsOptions(process.env), handshakeTimeout: HANDSHAKE_MS, ALPNProtocols: ['http/1.1'] });
    this.#front.on('secureConnection', (socket) => {
      this.#shaking.delete(keyOf(socket));
      super.emit('connection', socket);
    });
    // Who speaks no TLS, or an old one, has nothing to say here.
    this.#front.on('tlsClientError', (_error, socket) => { socket.destroy(); });
  }

  /** From the next handshake on. */
  setSecureContext(pair: KeyPair): void {
    this.#front.setSecureContext({ ...pair, ...tlsOptions(process.env) });
  }

  override emit(event: string, ...args: unknown[]): boolean {
    const [socket] = args;
    if (event !== 'connection' || socket instanceof TLSSocket) return super.emit(event, ...args);
    this.#shake(socket as Socket);
    return true;
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  #shake(socket: Socket): void {
    const key = keyOf(socket);
    const [first] = this.#shaking.size >= MAX_HANDSHAKES ? this.#shaking.values() : [];
    first?.destroy();
    this.#shaking.set(key, socket);
    socket.once('close', () => { if (this.#shaking.get(key) === socket) this.#shaking.delete(key); });
    this.#front.emit('connection', socket);
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${String(remotePort)}`;
}
