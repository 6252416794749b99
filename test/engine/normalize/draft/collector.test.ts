/** What is an event's id made of? What it says, in one order, whatever order it was said in: an update of the package must not change it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { type EventDraft, Collector } from '../../../../engine/normalize/draft/collector.js';
import { NOW } from '../../../support/events.js';

const TIME = '2026-11-22T09:00:00.000Z';

function eventOf(data: Readonly<Record<string, unknown>>): ShopEvent {
  const collector = new Collector({ receivedAt: NOW }, { now: NOW, currency: 'EUR', stores: [] });
  const draft: EventDraft = { type: 'sale', source: 'urn:x', subject: 'order/1', time: TIME, sequence: TIME, data };
  collector.add(0, draft);
  assert.deepEqual(collector.refusals, []);
  const [event] = collector.events;
  assert.ok(event !== undefined);
  return event;
}

/** Written out by hand: objects with their fields in order, and none that are absent. */
function inOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(record).filter((name) => record[name] !== undefined).sort().map((name) => `${JSON.stringify(name)}:${inOrder(record[name])}`).join()}}`;
}

const part = <T>(value: T): fc.Arbitrary<T | undefined> => fc.option(fc.constant(value), { nil: undefined });
const campaign = fc.record({ source: part('instagram'), medium: part('social'), name: part('caffè "nero"') });
const optional = fc.record({
  channel: part('online'), currency: part('EUR'), status: part('completed'), quantity: part(1.5), payment: part('card'), customer: part('h1:abc'),
  x_note: part('a'), campaign: fc.option(campaign, { nil: undefined }),
});

describe('event ids', () => {
  it('stay what they were', () => {
    assert.equal(eventOf({ store: 'milano-1', amount: '42.50', campaign: { source: 'instagram', name: 'natale' } }).id, 'F0M8avRXLZumnqdaQq0eos');
  });

  it('depend on what is said and not on its order', () => {
    fc.assert(fc.property(optional, fc.boolean(), (fields, reversed) => {
      const said = Object.entries({ store: 'milano-1', amount: '42.5', ...fields });
      const { id, source, type, subject, sequence, data } = eventOf(Object.fromEntries(reversed ? said.reverse() : said));
      const text = [source, type, subject ?? '', sequence, inOrder(data)].join('|');
      assert.equal(id, createHash('sha256').update(text).digest('base64url').slice(0, 22));
    }), { numRuns: 300 });
  });
});
