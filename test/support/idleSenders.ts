/** How do tests pose as senders that keep connections open and say next to nothing on them? With real sockets. */
import { connect, type Socket } from 'node:net';

/** `IdleSender`: what came back, and whether the server has ended it. */
export interface IdleSender {
  readonly answer: () => string;
  readonly isOver: () => boolean;
}

/** What each kind says before it falls silent. */
export const HALF_HEADERS = 'POST /in/shopify HTTP/1.1\r\nHost: shop.example\r\n';
export const HALF_BODY = `${HALF_HEADERS}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`;

/** `IdleSenders` of one test, on one port of this machine. */
export class IdleSenders {
  readonly #port: number;
  readonly #sockets: Socket[] = [];

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** So many connections that say `text`; resolves once all are open and have said it. */
  open(count: number, text: string): Promise<IdleSender[]> {
    return Promise.all(Array.from({ length: count }, () => this.#openOne(text)));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #openOne(text: string): Promise<IdleSender> {
    return new Promise((resolve, reject) => {
      let answer = '';
      let state: 'open' | 'over' = 'open';
      const socket = connect(this.#port, '127.0.0.1');
      this.#sockets.push(socket);
      const sender: IdleSender = { answer: () => answer, isOver: () => state === 'over' };
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => { answer += part; });
      socket.on('close', () => { state = 'over'; });
      socket.on('error', (error) => { state = 'over'; reject(error); });
      socket.on('connect', () => {
        if (text === '') resolve(sender);
        else socket.write(text, () => { resolve(sender); });
      });
    });
  }
}
