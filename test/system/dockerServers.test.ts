/** Are broker and store of docker/ closed to whoever is not meant? Mosquitto and Redis run with their very configuration. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { openRedisStore, type RedisStore } from '../../engine/store/redis/connection.js';
import { prefixRange } from '../../engine/store/store.js';
import { ConfiguredRedis, DockerFolder, handshake, readCompose, startBroker } from '../support/docker.js';
import type { Mosquitto } from '../support/mosquitto.js';
import { buildPackage } from '../support/product.js';
import { eventually } from '../support/waiting.js';

const NOT_AUTHORIZED = 135;
const UNTRUSTED = /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/;
const REFUSED_PROTOCOL = /^(EPROTO|ECONNRESET|ERR_SSL_.*)$/;
const temporary = (): string => mkdtempSync(join(tmpdir(), 'bottega-data-'));
const run = promisify(execFile);

describe('docker/mosquitto', () => {
  const data = temporary();
  const clients: MqttClient[] = [];
  let folder: DockerFolder;
  let stranger: DockerFolder;
  let broker: Mosquitto;

  before(async () => {
    folder = new DockerFolder();
    stranger = new DockerFolder();
    folder.makeSecrets();
    stranger.makeSecrets();
    broker = await startBroker(folder, data);
  });
  afterEach(async () => { await Promise.all(clients.splice(0).map((client) => client.endAsync())); });
  after(async () => {
    await broker.stop();
    folder.remove();
    stranger.remove();
    rmSync(data, { recursive: true, force: true });
  });

  const options = (extra: IClientOptions): IClientOptions => ({ protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 5_000, ca: folder.ca, ...extra });
  const url = (): string => `mqtts://127.0.0.1:${String(broker.port)}`;
  const passwordOf = (user: string): string => folder.secret(`MQTT_${user.toUpperCase()}_PASSWORD`);
  async function as(user: string): Promise<MqttClient> {
    const client = await connectAsync(url(), options({ username: user, password: passwordOf(user) }), false);
    clients.push(client);
    return client;
  }
  /** Why one does not get in: the code of CONNACK or of TLS. */
  async function refusal(extra: IClientOptions): Promise<number | string> {
    try {
      clients.push(await connectAsync(url(), options(extra), false));
      return 'let in';
    } catch (error) {
      return (error as { code: number | string }).code;
    }
  }

  it('speaks TLS 1.3 and nothing below', async () => {
    assert.equal(await handshake(broker.port, { ca: folder.ca }), 'TLSv1.3');
    assert.match(await handshake(broker.port, { ca: folder.ca, maxVersion: 'TLSv1.2' }), REFUSED_PROTOCOL);
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, options({ username: 'edge', password: passwordOf('edge') }), false));
  });

  it('is trusted for its authority only, and under its own names', async () => {
    const edge = { username: 'edge', password: passwordOf('edge') };
    assert.match(String(await refusal({ ...edge, ca: stranger.ca })), UNTRUSTED);
    assert.match(String(await refusal({ ...edge, ca: [] })), UNTRUSTED);
    assert.equal(await handshake(broker.port, { ca: folder.ca, servername: 'mosquitto' }), 'TLSv1.3');
    assert.equal(await handshake(broker.port, { ca: folder.ca, servername: 'redis' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('lets in nobody without the right name and password', async () => {
    const rows: [string, IClientOptions][] = [
      ['anonymous', {}],
      ['without password', { username: 'edge' }],
      ['wrong password', { username: 'edge', password: passwordOf('worker') }],
      ['unknown user', { username: 'admin', password: passwordOf('edge') }],
      ['password of another installation', { username: 'edge', password: stranger.secret('MQTT_EDGE_PASSWORD') }],
    ];
    for (const [who, login] of rows) assert.equal(await refusal(login), NOT_AUTHORIZED, who);
    for (const user of ['edge', 'worker', 'front', 'health']) assert.equal(await refusal({ username: user, password: passwordOf(user) }), 'let in', user);
  });

  /** Topic, who may publish to it, who receives it. */
  const TOPICS: [topic: string, writers: string[], readers: string[]][] = [
    ['bottega/shop/events/milano-1/pos/sale', ['edge'], ['worker']],
    ['bottega/shop/in/footfall/milano-1', [], []],
    ['bottega/shop/receipts/outbox.1', ['worker'], ['edge']],
    ['bottega/shop/kpi/revenue/1h/_/_', ['worker'], ['front']],
    ['bottega/shop/alert/low/_', ['worker', 'front'], ['front']],
    ['bottega/shop/dead', ['edge', 'worker', 'front'], ['front']],
    ['bottega/shop/other', [], []],
    ['other/shop/events/milano-1/pos/sale', [], []],
    ['$SYS/broker/uptime', [], []],
  ];

  it('lets each publish its own topics only', async () => {
    for (const user of ['edge', 'worker', 'front', 'health']) {
      const client = await as(user);
      const allowed: string[] = [];
      for (const [topic] of TOPICS) {
        try {
          await client.publishAsync(topic, '{}', { qos: 1 });
          allowed.push(topic);
        } catch (error) {
          assert.equal((error as { code?: unknown }).code, NOT_AUTHORIZED, `${user} on ${topic}`);
        }
      }
      assert.deepEqual(allowed, TOPICS.flatMap(([topic, writers]) => (writers.includes(user) ? [topic] : [])), user);
    }
  });

  it('lets each receive its own topics only, whatever it subscribes to, also in a shared group', async () => {
    const received = new Map<string, Set<string>>();
    const users = ['edge', 'worker', 'front', 'health'];
    const connected = new Map(await Promise.all(users.map(async (user) => [user, await as(user)] as const)));
    for (const [user, client] of connected) {
      const topics = new Set<string>();
      received.set(user, topics);
      client.on('message', (topic) => { topics.add(topic); });
      await client.subscribeAsync(['#', '$SYS/broker/uptime', `$share/${user}/bottega/+/events/#`], { qos: 1 });
    }
    for (const [topic, writers] of TOPICS) for (const user of writers) await connected.get(user)?.publishAsync(topic, '{}', { qos: 1 });
    // Messages arrive in order: whoever has received the last has received all that it ever will.
    for (const [topic, writer] of [['receipts/last', 'worker'], ['kpi/last', 'worker'], ['events/last/last/last', 'edge']] as const) {
      await connected.get(writer)?.publishAsync(`bottega/shop/${topic}`, '{}', { qos: 1 });
    }
    for (const [user, last] of [['edge', 'receipts/last'], ['front', 'kpi/last'], ['worker', 'events/last/last/last']] as const) {
      await eventually(() => received.get(user)?.delete(`bottega/shop/${last}`) === true, `${user} receives ${last}`);
    }
    await eventually(() => received.get('health')?.has('$SYS/broker/uptime') === true, 'health receives the broker');
    for (const user of users) {
      const expected = user === 'health' ? ['$SYS/broker/uptime'] : TOPICS.flatMap(([topic, , readers]) => (readers.includes(user) ? [topic] : []));
      assert.deepEqual([...received.get(user) ?? []].sort(), expected.sort(), user);
    }
  });

  it('keeps retained numbers over a restart', async () => {
    const topic = 'bottega/shop/kpi/orders/1h/_/_';
    await (await as('worker')).publishAsync(topic, '{"value":7}', { qos: 1, retain: true });
    await clients.pop()?.endAsync();
    await broker.stop();
    broker = await startBroker(folder, data);
    const front = await as('front');
    const value = new Promise((resolve) => { front.once('message', (_topic, payload) => { resolve(payload.toString()); }); });
    await front.subscribeAsync(topic, { qos: 1 });
    assert.equal(await value, '{"value":7}');
  });

  it('is found healthy by the check of the compose file, which has no password on its command line, and not with another one', async () => {
    const { services } = readCompose(folder.settings());
    const [, program = '', ...options] = services['mosquitto']?.healthcheck?.test ?? [];
    assert.deepEqual([program, options], ['mosquitto_sub', ['-t', '$SYS/broker/uptime', '-C', '1', '-W', '4']]);
    assert.equal(services['mosquitto']?.environment?.['XDG_CONFIG_HOME'], '/run/secrets');
    const found = mkdtempSync(join(tmpdir(), 'bottega-health-'));
    const check = (password: string): Promise<unknown> => {
      const file = folder.read('secrets/mosquitto/health').replace('8883', String(broker.port)).replace('/run/secrets/ca.crt', join(folder.path, 'secrets/ca.crt'));
      writeFileSync(join(found, 'mosquitto_sub'), file.replace(passwordOf('health'), password));
      return run(program, options, { env: { ...process.env, XDG_CONFIG_HOME: found } });
    };
    await check(passwordOf('health'));
    await assert.rejects(check(passwordOf('worker')));
    rmSync(found, { recursive: true });
  });

  it('is trusted by a Node.js that is given the authority as in the compose file', async () => {
    const script = "require('mqtt').connectAsync(process.argv[1], { reconnectPeriod: 0 }, false).then((client) => client.endAsync()).then(() => console.log('connected'), ({ code }) => console.log(code))";
    const address = `mqtts://worker:${passwordOf('worker')}@localhost:${String(broker.port)}`;
    const said = async (env: NodeJS.ProcessEnv): Promise<string> => (await run(process.execPath, ['-e', script, address], { env: { ...process.env, ...env } })).stdout.trim();
    assert.equal(await said({ NODE_EXTRA_CA_CERTS: join(folder.path, 'secrets/ca.crt') }), 'connected');
    assert.match(await said({ NODE_EXTRA_CA_CERTS: '' }), UNTRUSTED);
  });
});

describe('docker/redis', () => {
  const data = temporary();
  let folder: DockerFolder;
  let stranger: DockerFolder;
  let server: ConfiguredRedis;
  const stores: RedisStore[] = [];

  before(async () => {
    folder = new DockerFolder();
    stranger = new DockerFolder();
    folder.makeSecrets();
    stranger.makeSecrets();
    server = await ConfiguredRedis.start(folder, data);
  });
  afterEach(async () => { await Promise.all(stores.splice(0).map((store) => store.close())); });
  after(async () => {
    await server.end('SIGTERM');
    for (const each of [folder, stranger]) each.remove();
    rmSync(data, { recursive: true, force: true });
  });

  function storeOf(user: string, { password = folder.secret(`REDIS_${user.toUpperCase()}_PASSWORD`), ca = folder.ca } = {}): RedisStore {
    const store = openRedisStore(`rediss://${user}:${password}@127.0.0.1:${String(server.port)}`, { clock: Date, random: Math.random, tls: { ca } });
    stores.push(store);
    return store;
  }

  it('speaks TLS 1.3 and nothing below', async () => {
    assert.equal(await handshake(server.port, { ca: folder.ca }), 'TLSv1.3');
    assert.match(await handshake(server.port, { ca: folder.ca, maxVersion: 'TLSv1.2' }), REFUSED_PROTOCOL);
    await assert.rejects(run('redis-cli', ['-p', String(server.port), 'ping'], { timeout: 5_000 }));
  });

  it('is trusted for its authority only', async () => {
    assert.match(await handshake(server.port, { ca: stranger.ca }), UNTRUSTED);
    await assert.rejects(storeOf('worker', { ca: stranger.ca }).read(['shop/a']), /CERT_UNTRUSTED/);
  });

  it('lets in nobody without the right name and password, the default user least of all', async () => {
    assert.match(await server.cli([], ['ping']), /NOAUTH/);
    for (const [user, password] of [['default', ''], ['default', 'default'], ['worker', folder.secret('REDIS_FRONT_PASSWORD')], ['admin', 'admin']] as const) {
      assert.match(await server.cli([], ['auth', user, password]), /WRONGPASS/, user);
    }
    await assert.rejects(storeOf('worker', { password: stranger.secret('REDIS_WORKER_PASSWORD') }).read(['shop/a']), /WRONGPASS/);
  });

  it('lets workers and front do all that the store does', async () => {
    for (const user of ['worker', 'front']) {
      const store = storeOf(user);
      const expiresAt = Date.now() + 60_000;
      const changes = [{ key: `${user}/a`, expect: null, value: '1', expiresAt }, { key: `${user}/n`, add: { x: 2 }, max: { y: 3 }, expiresAt }];
      assert.equal((await store.commit(changes)).outcome, 'ok');
      assert.equal((await store.commit([{ key: `${user}/a`, expect: '1', value: '2' }, { key: `${user}/b`, value: 'x' }])).outcome, 'ok');
      assert.equal((await store.commit([{ key: `${user}/b`, expect: 'x' }])).outcome, 'ok');
      assert.deepEqual(await store.read([`${user}/a`, `${user}/b`, `${user}/n`]), ['2', undefined, { x: 2, y: 3 }]);
      for (const reverse of [false, true]) assert.equal((await store.scan({ ...prefixRange(`${user}/`), reverse }, 9)).length, 2);
      assert.equal(await store.sweep(10), 0);
      assert.equal(store.health().state, 'ok');
    }
  });

  it('keeps them to their keys and commands', async () => {
    const rows: [user: string, command: string[]][] = [
      ['worker', ['set', 'other', '1']],
      ['worker', ['eval', "return redis.call('set', 'other', '1')", '0']],
      ['worker', ['eval', "return redis.call('mget', 'bottega:{shop}', 'other')", '0']],
      ['worker', ['keys', '*']],
      ['worker', ['flushall']],
      ['worker', ['config', 'set', 'appendonly', 'no']],
      ['worker', ['acl', 'list']],
      ['worker', ['shutdown', 'nosave']],
      ['worker', ['get', 'bottega:{shop}:a']],
      ['worker', ['replicaof', 'no', 'one']],
      ['worker', ['client', 'list']],
      ['front', ['flushdb']],
      ['health', ['mget', 'bottega:{shop}']],
      ['health', ['info']],
    ];
    for (const [user, command] of rows) assert.match(await server.as(user, ...command), /NOPERM|No permissions|ACL failure|can't access at least one of the keys/, `${user}: ${command.join(' ')}`);
  });

  it('is set to keep what it is given, as the store itself sees it', async () => {
    const store = storeOf('worker');
    await store.read(['shop/a']);
    assert.equal(typeof await store.time(), 'number');
    const { servers: [state], advice } = await store.inspect();
    assert.deepEqual({ ...state, address: '', version: '' }, {
      address: '', version: '', role: 'master', replicas: 0, appendonly: 'yes', appendfsync: 'always', maxmemoryPolicy: 'noeviction', maxmemory: 512 * 1024 * 1024,
    });
    // The rest is a second machine, which a compose file cannot be.
    assert.deepEqual(advice.map(({ weight, setting }) => [weight, setting]), [['should', 'replicas']]);
  });

  it('lets a worker encrypt what was stored before there was a key', async () => {
    await storeOf('worker').commit([{ key: 'reseal/a', value: 'plain' }]);
    buildPackage();
    const url = `rediss://worker:${folder.secret('REDIS_WORKER_PASSWORD')}@localhost:${String(server.port)}`;
    const env = { ...process.env, REDIS_URL: url, BOTTEGA_ENCRYPTION_KEY: randomBytes(32).toString('base64'), NODE_EXTRA_CA_CERTS: join(folder.path, 'secrets/ca.crt') };
    await run(process.execPath, ['dist/cli/store.js', 'reseal'], { env });
    const [value] = await storeOf('worker').read(['reseal/a']);
    assert.ok(typeof value === 'string' && !value.includes('plain'));
  });

  // Redis replays transactions as the default user: one without rights would lose every commit here (redis/redis#14541).
  it('has everything again after a kill', async () => {
    await storeOf('worker').commit([{ key: 'kill/a', value: 'kept' }]);
    await server.end('SIGKILL');
    await server.run();
    assert.deepEqual(await storeOf('worker').read(['kill/a']), ['kept']);
  });

  it('is found healthy by the check of the compose file, and not with another password', async () => {
    const compose = readCompose(folder.settings());
    const command = compose.services['redis']?.healthcheck?.test[1] ?? '';
    const check = (files: Readonly<Record<string, string>>): Promise<unknown> => {
      const here = Object.entries(files).reduce((text, [target, file]) => text.replaceAll(target, file), command.replace('6379', String(server.port)));
      return run('sh', ['-c', here]);
    };
    const files = folder.secretFiles(compose, 'redis');
    await check(files);
    await assert.rejects(check({ ...files, '/run/secrets/health-password': join(folder.path, 'secrets/REDIS_WORKER_PASSWORD') }));
    for (const [, password] of Object.entries(files).filter(([target]) => target.endsWith('password'))) assert.ok(!command.includes(readFileSync(password, 'utf8')));
  });
});
