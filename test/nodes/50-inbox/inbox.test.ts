import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import { type OffsetRange, parseAcknowledgement } from '../../../engine/delivery/acknowledgements.js';
import { type DecodeContext, deadLetterOfEvent, decodeEvents, decodeFootfall, type Totals } from '../../../nodes/50-inbox/decode.js';
import { readConfig } from '../../../nodes/50-inbox/config.js';
import { COUNTERS, Line, type LineOptions, sales, type Seen } from '../../support/line.js';
import { eventually } from '../../support/waiting.js';
import { accepts, freePort } from '../../support/ports.js';

const SAVED = { id: 'i1', type: 'bottega-inbox' };
const NOW = Date.now();
const CONTEXT: DecodeContext = { now: NOW, currency: 'EUR', name: (text) => `name of ${text}`, seal: (text) => `sealed:${String(text.length)}` };
const ends: (() => unknown)[] = [];
const TOPIC = 'bottega/shop/events/torino-2/pos/sale';

const read = (input: unknown): ReturnType<typeof decodeEvents> => decodeEvents(TOPIC, Buffer.from(typeof input === 'string' ? input : JSON.stringify(input)), CONTEXT);

/** A line and a client of its broker that is none of ours. */
async function open(options: Partial<LineOptions> = {}): Promise<{ line: Line; client: MqttClient; receipts: OffsetRange[] }> {
  const port = await freePort();
  const line = await Line.start({ broker: { kind: 'embedded', port }, settingsScript: COUNTERS, ...options });
  ends.push(() => line.runtime.stop());
  const client = await connect(port);
  const receipts: OffsetRange[] = [];
  client.on('message', (_topic, payload) => { receipts.push(...parseAcknowledgement(payload.toString()) ?? []); });
  await client.subscribeAsync('bottega/shop/receipts/other.1', { qos: 1 });
  return { line, client, receipts };
}

