import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outbox, type OutboxLimits } from '../../../engine/delivery/outbox.js';
import { batchesOf, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../../../engine/delivery/messageBatch.js';
import { decodeRecord, encodeRecord, offsetKey, offsetOf, type OutboxRecord } from '../../../engine/delivery/outboxStore.js';

const LIMITS: OutboxLimits = { maxEvents: 100, maxBytes: 100_000, maxInFlight: 10 };
const EMPTY = { from: 0, next: 0, count: 0, bytes: 0 };
const middle = (): number => 0.5;

function queued(offset: number, path = 'torino-2/pos/sale', json = `{"id":"e${String(offset)}"}`): OutboxRecord {
  return { offset, path, json, appendedAt: 1_000 + offset };
}

function open(limits: Partial<OutboxLimits> = {}, recovered = EMPTY): Outbox {
  const outbox = new Outbox('n1.ab', { ...LIMITS, ...limits }, recovered);
  outbox.brokerConnected();
  return outbox;
}

/** Appends so many events, as a node does after its commit. */
function append(outbox: Outbox, howMany: number): void {
  const first = outbox.allocate(howMany);
  outbox.appended(Array.from({ length: howMany }, (_, index) => queued(first + index)));
}

function takeOffsets(outbox: Outbox, now: number): number[] {
  return outbox.take(now, middle).flatMap(({ offsets }) => offsets);
}

describe('outbox packets', () => {
  it('sends a lone event as itself and several of one topic as an array, each with its mark', () => {
    const [single] = batchesOf('n1.ab', [queued(7)]);
    assert.deepEqual(JSON.parse(single?.payload ?? ''), { id: 'e7', outboxid: 'n1.ab', outboxoffset: 7 });
    const several = batchesOf('n1.ab', [queued(1), queued(2, 'a/b/visit'), queued(3)]);
    assert.deepEqual(several.map(({ path, offsets }) => ({ path, offsets })), [
      { path: 'torino-2/pos/sale', offsets: [1, 3] },
      { path: 'a/b/visit', offsets: [2] },
    ]);
    assert.deepEqual(JSON.parse(several[0]?.payload ?? '').map((event: { id: string }) => event.id), ['e1', 'e3']);
  });

  it('keeps within both limits and loses none', () => {
    fc.assert(fc.property(fc.array(fc.record({ size: fc.integer({ min: 0, max: 40_000 }), path: fc.constantFrom('a/b/c', 'd/e/f') }), { maxLength: 60 }), (shapes) => {
      const events = shapes.map(({ size, path }, offset) => queued(offset, path, `{"è":"${'x'.repeat(size)}"}`));
      const sent = batchesOf('n1.ab', events);
      assert.deepEqual(sent.flatMap(({ offsets }) => offsets).sort((a, b) => a - b), events.map(({ offset }) => offset));
      for (const { payload } of sent) assert.ok(Buffer.byteLength(payload) <= MAX_BATCH_BYTES);
    }), { numRuns: 30 });
    const many = batchesOf('n1.ab', Array.from({ length: 450 }, (_, offset) => queued(offset)));
    assert.deepEqual(many.map(({ offsets }) => offsets.length), [MAX_BATCH_EVENTS, MAX_BATCH_EVENTS, 50]);
  });

  it('reads back what it stored, and nothing else', () => {
    const event = queued(12, 'via Roma/pos/sale', '{"a":"b\\nc"}');
    assert.deepEqual(decodeRecord(12, encodeRecord(event)), event);
    assert.equal(offsetOf('o/n1/', offsetKey('o/n1/', 12)), 12);
    assert.ok(offsetKey('o/n1/', 9) < offsetKey('o/n1/', 10));
    for (const record of ['', 'x', '1\n2', 'x\ny\n{}', '1\na/b/c\n{"cut']) assert.equal(decodeRecord(1, record), undefined);
  });
});

describe('outbox', () => {
  it('sends again ever later, from a second to a minute at most', () => {
    const outbox = open();
    append(outbox, 1);
    const pauses: number[] = [];
    for (let now = 0; pauses.length < 8; now = outbox.nextAt() ?? 0) {
      takeOffsets(outbox, now);
      pauses.push((outbox.nextAt() ?? 0) - now);
    }
    assert.deepEqual(pauses, [1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000], 'three quarters of 2 s, doubled, and of a minute: the middle of the spread');
  });

  it('sends at once, again after the delay, and never once it is receipted', () => {
    const outbox = open();
    append(outbox, 1);
    assert.deepEqual(takeOffsets(outbox, 0), [0]);
    assert.deepEqual(takeOffsets(outbox, 0), []);
    assert.equal(outbox.nextAt(), 1_500);
    assert.deepEqual(takeOffsets(outbox, 1_499), []);
    assert.deepEqual(takeOffsets(outbox, 1_500), [0]);
    assert.equal(outbox.nextAt(), 1_500 + 3_000);
    assert.deepEqual(outbox.settle([[0, 0]]).map(({ offset }) => offset), [0]);
    assert.deepEqual(outbox.settle([[0, 0]]), [], 'a receipt counts once');
    assert.deepEqual(takeOffsets(outbox, 100_000), []);
    assert.equal(outbox.depth, 0);
    assert.equal(outbox.bytes, 0);
  });

  it('settles nothing it has not sent, whatever a receipt claims', () => {
    const outbox = open({ maxInFlight: 2 });
    append(outbox, 3);
    takeOffsets(outbox, 0);
    assert.deepEqual(outbox.settle([[0, Number.MAX_SAFE_INTEGER]]).map(({ offset }) => offset), [0, 1]);
    assert.deepEqual(takeOffsets(outbox, 1), [2]);
  });

  it('drops a late receipt of an event that already waits to be sent again', () => {
    const outbox = open();
    append(outbox, 2);
    takeOffsets(outbox, 0);
    outbox.brokerDisconnected();
    outbox.brokerConnected();
    assert.equal(outbox.settle([[0, 0]]).length, 1);
    assert.deepEqual(takeOffsets(outbox, 5), [1]);
  });

  it('keeps quiet while the broker is away and sends everything again when it is back', () => {
    const outbox = open();
    append(outbox, 3);
    takeOffsets(outbox, 0);
    outbox.brokerDisconnected();
    assert.equal(outbox.nextAt(), undefined);
    assert.deepEqual(takeOffsets(outbox, 99_000), []);
    append(outbox, 1);
    outbox.brokerConnected();
    assert.deepEqual(takeOffsets(outbox, 99_001), [0, 1, 2, 3]);
  });

  it('says whether waiting for more would make its message any better', () => {
    const outbox = open({ maxInFlight: 200 });
    const timeline: (readonly [act: () => void, expected: ReturnType<Outbox['waiting']>])[] = [
      [() => undefined, 'none'],
      [() => { append(outbox, 1); }, 'few'],
      [() => { append(outbox, 62); }, 'few'],
      [() => { append(outbox, 1); }, 'many'],
      [() => { outbox.take(0, middle); }, 'none'],
      [() => { append(outbox, 1); }, 'few'],
      [() => { outbox.brokerDisconnected(); }, 'none'],
      [() => { outbox.brokerConnected(); }, 'many'],
    ];
    for (const [index, [act, expected]] of timeline.entries()) {
      act();
      assert.equal(outbox.waiting(), expected, `step ${String(index)}`);
    }
    // As many as may be in flight are worth no waiting, however few.
    const narrow = open({ maxInFlight: 2 });
    append(narrow, 3);
    assert.equal(narrow.waiting(), 'many');
    narrow.take(0, middle);
    assert.equal(narrow.waiting(), 'none');
  });

  it('has no more in flight than allowed', () => {
    const outbox = open({ maxInFlight: 4 });
    append(outbox, 6);
    assert.deepEqual(takeOffsets(outbox, 0), [0, 1, 2, 3]);
    outbox.settle([[1, 2]]);
    assert.deepEqual(takeOffsets(outbox, 1), [4, 5]);
  });

  it('is full by events and by bytes, and knows the age of its oldest', () => {
    const outbox = open({ maxEvents: 3, maxBytes: 40 });
    assert.equal(outbox.oldestAt, undefined);
    append(outbox, 2);
    assert.equal(outbox.oldestAt, 1_000);
    assert.equal(outbox.admits(1, 10), 'ok');
    assert.equal(outbox.admits(2, 10), 'full');
    assert.equal(outbox.admits(1, 30), 'full');
    takeOffsets(outbox, 0);
    outbox.settle([[0, 0]]);
    assert.equal(outbox.oldestAt, 1_001);
    assert.equal(outbox.admits(2, 10), 'ok');
  });

  it('forgets no backlog because of events that a failed append has left in the store after all', () => {
    const steps: Step[] = [
      { do: 'append', n: 4 }, { do: 'append', n: 4, fate: 'zombie' }, { do: 'append', n: 4 },
      ...['take', 'receipt', 'page', 'take', 'receipt', 'page', 'take', 'receipt', 'append'].map((what) => ({ do: what, n: what === 'append' ? 1 : 2 })),
    ];
    play(steps, 0, 2);
  });

  it('delivers every stored event once its receipts come, whatever fails in between, with a bounded window', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 15 }), fate: fc.constantFrom('stored', 'failed', 'zombie') }),
      fc.record({ do: fc.constantFrom('take', 'page', 'away', 'here', 'later') }),
      fc.record({ do: fc.constant('receipt' as const), n: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), fc.nat(20), (steps, before) => { play(steps, before); }), { numRuns: 300 });
  });
});

