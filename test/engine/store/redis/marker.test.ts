/** What does a marker in Redis say to who remembers it? */
import assert from 'node:assert/strict';
import { encodeMarker, lossBetween, nextMarker, parseMarker, type StoreLoss, type StoreMarker } from '../../../../engine/store/redis/marker.js';

describe('the marker of a Redis', () => {
  const cases: [what: string, known: StoreMarker | undefined, found: StoreMarker | undefined, loss: StoreLoss | undefined][] = [
    ['nothing is known yet', undefined, undefined, undefined],
    ['another process was here before', undefined, { id: 'a', at: 5 }, undefined],
    ['it is the same', { id: 'a', at: 5 }, { id: 'a', at: 5 }, undefined],
    ['another process has written it since', { id: 'a', at: 5 }, { id: 'a', at: 9 }, undefined],
    ['it is gone', { id: 'a', at: 5 }, undefined, { since: 0, until: 5 }],
    ['it is another one', { id: 'a', at: 5 }, { id: 'b', at: 9 }, { since: 0, until: 5 }],
    ['it is older', { id: 'a', at: 5 }, { id: 'a', at: 3 }, { since: 3, until: 5 }],
  ];
  for (const [what, known, found, loss] of cases) it(`${loss === undefined ? 'says nothing' : 'says what was lost'} where ${what}`, () => { assert.deepEqual(lossBetween(known, found), loss); });

  it('never goes back, whatever the clock says', () => {
    assert.deepEqual(nextMarker({ id: 'a', at: 5 }, () => 'x', 3), { id: 'a', at: 5 });
    assert.deepEqual(nextMarker({ id: 'a', at: 5 }, () => 'x', 8), { id: 'a', at: 8 });
    assert.deepEqual(nextMarker(undefined, () => 'x', 8), { id: 'x', at: 8 });
  });

  it('is read back, and nothing else is', () => {
    assert.deepEqual(parseMarker(encodeMarker({ id: 'a', at: 5 })), { id: 'a', at: 5 });
    for (const text of [undefined, '', 'null', '7', '{"id":"a"}', '{"id":1,"at":5}', '{"id":"a","at":"5"}']) assert.equal(parseMarker(text), undefined);
  });
});
