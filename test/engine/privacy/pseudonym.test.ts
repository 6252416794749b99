/** Nothing that names a person leaves the normalizer, except sealed with the shop's own key. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lettersOf } from '../../../engine/deadletter/deadLetter.js';
import { allowOnly, keyedDigest, pseudonymOf } from '../../../engine/privacy/pseudonym.js';
import { batchFixture, fixture, KEY, NOW, send } from '../../fixtures/normalizing.js';
import { seal, unseal } from '../../../engine/privacy/seal.js';

const OTHER_KEY = Buffer.alloc(32, 8);
const IV = Buffer.alloc(12, 1);
const sender = { provider: 'p', topic: 'orders/create', receivedAt: NOW, name: (bytes: Uint8Array) => keyedDigest(bytes, KEY), seal: (bytes: Uint8Array) => seal(bytes, KEY, IV) };

const SHOPPER = [
  'Ginevra', 'Colombo', 'posta.example', '347 555', '198.51.100', 'Tigli', 'Vercelli', '24121', '45.69', 'CLMGVR',
  'pec.example', '9f8e7d6c', 's3gr3t0', '8731', '453201', 'AbCfbclid77', 'citofonare', 'Mozilla', '7310000000001',
];
const CUSTOMER = ['Tommaso', 'Ferri', 'posta.example', '3205550199', '203.0.113', 'Corso Roma', '14100', 'FRRTMS', 'Mozilla', 'cambiato idea'];
const GUEST = ['Ludovica', 'Bassi', 'BSSLDV', '3395550177', 'posta.example', '4409'];
const HUB = ['ginevra.colombo', 'posta.example', '5550142', 'userId'];

const deliveries: readonly { readonly provider: string; readonly topic: string; readonly name: string; readonly personal: readonly string[] }[] = [
  { provider: 'shopify', topic: 'orders/create', name: 'shopify-order', personal: SHOPPER },
  { provider: 'shopify', topic: 'refunds/create', name: 'shopify-refund', personal: SHOPPER },
  { provider: 'shopify', topic: 'checkouts/create', name: 'shopify-checkout', personal: [...SHOPPER, 'a0b1c2d3e4f5'] },
  { provider: 'shopify', topic: 'customers/redact', name: 'shopify-redact', personal: SHOPPER },
  { provider: 'woocommerce', topic: 'order.updated', name: 'woocommerce-order', personal: CUSTOMER },
  { provider: 'pos', topic: '', name: 'pos-receipt', personal: GUEST },
  { provider: 'hubspot', topic: '', name: 'hubspot-batch', personal: HUB },
];

/** Breaks the delivery so that it becomes a dead letter: a currency, an amount and dates that nobody takes. */
function broken(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll(/"(EUR|89\.90|64\.40|15\.00)"/g, '"Ginevra Colombo"').replaceAll('980.5', 'ginevra.colombo@posta.example').replaceAll('20/11/2026', 'Ludovica')) as unknown;
}

