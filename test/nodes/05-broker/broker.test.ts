import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { readConfig, type ExternalConfig } from '../../../nodes/05-broker/config.js';
import { type EmbeddedListener, EmbeddedPort } from '../../../nodes/05-broker/embeddedPort.js';
import { ExternalPort } from '../../../nodes/05-broker/externalPort.js';
import type { EmbeddedSettings } from '../../../nodes/05-broker/aedes/embeddedBroker.js';
import { FrameMeter } from '../../../nodes/05-broker/aedes/packetLimit.js';
import { matches } from '../../../nodes/05-broker/mqtt/subscriptions.js';
import type { BrokerPort } from '../../../nodes/shared/ports.js';
import { embeddedSettings } from '../../support/embeddedBroker.js';
import { Mosquitto } from '../../support/mosquitto.js';
import { eventually } from '../../support/waiting.js';
import { freePort } from '../../support/ports.js';

const NODE = { id: 'b1', type: 'bottega-broker' };
const ends: (() => unknown)[] = [];
const reports: string[] = [];

async function embedded(saved: object = {}, secrets: Record<string, string> = {}, folder = temporary(), more: Partial<EmbeddedSettings> = {}): Promise<EmbeddedPort & { listeners: EmbeddedListener[]; tcp: number; folder: string }> {
  const config = readConfig({ ...NODE, port: await freePort(), ...saved }, secrets, {});
  assert.equal(config.kind, 'embedded');
  const listeners: EmbeddedListener[] = [];
  const settings = embeddedSettings({ folder: join(folder, 'kept'), port: config.port, login: config.login, report: (error) => { reports.push(String(error)); }, ...more });
  const port = new EmbeddedPort(settings, { words: (cause) => cause, listener: (listener) => { listeners.push(listener); }, random: () => 0 });
  ends.push(() => port.close());
  return Object.assign(port, { listeners, tcp: config.port, folder });
}

function external(url: string, saved: object = {}, secrets: Record<string, string> = {}): ExternalPort {
  const config = readConfig({ ...NODE, kind: 'external', url, ...saved }, secrets, {}) as ExternalConfig;
  const port = new ExternalPort(config, {
    words: (cause) => cause, report: (error) => { reports.push(String(error)); }, suffix: Math.random().toString(16).slice(2, 10), now: () => Date.now(), random: () => 0,
  });
  ends.push(() => port.close());
  return port;
}

async function mosquitto(...given: Parameters<typeof Mosquitto.start>): Promise<Mosquitto> {
  const broker = await Mosquitto.start(...given);
  ends.push(() => broker.stop());
  return broker;
}

