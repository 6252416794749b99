import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { type RunningProduct, runToEnd, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';
import { freePort } from '../support/ports.js';

const PASSWORD = 'otto-caratteri';

describe('launcher', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  it('serves health, editor and dashboard from a fresh directory', async () => {
    assert.deepEqual((await product.get('/health')).json.status, 'ok');
    assert.match((await product.get('/')).text, /<title>Bottega/);
    assert.equal((await product.get('/dashboard/')).status, 200);
  });

  it('says with every answer what a browser may do with it', async () => {
    for (const [path, policy] of [['/', /default-src 'self'.*frame-ancestors 'none'$/], ['/dashboard/', /default-src 'self'.*frame-ancestors 'none'$/],
      ['/health', /^default-src 'none'; frame-ancestors 'none'$/], ['/kpi', /^default-src 'none'/], ['/in/shopify', /^default-src 'none'/]] as const) {
      const { headers } = await product.get(path);
      assert.match(headers.get('content-security-policy') ?? '', policy, path);
      assert.deepEqual([headers.get('x-content-type-options'), headers.get('referrer-policy')], ['nosniff', 'same-origin'], path);
    }
  });

  it('lets no other site read what it answers', async () => {
    for (const path of ['/health', '/metrics', '/kpi']) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await request(product.url + path, { method, headers: { 'sec-fetch-site': 'cross-site' } });
        assert.equal(headers.get('access-control-allow-origin'), null, `${method} ${path}`);
      }
    }
  });

  it('knows every type of its flow', async () => {
    const flows = JSON.parse(readFileSync(join(data.path, 'flows.json'), 'utf8')) as { type: string }[];
    const sets = (await request(`${product.url}/nodes`, { headers: { accept: 'application/json' } })).json as { types: string[]; err?: unknown }[];
    const known = new Set(sets.flatMap(({ types }) => types));
    const unknown = flows.map(({ type }) => type).filter((type) => !known.has(type) && !['tab', 'group', 'subflow'].includes(type));
    assert.deepEqual([...new Set(unknown)], []);
    assert.deepEqual(sets.filter(({ err }) => err !== undefined).map(({ types }) => types), []);
  });

  it('keeps the made secrets for this user only, and says none of them', async () => {
    assert.equal(statSync(join(data.path, 'secrets.json')).mode & 0o777, 0o600);
    for (const name of ['.', ...readdirSync(data.path)]) assert.equal(statSync(join(data.path, name)).mode & 0o077, 0, name);
    const other = temporaryData();
    const once = await startProduct(other.path);
    const { stdout, stderr } = await once.stop();
    other.remove();
    for (const secret of Object.values(once.secrets)) assert.ok(!`${stdout}${stderr}`.includes(secret));
  });

  it('answers other names for this machine only on the senders\' paths', async () => {
    assert.equal(await statusFor('/', { host: 'evil.example' }), 403);
    assert.equal(await statusFor('/flows', { host: new URL(product.url).host, origin: 'http://evil.example' }), 403);
    assert.equal(await statusFor('/health', { host: 'evil.example' }), 200);
    assert.equal(await statusFor('/kpi', { host: 'evil.example' }), 401);
  });

  it('closes the sockets of editor and dashboard to pages of other sites', async () => {
    for (const path of ['/comms', '/dashboard/socket.io/?EIO=4&transport=websocket']) {
      assert.equal(await upgradeStatus(path, 'http://evil.example'), 403);
      assert.equal(await upgradeStatus(path, product.url), 101);
    }
  });

  function statusFor(path: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      plainRequest(product.url + path, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on('error', reject).end();
    });
  }

  function upgradeStatus(path: string, origin: string): Promise<number> {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', origin };
    return new Promise((resolve, reject) => {
      const asked = plainRequest(product.url + path, { headers });
      asked.on('upgrade', (response, socket) => { socket.destroy(); resolve(response.statusCode ?? 0); });
      asked.on('response', (response) => { response.resume(); resolve(response.statusCode ?? 0); });
      asked.on('error', reject).end();
    });
  }
});

