/** HubSpot batches as leads and tickets: every notice sets the fields it knows, facts put them together in any order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { type Fact, factKey, fieldOf, mergeEvent } from '../../../engine/fact/fact.js';
import { batchFixture, only, rules, send } from '../../fixtures/normalizing.js';

type Notice = Record<string, unknown>;

const AT = Date.UTC(2026, 10, 21, 10, 0, 0);
const batch = (body: unknown): ReturnType<typeof send> => send({ provider: 'hubspot', body });
const notice = (change: Notice): Notice => ({ eventId: 1, portalId: 512, occurredAt: AT, attemptNumber: 0, objectId: 77, subscriptionType: 'deal.propertyChange', ...change });
const dataOf = (change: Notice): unknown => {
  const { store: _store, channel: _channel, ...data } = only(batch([notice(change)])).data;
  return data;
};

function factsOf(events: readonly ShopEvent[]): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const event of events) facts.set(event.subject ?? '', mergeEvent(facts.get(event.subject ?? ''), event, 'EUR'));
  return facts;
}

const fields = (fact: Fact | undefined, ...names: string[]): unknown[] => names.map((name) => fact && fieldOf(fact, name));

describe('normalize hubspot', () => {
  it('takes a mixed batch, classic and new', () => {
    const { events, refusals, ignored } = batch(batchFixture());
    assert.deepEqual(refusals, []);
    assert.deepEqual(ignored, [{ index: 5, reason: 'property' }, { index: 8, reason: 'type' }, { index: 9, reason: 'privacy' }]);
    assert.deepEqual(events.map(({ type, subject }) => `${type} ${String(subject)}`), [
      'lead deal/40001', 'lead deal/40001', 'lead deal/40001', 'lead deal/40001', 'lead contact/901', 'ticket ticket/3003', 'ticket ticket/3003',
    ]);
    const facts = factsOf(events);
    assert.deepEqual(fields(facts.get('deal/40001'), 'status', 'amount', 'campaign.medium', 'openedAt', 'closedAt'), ['completed', 98_050, 'social', 1_795_255_200_000, 1_795_258_800_250]);
    assert.deepEqual(fields(facts.get('ticket/3003'), 'status', 'openedAt', 'closedAt'), ['completed', 1_795_255_204_000, 1_795_262_404_000]);
    assert.deepEqual(fields(facts.get('contact/901'), 'status', 'openedAt'), ['open', 1_795_255_202_000]);
  });

  it('ends in the same facts in any order', () => {
    const { events } = batch(batchFixture());
    const expected = [...factsOf(events)].sort();
    fc.assert(fc.property(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), (shuffled) => {
      assert.deepEqual([...factsOf(shuffled)].sort(), expected);
    }), { numRuns: 50 });
  });

  it('says where an event comes from, and gives a repeated attempt the same id', () => {
    const [first, again] = [notice({ propertyName: 'amount', propertyValue: '5' }), notice({ propertyName: 'amount', propertyValue: '5', attemptNumber: 7, eventId: 99 })].map((sent) => only(batch([sent])));
    assert.deepEqual(first, again);
    const { source, time, sequence } = only(batch([notice({ subscriptionType: 'deal.creation' })]));
    assert.deepEqual({ source, time, sequence }, { source: 'urn:bottega:hubspot:512', time: '2026-11-21T10:00:00.000Z', sequence: '#2026-11-21T10:00:00.000Z' });
    assert.equal(factKey(only(batch([notice({ subscriptionType: 'deal.creation' })]))), 'f/lead/urn%3Abottega%3Ahubspot%3A512/deal/77');
  });

  const closed = '2026-11-21T10:00:00.000Z';
  const set: readonly (readonly [Notice, unknown])[] = [
    [{ subscriptionType: 'deal.creation' }, { status: 'open', openedAt: closed }],
    [{ subscriptionType: 'object.creation', objectTypeId: '0-1' }, { status: 'open', openedAt: closed }],
    [{ propertyName: 'dealstage', propertyValue: 'closedwon' }, { status: 'completed', closedAt: closed }],
    [{ propertyName: 'dealstage', propertyValue: 'closedlost' }, { status: 'cancelled', closedAt: closed }],
    [{ propertyName: 'dealstage', propertyValue: 'presentationscheduled' }, { status: 'open' }],
    [{ propertyName: 'amount', propertyValue: '1250.5' }, { amount: '1250.50', currency: 'EUR' }],
    [{ propertyName: 'amount', propertyValue: '1.005' }, { amount: '1.01', currency: 'EUR' }],
    [{ propertyName: 'amount', propertyValue: 12.5 }, { amount: '12.50', currency: 'EUR' }],
    [{ propertyName: 'amount', propertyValue: '' }, { amount: '0.00', currency: 'EUR' }],
    [{ propertyName: 'hs_analytics_source', propertyValue: 'SOCIAL_MEDIA' }, { campaign: { medium: 'social' } }],
    [{ subscriptionType: 'contact.propertyChange', propertyName: 'hs_analytics_source', propertyValue: 'ORGANIC_SEARCH' }, { campaign: { medium: 'organic' } }],
    [{ subscriptionType: 'contact.propertyChange', propertyName: 'hs_analytics_source_data_1', propertyValue: 'Facebook' }, { campaign: { source: 'facebook' } }],
    [{ subscriptionType: 'deal.deletion' }, { x_deleted: true }], [{ subscriptionType: 'ticket.restore' }, { x_deleted: false }],
    [{ subscriptionType: 'object.deletion', objectTypeId: '0-5' }, { x_deleted: true }],
    [{ subscriptionType: 'object.merge', objectTypeId: '0-3', objectId: null, primaryObjectId: 77, mergedObjectIds: [77, 78] }, { x_deleted: true, x_into_77: 'secondary' }],
    [{ subscriptionType: 'contact.merge', primaryObjectId: 77, mergedObjectIds: [], newObjectId: 90 }, { x_deleted: true, x_into_90: 'primary' }],
    [{ propertyName: 'deal_currency_code', propertyValue: 'EUR' }, { x_foreign: false }],
    [{ propertyName: 'amount_in_home_currency', propertyValue: '1380.20' }, { amount: '1380.20', currency: 'EUR', x_home: true }],
    [{ subscriptionType: 'deal.associationChange', objectId: null, fromObjectId: 77, toObjectId: 9, associationType: 'DEAL_TO_CONTACT' }, { refersTo: 'contact/9' }],
    [{ subscriptionType: 'contact.associationChange', objectId: null, fromObjectId: 9, toObjectId: 77, associationType: 'CONTACT_TO_DEAL' }, { refersTo: 'contact/9' }],
    [{ subscriptionType: 'object.associationChange', objectId: null, fromObjectId: 9, toObjectId: 77, fromObjectTypeId: '0-1', toObjectTypeId: '0-3' }, { refersTo: 'contact/9' }],
    [{ subscriptionType: 'ticket.propertyChange', propertyName: 'hs_pipeline_stage', propertyValue: '4' }, { status: 'completed', closedAt: closed }],
    [{ subscriptionType: 'ticket.propertyChange', propertyName: 'hs_pipeline_stage', propertyValue: '2' }, { status: 'open' }],
    [{ subscriptionType: 'ticket.propertyChange', propertyName: 'time_to_close', propertyValue: '60000' }, { status: 'completed', openedAt: '2026-11-21T09:59:00.000Z', closedAt: closed }],
  ];
  for (const [change, expected] of set) {
    it(`reads ${JSON.stringify(change)}`, () => { assert.deepEqual(dataOf(change), expected); });
  }

  const ignored: readonly (readonly [Notice, string])[] = [
    [{ subscriptionType: 'company.creation' }, 'type'], [{ subscriptionType: 'company.deletion' }, 'type'],
    [{ subscriptionType: 'object.creation', objectTypeId: '0-2' }, 'type'], [{ subscriptionType: 'object.creation', objectTypeId: 'constructor' }, 'type'],
    [{ subscriptionType: null }, 'type'], [{ subscriptionType: 'contact.privacyDeletion' }, 'privacy'],
    [{ subscriptionType: 'deal.associationChange', fromObjectId: 77, toObjectId: 9, associationType: 'DEAL_TO_COMPANY' }, 'type'],
    [{ subscriptionType: 'deal.associationChange', fromObjectId: 77, toObjectId: 9, associationType: 'DEAL_TO_CONTACT', associationRemoved: true }, 'type'],
    [{ propertyName: 'amount_in_home_currency', propertyValue: '' }, 'property'],
    [{ propertyName: 'dealname', propertyValue: 'Ginevra' }, 'property'], [{ propertyName: null }, 'property'],
    [{ propertyName: 'amount', propertyValue: 'REDACTED', isSensitive: true }, 'redacted'],
    [{ propertyName: 'hs_analytics_source', propertyValue: '__proto__' }, 'property'],
    [{ subscriptionType: 'contact.propertyChange', propertyName: 'hs_analytics_source_data_1', propertyValue: 'ginevra@posta.example' }, 'property'],
    [{ subscriptionType: 'ticket.propertyChange', propertyName: 'hs_analytics_source', propertyValue: 'OFFLINE' }, 'property'],
    [{ subscriptionType: 'ticket.propertyChange', propertyName: 'time_to_close', propertyValue: '' }, 'property'],
  ];
  for (const [change, reason] of ignored) {
    it(`ignores ${JSON.stringify(change)} for ${reason}`, () => { assert.deepEqual(batch([notice(change)]).ignored, [{ index: 0, reason }]); });
  }

  const refused: readonly (readonly [unknown, string])[] = [
    [notice({ propertyName: 'amount', propertyValue: 'tanti' }), '/propertyValue pattern'],
    [notice({ propertyName: 'amount', propertyValue: '-3' }), '/propertyValue pattern'],
    [notice({ subscriptionType: 'deal.creation', objectId: null }), '/objectId required'],
    [notice({ subscriptionType: 'deal.creation', occurredAt: 'ieri' }), '/occurredAt instant'],
    [notice({ subscriptionType: 'deal.creation', occurredAt: 1e300 }), '/occurredAt instant'],
    [notice({ subscriptionType: 'deal.creation', occurredAt: AT + 1e8 }), '/occurredAt time.future'],
    [notice({ subscriptionType: 'ticket.propertyChange', propertyName: 'time_to_close', propertyValue: '9e99' }), '/propertyValue number.form'],
    [notice({ subscriptionType: 'ticket.propertyChange', propertyName: 'time_to_close', propertyValue: '999999999999999' }), '/propertyValue number.form'],
    ['notice', ' type'], [[], ' type'], [null, ' type'],
  ];
  for (const [sent, rule] of refused) {
    it(`refuses ${JSON.stringify(sent).slice(0, 120)}: ${rule}`, () => {
      const outcome = batch([sent, notice({ subscriptionType: 'deal.creation' })]);
      assert.ok(rules(outcome).includes(rule), rules(outcome).join());
      assert.deepEqual([outcome.refused, outcome.refusals[0]?.index, outcome.events.length], [1, 0, 1]);
    });
  }

  it('takes a deal in another currency without its amount, and says why', () => {
    const currency = notice({ propertyName: 'deal_currency_code', propertyValue: 'USD' });
    const amount = notice({ propertyName: 'amount', propertyValue: '1500', occurredAt: AT + 5 });
    const home = notice({ propertyName: 'amount_in_home_currency', propertyValue: '1380', occurredAt: AT - 5 });
    const known = (...notices: Notice[]): unknown[] => {
      const outcome = batch(notices);
      return [rules(outcome), ...fields(factsOf(outcome.events).get('deal/77'), 'amount', 'x_foreign', 'x_home')];
    };
    assert.deepEqual(known(currency, amount), [['/propertyValue currency.foreign'], undefined, true, undefined]);
    assert.deepEqual(known(amount, currency), [['/propertyValue currency.foreign'], undefined, true, undefined]);
    assert.deepEqual(known(currency), [['/propertyValue currency.foreign'], undefined, true, undefined]);
    assert.deepEqual(known(home, amount), [[], 138_000, undefined, true], 'the home currency holds, whichever comes first');
  });

  const merges: readonly (readonly [Notice, unknown[]])[] = [
    [{ primaryObjectId: 7, mergedObjectIds: [8, 9] }, ['deal/8 "secondary" 7', 'deal/9 "secondary" 7']],
    [{ primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 7 }, ['deal/8 "secondary" 7']],
    [{ primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 0 }, ['deal/8 "secondary" 7']],
    [{ primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 90 }, ['deal/7 "primary" 90', 'deal/8 "secondary" 90']],
    [{ primaryObjectId: '7', mergedObjectIds: ['7', '8', '90'], newObjectId: '90' }, ['deal/7 "primary" 90', 'deal/8 "secondary" 90']],
    [{ primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 8 }, ['deal/7 "primary" 8']],
  ];
  for (const [change, expected] of merges) {
    it(`merges ${JSON.stringify(change)}`, () => {
      const { events } = batch([notice({ subscriptionType: 'deal.merge', objectId: null, ...change })]);
      assert.deepEqual(events.map(({ subject, data: { store: _store, channel: _channel, x_deleted: _deleted, ...into } }) =>
        [subject, ...Object.entries(into).map(([name, as]) => `${JSON.stringify(as)} ${name.slice('x_into_'.length)}`)].join(' ')), expected);
    });
  }

  it('has no limit of its own at 100, and nothing to say about an empty batch', () => {
    assert.equal(batch(Array.from({ length: 250 }, (_, objectId) => notice({ subscriptionType: 'deal.creation', objectId: objectId + 1 }))).events.length, 250);
    const { events, refusals, ignored } = batch([]);
    assert.deepEqual([events, refusals, ignored], [[], [], []]);
  });
});
