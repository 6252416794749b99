/** A store's other names: whichever way a canonical event comes, it is of the store that is meant. */
import assert from 'node:assert/strict';
import { only, type Sent, send } from '../../fixtures/normalizing.js';

const AT = '2026-11-22T09:15:30Z';
const event = (store: string): object => ({ specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: AT, data: { store, amount: '1.00' } });
const file = (body: string, type: string): Sent => ({ provider: 'batch', body, headers: { 'content-type': type } });

describe('the store of a canonical event', () => {
  const ways: readonly (readonly [way: string, sentOf: (store: string) => Sent])[] = [
    ['events', (store) => ({ provider: 'events', body: event(store) })],
    ['a till that speaks CloudEvents', (store) => ({ provider: 'pos', body: event(store) })],
    ['lines of JSON', (store) => file(JSON.stringify(event(store)), 'application/x-ndjson')],
    ['a table of events', (store) => file(`type,time,subject,amount,store\nsale,${AT},order/1,1.00,${store}`, 'text/csv')],
  ];
  for (const [way, sentOf] of ways) {
    for (const [store, meant] of [['AT-01', 'asti'], ['asti', 'asti'], ['80901', 'bergamo'], ['cuneo', 'cuneo']] as const) {
      it(`${way}: ${store} is ${meant}`, () => {
        assert.equal(only(send(sentOf(store))).data.store, meant);
      });
    }
  }
});
