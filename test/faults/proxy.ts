/** What can go wrong between two programs? A TCP proxy on one link: it delays, cuts, or leaves connections half open. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `halfOpen`: connections stay open and nothing gets through, not even their end. */
export type Weather = { readonly kind: 'fair' } | { readonly kind: 'delay'; readonly ms: number } | { readonly kind: 'cut' } | { readonly kind: 'halfOpen' };

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  /** A half-open connection never recovers: its ends have to find out. */
  state: 'whole' | 'halfOpen';
}

export class Proxy {
  readonly name: string;
  readonly port: number;
  readonly #target: number;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #weather: Weather = { kind: 'fair' };

  private constructor(name: string, server: Server, target: number) {
    this.name = name;
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (socket) => { this.#accept(socket); });
  }

  /** `target`: a port of this machine. */
  static async open(name: string, target: number): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(name, server, target);
  }

  set weather(weather: Weather) {
    this.#weather = weather;
    for (const connection of this.#connections) {
      if (weather.kind === 'cut') drop(connection);
      if (weather.kind === 'halfOpen') connection.state = 'halfOpen';
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) drop(connection);
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(near: Socket): void {
    if (this.#weather.kind === 'cut') {
      near.on('error', () => { near.destroy(); });
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const connection: Connection = { near, far, state: this.#weather.kind === 'halfOpen' ? 'halfOpen' : 'whole' };
    this.#connections.add(connection);
    this.#carry(connection, near, far);
    this.#carry(connection, far, near);
  }

  #carry(connection: Connection, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => { this.#pass(connection, () => { to.write(chunk); }); });
    from.on('end', () => { this.#pass(connection, () => { to.end(); }); });
    from.on('error', () => { from.destroy(); });
    from.on('close', () => {
      if (connection.state === 'whole') to.destroy();
      if (from.destroyed && to.destroyed) this.#connections.delete(connection);
    });
  }

  /** Equal timers end in the order in which they began, so delayed bytes keep their order; what was fair stays behind what was delayed. */
  #pass(connection: Connection, act: () => void): void {
    const ms = this.#weather.kind === 'delay' ? this.#weather.ms : 0;
    const go = (): void => { if (connection.state === 'whole' && !connection.far.destroyed && !connection.near.destroyed) act(); };
    if (ms === 0 && !this.#lagging.has(connection)) {
      go();
      return;
    }
    const before = this.#lagging.get(connection) ?? Promise.resolve();
    const due = Date.now() + ms;
    const turn = before.then(() => new Promise((resolve) => { setTimeout(resolve, Math.max(0, due - Date.now())); })).then(go).then(() => {
      if (this.#lagging.get(connection) === turn) this.#lagging.delete(connection);
    });
    this.#lagging.set(connection, turn);
  }

  /** Connections with bytes that are still on their way. */
  readonly #lagging = new Map<Connection, Promise<void>>();
}

function drop({ near, far }: Connection): void {
  near.resetAndDestroy();
  far.destroy();
}
