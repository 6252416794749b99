import assert from 'node:assert/strict';
import type { ShopEvent } from '../../../engine/event/event.js';
import { readConfig } from '../../../nodes/30-dedupe/config.js';
import { keyed, partition } from '../../../nodes/30-dedupe/deduplicator.js';
import { type KeyedEvents, reservationsOf } from '../../../nodes/30-dedupe/seenIds.js';
import { COUNTERS, Line, sales } from '../../support/line.js';
import { eventually } from '../../support/waiting.js';
import { freePort } from '../../support/ports.js';

const SAVED = { id: 'd1', type: 'bottega-dedupe' };

function named(id: string): ShopEvent {
  return { specversion: '1.0', id, source: 'urn:test', type: 'sale', time: '', sequence: '', data: { store: 'torino-2' } };
}

/** "a b a" of one owner. */
function messageOf(owner: string, ids: string): KeyedEvents {
  return keyed(ids.split(' ').map(named), owner);
}

describe('dedupe node', () => {
  it('reads its form, and upgrades what was saved before there was a version', () => {
    assert.deepEqual(readConfig({ ...SAVED, store: 's', shop: 'h' }), { store: 's', shop: 'h', memoryMs: 172_800_000, reservationMs: 120_000, most: 200_000 });
    assert.equal(readConfig({ ...SAVED, version: 1, memory: '24' }).memoryMs, 86_400_000);
    for (const [saved, field] of [[{ memory: 0 }, 'memory'], [{ memory: '' }, 'memory'], [{ reservation: 'x' }, 'reservation'], [{ most: 10 }, 'most'], [{ version: 9 }, 'version']] as const) {
      assert.throws(() => readConfig({ ...SAVED, ...saved }), { name: 'ConfigError', field });
    }
  });

  for (const [title, messages, seen, expected] of [
    ['new ones pass', [['d1', 'a b']], {}, [['a b', '']]],
    ['stored ones do not', [['d1', 'a b']], { a: 'repeat' }, [['b', 'a']]],
    ['those in flight pass', [['d1', 'a b']], { a: 'inFlight' }, [['a b', '']]],
    ['the second in one message does not', [['d1', 'a b a a']], {}, [['a b', 'a a']]],
    ['the same in two deliveries passes in both: either may fail', [['d1', 'a'], ['d2', 'a b']], {}, [['a', ''], ['a b', '']]],
    ['the same in two messages that nobody waits for passes once', [['nobody', 'a'], ['nobody', 'a b']], {}, [['a', ''], ['b', 'a']]],
  ] as const) {
    it(title, () => {
      const received = messages.map(([owner, ids]) => messageOf(owner, ids));
      const keyOf = (id: string): string => messageOf('', id).keys[0] ?? '';
      const sightings = new Map(Object.entries(seen).map(([id, sighting]) => [keyOf(id), sighting]));
      const ids = (events: readonly ShopEvent[]): string => events.map(({ id }) => id).join(' ');
      assert.deepEqual(partition(received, sightings).map(({ passed, duplicates }) => [ids(passed), ids(duplicates)]), expected);
    });
  }

  it('reserves each key once, for who came first', () => {
    const reservations = reservationsOf([messageOf('d1', 'a b'), messageOf('d2', 'b c')], 77);
    assert.deepEqual(reservations.map(({ owner, expiresAt }) => [owner, expiresAt]), [['d1', 77], ['d1', 77], ['d2', 77]]);
  });

  it('passes each event of a flow without a delivery once, singly and in arrays', async () => {
    const feedInto = { id: 'dedupe', type: 'bottega-dedupe', store: 'store', shop: 'shop', wires: [['outbox'], ['duplicates']] };
    const count = "flow.set('n', (flow.get('n') ?? 0) + [].concat(msg.payload).length); node.warn(`${msg.reason} ${flow.get('n')}`); msg.payload = 'dup'; return msg;";
    const extra = [{ id: 'duplicates', type: 'function', func: count, outputs: 1, wires: [['stored']] }];
    const line = await Line.start({ broker: { kind: 'embedded', port: await freePort() }, settingsScript: COUNTERS, feedInto, extra });
    try {
      const [first, second, third] = sales(3);
      assert.ok(first !== undefined && second !== undefined && third !== undefined);
      for (const payload of [first, first, [first, second, second], [third]]) assert.equal(await line.feed(payload), 200);
      await line.runtime.logged(/duplicate 3/);
      const seen = await eventually(async () => {
        const now = await line.seen();
        return now.ids.length === 3 ? now : undefined;
      });
      assert.equal(seen.total, 3);
    } finally {
      await line.runtime.stop();
    }
  });

  it('passes again what a delivery failed to store, and knows it once it is stored', async () => {
    const before = { id: 'deduplicator', type: 'bottega-dedupe', store: 'store', shop: 'shop', wires: [['flaky'], ['side']] };
    const fail = "if (context.get('failed') !== true) { context.set('failed', true); throw new Error('not now'); } return msg;";
    const extra = [{ id: 'flaky', type: 'function', func: fail, outputs: 1, wires: [['end']] }];
    const line = await Line.start({ broker: { kind: 'embedded', port: await freePort() }, settingsScript: COUNTERS, before, extra });
    const emptied = (): Promise<true> => eventually(async () => ((await line.depth()) === 0 ? true : undefined));
    try {
      assert.equal(await line.feed(sales(1)), 200);
      await eventually(async () => ((await line.seen()).total === 1 ? true : undefined));
      await emptied();
      assert.deepEqual((await line.seen()).side, []);
      assert.equal(await line.feed(sales(1)), 200);
      await eventually(async () => ((await line.seen()).side.length === 1 ? true : undefined));
      await emptied();
      const { total, side } = await line.seen();
      assert.deepEqual({ total, side }, { total: 1, side: ['duplicate'] });
    } finally {
      await line.runtime.stop();
    }
  });
});
