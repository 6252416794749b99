/** TLS 1.3 is the least, whomever we dial: a server that speaks only 1.2 is refused by name, with what to set; and works once that is set. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createTlsServer, type SecureVersion, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { exportJWK, generateKeyPair } from 'jose';
import { SMTPServer } from 'smtp-server';
import { ConfigError } from '../engine/base/errors.js';
import { isOldTls, tlsOptions } from '../engine/base/tls.js';
import { openRedisStore } from '../engine/store/redis/connection.js';
import { OidcProvider, whyAway } from '../launcher/access/oidcProvider.js';
import { ExternalPort } from '../nodes/05-broker/externalPort.js';
import { Listeners } from '../nodes/05-broker/aedes/listeners.js';
import { publishedKeys } from '../nodes/10-webhook/publishedKeys.js';
import { mail, mailer } from '../nodes/75-notify/mail.js';
import { post } from '../nodes/75-notify/webhook.js';
import { secureFetch } from '../nodes/shared/http/secureFetch.js';
import { eachInEnvironment, inEnvironment } from './support/environment.js';
import { freePort } from './support/ports.js';
import { type Certificates, makeCertificates, startRedis } from './support/redis.js';
import { eventually } from './support/waiting.js';

const REFUSED = /TLS 1\.3.*BOTTEGA_TLS_MIN=1\.2/;
const OLD = { maxVersion: 'TLSv1.2' } as const;
const notification = { id: 'n1', text: 'Incasso basso', notices: [{ rule: 'Incasso basso' }], createdAt: 0, attempts: 0, nextAttemptAt: 0 };

describe('the lowest version of TLS', () => {
  let keys: Certificates;
  const ending: (() => unknown)[] = [];
  eachInEnvironment({ BOTTEGA_TLS_MIN: undefined });
  before(async () => { keys = await makeCertificates(); });
  after(() => keys.dispose());
  afterEach(async () => { await Promise.all(ending.splice(0).map((end) => end())); });

  const own = (): { cert: string; key: string } => ({ cert: keys.certText, key: keys.keyText });
  const listening = async (server: Server | TlsServer): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ending.push(() => { server.close(); });
    return (server.address() as AddressInfo).port;
  };
  /** A web server of the last decade. */
  const oldWeb = async (body: object): Promise<string> => {
    const server = createServer({ ...own(), ...OLD }, (_request, response) => { response.setHeader('content-type', 'application/json').end(JSON.stringify(body)); });
    return `https://127.0.0.1:${String(await listening(server))}`;
  };
  /** Everything is tried as it is, and with the setting; what is dialed trusts our own authority. */
  const isRefusedThenServed = async (dial: () => Promise<string>, served: RegExp): Promise<void> => {
    assert.match(await dial(), REFUSED);
    await inEnvironment({ BOTTEGA_TLS_MIN: '1.2' }, async () => { assert.match(await dial(), served); });
  };

  it('is 1.3, or 1.2 where it is said, and nothing else', () => {
    assert.deepEqual([tlsOptions({}), tlsOptions({ BOTTEGA_TLS_MIN: '1.3' }), tlsOptions({ BOTTEGA_TLS_MIN: ' 1.2 ' })].map(({ minVersion }) => minVersion), ['TLSv1.3', 'TLSv1.3', 'TLSv1.2']);
    for (const text of ['1.1', 'TLSv1.2', 'off']) assert.throws(() => tlsOptions({ BOTTEGA_TLS_MIN: text }), ConfigError);
  });

  it('holds for what is asked over HTTPS', async () => {
    const url = await oldWeb({ fine: true });
    await isRefusedThenServed(() => secureFetch(url, { ca: keys.caText }).then(async (answer) => answer.text(), (error: unknown) => (isOldTls(error) ? 'no TLS 1.3: BOTTEGA_TLS_MIN=1.2' : String(error))), /"fine":true/);
    await assert.rejects(() => secureFetch(url.replace('https', 'ftp')), TypeError);
  });

  it('holds for the certificate all the same', async () => {
    const url = await oldWeb({});
    await inEnvironment({ BOTTEGA_TLS_MIN: '1.2' }, async () => {
      await assert.rejects(() => secureFetch(url), (error: Error) => /certificate/.test((error.cause as Error).message) && !isOldTls(error));
    });
  });

  describe('where nobody can be given an authority', () => {
    // As operators do it who have their own.
    eachInEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });

    it('holds for alerts by webhook', async () => {
      const target = { channel: 'webhook' as const, url: await oldWeb({}), secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` };
      await isRefusedThenServed(async () => JSON.stringify(await post(target, notification, 0)), /delivered/);
    });

    it('holds for the keys of a till', async () => {
      const { publicKey } = await generateKeyPair('ES256', { extractable: true });
      const url = await oldWeb({ keys: [{ ...await exportJWK(publicKey), kid: 'k1' }] });
      const dial = (): Promise<string> => Promise.resolve(publishedKeys(url).keyFor({ alg: 'ES256', kid: 'k1' }, { payload: '', signature: '' })).then(() => 'a key', String);
      await isRefusedThenServed(dial, /^a key$/);
    });

    it('holds for the OpenID provider', async () => {
      const issuer = await oldWeb({});
      const provider = new OidcProvider({ issuer, clientId: 'bottega', owners: [], viewers: [] }, `${issuer}/back`);
      const dial = (): Promise<string> => provider.begin().then(() => '', (error: unknown) => (isOldTls(error) ? whyAway(error) : `answered: ${String(error)}`));
      await isRefusedThenServed(dial, /^answered:/);
    });
  });

  for (const security of ['tls', 'starttls'] as const) {
    it(`holds for mail by ${security}`, async () => {
      const server = new SMTPServer({ ...own(), ...OLD, secure: security === 'tls', disabledCommands: ['AUTH'], onData: (stream, _session, done) => { stream.on('end', done).resume(); } });
      server.on('error', () => undefined);
      const port = await new Promise<number>((resolve) => { const listener = server.listen(0, '127.0.0.1', () => { resolve((listener.address() as AddressInfo).port); }); });
      ending.push(() => new Promise<void>((resolve) => { server.close(resolve); }));
      const target = { channel: 'email' as const, host: '127.0.0.1', port, security, ca: keys.ca, from: 'bottega@shop.example', to: ['anna@shop.example'] };
      await isRefusedThenServed(async () => JSON.stringify(await mail(mailer(target), target, notification)), /delivered/);
    });
  }

  it('holds for Redis', async () => {
    const server = await startRedis({ tls: keys, settings: ['--tls-protocols', 'TLSv1.2'] });
    ending.push(() => server.dispose());
    const dial = async (): Promise<string> => {
      const store = openRedisStore(server.url.replace('redis:', 'rediss:'), { clock: Date, random: Math.random, tls: { ...tlsOptions(process.env), ca: keys.caText } });
      try {
        return JSON.stringify(await store.commit([{ key: 's/a', value: '1' }]));
      } catch (error) {
        return String(error);
      } finally {
        await store.close();
      }
    };
    await isRefusedThenServed(dial, /"ok"/);
  });

  it('holds for the MQTT broker', async () => {
    const broker = await Aedes.createBroker();
    const server = createTlsServer({ ...own(), ...OLD }, (socket) => { broker.handle(socket); });
    server.on('tlsClientError', () => undefined);
    const url = `mqtts://127.0.0.1:${String(await listening(server))}`;
    ending.push(() => { broker.close(); });
    const dial = async (): Promise<string> => {
      const port = new ExternalPort({ kind: 'external', url, clientPrefix: 'prova', protocol: 5, files: { ca: keys.ca } }, {
        words: (cause) => (cause === 'tlsVersion' ? 'TLS 1.3: BOTTEGA_TLS_MIN=1.2' : cause), report: () => undefined, suffix: 'x', now: Date.now, random: Math.random,
      });
      try {
        await eventually(() => { const health = port.health(); return health.state === 'ok' || REFUSED.test(health.message); }, 'an answer');
        const health = port.health();
        return health.state === 'ok' ? 'connected' : health.message;
      } finally {
        await port.close();
      }
    };
    await isRefusedThenServed(dial, /^connected$/);
  });

  it('holds for those who dial our broker', async () => {
    const handshake = async (maxVersion: SecureVersion): Promise<string> => {
      const [plain, tls] = [await freePort(), await freePort()];
      const listeners = new Listeners({
        plain: { port: plain, host: '127.0.0.1' }, tls: { port: tls, host: '127.0.0.1', certificate: own },
        welcome: (socket) => { socket.end(); }, report: () => undefined,
      });
      await listeners.open();
      try {
        return await new Promise((resolve) => {
          const socket: TLSSocket = connect({ port: tls, host: '127.0.0.1', ca: keys.caText, maxVersion }, () => { resolve(String(socket.getProtocol())); });
          socket.on('error', () => { resolve('refused'); });
        });
      } finally {
        await listeners.close();
      }
    };
    assert.deepEqual([await handshake('TLSv1.3'), await handshake('TLSv1.2')], ['TLSv1.3', 'refused']);
    await inEnvironment({ BOTTEGA_TLS_MIN: '1.2' }, async () => { assert.equal(await handshake('TLSv1.2'), 'TLSv1.2'); });
  });
});
