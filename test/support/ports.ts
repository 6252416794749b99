/**
 * Free ports for servers of tests that run side by side. Not from the range out of which the system serves whoever asks for any port: between the answer
 * and its use another process could be given it.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const FIRST = 12_000;
const HOW_MANY = 18_000;

/** Each process begins elsewhere; none takes a port twice. */
let next = process.pid * 997 % HOW_MANY;

/** A port that nobody listens on, and that no other call of this process is given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + next;
    next = (next + 1) % HOW_MANY;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)]);
  server.listen(port, '127.0.0.1');
  if (!await listening) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** Whether anything listens on the port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => { resolve(false); });
  });
}