describe('launcher: start and stop', () => {
  const data = temporaryData();
  after(() => { data.remove(); });

  it('says ready once, and ends with 0 on a signal', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const product = await startProduct(data.path);
      const startedAt = Date.now();
      const { code, stdout } = await product.stop(signal);
      assert.equal(code, 0);
      assert.ok(Date.now() - startedAt < 8_000);
      assert.deepEqual(stdout.split('\n').filter((line) => line.startsWith('ready')), [`ready ${product.url}`]);
    }
  });

  it('is one process with `npm start`: a signal to npm stops it cleanly', async () => {
    const product = await startProduct(data.path, {}, ['npm', 'start', '--silent']);
    const { code } = await product.stop();
    assert.equal(code, 0);
    await assert.rejects(product.get('/health'), TypeError);
  });

  it('keeps figures, secrets and the user\'s flow over a restart', async () => {
    const first = await startProduct(data.path);
    const event = {
      specversion: '1.0', id: 'restart-1', source: 'urn:test', type: 'sale', subject: 'order/1', time: new Date().toISOString(),
      data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '12.34' },
    };
    assert.equal((await first.post(first.senders.events(event))).status, 200);
    const revenue = (product: RunningProduct) => async (): Promise<unknown> => (await product.kpi('name=revenue&window=1d')).json.rows[0]?.value;
    assert.equal(await until(revenue(first), (value) => value === 12.34), 12.34);
    await first.stop();
    const flow = join(data.path, 'flows.json');
    writeFileSync(flow, JSON.stringify([...JSON.parse(readFileSync(flow, 'utf8')), { id: 'mine', type: 'comment', z: '', name: 'mio', wires: [] }]));
    const second = await startProduct(data.path, { BOTTEGA_TEMPLATE: 'artisan' });
    assert.equal(await until(revenue(second), (value) => value === 12.34), 12.34);
    assert.equal(second.secrets['BOTTEGA_API_TOKEN'], first.secrets['BOTTEGA_API_TOKEN']);
    const { stderr } = await second.stop();
    assert.match(readFileSync(flow, 'utf8'), /"mine"/);
    assert.match(stderr, /BOTTEGA_TEMPLATE counts at the first start only/);
  });

  const refused = [
    { variables: { PORT: 'x' }, says: /^PORT: [^\n]*"x"[^\n]*\n$/ },
    { variables: { HOST: '0.0.0.0' }, says: /^BOTTEGA_PASSWORD: [^\n]*\n$/ },
    { variables: { BOTTEGA_ROLE: 'worker' }, says: /^MQTT_URL: [^\n]*worker[^\n]*\n$/ },
    { variables: { REDIS_URL: 'http://127.0.0.1' }, says: /^REDIS_URL: [^\n]*\n$/ },
    { variables: { BOTTEGA_TLS_CERT: '/no/such.pem', BOTTEGA_TLS_KEY: '/no/such.pem' }, says: /^BOTTEGA_TLS_CERT: must be a file that can be read[^\n]*\n$/ },
    { variables: { BOTTEGA_TLS_MIN: '1.1' }, says: /^BOTTEGA_TLS_MIN: must be 1\.3 or 1\.2 \("1\.1"\)\n$/ },
    { variables: { BOTTEGA_ENCRYPTION_KEY: 'segreta' }, says: /^BOTTEGA_ENCRYPTION_KEY: must be 32 random bytes (?!.*segreta)[^\n]*\n$/ },
    { variables: { BOTTEGA_PASSWORD_FILE: '/no/such/file' }, says: /^BOTTEGA_PASSWORD_FILE: must be a file that can be read \(ENOENT\) [^\n]*\n$/ },
    { variables: { BOTTEGA_DATA: '/dev/null' }, says: /^BOTTEGA_DATA: \/dev\/null cannot be written \(EEXIST\)\n$/ },
    { variables: { BOTTEGA_DATA: '/dev/null/bottega' }, says: /^BOTTEGA_DATA: \/dev\/null\/bottega cannot be written \(ENOTDIR\)\n$/ },
  ];
  for (const { variables, says } of refused) {
    it(`refuses ${JSON.stringify(variables)} with one line`, async () => {
      const { code, stdout, stderr } = await runToEnd({ BOTTEGA_DATA: join(data.path, 'never'), ...variables });
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, says);
    });
  }

  it('says which port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const { code, stderr } = await runToEnd({ BOTTEGA_DATA: join(data.path, 'never'), PORT: String(port) });
    squatter.close();
    assert.equal(code, 1);
    assert.equal(stderr, `PORT: 127.0.0.1:${String(port)} is taken by another program\n`);
  });

  it('says which port is taken where senders have their own', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const { code, stderr } = await runToEnd({ BOTTEGA_DATA: join(data.path, 'never'), PORT: '0', BOTTEGA_INTAKE_PORT: String(port) });
    squatter.close();
    assert.equal(code, 1);
    assert.equal(stderr, `BOTTEGA_INTAKE_PORT: 127.0.0.1:${String(port)} is taken by another program\n`);
  });
});

