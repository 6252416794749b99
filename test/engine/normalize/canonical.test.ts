/** Canonical events as they are posted: ids of their sender, the good of a batch, nothing that no key and no broker could carry. */
import assert from 'node:assert/strict';
import type { NormalizedBody } from '../../../engine/normalize/normalize.js';
import { contextOf, only, rules, send } from '../../fixtures/normalizing.js';

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

  it('leaves out who sold, where the shop does not count it, and refuses a name', () => {
    const sale = { ...event, type: 'sale', subject: 'receipt/1', data: { store: 'asti', amount: '1.00', staff: 's1:abc' } };
    assert.equal(only(events(sale)).data.staff, undefined);
    assert.equal(only(send({ provider: 'events', body: sale, context: { ...contextOf(), staffPseudonym: (name) => name } })).data.staff, 's1:abc');
    assert.deepEqual(rules(events({ ...sale, data: { ...sale.data, staff: 'Maria' } })), ['/data/staff pattern']);
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
