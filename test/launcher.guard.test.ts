/**
 * How long does the server of `npm start` wait for headers, and who goes when too many connections are open? Real sockets, short deadlines.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { Connections } from '../launcher/connections.js';
import { GuardedServer } from '../launcher/guard.js';
import { SLOW_REQUEST } from '../engine/verify/intakePlaces.js';
import { HALF_BODY, HALF_HEADERS, IdleSenders } from './support/idleSenders.js';
import { until } from './support/waiting.js';

describe('launcher: idle connections', () => {
  it('are closed when their headers or the rest of their request do not come; only who had begun to speak counts as turned away', async () => {
    const server = new GuardedServer({ by: 'loopback' }, 'none', { headersMs: 150, requestMs: 300, checkEveryMs: 20 });
    server.state = 'open';
    let turnedAway = 0;
    server.on(SLOW_REQUEST, () => { turnedAway += 1; });
    server.on('request', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const senders = new IdleSenders(`http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`);
    try {
      const idle = [...await senders.open(3, ''), ...await senders.open(3, HALF_HEADERS), ...await senders.open(3, HALF_BODY)];
      assert.equal(await until(() => idle.filter((sender) => sender.isOver()).length, (over) => over === 9), 9);
      assert.ok(idle.every((sender) => sender.answer().startsWith('HTTP/1.1 408')), idle.map((sender) => sender.answer()).join('|'));
      assert.equal(turnedAway, 6);
    } finally {
      senders.close();
      server.close().closeAllConnections();
    }
  });

  it('have deadlines of seconds unless somebody says otherwise', () => {
    const { headersTimeout, requestTimeout } = new GuardedServer({ by: 'loopback' });
    assert.deepEqual([headersTimeout, requestTimeout], [10_000, 60_000]);
  });

  it('go where one too many comes: the one that was used longest ago, never the new one, never a socket of the dashboard', () => {
    const connections = new Connections(3);
    const sockets = Array.from({ length: 6 }, () => new Socket());
    const alive = (): string => sockets.map((socket, index) => (socket.destroyed ? '' : String(index))).join('');
    const [a, b, c, d, e, f] = sockets;
    for (const socket of [a, b, c]) if (socket !== undefined) connections.add(socket);
    if (a !== undefined) connections.use(a);
    if (d !== undefined) connections.add(d);
    assert.equal(alive(), '02345');
    if (c !== undefined) connections.forget(c);
    for (const socket of [e, f]) if (socket !== undefined) connections.add(socket);
    assert.equal(alive(), '2345');
    assert.equal(connections.size, 3);
    for (const socket of sockets) socket.destroy();
  });
});
