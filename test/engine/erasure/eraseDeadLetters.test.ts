/** Letters that speak of somebody who asked to be forgotten are thrown away, and no others: each may be a sale that still counts. */
import assert from 'node:assert/strict';
import type { DeadLetter } from '../../../engine/deadletter/deadLetter.js';
import { eraseLetters } from '../../../engine/erasure/eraseDeadLetters.js';
import { DeadLetterStore } from '../../../engine/deadletter/deadLetterStore.js';
import { pseudonymOf } from '../../../engine/privacy/pseudonym.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { formatInstant } from '../../../engine/base/time.js';
import { fixture, KEY, NOW } from '../../fixtures/normalizing.js';
import { seal } from '../../../engine/privacy/seal.js';

const OTHER_KEY = Buffer.alloc(32, 9);
const IV = Buffer.alloc(12, 3);
const DOMAIN = 'lampade.myshopify.com';
const EMAIL = 'ginevra.colombo@posta.example';

function letter(id: string, content: unknown, fields: Partial<DeadLetter> & { domain?: string; key?: Buffer } = {}): DeadLetter {
  const { domain = DOMAIN, key = KEY, ...rest } = fields;
  return {
    id: `${id}.0`, provider: 'shopify', topic: 'orders/create', reason: 'precision', path: '', message: '', receivedAt: formatInstant(NOW), kind: 'dead', index: 0,
    sealed: seal(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)), key, IV), origin: { headers: { 'x-shopify-shop-domain': domain }, trust: 'signed' }, ...rest,
  };
}

const redact = letter('request', fixture('shopify-redact'), { kind: 'erase', topic: 'customers/redact' });
const gone = letter('request', { shop_id: 41 }, { kind: 'erase', topic: 'shop/redact' });
const contact = letter('request', { subscriptionType: 'contact.privacyDeletion', objectId: 5_501 }, { kind: 'erase', provider: 'hubspot', topic: '' });
const { origin: _origin, ...unknownOrigin } = letter('a', {});

const cases: [title: string, request: DeadLetter, stored: DeadLetter, expected: 'erased' | 'kept'][] = [
  ['her address, however written', redact, letter('a', { email: 'Ginevra.Colombo@Posta.Example' }), 'erased'],
  ['her address in escapes', redact, letter('a', '{"email":"ginevra.colombo\\u0040posta.example"}'), 'erased'],
  ['her address in what is no JSON', redact, letter('a', `email=${EMAIL}&x`), 'erased'],
  ['her address, sent by somebody else', redact, letter('a', { billing: { email: EMAIL } }, { provider: 'woocommerce' }), 'erased'],
  ['her telephone number', redact, letter('a', { phone: '+39 347-555 0142' }), 'erased'],
  ['her pseudonym, in an event that was refused later', redact, letter('a', { data: { customer: pseudonymOf(EMAIL, KEY) } }, { provider: 'mqtt' }), 'erased'],
  ['her number', redact, letter('a', { customer: { id: 7_310_000_000_001 } }), 'erased'],
  ['an order of hers', redact, letter('a', { admin_graphql_api_id: 'gid://shopify/Order/6110000000417' }), 'erased'],
  ['a longer number', redact, letter('a', { id: 76_110_000_000_417 }), 'kept'],
  ['the same number of another sender', redact, letter('a', { id: 6_110_000_000_417 }, { provider: 'pos' }), 'kept'],
  ['somebody else', redact, letter('a', { email: 'bruno@posta.example', customer: { id: 1 } }), 'kept'],
  ['nothing that can be read any more', redact, letter('a', { email: EMAIL }, { key: OTHER_KEY }), 'kept'],
  ['anybody of the shop that is gone', gone, letter('a', { email: 'bruno@posta.example' }), 'erased'],
  ['a shop that nobody knows', gone, unknownOrigin, 'erased'],
  ['another shop', gone, letter('a', { email: 'bruno@posta.example' }, { domain: 'altro.myshopify.com' }), 'kept'],
  ['another sender', gone, letter('a', {}, { provider: 'pos' }), 'kept'],
  ['the contact', contact, letter('a', { objectId: 5_501, propertyName: 'email' }, { provider: 'hubspot' }), 'erased'],
  ['another contact', contact, letter('a', { objectId: 5_502 }, { provider: 'hubspot' }), 'kept'],
  ['anybody, by a request that cannot be read', letter('r', fixture('shopify-redact'), { kind: 'erase', key: OTHER_KEY }), letter('a', { email: EMAIL }), 'kept'],
];

describe('dead letters of somebody who asked to be forgotten', () => {
  for (const [title, request, stored, expected] of cases) {
    it(`that speak of ${title} are ${expected}`, async () => {
      const letterStore = new DeadLetterStore(await openLevelStore({ memory: true }, { now: () => NOW }));
      await letterStore.put([stored], NOW);
      assert.equal(await eraseLetters(letterStore, request, KEY), expected === 'erased' ? 1 : 0);
      assert.equal(await eraseLetters(letterStore, request, KEY), 0, 'once more');
      const left = [];
      for await (const bundle of letterStore.bundles(Infinity)) left.push(bundle);
      assert.equal(left.length, expected === 'erased' ? 0 : 1);
    });
  }
});
