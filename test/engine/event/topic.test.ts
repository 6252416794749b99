import assert from 'node:assert/strict';
import { eventPath, eventsFilter, eventTopic, footfallStore, isEventType, isLabel, acknowledgementsTopic } from '../../../engine/event/topic.js';

describe('topic', () => {
  it('names every kind of topic below the shop', () => {
    assert.equal(eventTopic('shop', eventPath({ type: 'sale', data: { store: 'torino-2', channel: 'online' } })), 'bottega/shop/events/torino-2/online/sale');
    assert.equal(eventPath({ type: 'visit', data: { store: 'torino-2' } }), 'torino-2/pos/visit');
    assert.equal(eventsFilter('shop'), 'bottega/shop/events/+/+/+');
    assert.equal(acknowledgementsTopic('shop', 'n1.ab'), 'bottega/shop/receipts/n1.ab');
  });

  for (const [topic, store] of [
    ['bottega/shop/in/footfall/torino-2', 'torino-2'],
    ['bottega/shop/in/footfall/_', undefined],
    ['bottega/shop/in/footfall/', undefined],
  ] as const) {
    it(`reads the store of ${topic}`, () => { assert.equal(footfallStore(topic), store); });
  }

  for (const [value, expected] of [['torino-2', true], ['via Roma', true], ['a/b', false], ['+', false], ['#', false], ['_', false], ['', false], ['a\nb', false], [7, false]] as const) {
    it(`${JSON.stringify(value)} ${expected ? 'is' : 'is no'} label`, () => { assert.equal(isLabel(value), expected); });
  }

  it('knows the kinds of event', () => {
    assert.deepEqual(['sale', 'visit', 'party', undefined].map(isEventType), [true, true, false, false]);
  });
});
