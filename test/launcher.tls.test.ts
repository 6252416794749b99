/** The product's own HTTPS: what it speaks, who is kept waiting, and a certificate that changes while it serves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { ConfigError } from '../engine/base/errors.js';
import { SLOW_REQUEST } from '../engine/verify/intakePlaces.js';
import { SecureServer } from '../launcher/secureServer.js';
import { type KeyPair, ServerCertificate } from '../launcher/serverCertificate.js';
import { eachInEnvironment, inEnvironment } from './support/environment.js';
import { type Certificates, makeCertificates } from './support/redis.js';
import { eventually } from './support/waiting.js';

const SHORT = { headersMs: 150, requestMs: 300, checkEveryMs: 20 };

describe('launcher: HTTPS of its own', () => {
  let [one, two] = [undefined, undefined] as unknown as [Certificates, Certificates];
  let server: SecureServer;
  let port = 0;
  eachInEnvironment({ BOTTEGA_TLS_MIN: undefined });
  before(async () => { [one, two] = await Promise.all([makeCertificates(), makeCertificates()]); });
  after(() => Promise.all([one.dispose(), two.dispose()]));
  const pairOf = ({ certText, keyText }: Certificates): KeyPair => ({ cert: certText, key: keyText });
  const serve = async (): Promise<void> => {
    server = new SecureServer({ access: { by: 'loopback' }, frameAncestors: 'none', pair: pairOf(one), deadlines: SHORT });
    server.state = 'open';
    server.on('request', (_request, response) => { response.end('served'); });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  afterEach(() => { server.close().closeAllConnections(); });

  const handshake = (maxVersion: SecureVersion, ca = one.caText): Promise<string> => new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, maxVersion }, () => {
      resolve(String(socket.getProtocol()));
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? 'error'); });
  });
  const ask = (agent?: Agent): Promise<string> => new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/health', ca: one.caText, ...(agent === undefined ? { agent: false } : { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve(`${String(response.statusCode)} ${text}`); });
    }).on('error', reject).end();
  });

  it('speaks TLS 1.3, and 1.2 only where it is said', async () => {
    await serve();
    assert.deepEqual([await handshake('TLSv1.3'), await handshake('TLSv1.2')], ['TLSv1.3', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION']);
    assert.equal(await ask(), '200 served');
    server.close().closeAllConnections();
    await inEnvironment({ BOTTEGA_TLS_MIN: '1.2' }, async () => {
      await serve();
      assert.equal(await handshake('TLSv1.2'), 'TLSv1.2');
    });
  });

  it('changes its certificate while a connection stays open', async () => {
    await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: one.caText });
    assert.equal(await ask(agent), '200 served');
    server.setSecureContext(pairOf(two));
    assert.equal(await ask(agent), '200 served');
    assert.equal(await handshake('TLSv1.3'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    assert.equal(await handshake('TLSv1.3', two.caText), 'TLSv1.3');
    agent.destroy();
  });

  it('has the deadlines of any other connection, and takes no plain HTTP', async () => {
    await serve();
    let turnedAway = 0;
    server.on(SLOW_REQUEST, () => { turnedAway += 1; });
    const slow = connect({ port, host: '127.0.0.1', ca: one.caText });
    slow.on('error', () => undefined);
    slow.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half:');
    let text = '';
    slow.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
    await once(slow, 'close');
    assert.match(text, /^HTTP\/1\.1 408/);
    assert.equal(turnedAway, 1);
    const plain = connectPlain(port, '127.0.0.1');
    plain.on('error', () => undefined).resume();
    plain.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(plain, 'close');
    assert.equal(await ask(), '200 served');
  });

  it('lets nobody out because of connections that never shake hands', async () => {
    await serve();
    const idle = Array.from({ length: 520 }, () => connectPlain(port, '127.0.0.1').on('error', () => undefined).resume());
    await eventually(() => idle.filter((socket) => socket.destroyed).length >= 8, 'those that came first to go');
    assert.equal(await ask(), '200 served');
    for (const socket of idle) socket.destroy();
  });
});

describe('launcher: the certificate in its files', () => {
  let folder: string;
  let [one, two] = [undefined, undefined] as unknown as [Certificates, Certificates];
  before(async () => { [one, two] = await Promise.all([makeCertificates(), makeCertificates()]); });
  after(() => Promise.all([one.dispose(), two.dispose()]));
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bottega-cert-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  it('is read again when it changes, never by halves, and says so once', async () => {
    // As certbot lays them out: links that are moved to the next pair, one after the other.
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const point = (name: 'cert' | 'key', to: string): void => {
      symlinkSync(to, join(folder, 'next'));
      renameSync(join(folder, 'next'), files[name]);
    };
    point('cert', one.cert);
    point('key', one.key);
    const lines: string[] = [];
    const certificate = new ServerCertificate(files, (line) => { lines.push(line); });
    assert.equal(certificate.read().cert, one.certText);
    const pairs: KeyPair[] = [];
    const stop = certificate.watch((pair) => { pairs.push(pair); }, 5);
    try {
      point('cert', two.cert);
      await eventually(() => lines.length === 1, 'a word about the half');
      assert.match(lines[0] ?? '', /^\[warn\] the former certificate serves on: BOTTEGA_TLS_CERT/);
      point('key', two.key);
      await eventually(() => pairs.length === 1, 'the new pair');
      assert.deepEqual(pairs, [{ cert: two.certText, key: two.keyText }]);
      await eventually(() => lines.length === 2, 'a word about it');
      assert.match(lines[1] ?? '', /^\[info\] a new certificate serves/);
    } finally {
      stop();
    }
  });

  it('stops the start where it is none, and names the file', () => {
    writeFileSync(join(folder, 'none.pem'), 'no certificate');
    const read = (cert: string, key: string) => (): unknown => new ServerCertificate({ cert, key }, () => undefined).read();
    for (const [cert, key, field] of [
      [join(folder, 'missing.pem'), one.key, 'BOTTEGA_TLS_CERT'], [one.cert, join(folder, 'missing.pem'), 'BOTTEGA_TLS_KEY'],
      [join(folder, 'none.pem'), one.key, 'BOTTEGA_TLS_CERT'], [one.cert, two.key, 'BOTTEGA_TLS_CERT'],
    ] as const) assert.throws(read(cert, key), (error) => error instanceof ConfigError && error.field === field, `${cert} ${key}`);
  });
});