describe('personal data', () => {
  for (const { provider, topic, name, personal } of deliveries) {
    for (const [how, change] of [['good', (body: unknown) => body], ['broken', broken]] as const) {
      it(`of a ${how} ${name} (${topic || provider}) stays inside`, () => {
        const body = change(fixture(name));
        const raw = Buffer.from(JSON.stringify(body));
        const outcome = send({ provider, topic, body: raw });
        const letters = lettersOf(outcome, raw, sender);
        assert.ok(outcome.events.length + letters.length > 0);
        const seen = JSON.stringify([outcome.events, outcome.refusals, outcome.ignored, letters.map(({ sealed: _sealed, ...open }) => open)]);
        for (const text of personal) assert.ok(!seen.toLowerCase().includes(text.toLowerCase()), `${text} in ${seen}`);
      });
    }
  }

  it('is readable in a dead letter with the key, and only with it', () => {
    const raw = Buffer.from(JSON.stringify(broken(fixture('shopify-order'))));
    const [letter] = lettersOf(send({ provider: 'shopify', topic: 'orders/create', body: raw }), raw, sender);
    const opened = unseal(letter?.sealed ?? '', KEY);
    assert.deepEqual(opened, { outcome: 'plain', plain: raw });
    assert.deepEqual(unseal(letter?.sealed ?? '', OTHER_KEY), { outcome: 'refused' });
    assert.ok(!Buffer.from(letter?.sealed ?? '', 'base64url').toString('latin1').includes('Colombo'));
  });

  it('of a request to forget somebody goes no further than to the letters that have to go', () => {
    const raw = Buffer.from(JSON.stringify(fixture('shopify-redact')));
    const letters = lettersOf(send({ provider: 'shopify', topic: 'customers/redact', body: raw }), raw, sender);
    assert.deepEqual(letters.map(({ kind, reason, sealed = '' }) => [kind, reason, unseal(sealed, KEY)]), [['erase', 'privacy', { outcome: 'plain', plain: raw }]]);
  });

  it('of a request to say what is known is not even sealed', () => {
    const raw = Buffer.from(JSON.stringify(fixture('shopify-redact')));
    const letters = lettersOf(send({ provider: 'shopify', topic: 'customers/data_request', body: raw }), raw, sender);
    assert.deepEqual(letters.map(({ kind, reason, sealed }) => [kind, reason, sealed]), [['ignored', 'privacy', undefined]]);
  });

  it('of a HubSpot contact is in no event: there is nothing to erase but letters', () => {
    const outcome = send({ provider: 'hubspot', body: batchFixture() });
    assert.ok(outcome.events.length > 0);
    assert.deepEqual(outcome.events.filter(({ data }) => data.customer !== undefined), []);
    assert.deepEqual([outcome.erasures, outcome.ignored.find(({ index }) => index === outcome.erasures?.[0])?.reason], [[9], 'privacy']);
  });
});

describe('pseudonyms', () => {
  it('are equal for equal addresses, however written, and differ by key', () => {
    assert.equal(pseudonymOf(' Ginevra.Colombo@posta.example', KEY), pseudonymOf('ginevra.colombo@POSTA.example ', KEY));
    assert.notEqual(pseudonymOf('a@b.it', KEY), pseudonymOf('a@c.it', KEY));
    assert.notEqual(pseudonymOf('a@b.it', KEY), pseudonymOf('a@b.it', OTHER_KEY));
    // 128 bits of HMAC-SHA256 over "v1|email|a@b.it" under 32 bytes of 7: computed with openssl.
    assert.equal(pseudonymOf('a@b.it', KEY), 'h1:Q6p_o3L9q7pvKg3Z990LUw');
  });
});

describe('seal', () => {
  it('opens to what was closed, and to nothing else', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 12, maxLength: 12 }), (plain, iv) => {
      const sealed = seal(plain, KEY, iv);
      assert.deepEqual(unseal(sealed, KEY), { outcome: 'plain', plain: Buffer.from(plain) });
      assert.deepEqual(unseal(sealed, OTHER_KEY), { outcome: 'refused' });
    }));
  });

  it('notices every changed bit', () => {
    const sealed = Buffer.from(seal(Buffer.from('scontrino'), KEY, IV), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.deepEqual(unseal(changed.toString('base64url'), KEY), { outcome: 'refused' });
    }
  });

  it('refuses what was never sealed, and an iv of another length', () => {
    fc.assert(fc.property(fc.string(), (text) => { assert.deepEqual(unseal(text, KEY), { outcome: 'refused' }); }));
    assert.throws(() => seal(Buffer.from('x'), KEY, Buffer.alloc(16)), RangeError);
  });
});

describe('allowOnly', () => {
  const cases: readonly (readonly [unknown, object])[] = [
    [{ topic: 'a', authorization: 'secret', 'x-forwarded-for': '203.0.113.9' }, { topic: 'a' }], [{ topic: ['a'] }, {}], [null, {}], ['topic', {}],
    [Object.create({ topic: 'inherited' }) as unknown, {}], [{ topic: 'x'.repeat(999) }, { topic: 'x'.repeat(256) }],
  ];
  for (const [record, expected] of cases) it(`keeps ${JSON.stringify(expected).slice(0, 40)} of ${JSON.stringify(record).slice(0, 60)}`, () => { assert.deepEqual(allowOnly(record, new Set(['topic'])), expected); });
});
