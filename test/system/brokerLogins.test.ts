/** Is the built-in broker closed to whoever is not meant? The product runs, and real clients try: as `dockerServers.test.ts` does with Mosquitto. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { handshake } from '../support/docker.js';
import { accepts, freePort } from '../support/ports.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { eventually, until } from '../support/waiting.js';

const PURPOSES = ['counter', 'display', 'edge', 'worker', 'front'] as const;
const OWNER = 'bottega';
const PASSWORD = 'una password di prova';
const REFUSED_PROTOCOL = /^(EPROTO|ECONNRESET|ERR_SSL_.*)$/;

describe('the built-in broker', () => {
  const data = temporaryData();
  const clients: MqttClient[] = [];
  let product: RunningProduct;
  let tlsPort: number;
  let logins: Readonly<Record<string, string>>;

  before(async () => {
    tlsPort = await freePort();
    product = await startProduct(data.path, { MQTT_PASSWORD: PASSWORD, MQTT_TLS_PORT: String(tlsPort) });
    logins = { ...JSON.parse(readFileSync(join(data.path, 'bottega-mqtt/logins.json'), 'utf8')) as Record<string, string>, [OWNER]: PASSWORD };
    await eventually(() => accepts(tlsPort));
  });
  afterEach(async () => { await Promise.all(clients.splice(0).map((client) => client.endAsync(true))); });
  after(async () => {
    const { stderr, stdout } = await product.stop();
    data.remove();
    for (const password of Object.values(logins)) assert.ok(!`${stderr}${stdout}`.includes(password), 'a password was printed');
  });

  const connected = async (options: IClientOptions, url = `mqtt://127.0.0.1:${String(product.mqttPort)}`): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, connectTimeout: 5_000, ...options }, false);
    clients.push(client);
    return client;
  };
  const as = (user: string, more: IClientOptions = {}): Promise<MqttClient> => connected({ username: user, password: logins[user] ?? '', ...more });
  /** Why one does not get in: the code of CONNACK. */
  const refusal = async (options: IClientOptions): Promise<unknown> => {
    try {
      await connected(options);
      return 'let in';
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  const refusals = async (login: string, action: string): Promise<number> => {
    const { text } = await product.get('/metrics');
    return Number(new RegExp(`^bottega_broker_refusals_total\\{login="${login}",action="${action}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  };
  /** Everything that comes, until the marker that the owner sends last. */
  const receiving = (client: MqttClient): { topics: string[]; all: () => Promise<string[]> } => {
    const topics: string[] = [];
    client.on('message', (topic) => { topics.push(topic); });
    return { topics, all: () => eventually(() => (topics.includes('marker/last') ? topics.filter((topic) => topic !== 'marker/last').sort() : undefined)) };
  };
  const publishes = async (user: string, topic: string, retain = false): Promise<'taken' | 'refused'> => {
    const client = await as(user);
    const closed = new Promise<'refused'>((resolve) => { client.once('close', () => { resolve('refused'); }); });
    return Promise.race([client.publishAsync(topic, '{}', { qos: 1, retain }).then(() => 'taken' as const, () => 'refused' as const), closed]);
  };

  /** Topic, who may publish to it, who receives it. */
  const TOPICS: readonly [topic: string, writers: readonly string[], readers: readonly string[]][] = [
    ['bottega/altra/events/milano-1/pos/sale', ['edge'], ['worker']],
    ['bottega/altra/in/footfall/milano-1', ['counter'], ['worker']],
    ['bottega/altra/in/footfall/milano-1/x', [], []],
    ['bottega/altra/in/other', [], []],
    ['bottega/altra/receipts/outbox.1', ['worker'], ['edge']],
    ['bottega/altra/kpi/revenue/1h/_/_', ['worker'], ['display', 'front']],
    ['bottega/altra/alert/low/_', ['worker', 'front'], ['display', 'front']],
    ['bottega/altra/dead', ['edge', 'worker', 'front'], ['front']],
    ['bottega/prova/x', [], []],
    ['bottega/altra/other', [], []],
    ['other/altra/in/footfall/milano-1', [], []],
    ['/bottega/altra/in/footfall/milano-1', [], []],
  ];

  it('generates a login for each purpose, once, readable by its owner only', async () => {
    assert.deepEqual(Object.keys(logins).sort(), [...PURPOSES, OWNER].sort());
    assert.equal(new Set(Object.values(logins)).size, PURPOSES.length + 1);
    for (const file of ['logins.json', 'ca.key', 'server.key']) assert.equal(statSync(join(data.path, 'bottega-mqtt', file)).mode & 0o777, 0o600, file);
    assert.equal(statSync(join(data.path, 'bottega-mqtt')).mode & 0o777, 0o700);
    for (const user of [...PURPOSES, OWNER]) assert.equal(await refusal({ username: user, password: logins[user] ?? '' }), 'let in', user);
  });

  it('lets in nobody without the right name and password, and counts it', async () => {
    const before = await refusals('counter', 'login');
    const rows: [string, IClientOptions][] = [
      ['anonymous', {}],
      ['without password', { username: 'counter' }],
      ['wrong password', { username: 'counter', password: logins['display'] ?? '' }],
      ['the owner\'s password under another name', { username: 'display', password: PASSWORD }],
      ['unknown user', { username: 'constructor', password: logins['edge'] ?? '' }],
    ];
    for (const [who, login] of rows) assert.equal(await refusal(login), 5, who);
    assert.equal(await refusals('counter', 'login') - before, 2);
  });

  it('lets each publish its own topics only, kept or not, and counts what it refuses', async () => {
    for (const user of PURPOSES) {
      const before = await refusals(user, 'publish');
      const allowed: string[] = [];
      for (const [topic] of TOPICS) if (await publishes(user, topic, true) === 'taken') allowed.push(topic);
      assert.deepEqual(allowed, TOPICS.flatMap(([topic, writers]) => (writers.includes(user) ? [topic] : [])), user);
      assert.equal(await refusals(user, 'publish') - before, TOPICS.length - allowed.length, user);
    }
    for (const [topic] of TOPICS) assert.equal(await publishes(OWNER, topic), 'taken', topic);
    for (const user of [...PURPOSES, OWNER]) assert.equal(await publishes(user, '$SYS/x'), 'refused', user);
  });

  it('drops what is sent without acknowledgement, and keeps nothing of a counter', async () => {
    const owner = await as(OWNER);
    const { all } = receiving(owner);
    await owner.subscribeAsync(['bottega/altra/kpi/dropped', 'bottega/altra/in/footfall/+', 'marker/last'], { qos: 1 });
    const counter = await as('counter');
    await counter.publishAsync('bottega/altra/kpi/dropped', 'x', { qos: 0, retain: true });
    await counter.publishAsync('bottega/altra/in/footfall/passing', '1', { qos: 1, retain: true });
    await owner.publishAsync('marker/last', '', { qos: 1 });
    assert.deepEqual((await all()).filter((topic) => !topic.endsWith('milano-1')), ['bottega/altra/in/footfall/passing']);
    const late = await as(OWNER);
    const kept = receiving(late);
    await late.subscribeAsync(['bottega/altra/kpi/dropped', 'bottega/altra/in/footfall/#'], { qos: 1 });
    await late.subscribeAsync('marker/last', { qos: 1 });
    await owner.publishAsync('marker/last', '', { qos: 1 });
    assert.deepEqual(await kept.all(), []);
  });

  it('lets each receive its own topics only: live, kept, and in a shared group', async () => {
    const owner = await as(OWNER);
    for (const [topic] of TOPICS) await owner.publishAsync(topic, '{"kept":1}', { qos: 1, retain: true });
    const filters = (user: string): string[] => TOPICS.flatMap(([topic, , readers]) => (readers.includes(user) ? [topic] : []));
    for (const user of PURPOSES) {
      const before = await refusals(user, 'subscribe');
      const client = await as(user);
      const { topics } = receiving(client);
      const granted = await client.subscribeAsync(TOPICS.map(([topic]) => topic), { qos: 1 }).then(() => 'all', () => 'some');
      assert.equal(granted, 'some', user);
      await eventually(() => filters(user).every((topic) => topics.includes(topic)), `${user} receives what is kept`);
      for (const [topic] of TOPICS) await owner.publishAsync(topic, '{}', { qos: 1 });
      await eventually(() => topics.length >= 2 * filters(user).length, `${user} receives what is live`);
      assert.deepEqual([...new Set(topics)].sort(), filters(user).sort(), user);
      assert.equal(await refusals(user, 'subscribe') - before, TOPICS.length - filters(user).length, user);
    }
    for (const [topic] of TOPICS) await owner.publishAsync(topic, '', { qos: 1, retain: true });
  });

  const TRICKS = ['#', '+/#', 'bottega/#', 'bottega/+/+/#', 'bottega/altra/#', 'bottega/+/+', '+/+/kpi/#', '$SYS/#', '$share/g/#', '$share/g/bottega/#',
    '$share/g/$share/h/bottega/+/kpi/#', '$share//bottega/+/kpi/#', '/bottega/+/kpi/#'];

  it('grants no wider filter than a login may read, in whatever form', async () => {
    for (const user of PURPOSES) {
      const client = await as(user);
      for (const filter of TRICKS) await assert.rejects(client.subscribeAsync(filter, { qos: 1 }), `${user} ${filter}`);
    }
    const display = await as('display');
    for (const filter of ['bottega/+/kpi/#', 'bottega/shop/kpi/revenue/+/+/+', 'bottega/altra/alert/low/_', '$share/screens/bottega/+/kpi/#']) {
      await display.subscribeAsync(filter, { qos: 1 });
    }
    const worker = await as('worker');
    await worker.subscribeAsync('$share/workers/bottega/shop/events/+/+/+', { qos: 1 });
  });

  it('delivers no last will that its client could not publish', async () => {
    const owner = await as(OWNER);
    const { topics, all } = receiving(owner);
    await owner.subscribeAsync(['bottega/altra/#', 'marker/last'], { qos: 1 });
    const before = await refusals('counter', 'will');
    for (const [user, topic] of [['counter', 'bottega/altra/alert/low/_'], ['counter', 'bottega/altra/in/footfall/last'], ['edge', 'bottega/altra/dead']] as const) {
      const client = await as(user, { will: { topic, payload: Buffer.from('1'), qos: 1, retain: true } });
      client.stream.destroy();
    }
    await eventually(() => topics.includes('bottega/altra/in/footfall/last') && topics.includes('bottega/altra/dead'));
    await owner.publishAsync('marker/last', '', { qos: 1 });
    assert.deepEqual(await all(), ['bottega/altra/dead', 'bottega/altra/in/footfall/last']);
    assert.equal(await refusals('counter', 'will') - before, 1);
    await owner.publishAsync('bottega/altra/dead', '', { qos: 1, retain: true });
  });

  it('delivers nothing to a kept session that it may not read, nor hands it to another login', async () => {
    const session = { clientId: 'screen-1', clean: false };
    const display = await as('display', session);
    await display.subscribeAsync(['bottega/altra/kpi/a', 'bottega/altra/events/m/pos/sale'], { qos: 1 }).catch(() => undefined);
    await display.endAsync();
    const mine = await as(OWNER, { clientId: 'owner-1', clean: false });
    await mine.subscribeAsync('bottega/altra/dead', { qos: 1 });
    await mine.endAsync();
    const owner = await as(OWNER);
    for (const topic of ['bottega/altra/events/m/pos/sale', 'bottega/altra/dead', 'bottega/altra/kpi/a']) await owner.publishAsync(topic, '{}', { qos: 1 });
    const early: string[] = [];
    const again = mqtt.connect(`mqtt://127.0.0.1:${String(product.mqttPort)}`, { reconnectPeriod: 0, username: 'display', password: logins['display'] ?? '', ...session });
    clients.push(again);
    again.on('message', (topic) => { early.push(topic); });
    await eventually(() => early.includes('bottega/altra/kpi/a'));
    assert.deepEqual(early, ['bottega/altra/kpi/a']);
    const thief = await as('front', { clientId: 'owner-1', clean: false });
    const { topics } = receiving(thief);
    await thief.subscribeAsync('bottega/altra/alert/x', { qos: 1 });
    await owner.publishAsync('bottega/altra/alert/x', '{}', { qos: 1 });
    await eventually(() => topics.includes('bottega/altra/alert/x'));
    assert.deepEqual(topics, ['bottega/altra/alert/x']);
  });

  it('lets no login push another out by its client id', async () => {
    const owner = await as(OWNER, { clientId: 'same' });
    const counter = await as('counter', { clientId: 'same' });
    await counter.publishAsync('bottega/altra/in/footfall/milano-1', '1', { qos: 1 });
    await owner.publishAsync('marker/last', '', { qos: 1 });
    assert.ok(owner.connected && counter.connected);
  });

  it('counts what a counter says', async () => {
    const counter = await as('counter');
    await counter.publishAsync('bottega/shop/in/footfall/milano-1', '3', { qos: 1 });
    const { text } = await until(() => product.kpi('name=footfall&window=1d'), (answer) => answer.text.includes('"value":3'));
    assert.equal((JSON.parse(text) as { rows: { value: number }[] }).rows.at(-1)?.value, 3);
  });

  it('speaks TLS 1.3 and nothing below on its port for that, under the names of this machine', async () => {
    const ca = readFileSync(join(data.path, 'bottega-mqtt/ca.crt'), 'utf8');
    assert.equal(await handshake(tlsPort, { ca }), 'TLSv1.3');
    assert.match(await handshake(tlsPort, { ca, maxVersion: 'TLSv1.2' }), REFUSED_PROTOCOL);
    assert.equal(await handshake(tlsPort, { ca, servername: 'localhost' }), 'TLSv1.3');
    assert.equal(await handshake(tlsPort, { ca, servername: 'redis' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.match(await handshake(tlsPort, {}), /UNABLE_TO_VERIFY|SELF_SIGNED/);
    const counter = await connected({ username: 'counter', password: logins['counter'] ?? '', ca }, `mqtts://127.0.0.1:${String(tlsPort)}`);
    await counter.publishAsync('bottega/altra/in/footfall/milano-1', '1', { qos: 1 });
    await assert.rejects(counter.subscribeAsync('#', { qos: 1 }));
  });

  it('serves the outbox of another machine over TLS with the login of an edge', async () => {
    const elsewhere = temporaryData();
    const url = `mqtts://edge:${logins['edge'] ?? ''}@localhost:${String(tlsPort)}`;
    const edge = await startProduct(elsewhere.path, { BOTTEGA_ROLE: 'edge', MQTT_URL: url, NODE_EXTRA_CA_CERTS: join(data.path, 'bottega-mqtt/ca.crt') });
    try {
      const time = new Date().toISOString();
      const sale = {
        specversion: '1.0', id: 'edge-1', source: 'urn:bottega:test', type: 'sale', subject: 'order/1', time,
        data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '12.00', currency: 'EUR' },
      };
      assert.equal((await edge.post(edge.senders.events([sale]))).status, 200);
      const { text } = await until(() => product.kpi('name=revenue&window=1d'), (answer) => answer.text.includes('"value":12'));
      assert.match(text, /"value":12\b/);
      const metrics = await until(() => edge.get('/metrics'), (answer) => /^bottega_outbox_depth\{[^}]*\} 0$/m.test(answer.text));
      assert.match(metrics.text, /^bottega_outbox_depth\{[^}]*\} 0$/m, 'the edge has read its acknowledgement');
      assert.equal(await refusals('edge', 'login'), 0);
    } finally {
      await edge.stop();
      elsewhere.remove();
    }
  });

  it('slows down who guesses, and says so', async () => {
    const right = { username: 'counter', password: logins['counter'] ?? '' };
    for (let guess = 0; guess < 6; guess += 1) await refusal({ username: 'counter', password: `guess ${String(guess)}` });
    assert.equal(await refusal(right), 3, 'come again later');
    assert.ok(await refusals('counter', 'wait') > 0);
    await eventually(async () => await refusal(right) === 'let in');
  });
});