describe('launcher: secrets that are none', () => {
  const data = temporaryData();
  after(() => { data.remove(); });

  it('says which are too short or of another form, and nothing of what they are', async () => {
    const product = await startProduct(data.path, { BOTTEGA_API_TOKEN: 'zq', POS_WEBHOOK_SECRET: 'not;whsec;zzzzzzzzzzz' });
    const warnings = (await product.get('/health')).json.warnings as { cause: string; message: string }[];
    assert.deepEqual(warnings.filter(({ cause }) => cause === 'secret.short').map(({ message }) => /\/in\/\w+/.exec(message)?.[0]).sort(), ['/in/batch', '/in/events', '/in/pos']);
    const { stderr } = await product.stop();
    assert.match(stderr, /BOTTEGA_API_TOKEN is shorter than 16 bytes/);
    assert.match(stderr, /POS_WEBHOOK_SECRET is not of the form whsec_<base64>/);
    assert.doesNotMatch(stderr, /zq|zzzz/);
  });
});

describe('launcher: with a password', () => {
  const data = temporaryData();
  const basic = { authorization: `Basic ${Buffer.from(`chiunque:${PASSWORD}`).toString('base64')}` };
  const wrong = { authorization: `Basic ${Buffer.from('chiunque:sbagliata').toString('base64')}` };
  let product: RunningProduct;

  before(async () => {
    product = await startProduct(data.path, { HOST: '0.0.0.0', PORT: String(await freePort()), BOTTEGA_PASSWORD: PASSWORD });
  });
  after(async () => {
    await product.stop();
    data.remove();
  });

  it('asks for it at the editor\'s API', async () => {
    for (const path of ['/flows', '/settings', '/nodes']) assert.equal((await product.get(path)).status, 401);
    const token = (password: string): Promise<{ status: number; json: any }> => request(`${product.url}/auth/token`, { // eslint-disable-line @typescript-eslint/no-explicit-any -- see http.ts
      method: 'POST', body: new URLSearchParams({ client_id: 'node-red-admin', grant_type: 'password', scope: '*', username: 'admin', password }),
    });
    assert.notEqual((await token('sbagliata')).status, 200);
    const { json } = await token(PASSWORD);
    const authorization = `Bearer ${json.access_token as string}`;
    assert.equal((await request(`${product.url}/flows`, { headers: { authorization } })).status, 200);
  });

  it('asks for it at every page of the dashboard', async () => {
    for (const path of ['/dashboard/', '/dashboard/_setup', '/dashboard/_debug/datastore/x', '/dashboard/_debug/statestore/x']) {
      const { status, headers } = await product.get(path);
      assert.equal(status, 401, path);
      assert.match(headers.get('www-authenticate') ?? '', /^Basic /);
    }
    assert.equal((await request(`${product.url}/dashboard/`, { headers: wrong })).status, 401);
    const { status, headers } = await request(`${product.url}/dashboard/`, { headers: basic });
    assert.equal(status, 200);
    assert.match(headers.get('set-cookie') ?? '', /HttpOnly; SameSite=Strict/);
  });

  it('lets no figure out of the dashboard\'s socket without it', async () => {
    assert.match(await socketGreeting({}), /^44.*password needed/);
    assert.match(await socketGreeting(wrong), /^44/);
    assert.match(await socketGreeting(basic), /^40/);
    const { headers } = await request(`${product.url}/dashboard/`, { headers: basic });
    assert.match(await socketGreeting({ cookie: (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '' }), /^40/);
    assert.match(await socketGreeting({ cookie: 'bottega=x' }), /^44/);
  });

  it('leaves the senders\' paths to their own proof', async () => {
    assert.equal((await product.get('/health')).status, 200);
    assert.equal((await product.get('/kpi')).status, 401);
    assert.equal((await request(`${product.url}/in/shopify`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status, 401);
  });

  /** Engine.IO by polling: connects to the default namespace and answers what the server says first. */
  async function socketGreeting(headers: Record<string, string>): Promise<string> {
    const base = `${product.url}/dashboard/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await request(base, { headers })).text.slice(1)) as { sid: string };
    await request(`${base}&sid=${sid}`, { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '40' });
    return (await request(`${base}&sid=${sid}`, { headers })).text;
  }
});
