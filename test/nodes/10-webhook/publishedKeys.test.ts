/**
 * Which keys of a key server may have signed a token, while it answers, fails, redirects and comes back? By a real server and a given clock.
 */
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { publishedKeys, type RemoteKeys } from '../../../nodes/10-webhook/publishedKeys.js';

const TOKEN = { payload: '', signature: '' };

describe('webhook: published keys', () => {
  let server: Server;
  let asked = 0;
  let keys: RemoteKeys;
  let good: object;
  let answer: (response: ServerResponse) => void;
  const down = (response: ServerResponse): void => { response.destroy(); };
  const publishing = (body: object) => (response: ServerResponse): void => { response.end(JSON.stringify(body)); };

  before(async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    good = { keys: [{ ...await exportJWK(publicKey), kid: 'k1' }] };
    server = createServer((_request, response) => { asked += 1; answer(response); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  });
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    asked = 0;
    keys = publishedKeys(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  });
  afterEach(() => { mock.timers.reset(); });
  after(() => { server.close().closeAllConnections(); });

  /** "key", or the code of what was thrown, at so many ms after the beginning. */
  const at = async (ms: number, kid: string): Promise<string> => {
    mock.timers.setTime(1_000_000 + ms);
    return Promise.resolve(keys.keyFor({ alg: 'ES256', kid }, TOKEN)).then(() => 'key', (error: unknown) => (error as { code: string }).code);
  };

  it('keeps the last good set, and keeps "away" apart from "unknown"', async () => {
    answer = down;
    assert.deepEqual([await at(0, 'k1'), await at(1_000, 'k1'), asked], ['keys.away', 'keys.away', 1], 'cold and down: asked once in two seconds');
    answer = publishing({ nonsense: true });
    assert.equal(await at(3_000, 'k1'), 'keys.away');
    answer = publishing(good);
    assert.deepEqual([await at(6_000, 'k1'), await at(7_000, 'k9'), asked], ['key', 'ERR_JWKS_NO_MATCHING_KEY', 3], 'fresh: an unknown key is unknown, nobody is asked');
    answer = down;
    assert.equal(await at(36_001, 'k9'), 'keys.away', 'an unknown key may be a new one');
    assert.equal(await at(36_002, 'k1'), 'key');
    assert.equal(await at(3_600_000, 'k1'), 'key', 'an hour later the last good set still serves');
  });

  it('renews a set that is ten minutes old while the old one serves', async () => {
    answer = publishing(good);
    assert.equal(await at(0, 'k1'), 'key');
    const renewed = new Promise<void>((resolve) => {
      answer = (response) => { publishing({ keys: [] })(response); response.once('close', resolve); };
    });
    assert.equal(await at(600_001, 'k1'), 'key');
    await renewed;
    assert.equal(asked, 2);
  });

  it('asks the server once for many tokens at once', async () => {
    answer = publishing({ keys: [] });
    await Promise.all(Array.from({ length: 20 }, () => at(0, 'x')));
    assert.equal(asked, 1);
  });

  it('reads no answer without end', async () => {
    let sent = 0;
    let closed: Promise<void> | undefined;
    answer = (response) => {
      const chunk = Buffer.alloc(16 * 1024, ' ');
      const more = (): void => { while (!response.destroyed && response.write(chunk)) sent += chunk.length; };
      closed = new Promise((resolve) => { response.on('close', resolve).on('error', () => undefined).on('drain', more); });
      response.write('{"keys":[]');
      more();
    };
    assert.equal(await at(0, 'k1'), 'keys.away');
    await closed;
    assert.ok(sent < 16 * 1024 * 1024, `${String(sent)} bytes`);
  });

  it('takes a set of so many keys and no more', async () => {
    answer = publishing({ ...good, more: ' '.repeat(60 * 1024) });
    assert.equal(await at(0, 'k1'), 'key');
    keys = publishedKeys(keys.name);
    answer = publishing({ ...good, more: ' '.repeat(64 * 1024) });
    assert.equal(await at(0, 'k1'), 'keys.away');
  });

  it('follows no redirect', async () => {
    answer = (response) => { response.writeHead(302, { Location: '/elsewhere' }).end(); };
    assert.deepEqual([await at(0, 'k1'), asked], ['keys.away', 1]);
  });
});