/** A client that is none of ours; rejects where the broker refuses it. */
async function stranger(url: string, options: object = {}): Promise<MqttClient> {
  const client = mqtt.connect(url, { reconnectPeriod: 0, ...options });
  ends.push(() => client.endAsync(true));
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => { resolve(); });
    client.once('error', reject);
    client.once('close', () => { reject(new Error('closed')); });
  });
  return client;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bottega-broker-'));
  ends.unshift(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

function subscribe(port: BrokerPort, filter: string, options = {}): { received: string[]; end: () => Promise<void> } {
  const received: string[] = [];
  return { received, end: port.subscribe(filter, (topic, payload) => { received.push(`${topic} ${payload.toString()}`); }, options) };
}

const ok = (port: BrokerPort): Promise<true> => eventually(() => (port.health().state === 'ok' ? true : undefined), () => JSON.stringify(port.health()));
const away = (port: BrokerPort, message: string): Promise<true> => eventually(() => {
  const health = port.health();
  return health.state === 'waiting' && health.message === message ? true : undefined;
}, () => JSON.stringify(port.health()));
const has = (list: string[], ...expected: string[]): Promise<true> => (
  eventually(() => (expected.every((one) => list.includes(one)) ? true : undefined), () => JSON.stringify(list)));

describe('broker', () => {
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    reports.length = 0;
  });

  describe('form', () => {
    for (const [saved, secrets, environment, expected] of [
      [{}, {}, {}, { kind: 'embedded', port: 1883, listen: 'here' }],
      [{}, {}, { MQTT_PORT: '2883' }, { kind: 'embedded', port: 2883, listen: 'here' }],
      [{ kind: 'embedded', port: 1999 }, {}, { MQTT_URL: 'mqtt://x', MQTT_PORT: '2883' }, { kind: 'embedded', port: 1999, listen: 'here' }],
      [{}, {}, { MQTT_PASSWORD: 'otto-caratteri' }, { kind: 'embedded', port: 1883, listen: 'lan', tls: { port: 8883, listen: 'lan' }, login: { user: 'bottega', password: 'otto-caratteri' } }],
      [{ listen: 'here' }, {}, { MQTT_PASSWORD: 'otto-caratteri' }, { kind: 'embedded', port: 1883, listen: 'here' }],
      [{ listen: 'lan' }, {}, { MQTT_USER: 'shop', MQTT_PASSWORD: 'otto-caratteri' }, { kind: 'embedded', port: 1883, listen: 'lan', tls: { port: 8883, listen: 'lan' }, login: { user: 'shop', password: 'otto-caratteri' } }],
      [{ listen: 'lan' }, { user: 'u', password: 'p' }, {}, { kind: 'embedded', port: 1883, listen: 'lan', tls: { port: 8883, listen: 'lan' }, login: { user: 'u', password: 'p' } }],
      [{}, {}, { MQTT_TLS_PORT: '9883' }, { kind: 'embedded', port: 1883, listen: 'here', tls: { port: 9883, listen: 'lan' } }],
      [{ tlsPort: 9883 }, {}, {}, { kind: 'embedded', port: 1883, listen: 'here', tls: { port: 9883, listen: 'lan' } }],
      [{ listen: 'here', tlsPort: 9883 }, {}, { MQTT_TLS_PORT: '8883' }, { kind: 'embedded', port: 1883, listen: 'here', tls: { port: 9883, listen: 'here' } }],
      [{ listen: 'here' }, {}, { MQTT_TLS_PORT: '8883' }, { kind: 'embedded', port: 1883, listen: 'here' }],
      [{ listen: 'lan', tlsPort: 0 }, { user: 'u', password: 'p' }, {}, { kind: 'embedded', port: 1883, listen: 'lan', login: { user: 'u', password: 'p' } }],
      [{}, {}, { MQTT_URL: 'mqtts://me:s%40fe@h:8884' }, { kind: 'external', url: 'mqtts://h:8884', clientPrefix: 'bottega', protocol: 5, files: {}, login: { user: 'me', password: 's@fe' } }],
      [{ kind: 'external', url: 'wss://h/mqtt', protocol: 4, clientPrefix: 'edge-1', ca: '/ca.pem' }, {}, {},
        { kind: 'external', url: 'wss://h/mqtt', clientPrefix: 'edge-1', protocol: 4, files: { ca: '/ca.pem' } }],
    ] as const) {
      it(`${JSON.stringify(saved)} with ${JSON.stringify(environment)}`, () => {
        assert.deepEqual(readConfig({ ...NODE, ...saved }, secrets, environment), expected);
      });
    }

    for (const [saved, secrets, field] of [
      [{ kind: 'cloud' }, {}, 'kind'], [{ port: 0 }, {}, 'port'], [{ port: 'x' }, {}, 'port'], [{ tlsPort: 65_536 }, {}, 'tlsPort'], [{ listen: 'lan' }, {}, 'user'], [{ listen: 'lan' }, { user: 'u' }, 'password'],
      [{ kind: 'external' }, {}, 'url'], [{ kind: 'external', url: 'http://h' }, {}, 'url'], [{ kind: 'external', url: 'mqtt://user:a%zz@h' }, {}, 'url'], [{ kind: 'external', url: 'mqtt://h' }, { password: 'p' }, 'user'],
      [{ kind: 'external', url: 'mqtt://h', clientPrefix: 'a b' }, {}, 'clientPrefix'], [{ kind: 'external', url: 'mqtt://h', protocol: 3 }, {}, 'protocol'],
      [{ kind: 'external', url: 'mqtts://h', cert: '/c' }, {}, 'key'], [{ kind: 'external', url: 'mqtts://h', key: '/k' }, {}, 'cert'], [{ version: 2 }, {}, 'version'],
    ] as const) {
      it(`refuses ${JSON.stringify(saved)}, naming ${field}`, () => {
        assert.throws(() => readConfig({ ...NODE, ...saved }, secrets, {}), { name: 'ConfigError', field });
      });
    }

    it('shows no password of an address in an error', () => {
      assert.throws(() => readConfig({ ...NODE, kind: 'external', url: 'http://me:hidden@h' }, {}, {}), (error: Error) => !error.message.includes('hidden'));
    });
  });

  for (const [filter, topic, expected] of [
    ['a/+/c', 'a/b/c', true], ['a/+/c', 'a/b/d', false], ['a/#', 'a', true], ['a/#', 'a/b/c', true], ['a/+', 'a', false], ['a/+', 'a/b/c', false], ['#', 'a/b', true],
    ['#', '$SYS/a', false], ['+/a', '$SYS/a', false], ['a', 'a', true], ['a/b', 'a', false],
  ] as const) {
    it(`${filter} ${expected ? 'fits' : 'does not fit'} ${topic}`, () => { assert.equal(matches(filter, topic), expected); });
  }

  it('finds a too large packet from its header, wherever the chunks are cut', () => {
    const small = [0x30, 0x03, 1, 2, 3];
    for (const [bytes, verdicts] of [
      [[...small, ...small, 0x30, 0x81, 0x01], 'ok'],
      [[...small, 0x30, 0x80, 0x80, 0x80, 0x01], 'tooLarge'],
      [[0x30, 0x83, 0x02, ...Array.from({ length: 259 }, () => 0xff), 0x30, 0xff, 0xff, 0xff], 'tooLarge'],
    ] as const) {
      for (const size of [1, 2, 3, 1_000]) {
        const meter = new FrameMeter(1_000);
        const seen: string[] = [];
        for (let at = 0; at < bytes.length; at += size) seen.push(meter.see(Buffer.from(bytes.slice(at, at + size))));
        assert.equal(seen.includes('tooLarge') ? 'tooLarge' : 'ok', verdicts, `chunks of ${String(size)}`);
      }
    }
  });

  describe('embedded', () => {
    it('carries messages between its own nodes and others, retained ones too, over a restart', async () => {
      const port = await embedded();
      await ok(port);
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
      const { received } = subscribe(port, 'a/+');
      const client = await stranger(`mqtt://127.0.0.1:${String(port.tcp)}`);
      const outside: string[] = [];
      client.on('message', (topic, payload) => { outside.push(`${topic} ${payload.toString()}`); });
      await client.subscribeAsync('a/#', { qos: 1 });
      await port.publish('a/1', 'in');
      await port.publish('a/2', 'kept', { retain: true });
      await client.publishAsync('a/3', 'out', { qos: 1 });
      await has(received, 'a/1 in', 'a/2 kept', 'a/3 out');
      await has(outside, 'a/1 in', 'a/2 kept', 'a/3 out');
      await port.close();
      const again = await embedded({}, {}, port.folder);
      const [late, live] = [subscribe(again, 'a/#'), subscribe(again, 'a/#', { retained: 'skip' })];
      await has(late.received, 'a/2 kept');
      await again.publish('a/2', 'new');
      await has(live.received, 'a/2 new');
      assert.deepEqual(live.received, ['a/2 new']);
      await late.end();
      await again.publish('a/9', 'x');
      await has(live.received, 'a/9 x');
      assert.ok(!late.received.includes('a/9 x'));
      assert.deepEqual(reports, []);
    });

    it('shares a group\'s messages among its listeners', async () => {
      const port = await embedded();
      await ok(port);
      const members = [subscribe(port, 'a/#', { group: 'g' }), subscribe(port, 'a/#', { group: 'g' }), subscribe(port, 'a/#')];
      for (let n = 0; n < 10; n += 1) await port.publish('a/b', String(n));
      await eventually(() => (members[2]?.received.length === 10 ? true : undefined));
      assert.deepEqual(members.map(({ received }) => received.length), [5, 5, 10]);
    });

    it('shares a group\'s messages among its clients, and with whoever is left of them', async () => {
      const port = await embedded();
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
      const received: string[][] = [[], [], []];
      const clients = await Promise.all(received.map(() => stranger(`mqtt://127.0.0.1:${String(port.tcp)}`)));
      clients.forEach((client, index) => { client.on('message', (_topic, payload) => { received[index]?.push(payload.toString()); }); });
      await Promise.all(clients.slice(0, 2).map((client) => client.subscribeAsync('$share/g/a/+', { qos: 1 })));
      await clients[2]?.subscribeAsync(['a/b', '$share/g/a/+'], { qos: 1 });
      await clients[2]?.unsubscribeAsync('$share/g/a/+');
      // Every second message is another's, as receipts between events are.
      for (let n = 0; n < 40; n += 1) await port.publish(n % 2 === 0 ? 'a/b' : 'other', String(n));
      const even = Array.from({ length: 20 }, (_, index) => String(index * 2));
      await eventually(() => (received[2]?.length === 20 && received.flat().length === 40 ? true : undefined), () => JSON.stringify(received));
      assert.deepEqual([...received[0] ?? [], ...received[1] ?? []].sort(), [...even].sort());
      assert.ok(received.slice(0, 2).every(({ length }) => length >= 5), JSON.stringify(received));
      await clients[0]?.endAsync();
      for (let n = 0; n < 10; n += 1) await port.publish('a/c', `later ${String(n)}`);
      await eventually(() => (received[1]?.filter((text) => text.startsWith('later')).length === 10 ? true : undefined), () => JSON.stringify(received));
    });

    it('keeps no group for clients that may be away', async () => {
      const port = await embedded();
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
      const client = await stranger(`mqtt://127.0.0.1:${String(port.tcp)}`, { clean: false, clientId: 'keeps' });
      await assert.rejects(client.subscribeAsync('$share/g/a/#', { qos: 1 }));
    });

    it('says that its port is taken, serves its own nodes meanwhile, and opens it as soon as it can', async () => {
      const taken = await freePort();
      const server = createServer().listen(taken, '127.0.0.1');
      const port = await embedded({ port: taken });
      const listener = await eventually(() => port.listeners.at(-1));
      assert.equal(listener.state === 'shut' && listener.cause, 'port');
      const { received } = subscribe(port, 'a');
      await port.publish('a', '1');
      await has(received, 'a 1');
      await new Promise((resolve) => { server.close(resolve); });
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
    });

    it('says that another broker uses its folder, and takes over when that one closes', async () => {
      const first = await embedded();
      await ok(first);
      const second = await embedded({}, {}, first.folder);
      await away(second, 'locked');
      await assert.rejects(second.publish('a', '1'), { code: 'broker.away' });
      await first.close();
      await ok(second);
    });

    it('lets nobody in without the password where there is one', async () => {
      const port = await embedded({}, { user: 'shop', password: 'right' });
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
      const url = `mqtt://127.0.0.1:${String(port.tcp)}`;
      await assert.rejects(stranger(url), /Not authorized/);
      await assert.rejects(stranger(url, { username: 'shop', password: 'wrong' }), /Not authorized/);
      assert.ok((await stranger(url, { username: 'shop', password: 'right' })).connected);
      await away(external(url, {}, { user: 'shop', password: 'wrong' }), 'password');
    });

    it('cuts off who announces more than 1.5 MiB', async () => {
      const port = await embedded();
      await eventually(() => port.listeners.at(-1)?.state === 'open' ? true : undefined);
      const client = await stranger(`mqtt://127.0.0.1:${String(port.tcp)}`);
      await client.publishAsync('a', Buffer.alloc(1_500_000), { qos: 1 });
      const closed = new Promise<void>((resolve) => { client.once('close', () => { resolve(); }); });
      client.publish('a', Buffer.alloc(1_600_000), { qos: 1 });
      await closed;
      const raw = connectTcp(port.tcp, '127.0.0.1');
      raw.write('GET / HTTP/1.1\r\n\r\n');
      await new Promise((resolve) => { raw.once('close', resolve); });
      await port.publish('a', 'still here');
    });

    it('rejects what it was asked to publish when it closes, and nothing else happens', async () => {
      const port = await embedded();
      await ok(port);
      const results = Promise.allSettled(Array.from({ length: 500 }, (_, n) => port.publish('a/b', String(n))));
      await port.close();
      for (const result of await results) assert.ok(result.status === 'fulfilled' || result.reason.code === 'broker.away');
      await assert.rejects(port.publish('a', '1'), { code: 'broker.away' });
    });
  });

  describe('external', () => {
    it('publishes and receives, and goes on receiving after the broker was killed', async () => {
      const broker = await mosquitto();
      const port = external(broker.url);
      await ok(port);
      const { received } = subscribe(port, 'a/+');
      await port.publish('a/1', 'x');
      await has(received, 'a/1 x');
      await broker.kill();
      await away(port, 'refused');
      await assert.rejects(port.publish('a/2', 'lost'), { code: 'broker.away' });
      await broker.run();
      await ok(port);
      await port.publish('a/3', 'y');
      await has(received, 'a/3 y');
      assert.ok(!received.includes('a/2 lost'), 'nothing was queued behind the caller\'s back');
    });

    it('rejects what is under way when the broker dies, all of it, at once', async () => {
      const broker = await mosquitto();
      const port = external(broker.url);
      await ok(port);
      const results = Promise.allSettled(Array.from({ length: 5_000 }, (_, n) => port.publish('a/b', `${String(n)}${'x'.repeat(2_000)}`)));
      await broker.kill();
      const rejected = (await results).filter(({ status }) => status === 'rejected');
      assert.ok(rejected.length > 0);
      for (const result of rejected) assert.equal((result as PromiseRejectedResult).reason.code, 'broker.away');
    });

    it('keeps to the broker\'s receive maximum', async () => {
      const broker = await mosquitto({ config: ['allow_anonymous true', 'max_inflight_messages 5'] });
      const port = external(broker.url);
      await ok(port);
      const { received } = subscribe(port, 'a/#');
      await Promise.all(Array.from({ length: 900 }, (_, n) => port.publish('a/b', String(n))));
      await eventually(() => (received.length === 900 ? true : undefined));
      assert.equal(port.health().state, 'ok');
    });

    it('gets all that the broker keeps, however much, from one with its usual limits', async () => {
      const broker = await mosquitto();
      const [writer, late] = [external(broker.url), external(broker.url)];
      await Promise.all([ok(writer), ok(late)]);
      await writer.publishAll(Array.from({ length: 3_000 }, (_message, index) => ({ topic: `a/${String(index)}`, payload: 'x'.repeat(300), retain: true })));
      const { received } = subscribe(late, 'a/#');
      await eventually(() => received.length >= 3_000, () => `${String(received.length)} received`);
      assert.equal(new Set(received).size, 3_000);
      assert.doesNotMatch(broker.logs(), /being dropped/);
    });

    it('shares among the members of a group', async () => {
      const broker = await mosquitto();
      const [one, two, sender] = [external(broker.url), external(broker.url), external(broker.url)];
      await Promise.all([one, two, sender].map(ok));
      const members = [subscribe(one, 'a/#', { group: 'g' }), subscribe(two, 'a/#', { group: 'g' })];
      await Promise.all([one, two].map((port) => port.publish('x', 'after the subscriptions')));
      for (let n = 0; n < 20; n += 1) await sender.publish('a/b', String(n));
      await eventually(() => (members.reduce((sum, { received }) => sum + received.length, 0) === 20 ? true : undefined));
      assert.ok(members.every(({ received }) => received.length > 0));
    });

    it('falls back to MQTT 3.1.1 where 5 is not understood', async () => {
      const old = await embedded();
      await eventually(() => old.listeners.at(-1)?.state === 'open' ? true : undefined);
      const port = external(`mqtt://127.0.0.1:${String(old.tcp)}`);
      await ok(port);
      await port.publish('a', '1');
    });

    it('names a wrong password, an unknown name, a closed port, a missing file', async () => {
      const broker = await mosquitto({ config: ['allow_anonymous false', 'password_file <folder>/passwords'], files: { passwords: '' } });
      await away(external(broker.url, {}, { user: 'u', password: 'wrong' }), 'password');
      await away(external('mqtt://no-such-host.invalid:1883'), 'name');
      await away(external(`mqtt://127.0.0.1:${String(await freePort())}`), 'refused');
      await away(external(`ws://127.0.0.1:${String(await freePort())}`), 'refused');
      await away(external('mqtts://127.0.0.1:1', { ca: '/no/such/ca.pem' }), 'files');
    });

    it('refuses a certificate it does not know, and takes the one it was given', async () => {
      const files = certificate(temporary());
      const broker = await mosquitto({
        config: ['allow_anonymous true', 'certfile <folder>/cert.pem', 'keyfile <folder>/key.pem'],
        files: { 'cert.pem': readFileSync(files.cert, 'utf8'), 'key.pem': readFileSync(files.key, 'utf8') },
      });
      const url = broker.url.replace('mqtt:', 'mqtts:');
      await away(external(url), 'certificate');
      const port = external(url, { ca: files.cert });
      await ok(port);
      const { received } = subscribe(port, 'a');
      await port.publish('a', '1');
      await has(received, 'a 1');
    });
  });
});

function certificate(folder: string): { cert: string; key: string } {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(join(folder, 'openssl.cnf'), '[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=localhost\n[ext]\nsubjectAltName=IP:127.0.0.1\n');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', files.key, '-out', files.cert, '-config', join(folder, 'openssl.cnf')], { stdio: 'ignore' });
  return files;
}
