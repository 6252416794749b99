import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { openLoginFile } from '../../../nodes/05-broker/access/loginFile.js';
import { refusalLog } from '../../../nodes/05-broker/access/refusalLog.js';
import { BROKER_PURPOSES, maySubscribe, TOPIC_RIGHTS } from '../../../nodes/05-broker/access/topicRights.js';
import { EmbeddedPort } from '../../../nodes/05-broker/embeddedPort.js';
import { embeddedSettings } from '../../support/embeddedBroker.js';
import { freePort } from '../../support/ports.js';
import { eventually } from '../../support/waiting.js';

describe('logins of the built-in broker', () => {
  let folder: string;
  const ends: (() => unknown)[] = [];
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bottega-logins-')); });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('give the roles the rights that docker/mosquitto/acl gives them', () => {
    const rights: Record<string, { publish: string[]; read: string[] }> = {};
    let user = '';
    for (const [, kind, value = ''] of readFileSync('docker/mosquitto/acl', 'utf8').matchAll(/^(user|topic (?:readwrite|read|write)) (.+)$/gm)) {
      if (kind === 'user') rights[user = value] = { publish: [], read: [] };
      if (kind?.endsWith('write') === true) rights[user]?.publish.push(value);
      if (kind?.includes(' read') === true) rights[user]?.read.push(value);
    }
    for (const role of ['edge', 'worker', 'front'] as const) {
      const { publish, read } = TOPIC_RIGHTS[role];
      assert.deepEqual({ publish: [...publish].sort(), read: [...read].sort() }, { publish: rights[role]?.publish.sort(), read: rights[role]?.read.sort() }, role);
    }
  });

  for (const [purpose, filter, expected] of [
    ['display', 'bottega/+/kpi/#', true], ['display', 'bottega/shop/kpi', true], ['display', 'bottega/shop/kpi/+/+/+/+', true], ['display', 'bottega/shop/alert/#', true],
    ['display', 'bottega/+/+/#', false], ['display', 'bottega/#', false], ['display', '#', false], ['display', '+/shop/kpi/#', false], ['display', 'bottega/shop', false],
    ['display', 'bottega/shop/kpi2/#', false], ['display', '$share/g/bottega/+/kpi/#', true], ['display', '$share/g/bottega/+/events/#', false], ['display', '$share/g', false],
    ['display', '$share/g/$share/h/bottega/+/kpi/#', false], ['counter', 'bottega/shop/in/footfall/milano-1', false], ['counter', '', false],
    ['worker', 'bottega/shop/events/+/+/+', true], ['worker', 'bottega/shop/events/+/+', false], ['worker', 'bottega/shop/events/+/+/+/+', false],
    ['worker', 'bottega/shop/events/#', false], ['worker', 'bottega/shop/in/footfall/+', true], ['edge', 'bottega/shop/receipts/o1', true],
  ] as const) {
    it(`${purpose} ${expected ? 'may' : 'may not'} subscribe to "${filter}"`, () => { assert.equal(maySubscribe(purpose, filter), expected); });
  }

  it('are made once, anew where one was taken out, and for this user only', () => {
    const made = openLoginFile(folder);
    assert.deepEqual(Object.keys(made), [...BROKER_PURPOSES]);
    assert.deepEqual(openLoginFile(folder), made);
    const { counter, ...others } = made;
    writeFileSync(join(folder, 'logins.json'), JSON.stringify(others), { mode: 0o644 });
    const again = openLoginFile(folder);
    assert.notEqual(again.counter, counter);
    assert.deepEqual({ ...again, counter }, made);
    assert.deepEqual(readdirSync(folder), ['logins.json']);
    assert.equal(statSync(join(folder, 'logins.json')).mode & 0o777, 0o600);
  });

  for (const [text, rule] of [['{', /not JSON/], ['[1', /not JSON/], ['null', /not a JSON object/], ['{"counter":"short"}', /counter must be at least 16/], ['{"counter":7}', /counter/]] as const) {
    it(`are not overwritten where the file says ${text}`, () => {
      writeFileSync(join(folder, 'logins.json'), text);
      assert.throws(() => openLoginFile(folder), rule);
      assert.equal(readFileSync(join(folder, 'logins.json'), 'utf8'), text);
    });
  }

  async function broker(more: Partial<Parameters<typeof embeddedSettings>[0]> = {}): Promise<{ port: EmbeddedPort; tcp: number; reports: string[] }> {
    const reports: string[] = [];
    const tcp = await freePort();
    let listener = 'shut';
    const settings = embeddedSettings({ folder: join(folder, 'kept'), port: tcp, report: (error) => { reports.push(String(error)); }, ...more });
    const port = new EmbeddedPort(settings, { words: (cause) => cause, listener: ({ state }) => { listener = state; }, random: () => 0 });
    ends.push(() => port.close());
    await eventually(() => listener === 'open');
    return { port, tcp, reports };
  }

  it('open nothing where their file is damaged, and the nodes go on', async () => {
    mkdirSync(join(folder, 'mqtt'));
    writeFileSync(join(folder, 'mqtt/logins.json'), '{"counter": "undefined", ');
    const { port, tcp, reports } = await broker();
    assert.match(reports.join(), /logins of the built-in broker cannot be used: .*logins\.json is not JSON/);
    assert.ok(!reports.join().includes('undefined'), 'nothing of the file is said');
    for (const password of ['', 'undefined']) {
      await assert.rejects(mqtt.connectAsync(`mqtt://127.0.0.1:${String(tcp)}`, { reconnectPeriod: 0, username: 'counter', password }, false), { code: 5 });
    }
    await port.publish('a', 'x');
  });

  it('of the owner may have the name of a purpose', async () => {
    const { tcp } = await broker({ login: { user: 'counter', password: 'del proprietario' } });
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(tcp)}`, { reconnectPeriod: 0, username: 'counter', password: 'del proprietario' }, false);
    ends.push(() => client.endAsync(true));
    await client.subscribeAsync('#', { qos: 1 });
  });

  it('get in past any number of connections that say nothing', async () => {
    const { tcp } = await broker();
    const idle: Socket[] = [];
    ends.push(() => { for (const socket of idle) socket.destroy(); });
    const early = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(tcp)}`, { reconnectPeriod: 0 }, false);
    ends.push(() => early.endAsync(true));
    for (let count = 0; count < 260; count += 1) {
      const socket = connect(tcp, '127.0.0.1').on('error', () => undefined);
      idle.push(socket);
      await new Promise((resolve) => { socket.once('connect', resolve); });
    }
    const late = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(tcp)}`, { reconnectPeriod: 0 }, false);
    ends.push(() => late.endAsync(true));
    await late.publishAsync('a', 'x', { qos: 1 });
    assert.ok(early.connected, 'who has logged in stays');
  });

  it('refused are said once per kind and ten minutes, without control characters', () => {
    const said: string[] = [];
    let now = 0;
    const refused = refusalLog({ warn: (line) => { said.push(line); }, text: (key, values) => `${key} ${JSON.stringify(values)}`, now: () => now });
    const topic = `a\u001b[2J\n${'b'.repeat(300)}`;
    for (const at of [0, 599_999, 600_000]) {
      now = at;
      refused({ action: 'publish', login: 'counter', address: '192.0.2.1', topic });
    }
    refused({ action: 'login', login: 'unknown', address: '192.0.2.1' });
    assert.equal(said.length, 3);
    assert.ok(said[0]?.startsWith('refused.publish') === true && said[0].includes('192.0.2.1') && said[0].includes(`a[2J${'b'.repeat(96)}"`), said[0]);
    assert.ok(said[2]?.startsWith('refused.login'));
  });
});