/** The embedded broker listens a moment after the flows have started. */
async function connect(port: number): Promise<MqttClient> {
  await eventually(async () => (await accepts(port) ? true : undefined));
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`);
  ends.push(() => client.endAsync(true));
  return client;
}

function marked(event: object, offset: number): object {
  return { ...event, outboxid: 'other.1', outboxoffset: offset };
}

async function until(line: Line, test: (seen: Seen) => boolean): Promise<Seen> {
  let last: Seen | undefined;
  return eventually(async () => {
    last = await line.seen();
    return test(last) ? last : undefined;
  }, () => `${JSON.stringify(last)} ${line.runtime.logs()}`);
}

const offsetsOf = (ranges: readonly OffsetRange[]): number[] => (
  [...new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)))].sort((a, b) => a - b));

describe('inbox node', () => {
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('reads its form', () => {
    const { group, footfall, maxUnderWay, deadlineMs } = readConfig({ ...SAVED, group: 'workers' });
    assert.deepEqual({ group, footfall, maxUnderWay, deadlineMs }, { group: 'workers', footfall: 'count', maxUnderWay: 5_000, deadlineMs: 30_000 });
    assert.equal('group' in readConfig({ ...SAVED, group: '' }), false);
    for (const [saved, field] of [[{ group: 'a/b' }, 'group'], [{ footfall: 'maybe' }, 'footfall'], [{ maxUnderWay: 0 }, 'maxUnderWay'], [{ deadline: 'x' }, 'deadline'], [{ version: 2 }, 'version']] as const) {
      assert.throws(() => readConfig({ ...SAVED, ...saved }), { name: 'ConfigError', field });
    }
  });

  it('reads one event or many, takes their marks off, and names what is wrong with the others', () => {
    const [good] = sales(1);
    assert.ok(good !== undefined);
    const single = read(marked(good, 4));
    assert.deepEqual(single, { events: [{ event: good, mark: { outboxId: 'other.1', offset: 4 } }], rejected: [] });
    const mixed = read([good, marked({ ...good, data: { ...good.data, quantity: 0.0005 } }, 5), 7, { ...good, type: 'party' }]);
    assert.deepEqual(mixed.events, [{ event: good }]);
    assert.deepEqual(mixed.rejected.map(({ deadLetter, mark }) => [deadLetter.reason, deadLetter.path, deadLetter.index, mark?.offset]), [
      ['precision', '/data/quantity', 1, 5], ['type', '', 2, undefined], ['enum', '/type', 3, undefined],
    ]);
    const [deadLetter] = read('{"half').rejected;
    assert.equal(deadLetter?.deadLetter.reason, 'json');
    assert.equal(deadLetter.deadLetter.sealed, 'sealed:6');
    assert.equal(deadLetter.deadLetter.id, read('{"half').rejected[0]?.deadLetter.id, 'the same thing again is the same deadLetter');
    assert.notEqual(deadLetter.deadLetter.id, read('{"other').rejected[0]?.deadLetter.id);
    assert.equal(deadLetterOfEvent(good, { path: '', rule: 'inbox.full', message: '' }, CONTEXT).reason, 'inbox.full');
  });

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const [what, text, reason] of [['a message', deep, 'type'], ['a field', `{"type":"sale","data":${deep}}`, 'required'], ['one of several', `[7,${deep}]`, 'type']] as const) {
    it(`${what} that is nested too deep to be written again is a dead letter, whole`, () => {
      const { events, rejected } = read(text);
      assert.deepEqual([events.length, rejected.at(-1)?.deadLetter.reason, rejected.at(-1)?.deadLetter.sealed], [0, reason, `sealed:${String(text.length)}`]);
    });
  }

  for (const [topic, payload, expected] of [
    ['torino-2', '3', { store: 'torino-2', quantity: 3 }], ['torino-2', ' 12\n', { store: 'torino-2', quantity: 12 }],
    ['torino-2', '-1', 'number'], ['torino-2', '1.5', 'number'], ['torino-2', 'NaN', 'number'], ['torino-2', '', 'number'], ['torino-2', '{"n":1}', 'number'], ['_', '1', 'label'],
  ] as const) {
    it(`footfall ${topic} ${JSON.stringify(payload)}`, async () => {
      const { events: [arrival], rejected: [rejected] } = await decodeFootfall(`bottega/shop/in/footfall/${topic}`, Buffer.from(payload), 'u-1', CONTEXT);
      if (typeof expected === 'string') assert.equal(rejected?.deadLetter.reason, expected);
      else assert.deepEqual([arrival?.event.type, arrival?.event.id, arrival?.event.time, arrival?.event.data], ['visit', 'footfall/u-1', new Date(NOW).toISOString(), expected]);
    });
  }

  for (const [payload, expected] of [
    ['{"count":3,"id":"a7"}', ['footfall/torino-2/a7', 3, new Date(NOW).toISOString()]],
    ['{"count":3,"time":"2026-11-22T09:15:00+01:00"}', ['footfall/torino-2/2026-11-22T09:15:00+01:00', 3, '2026-11-22T08:15:00.000Z']],
    ['{"count":3}', ['footfall/u-1', 3, new Date(NOW).toISOString()]],
    ['{"total":120}', ['footfall/u-1', 20, new Date(NOW).toISOString()]],
    ['{"count":3,"time":"yesterday and more text"}', 'instant'], ['{"count":3,"total":4}', 'number'], ['{"count":"3"}', 'number'], ['{"count":-3}', 'number'], ['{"count":3,"id":""}', 'number'], ['[3]', 'number'],
  ] as const) {
    it(`a people counter that says ${payload}`, async () => {
      const since: Totals['since'] = (_counter, total, visitOf) => {
        const event = visitOf(total - 100);
        return Promise.resolve(event === undefined ? undefined : { event });
      };
      const { events: [arrival], rejected: [rejected] } = await decodeFootfall('bottega/shop/in/footfall/torino-2', Buffer.from(payload), 'u-1', CONTEXT, { since });
      if (typeof expected === 'string') assert.equal(rejected?.deadLetter.reason, expected);
      else assert.deepEqual([arrival?.event.id, arrival?.event.data.quantity, arrival?.event.time], expected);
    });
  }

  it('refuses a running total that nobody could remember', async () => {
    assert.equal((await decodeFootfall('bottega/shop/in/footfall/torino-2', Buffer.from('{"total":120}'), 'u', CONTEXT)).rejected[0]?.deadLetter.reason, 'number');
    assert.throws(() => readConfig({ ...SAVED, footfall: 'total' }), { name: 'ConfigError', field: 'store' });
    assert.equal(readConfig({ ...SAVED, footfall: 'total', store: 'store-1' }).store, 'store-1');
  });

  it('receipts what the flow has stored, what it has buried, and nothing else', async () => {
    const { line, client, receipts } = await open();
    const [a, b, c] = sales(3, 'r');
    await client.publishAsync(TOPIC, JSON.stringify([marked(a ?? {}, 10), marked(b ?? {}, 11), marked({ not: 'an event' }, 12)]), { qos: 1 });
    await client.publishAsync(TOPIC, JSON.stringify(c), { qos: 1 });
    await client.publishAsync(TOPIC, 'nonsense', { qos: 1 });
    const seen = await until(line, ({ ids, dead }) => ids.length === 3 && dead.length === 2);
    assert.deepEqual(seen.dead.map(({ reason }) => reason).sort(), ['json', 'required']);
    assert.ok(seen.dead.every(({ sealed }) => sealed !== undefined && !sealed.includes('nonsense')));
    await eventually(() => (offsetsOf(receipts).length === 3 ? true : undefined));
    assert.deepEqual(offsetsOf(receipts), [10, 11, 12]);
  });

  it('gives no receipt where the flow fails; a stranger\'s event then becomes a dead deadLetter', async () => {
    const before = { id: 'bad', type: 'function', func: "throw new Error('always');", outputs: 1, wires: [['end']] };
    const { line, client, receipts } = await open({ before });
    const [ours, theirs] = sales(2, 'f');
    await client.publishAsync(TOPIC, JSON.stringify([marked(ours ?? {}, 1), theirs]), { qos: 1 });
    const seen = await until(line, ({ dead }) => dead.length > 0);
    assert.deepEqual(seen.dead.map(({ reason }) => reason), ['notStored']);
    assert.deepEqual(receipts, []);
  });

  it('handles an event once while it is under way, and no more events than allowed', async () => {
    const before = { id: 'slow', type: 'delay', pauseType: 'delay', timeout: '300', timeoutUnits: 'milliseconds', outputs: 1, wires: [['end']] };
    const { line, client, receipts } = await open({ before, inbox: { maxUnderWay: 5 } });
    const events = sales(8, 'w').map((event, offset) => marked(event, offset));
    await Promise.all([...events, ...events.slice(0, 5)].map((event) => client.publishAsync(TOPIC, JSON.stringify(event), { qos: 1 })));
    await eventually(() => (offsetsOf(receipts).length === 5 ? true : undefined));
    assert.deepEqual(offsetsOf(receipts), [0, 1, 2, 3, 4]);
    assert.equal((await line.seen()).total, 5);
    await client.publishAsync(TOPIC, JSON.stringify(events.slice(5)), { qos: 1 });
    await eventually(() => (offsetsOf(receipts).length === 8 ? true : undefined));
    assert.equal((await until(line, ({ ids }) => ids.length === 8)).total, 8);
  });

  it('counts each number of a people counter, but not the one the broker had kept', async () => {
    const { line, client } = await open();
    await client.publishAsync('bottega/shop/in/footfall/torino-2', '2', { qos: 1, retain: true });
    await client.publishAsync('bottega/shop/in/footfall/torino-2', '2', { qos: 1 });
    await client.publishAsync('bottega/shop/in/footfall/torino-2', 'two', { qos: 1 });
    await until(line, ({ ids, dead }) => ids.length === 2 && dead.length === 1);
    // A new start of all nodes subscribes anew; the broker hands over what it kept before anything new.
    await line.runtime.deploy(line.flows);
    const fresh = await connect(Number(client.options.port));
    await fresh.publishAsync('bottega/shop/in/footfall/torino-2', '5', { qos: 1 });
    assert.equal((await until(line, ({ ids }) => ids.length >= 3)).ids.length, 3);
  });

  it('loses and doubles nobody of a running total where the flow refuses a visit, or only says so, and over a new start', async () => {
    const before = {
      id: 'store once', type: 'function', outputs: 1, wires: [['end']],
      func: `const [{ id, data }] = msg.payload;
        const tries = (global.get('tries') ?? 0) + 1;
        global.set('tries', tries);
        if (tries === 1) throw new Error('refused before it was stored');
        global.set('people', { ...global.get('people'), [id]: data.quantity });
        if (tries === 2) throw new Error('stored, and nobody knows');
        return msg;`,
    };
    const extra = [
      { id: 'askPeople', type: 'http in', url: '/people', method: 'get', wires: [['people']] },
      { id: 'people', type: 'function', func: "msg.payload = { tries: global.get('tries') ?? 0, people: global.get('people') ?? {} }; return msg;", outputs: 1, wires: [['reply']] },
    ];
    const { line, client } = await open({ before, extra, inbox: { footfall: 'total', store: 'store' } });
    const counted = async (): Promise<{ tries: number; people: Record<string, number> }> =>
      await (await fetch(`${line.runtime.url}/people`)).json() as { tries: number; people: Record<string, number> };
    await client.publishAsync('bottega/shop/in/footfall/torino-2', '100', { qos: 1 });
    await client.publishAsync('bottega/shop/in/footfall/torino-2', '103', { qos: 1 });
    await eventually(async () => (await counted()).tries === 1);
    await line.runtime.deploy(line.flows);
    await eventually(async () => (await counted()).tries === 2);
    const fresh = await connect(Number(client.options.port));
    await fresh.publishAsync('bottega/shop/in/footfall/torino-2', '110', { qos: 1 });
    const { ids, dead } = await until(line, (seen) => seen.ids.length === 2);
    assert.deepEqual([Object.values((await counted()).people).sort(), ids.length, dead], [[3, 7], 2, []]);
  });
});
