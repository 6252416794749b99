import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeAcknowledgement, markOf, parseAcknowledgement, rangesOf, PendingAcknowledgements } from '../../../engine/delivery/acknowledgements.js';

describe('receipts', () => {
  for (const [offsets, ranges] of [
    [[], []],
    [[4], [[4, 4]]],
    [[3, 1, 2, 7, 2], [[1, 3], [7, 7]]],
  ] as const) {
    it(`${JSON.stringify(offsets)} → ${JSON.stringify(ranges)}`, () => { assert.deepEqual(rangesOf(offsets), ranges); });
  }

  it('covers exactly the offsets, in the fewest ranges, through the wire', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(300)), (offsets) => {
      const ranges = parseAcknowledgement(encodeAcknowledgement(rangesOf(offsets)));
      assert.ok(ranges !== undefined);
      const covered = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
      assert.deepEqual(covered, [...offsets].sort((a, b) => a - b));
      ranges.forEach(([from], index) => { assert.ok(index === 0 || from > (ranges[index - 1]?.[1] ?? 0) + 1); });
    }));
  });

  for (const payload of ['', 'x', '7', 'null', '[]', '{}', '{"offsets":3}', '{"offsets":[[1]]}', '{"offsets":[[2,1]]}', '{"offsets":[[-1,1]]}', '{"offsets":[[0.5,1]]}',
    '{"offsets":[["0",1]]}', '{"offsets":[[0,9007199254740993]]}', JSON.stringify({ offsets: Array.from({ length: 20_001 }, () => [1, 1]) })]) {
    it(`refuses ${payload.slice(0, 40)}`, () => { assert.equal(parseAcknowledgement(payload), undefined); });
  }

  for (const [attributes, mark] of [
    [{ outboxid: 'n1.ab', outboxoffset: 0 }, { outboxId: 'n1.ab', offset: 0 }],
    [{ outboxid: 'n1.ab' }, undefined],
    [{ outboxoffset: 1 }, undefined],
    [{ outboxid: 'a/b', outboxoffset: 1 }, undefined],
    [{ outboxid: '#', outboxoffset: 1 }, undefined],
    [{ outboxid: 'n1.ab', outboxoffset: '1' }, undefined],
  ] as const) {
    it(`mark of ${JSON.stringify(attributes)}`, () => { assert.deepEqual(markOf(attributes), mark); });
  }

  it('handles what is sent again while it is under way only once, and sends each acknowledgement once', () => {
    const book = new PendingAcknowledgements();
    const [a, b, c] = [{ outboxId: 'x', offset: 1 }, { outboxId: 'x', offset: 2 }, { outboxId: 'y', offset: 1 }];
    assert.deepEqual([a, b, c, a].map((mark) => book.begin(mark)), ['begun', 'begun', 'begun', 'underWay']);
    assert.equal(book.size, 3);
    book.complete([a, b]);
    book.abandon([c]);
    assert.equal(book.size, 0);
    assert.deepEqual(book.drain(), [{ outboxId: 'x', ranges: [[1, 2]] }]);
    assert.deepEqual(book.drain(), []);
    assert.equal(book.begin(a), 'begun', 'its receipt may have been lost, so it must be receipted again');
  });
});
