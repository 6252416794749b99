/** The worst that can be sent, by hand (test/fuzz draws the rest): no provider throws, and what comes out is canonical and accounted for. */
import assert from 'node:assert/strict';
import { lettersOf } from '../../../engine/deadletter/deadLetter.js';
import { parseEvent } from '../../../engine/event/event.js';
import { normalize, type NormalizedBody, PROVIDERS } from '../../../engine/normalize/normalize.js';
import { contextOf, fixture, NOW } from '../../fixtures/normalizing.js';

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

describe('normalize, at its worst', () => {
  for (const provider of [...PROVIDERS, 'nobody']) {
    it(`takes what earlier nodes may leave, a circle too, as ${provider}`, () => {
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
