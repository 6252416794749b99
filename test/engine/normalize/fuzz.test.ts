/** Whatever is sent: no provider throws, and what comes out is canonical, deterministic and accounted for. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lettersOf } from '../../../engine/deadletter/deadLetter.js';
import { parseEvent } from '../../../engine/event/event.js';
import { normalize, type NormalizedBody, PROVIDERS } from '../../../engine/normalize/normalize.js';
import { contextOf, fixture, NOW, only, rules, send } from '../../fixtures/normalizing.js';

const context = contextOf();
const TOPICS = ['orders/create', 'refunds/create', 'checkouts/create', 'order.updated', 'x'];
const sender = { provider: 'p', topic: 't', receivedAt: NOW, name: (bytes: Uint8Array) => String(bytes.length), seal: (bytes: Uint8Array) => `sealed ${String(bytes.length)}` };

/** Runs it, and checks what must hold of any outcome. */
function outcomeOf(provider: string, topic: string, payload: unknown): NormalizedBody {
  const outcome = normalize(payload, { provider, headers: { topic }, receivedAt: NOW }, context);
  for (const event of outcome.events) assert.deepEqual(parseEvent(event, context), { outcome: 'event', event });
  assert.equal(new Set(outcome.refusals.map(({ item }) => item)).size, outcome.refused);
  assert.equal(lettersOf(outcome, payload, sender).length, outcome.refused + outcome.ignored.length);
  return outcome;
}

const bodies = ['shopify-order', 'shopify-refund', 'shopify-checkout', 'woocommerce-order', 'pos-receipt'].map((name) => fixture(name));
const fields = [...new Set([...bodies.flatMap((body) => Object.keys(body)), 'subscriptionType', 'objectId', 'occurredAt', 'propertyName', 'propertyValue', 'specversion', 'data', '__proto__', 'constructor'])];
const values = bodies.flatMap((body) => Object.values(body));
const likely = fc.dictionary(fc.constantFrom(...fields), fc.oneof(fc.constantFrom(...values), fc.jsonValue(), fc.double(), fc.string()), { noNullPrototype: true });

describe('normalize, whatever is sent', () => {
  for (const provider of [...PROVIDERS, 'nobody']) {
    it(`takes arbitrary JSON as ${provider}`, () => {
      const body = fc.oneof(fc.jsonValue({ maxDepth: 6 }), likely, fc.array(likely, { maxLength: 5 }));
      fc.assert(fc.property(body, fc.constantFrom(...TOPICS), (json, topic) => { outcomeOf(provider, topic, Buffer.from(JSON.stringify(json))); }), { numRuns: 300 });
    });

    it(`takes arbitrary bytes and text as ${provider}`, () => {
      const payload = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', 'null', '\ufeff{}', '{"a":1e999}', '[1e400]'));
      fc.assert(fc.property(payload, fc.constantFrom(...TOPICS), (bytes, topic) => { outcomeOf(provider, topic, bytes); }), { numRuns: 300 });
    });

    it(`takes what earlier nodes may leave as ${provider}`, () => {
      fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (payload) => { outcomeOf(provider, 'orders/create', payload); }), { numRuns: 200 });
      const cyclic: Record<string, unknown> = { id: 1 };
      cyclic['self'] = cyclic;
      outcomeOf(provider, 'orders/create', cyclic);
    });

    it(`takes the deep, the wide and the long as ${provider}`, () => {
      outcomeOf(provider, 'orders/create', `${'['.repeat(200_000)}${']'.repeat(200_000)}`);
      outcomeOf(provider, 'orders/create', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
      assert.equal(outcomeOf(provider, 'x', JSON.stringify(Array.from({ length: 10_000 }, () => ({})))).events.length, 0);
      outcomeOf(provider, 'orders/create', `{"id":${'9'.repeat(100_000)},"total_price":${'1'.repeat(5_000)},"created_at":"${'2'.repeat(50_000)}","line_items":[{"quantity":1e308},{"quantity":1e308}]}`);
    });
  }

  it('leaves no trace in prototypes', () => {
    const polluted = '{"__proto__":{"hacked":1},"constructor":{"prototype":{"hacked":1}},"data":{"__proto__":{"hacked":1},"store":"a","amount":"1"},"specversion":"1.0"}';
    for (const provider of PROVIDERS) for (const topic of TOPICS) outcomeOf(provider, topic, polluted);
    assert.equal(({} as { hacked?: unknown }).hacked, undefined);
  });

  it('makes the same events of the same bytes, at any time', () => {
    const later = { ...context, now: NOW + 86_400_000 };
    const body = Buffer.from(JSON.stringify(fixture('shopify-order')));
    const first = normalize(body, { provider: 'shopify', headers: { topic: 'orders/create' }, receivedAt: NOW }, context);
    const again = normalize(body, { provider: 'shopify', headers: { topic: 'orders/create' }, receivedAt: NOW + 86_400_000 }, later);
    assert.deepEqual(again.events.map(({ id }) => id), first.events.map(({ id }) => id));
    assert.notDeepEqual(again.events, first.events);
  });
});

describe('normalize events', () => {
  const event = { specversion: '1.0', id: 'a', source: 'urn:mine', type: 'visit', time: '2026-11-22T10:00:00Z', data: { store: 'asti', quantity: 3 } };
  const events = (body: unknown): NormalizedBody => send({ provider: 'events', body });

  it('keeps the ids of its sender and says when it came', () => {
    const { id, recordedtime, data } = only(events({ ...event, recordedtime: '2020-01-01T00:00:00Z' }));
    assert.deepEqual([id, recordedtime, data.quantity], ['a', '2026-11-22T12:00:00.000Z', 3]);
  });

  it('takes the good of a batch and names the bad', () => {
    const outcome = events([event, { ...event, data: { store: 'asti', nome: 'x' } }, 7, { ...event, id: 'b' }]);
    assert.deepEqual(outcome.events.map(({ id }) => id), ['a', 'b']);
    assert.deepEqual(outcome.refusals.map(({ index, path, rule }) => `${String(index)} ${path} ${rule}`), ['1 /data/nome additionalProperties', '2  type']);
  });

  const unwritable: readonly [change: object, rule: string][] = [
    [{ id: 'a\u0000' }, '/id pattern'], [{ source: 'urn:\ud800' }, '/source pattern'], [{ subject: 'a\nb' }, '/subject pattern'],
    [{ data: { store: 'asti', x_note: '\udc00' } }, '/data/x_note pattern'], [{ data: { store: 'asti', campaign: { name: '\ud83d' } } }, '/data/campaign/name pattern'],
  ];
  for (const [change, rule] of unwritable) {
    it(`refuses ${JSON.stringify(change)}, which no key and no broker could carry`, () => { assert.ok(rules(events(JSON.stringify({ ...event, ...change }))).includes(rule)); });
  }

  it('has nothing to say about an empty array', () => {
    const { events: none, refusals, ignored } = events([]);
    assert.deepEqual([none, refusals, ignored], [[], [], []]);
  });
});
