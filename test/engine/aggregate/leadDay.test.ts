/** On which day a contact, a deal and a ticket of HubSpot count: in any order of their notices, merged or not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { send } from '../../fixtures/normalizing.js';
import { calendar, memoryStore, numbersAt, receive, stateOf } from '../../support/shopStore.js';

const on = (day: number): number => Date.UTC(2026, 10, day, 9);
const notice = (day: number, change: object): readonly ShopEvent[] =>
  send({ provider: 'hubspot', body: [{ portalId: 7, occurredAt: on(day), objectId: 1, subscriptionType: 'contact.propertyChange', ...change }] }).events;

const social = notice(16, { propertyName: 'hs_analytics_source', propertyValue: 'SOCIAL_MEDIA' });
const network = notice(18, { propertyName: 'hs_analytics_source_data_1', propertyValue: 'Instagram' });
const again = notice(20, { propertyName: 'hs_analytics_source', propertyValue: 'PAID_SOCIAL' });
const creation = notice(15, { subscriptionType: 'contact.creation' });
const createdate = notice(19, { propertyName: 'createdate', propertyValue: String(on(14)) });
const deleted = notice(17, { subscriptionType: 'contact.deletion' });
const restored = notice(21, { subscriptionType: 'contact.restore' });
const merged = notice(21, { subscriptionType: 'contact.merge', primaryObjectId: 1, mergedObjectIds: [2], newObjectId: 3, objectId: 3 });
const survivor = notice(22, { objectId: 3, propertyName: 'hs_analytics_source', propertyValue: 'SOCIAL_MEDIA' });

/** The days of November on which somebody was reached by social networks. */
async function daysAfter(batches: readonly (readonly ShopEvent[])[]): Promise<number[]> {
  const store = await memoryStore();
  for (const batch of batches) await receive(store, batch);
  const days = Array.from({ length: 12 }, (_day, index) => 11 + index);
  const rates = await Promise.all(days.map((day) => numbersAt(store, '1d', { at: calendar.windowAt('1d', on(day)).start })));
  return days.filter((_day, index) => typeof rates[index]?.['social_conversion'] === 'number');
}

describe('the day of a lead', () => {
  const rows: [what: string, notices: readonly (readonly ShopEvent[])[], day: number][] = [
    ['that of its first notice', [social, network, again], 16],
    ['that of its creation', [network, again, creation], 15],
    ['the one that HubSpot says, whenever it does', [social, again, creation, createdate], 14],
    ['not that of its deletion', [social, deleted, restored, again], 16],
    ['the one of the record that was merged into it', [social, network, merged, survivor], 16],
  ];
  for (const [what, notices, day] of rows) {
    it(`is ${what}, in any order and repetition`, async () => {
      await fc.assert(fc.asyncProperty(fc.shuffledSubarray([...notices, ...notices], { minLength: notices.length * 2 }), async (batches) => {
        assert.deepEqual(await daysAfter(batches), [day]);
      }), { numRuns: 12 });
    });
  }

  it('ends in the same facts', async () => {
    const notices = [social, network, again, creation, createdate, deleted, restored, merged, survivor];
    const once = await memoryStore();
    await receive(once, notices.flat());
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray([...notices, ...notices], { minLength: notices.length * 2 }), async (batches) => {
      const store = await memoryStore();
      for (const batch of batches) await receive(store, batch);
      assert.deepEqual(await stateOf(store), await stateOf(once));
    }), { numRuns: 30 });
  });
});