type Step = { do: string; n?: number; fate?: string };

/** Plays a node around the state machine: a store, a broker that answers some of what it got, restarts excepted. */
function play(steps: readonly Step[], before: number, maxInFlight = 5): void {
  const store = new Map<number, OutboxRecord>(Array.from({ length: before }, (_, offset) => [offset, queued(offset)]));
  const outbox = open({ maxInFlight }, { from: 0, next: before, count: before, bytes: before * 11 });
  const onTheWay: number[] = [];
  const required = new Set(store.keys());
  let now = 0;
  const page = (): void => {
    const wanted = outbox.wanted();
    if (wanted === undefined) return;
    const found = [...store.values()].filter(({ offset }) => offset >= wanted.from && offset < wanted.to).sort((a, b) => a.offset - b.offset).slice(0, wanted.limit);
    outbox.loaded(wanted, { read: found.length, last: found.at(-1)?.offset ?? 0, events: found });
  };
  const receipt = (howMany: number): void => {
    for (const { offset } of outbox.settle(onTheWay.splice(0, howMany).map((offset) => [offset, offset]))) {
      store.delete(offset);
      required.delete(offset);
    }
  };
  const add = (howMany: number, fate: string): void => {
    const first = outbox.allocate(howMany);
    const events = Array.from({ length: howMany }, (_, index) => queued(first + index));
    if (fate !== 'failed') for (const event of events) store.set(event.offset, event);
    if (fate === 'stored') outbox.appended(events);
    if (fate === 'stored') for (const { offset } of events) required.add(offset);
  };
  const run = ({ do: what, n = 1, fate = 'stored' }: Step): void => {
    if (what === 'append') add(n, fate);
    if (what === 'take') onTheWay.push(...takeOffsets(outbox, now));
    if (what === 'page') page();
    if (what === 'away') outbox.brokerDisconnected();
    if (what === 'here') outbox.brokerConnected();
    if (what === 'later') now += 2_000;
    if (what === 'receipt') receipt(n);
  };
  steps.forEach(run);
  outbox.brokerConnected();
  for (let round = 0; round < 200 && required.size > 0; round += 1) {
    for (const what of ['page', 'take', 'later']) run({ do: what });
    receipt(Infinity);
  }
  assert.equal(required.size, 0, 'everything stored is delivered');
  for (let round = 0; round < 20 && outbox.depth > 0; round += 1) {
    for (const what of ['page', 'take', 'later']) run({ do: what });
    receipt(Infinity);
  }
  assert.equal(outbox.depth, 0);
  assert.equal(outbox.bytes, 0);
}
