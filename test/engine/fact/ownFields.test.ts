import assert from 'node:assert/strict';
import { parseEvent, type ShopEvent } from '../../../engine/event/event.js';
import { type Fact, mergeEvent, mergeFacts } from '../../../engine/fact/fact.js';
import { MAX_OWN_FIELDS, ownFieldsOf } from '../../../engine/fact/ownFields.js';
import { chanceOf } from '../../../launcher/simulator/chance.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function version(step: number, own: Readonly<Record<string, string>>): ShopEvent {
  const sent = {
    specversion: '1.0', id: `v-${String(step)}`, source: 'urn:till', type: 'sale', subject: 'table/7', time: '2026-11-22T11:00:00Z',
    sequence: `2026-11-22T11:00:00.${String(step).padStart(3, '0')}Z`, data: { store: 'asti', amount: '1.00', ...own },
  };
  const parsed = parseEvent(sent, { now: NOW, currency: 'EUR' });
  assert.ok(parsed.outcome === 'event');
  return parsed.event;
}

describe('a sender\'s own fields', () => {
  const versions = Array.from({ length: 400 }, (_each, step) => version(step, { [`x_order_${String(step % 250).padStart(4, '0')}`]: String(step), x_table: 'n7' }));
  const chance = chanceOf(7);
  const shuffled = (): ShopEvent[] => versions.map((event) => ({ event, at: chance.next() })).sort((a, b) => a.at - b.at).map(({ event }) => event);
  const merged = (events: readonly ShopEvent[]): Fact | undefined => events.reduce<Fact | undefined>((fact, event) => mergeEvent(fact, event, 'EUR'), undefined);

  it('are bounded over all versions of a thing, the first by name, in whatever order they come', () => {
    const fact = merged(versions);
    const kept = Array.from({ length: MAX_OWN_FIELDS }, (_each, index) => `x_order_${String(index).padStart(4, '0')}`);
    assert.deepEqual(fact?.extras, kept);
    for (let round = 0; round < 5; round += 1) {
      const [ones, others] = [shuffled().slice(0, 200), shuffled()];
      assert.deepEqual(merged(shuffled()), fact);
      const [a, b] = [merged(ones), merged(others)];
      assert.ok(a !== undefined && b !== undefined);
      assert.deepEqual(mergeFacts(a, b), fact);
      assert.deepEqual(mergeFacts(b, a), fact);
    }
  });

  it('never push out what this package writes down', () => {
    const theirs = Array.from({ length: 300 }, (_each, index) => `x_a${String(index)}`);
    const ours = ['x_deleted', 'x_follower_1', 'x_won_22', 'x_quality'];
    const names = ownFieldsOf(theirs, ours);
    assert.equal(names.length, MAX_OWN_FIELDS + ours.length);
    for (const name of ours) assert.ok(names.includes(name), name);
    assert.deepEqual(ownFieldsOf(['x_b'], ['x_a', 'x_b']), ['x_a', 'x_b']);
  });
});
