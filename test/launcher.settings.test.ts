import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, type GuardVerdict } from '../launcher/guard.js';
import { nodeRedFor } from '../launcher/runtime.js';
import { openSecrets, remarksOnSecrets, secretsPath } from '../launcher/secrets.js';
import { type Access, addressOf, type LauncherEnvironment, readEnvironment } from '../launcher/settings/settings.js';

describe('launcher: environment', () => {
  it('needs nothing: every variable has a default', () => {
    assert.deepEqual(readEnvironment({}), {
      host: '127.0.0.1', port: 1880, data: './.bottega', role: 'all', template: 'retail', language: 'it', access: { by: 'loopback' }, zone: 'Europe/Rome', mqttPort: 1883,
      trustedProxies: [], frameAncestors: 'none',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    assert.deepEqual(readEnvironment({ PORT: '', HOST: ' ', BOTTEGA_PASSWORD: '', REDIS_URL: '', BOTTEGA_ROLE: '' }), readEnvironment({}));
  });

  it('reads what is given', () => {
    const settings = readEnvironment({
      PORT: '0', HOST: '0.0.0.0', BOTTEGA_PASSWORD: 'otto-caratteri', BOTTEGA_ROLE: 'all',
      MQTT_URL: 'mqtts://u:p@broker:8883/', BOTTEGA_PUBLIC_URL: 'https://shop.example.it/',
    });
    assert.equal(settings.port, 0);
    assert.deepEqual(settings.access, { by: 'password', password: 'otto-caratteri' });
    assert.equal(settings.mqttUrl, 'mqtts://u:p@broker:8883');
    assert.equal(settings.publicUrl, 'https://shop.example.it');
  });

  const broken: readonly (readonly [environment: LauncherEnvironment, message: RegExp])[] = [
    [{ PORT: '80a' }, /^PORT: .*65535 \("80a"\)$/],
    [{ PORT: '65536' }, /^PORT: .*\("65536"\)$/],
    [{ MQTT_PORT: '0' }, /^MQTT_PORT: .*between 1/],
    [{ BOTTEGA_TEMPLATE: 'bar' }, /^BOTTEGA_TEMPLATE: one of retail, restaurant, artisan \("bar"\)$/],
    [{ BOTTEGA_LANGUAGE: 'de' }, /^BOTTEGA_LANGUAGE: one of it, en \("de"\)$/],
    [{ BOTTEGA_TRUSTED_PROXIES: 'nginx' }, /^BOTTEGA_TRUSTED_PROXIES: .*\("nginx"\)$/],
    [{ BOTTEGA_FRAME_ANCESTORS: 'https://a.example/page' }, /^BOTTEGA_FRAME_ANCESTORS: .*\("https:\/\/a.example\/page"\)$/],
    [{ BOTTEGA_FRAME_ANCESTORS: 'none; script-src *' }, /^BOTTEGA_FRAME_ANCESTORS: /],
    [{ TZ_SHOP: 'Europe/Roma' }, /^TZ_SHOP: .*\("Europe\/Roma"\)$/],
    [{ MQTT_URL: 'broker:1883' }, /^MQTT_URL: .*mqtt:\/\//],
    [{ BOTTEGA_PUBLIC_URL: 'shop.example.it' }, /^BOTTEGA_PUBLIC_URL: /],
    [{ BOTTEGA_ROLE: 'cassa' }, /^BOTTEGA_ROLE: one of all, edge, worker, front \("cassa"\)$/],
    [{ BOTTEGA_ROLE: 'worker', REDIS_URL: 'redis://h' }, /^MQTT_URL: needed while BOTTEGA_ROLE is worker \(""\)$/],
    [{ BOTTEGA_ROLE: 'worker', MQTT_URL: 'mqtt://h' }, /^REDIS_URL: needed while BOTTEGA_ROLE is worker \(""\)$/],
    [{ BOTTEGA_ROLE: 'front' }, /^MQTT_URL: needed while BOTTEGA_ROLE is front \(""\)$/],
    [{ BOTTEGA_ROLE: 'edge', BOTTEGA_TEMPLATE: 'artisan' }, /^BOTTEGA_TEMPLATE: for the role all only.*\("artisan"\)$/],
    [{ REDIS_URL: 'http://127.0.0.1' }, /^REDIS_URL: must be redis:\/\//],
    [{ REDIS_URL: 'redis://a,b' }, /^REDIS_URL: several hosts/],
    [{ HOST: '0.0.0.0' }, /^BOTTEGA_PASSWORD: .*HOST.*\("0.0.0.0"\)$/],
    [{ HOST: '192.168.1.4' }, /^BOTTEGA_PASSWORD: /],
    [{ BOTTEGA_PASSWORD: 'corta' }, /^BOTTEGA_PASSWORD: at least 12/],
    [{ BOTTEGA_OIDC_CLIENT_ID: 'x' }, /^BOTTEGA_OIDC_ISSUER: needed where BOTTEGA_OIDC_CLIENT_ID is set/],
    [{ BOTTEGA_OIDC_ISSUER: 'https://id.example' }, /^BOTTEGA_OIDC_CLIENT_ID: needed/],
    [{ BOTTEGA_OIDC_ISSUER: 'http://id.example', BOTTEGA_OIDC_CLIENT_ID: 'x' }, /^BOTTEGA_OIDC_ISSUER: .*https/],
    [{ BOTTEGA_OIDC_ISSUER: 'http://127.0.0.1.evil.example', BOTTEGA_OIDC_CLIENT_ID: 'x' }, /^BOTTEGA_OIDC_ISSUER: .*https/],
    [{ BOTTEGA_OIDC_ISSUER: 'https://id.example', BOTTEGA_OIDC_CLIENT_ID: 'x', BOTTEGA_OIDC_OWNERS: '*' }, /^BOTTEGA_OIDC_OWNERS: not everybody/],
    [{ BOTTEGA_OIDC_ISSUER: 'https://id.example', BOTTEGA_OIDC_CLIENT_ID: 'x', BOTTEGA_OIDC_VIEWERS: 'staff' }, /^BOTTEGA_OIDC_VIEWERS: e-mail/],
    [{ MQTT_PASSWORD: 'corta' }, /^MQTT_PASSWORD: at least 8/],
    [{ BOTTEGA_TLS_CERT: '/cert.pem' }, /^BOTTEGA_TLS_KEY: needed where BOTTEGA_TLS_CERT is set/],
    [{ BOTTEGA_TLS_KEY: '/key.pem' }, /^BOTTEGA_TLS_CERT: needed where BOTTEGA_TLS_KEY is set/],
    [{ BOTTEGA_TLS_MIN: '1.1' }, /^BOTTEGA_TLS_MIN: must be 1\.3 or 1\.2 \("1\.1"\)$/],
    [{ BOTTEGA_ENCRYPTION_KEY: 'a word' }, /^BOTTEGA_ENCRYPTION_KEY: must be 32 random bytes .*\("…"\)$/],
    [{ BOTTEGA_ENCRYPTION_KEY_FILE: '/no/such/file' }, /^BOTTEGA_ENCRYPTION_KEY_FILE: must be a file that can be read \(ENOENT\)/],
    [{ BOTTEGA_INTAKE_PORT: '0' }, /^BOTTEGA_INTAKE_PORT: a port between 1 and 65535 \("0"\)$/],
    [{ PORT: '1880', BOTTEGA_INTAKE_PORT: '1880' }, /^BOTTEGA_INTAKE_PORT: another port than PORT \("1880"\)$/],
    [{ MQTT_TLS_PORT: 'tls' }, /^MQTT_TLS_PORT: a port between 0 and 65535 \("tls"\)$/],
  ];
  for (const [environment, message] of broken) {
    it(`refuses ${JSON.stringify(environment)}`, () => {
      assert.throws(() => readEnvironment(environment), { name: 'ConfigError', message });
    });
  }

  it('takes an OpenID provider for a way in, also where others reach it', () => {
    const oidc = { issuer: 'https://id.example', clientId: 'x', owners: [{ who: 'claim', claim: 'email', value: 'a@b.example' }], viewers: [{ who: 'anybody' }] };
    const given = { BOTTEGA_OIDC_ISSUER: 'https://id.example', BOTTEGA_OIDC_CLIENT_ID: 'x', BOTTEGA_OIDC_OWNERS: 'a@b.example', BOTTEGA_OIDC_VIEWERS: '*' };
    assert.deepEqual(readEnvironment({ HOST: '0.0.0.0', ...given }).access, { by: 'provider', oidc });
    assert.deepEqual(readEnvironment({ ...given, BOTTEGA_PASSWORD: 'otto-caratteri' }).access, { by: 'password', password: 'otto-caratteri', oidc });
  });

  it('knows the roles, and what each needs', () => {
    const shared = { MQTT_URL: 'mqtt://h', REDIS_URL: 'rediss://:p@h' };
    for (const [environment, expected] of [
      [{ BOTTEGA_ROLE: 'edge' }, { role: 'edge' }], [{ BOTTEGA_ROLE: 'worker', ...shared }, { role: 'worker', redisUrl: 'rediss://:p@h' }],
      [{ BOTTEGA_ROLE: 'front', MQTT_URL: 'mqtt://h' }, { role: 'front', redisUrl: undefined }], [shared, { role: 'all', mqttUrl: 'mqtt://h' }],
    ] as const) {
      const settings = readEnvironment(environment) as unknown as Record<string, unknown>;
      for (const [field, value] of Object.entries(expected)) assert.equal(settings[field], value);
    }
  });

  it('reads who may show its pages in a frame', () => {
    for (const [said, ancestors] of [
      ['none', 'none'], ['self', ["'self'"]], ['self, https://*.example.it http://10.0.0.2:8080', ["'self'", 'https://*.example.it', 'http://10.0.0.2:8080']],
    ] as const) assert.deepEqual(readEnvironment({ BOTTEGA_FRAME_ANCESTORS: said }).frameAncestors, ancestors);
  });

  it('never repeats a password or a URL that may hold one', () => {
    for (const environment of [{ BOTTEGA_PASSWORD: 'segreta' }, { MQTT_URL: 'http://u:segreta@h' }, { REDIS_URL: 'http://:segreta@h' }]) {
      assert.throws(() => readEnvironment(environment), (error: Error) => !error.message.includes('segreta'));
    }
  });

  it('writes IPv6 addresses in brackets', () => {
    assert.equal(addressOf('::1', 1880), 'http://[::1]:1880');
    assert.equal(addressOf('localhost', 80), 'http://localhost:80');
    const { tls } = readEnvironment({ BOTTEGA_TLS_CERT: '/cert.pem', BOTTEGA_TLS_KEY: '/key.pem' });
    assert.equal(addressOf('localhost', 443, tls), 'https://localhost:443');
  });
});

describe('launcher: Node-RED for Node.js', () => {
  const cases = [['20.20.2', 'node-red-4'], ['22.8.0', 'node-red-4'], ['22.9.0', 'node-red'], ['22.23.3', 'node-red'], ['24.0.0', 'node-red']] as const;
  for (const [version, expected] of cases) {
    it(`${version} runs ${expected}`, () => { assert.equal(nodeRedFor(version), expected); });
  }
});

describe('launcher: secrets', () => {
  let data = '';
  beforeEach(() => { data = mkdtempSync(join(tmpdir(), 'bottega-secrets-')); });
  afterEach(() => { rmSync(data, { recursive: true }); });

  it('are made once, for this user only', () => {
    const first = openSecrets(data, {});
    assert.equal(statSync(secretsPath(data)).mode & 0o777, 0o600);
    assert.deepEqual(openSecrets(data, {}), first);
    assert.match(first.variables.POS_WEBHOOK_SECRET, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.equal(new Set([first.credentialSecret, ...Object.values(first.variables)]).size, 15);
  });

  it('come from the environment where it has them, and are then not written down', () => {
    const { variables } = openSecrets(data, { SHOPIFY_WEBHOOK_SECRET: 'dato-da-fuori' });
    assert.equal(variables.SHOPIFY_WEBHOOK_SECRET, 'dato-da-fuori');
    assert.ok(!readFileSync(secretsPath(data), 'utf8').includes('dato-da-fuori'));
  });

  const remarks: readonly (readonly [given: LauncherEnvironment, expected: readonly RegExp[]])[] = [
    [{}, []], [{ POS_WEBHOOK_SECRET: 'whsec_' }, [/^POS_WEBHOOK_SECRET has nothing behind it/]], [{ SHOPIFY_WEBHOOK_SECRET: '${SECRET}' }, [/^SHOPIFY_WEBHOOK_SECRET has nothing/]],
    [{ POS_WEBHOOK_SECRET: `whsec_${'A'.repeat(31)}` }, [/^POS_WEBHOOK_SECRET is shorter than 24 bytes/]], [{ POS_JWT_SECRET: 'x'.repeat(31) }, [/^POS_JWT_SECRET is shorter than 32 bytes/]],
    [{ HUBSPOT_CLIENT_SECRET: `${'x'.repeat(16)}\nx` }, [/^HUBSPOT_CLIENT_SECRET is shorter than 16 bytes/]], [{ POS_JWT_SECRET: 'x'.repeat(32), BOTTEGA_API_TOKEN: 'x'.repeat(16) }, []],
    [{ POS_WEBHOOK_SECRET: 'not;whsec;zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz' }, [/not of the form/]],
  ];
  for (const [given, expected] of remarks) {
    it(`remarks on ${JSON.stringify(given)}: ${expected.join(', ')}`, () => {
      const said = remarksOnSecrets(openSecrets(data, given).variables);
      assert.equal(said.length, expected.length, said.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(said[index] ?? '', pattern);
    });
  }

  for (const text of ['', '{', '[1]', 'null', '{"credentialSecret":1}']) {
    it(`are never replaced where the file is broken: ${text}`, () => {
      writeFileSync(secretsPath(data), text);
      assert.throws(() => openSecrets(data, {}), { name: 'ConfigError' });
      assert.equal(readFileSync(secretsPath(data), 'utf8'), text);
    });
  }
});

describe('launcher: guard', () => {
  const loopback: Access = { by: 'loopback' };
  const password: Access = { by: 'password', password: 'otto-caratteri' };
  const cases: readonly (readonly [what: string, url: string, headers: Record<string, string>, access: Access, expected: GuardVerdict])[] = [
    ['the editor from this machine', '/', { host: '127.0.0.1:1880' }, loopback, 'pass'],
    ['the editor as localhost', '/', { host: 'localhost:1880' }, loopback, 'pass'],
    ['the editor over IPv6', '/', { host: '[::1]:1880' }, loopback, 'pass'],
    ['another name for this machine', '/', { host: 'evil.example:1880' }, loopback, 'foreign'],
    ['a name that begins like ours', '/flows', { host: '127.0.0.1.evil.example' }, loopback, 'foreign'],
    ['no name at all', '/flows', {}, loopback, 'foreign'],
    ['a tunnel that keeps our name', '/dashboard', { host: 'localhost:1880', 'x-forwarded-for': '203.0.113.9' }, loopback, 'foreign'],
    ['a page of another site', '/flows', { host: 'localhost:1880', origin: 'https://evil.example' }, loopback, 'foreign'],
    ['a page of another port', '/flows', { host: 'localhost:1880', origin: 'http://localhost:3000' }, loopback, 'foreign'],
    ['a sandboxed page', '/flows', { host: 'localhost:1880', origin: 'null' }, loopback, 'foreign'],
    ['the dashboard\'s own socket', '/dashboard/socket.io/?EIO=4', { host: 'localhost:1880', origin: 'http://localhost:1880' }, loopback, 'pass'],
    ['a sender under the public name', '/in/shopify', { host: 'shop.example.it', 'x-forwarded-for': '203.0.113.9' }, loopback, 'pass'],
    ['figures under the public name', '/kpi?window=1h', { host: 'shop.example.it' }, loopback, 'pass'],
    ['a way out of a sender\'s path', '/in/../flows', { host: 'shop.example.it' }, loopback, 'foreign'],
    ['what only resembles a sender\'s path', '/kpi/../flows', { host: 'shop.example.it' }, loopback, 'foreign'],
    ['another name where a password is asked', '/', { host: 'shop.example.it' }, password, 'pass'],
    ['another site where a password is asked', '/flows', { host: 'shop.example.it', origin: 'https://evil.example' }, password, 'foreign'],
    ['our own page behind TLS', '/flows', { host: 'shop.example.it', origin: 'https://shop.example.it' }, password, 'pass'],
  ];
  for (const [what, url, headers, access, expected] of cases) {
    it(`${what}: ${expected}`, () => { assert.equal(judge({ url, headers }, access, 'open'), expected); });
  }

  it('lets senders in only while the product takes them, and the health check always', () => {
    assert.equal(judge({ url: '/in/shopify', headers: {} }, loopback, 'closed'), 'closed');
    assert.equal(judge({ url: '/kpi', headers: {} }, loopback, 'closed'), 'closed');
    assert.equal(judge({ url: '/health', headers: {} }, loopback, 'closed'), 'pass');
  });
});
