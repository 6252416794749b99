/** The shop room: who the shop is, and the key that never leaves it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { ConfigError } from '../../engine/errors.js';
import { parseInstant } from '../../engine/time.js';
import { readConfig, type ShopConfig } from '../../nodes/06-shop/config.js';
import shopRoom from '../../nodes/06-shop/shop.js';
import { keptSecret, privacyKeyOf } from '../../nodes/06-shop/privacyKey.js';
import type { ShopPort } from '../../nodes/ports.js';

helper.init(require.resolve('node-red'));

describe('shop form', () => {
  const saved = { id: 'n', type: 'bottega-shop', version: 1 };
  const read = (fields: object, environment: Record<string, string> = {}, secrets: Record<string, string> = {}): ShopConfig =>
    readConfig({ ...saved, ...fields }, secrets, environment);

  it('has a default for everything', () => {
    assert.deepEqual(read({}), {
      tenant: 'shop', name: '', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoffMinutes: 0,
      stores: [{ id: 'negozio', name: 'Negozio', aliases: [] }],
    });
  });

  it('reads stores with their aliases, as a list or as text', () => {
    const stores = [{ id: ' milano-1 ', name: 'Milano', aliases: '12, Corso Buenos Aires,' }, { id: 'monza', name: '', aliases: ['13'] }];
    assert.deepEqual(read({ stores }).stores, [
      { id: 'milano-1', name: 'Milano', aliases: ['12', 'Corso Buenos Aires'] },
      { id: 'monza', name: 'monza', aliases: ['13'] },
    ]);
  });

  const zones: [string, Record<string, string>, string][] = [
    ['${TZ_SHOP}', { TZ_SHOP: 'Europe/Lisbon' }, 'Europe/Lisbon'],
    ['${TZ_SHOP}', {}, 'Europe/Rome'],
    ['', { TZ_SHOP: 'Europe/Lisbon' }, 'Europe/Lisbon'],
    ['Atlantic/Azores', { TZ_SHOP: 'Europe/Lisbon' }, 'Atlantic/Azores'],
  ];
  for (const [zone, environment, expected] of zones) {
    it(`takes zone "${zone}" for ${expected} where TZ_SHOP is ${environment['TZ_SHOP'] ?? 'not set'}`, () => {
      assert.equal(read({ zone }, environment).zone, expected);
    });
  }

  it('prefers its own secret to the environment\'s', () => {
    const environment = { BOTTEGA_PRIVACY_KEY: 'from outside' };
    assert.equal(read({}, environment, { privacyKey: 'own' }).privacySecret, 'own');
    assert.equal(read({}, environment, { privacyKey: '' }).privacySecret, 'from outside');
  });

  const broken: [string, object][] = [
    ['tenant', { tenant: 'a/b' }], ['tenant', { tenant: '_' }], ['tenant', { tenant: '' }], ['sector', { sector: 'bank' }],
    ['zone', { zone: 'Europe/Bergamo' }], ['zone', { zone: '${OTHER}' }], ['currency', { currency: 'eur' }],
    ['cutoff', { cutoff: '24:00' }], ['cutoff', { cutoff: '4' }], ['cutoff', { cutoff: '04:30' }],
    ['stores', { stores: 'milano' }], ['stores', { stores: [{ id: '' }] }], ['stores', { stores: [{ id: 'a+b' }] }], ['stores', { stores: [null] }],
    ['stores', { stores: [{ id: 'a' }, { id: 'a' }] }], ['stores', { stores: [{ id: 'a', aliases: 'b' }, { id: 'b' }] }],
    ['stores', { stores: [{ id: 'a', aliases: [1] }] }], ['version', { version: 9 }],
  ];
  for (const [field, fields] of broken) {
    it(`names ${field} in ${JSON.stringify(fields)}`, () => {
      assert.throws(() => read(fields), (error: unknown) => error instanceof ConfigError && error.field === field);
    });
  }
});

describe('shop node', () => {
  let directory = '';
  beforeEach((done) => {
    directory = mkdtempSync(join(tmpdir(), 'bottega-shop-'));
    helper.settings({ userDir: directory });
    helper.startServer(done);
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => { helper.stopServer(resolve); });
    rmSync(directory, { recursive: true, force: true });
  });

  async function load(fields: object, secrets: object = {}): Promise<ShopPort> {
    await helper.load(shopRoom, [{ id: 'shop', type: 'bottega-shop', version: 1, ...fields }], { shop: secrets });
    return (helper.getNode('shop') as { port: ShopPort }).port;
  }

  it('gives a bar\'s night to the evening before, through the change of clocks', async () => {
    const { calendar } = await load({ zone: 'Europe/Rome', cutoff: '04:00', sector: 'restaurant' });
    const night = calendar.windowAt('1d', parseInstant('2026-10-25T01:30:00Z') ?? 0);
    assert.deepEqual(night, { start: parseInstant('2026-10-24T04:00:00+02:00'), end: parseInstant('2026-10-25T04:00:00+01:00') });
  });

  it('derives its key from the given text', async () => {
    const { privacyKey } = await load({}, { privacyKey: 'una frase lunga e segreta' });
    assert.deepEqual(privacyKey, privacyKeyOf('una frase lunga e segreta'));
    assert.equal(privacyKey.length, 32);
    assert.notDeepEqual(privacyKey, privacyKeyOf('una frase lunga e segretA'));
  });

  it('generates a key once, for this user alone, where none is given', async () => {
    const given = process.env['BOTTEGA_PRIVACY_KEY'];
    delete process.env['BOTTEGA_PRIVACY_KEY'];
    try {
      const { privacyKey } = await load({});
      const path = join(directory, 'bottega-privacy.key');
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.match(readFileSync(path, 'utf8'), /^[0-9a-f]{64}\n$/);
      assert.deepEqual(privacyKeyOf(keptSecret(directory)), privacyKey);
    } finally {
      if (given !== undefined) process.env['BOTTEGA_PRIVACY_KEY'] = given;
    }
  });
});
