/**
 * `Connections` bounds how many are open at once: where one too many comes, the one that has been idle longest goes. It is never the new one that is
 * turned away, else whoever keeps many idle ones open would shut out everybody else.
 */
import type { Socket } from 'node:net';

/** `Connections` of one server. */
export class Connections {
  readonly #max: number;
  /** The one that was used longest ago first. */
  readonly #open = new Set<Socket>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#open.size;
  }

  add(socket: Socket): void {
    const [idlest] = this.#open.size >= this.#max ? this.#open : [];
    if (idlest !== undefined) {
      this.#open.delete(idlest);
      idlest.destroy();
    }
    this.#open.add(socket);
    socket.once('close', () => { this.#open.delete(socket); });
  }

  /** A request has come on it. */
  use(socket: Socket): void {
    if (!this.#open.delete(socket)) return;
    this.#open.add(socket);
  }

  /** It is a socket of the dashboard or the editor from now on, which is quiet for long. */
  forget(socket: Socket): void {
    this.#open.delete(socket);
  }
}
