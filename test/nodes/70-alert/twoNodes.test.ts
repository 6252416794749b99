/** Two alert nodes on one shop with rules of one name: each keeps, says and publishes its own. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { Notice } from '../../../nodes/shared/alertPort.js';
import { load, type Loaded, NINE, type Received, revenue, startEmpty, unload } from '../../support/alertFlow.js';
import { eventually } from '../../support/waiting.js';

const row = { name: 'Incasso basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', group: 'store' };
/** As `row`, and its id comes after that of the first node. */
const second = {
  id: 'boss', type: 'bottega-alert', version: 2, group: 0, store: 'store', shop: 'shop', broker: 'broker', rules: [{ ...row, threshold: '300' }], wires: [['bossMain'], []],
};
const nodes = [second, { id: 'bossMain', type: 'helper' }];

interface TestNode { on(event: 'input', listener: (message: Received) => void): void; receive(message: object): void }
const node = (id: string): TestNode => helper.getNode(id) as TestNode;

/** What both nodes say of the values that both of them get. */
async function loadBoth(): Promise<Loaded & { boss: Received[]; both: (payload: unknown) => void }> {
  const loaded = await load([row], {}, { others: nodes });
  const boss: Received[] = [];
  node('bossMain').on('input', (message) => { boss.push(message); });
  return { ...loaded, boss, both: (payload) => { for (const id of ['alert', 'boss']) node(id).receive({ payload }); } };
}

const states = (messages: readonly Received[]): string[] => messages.flatMap(({ payload }) => payload.map(({ state, value }) => `${state} ${String(value)}`));

describe('two alert nodes with rules of one name', () => {
  let end: () => Promise<void>;
  beforeEach(async () => { end = await startEmpty(); });
  afterEach(() => end());

  it('each notify by their own threshold, with notices that no queue takes for the same', async () => {
    const { both, main, boss } = await loadBoth();
    both(revenue(0, 200));
    await eventually(() => main.length === 1 && boss.length === 1);
    assert.deepEqual([states(main), states(boss)], [['firing 200'], ['firing 200']]);
    assert.notEqual(main[0]?.payload[0]?.id, boss[0]?.payload[0]?.id);
    both(revenue(1, 400));
    await eventually(() => boss.length === 2);
    assert.deepEqual([states(main), states(boss)], [['firing 200'], ['firing 200', 'resolved 400']]);
  });

  it('publish each under a topic of its own', async () => {
    const { both, boss, retained } = await loadBoth();
    both(revenue(0, 200));
    both(revenue(1, 400));
    await eventually(() => states(boss).length === 2);
    const topic = 'bottega/shop/alert/Incasso basso/milano';
    const stateAt = (name: string): string => (JSON.parse(retained.get(name) ?? '{}') as Notice).state;
    assert.deepEqual([...retained.keys()].sort(), [topic, `${topic}/boss`]);
    assert.deepEqual([stateAt(topic), stateAt(`${topic}/boss`)], ['firing', 'resolved']);
  });

  it('remember each their own over a restart, and obey commands each for itself', async () => {
    const first = await loadBoth();
    first.both(revenue(0, 200));
    await eventually(() => first.main.length === 1 && first.boss.length === 1);
    node('boss').receive({ payload: { acknowledge: 'Incasso basso', store: 'milano' } });
    await unload();
    const again = await loadBoth();
    again.both(revenue(0, 200));
    again.both(revenue(1, 600));
    await eventually(() => again.main.length === 1 && again.boss.length === 1);
    assert.deepEqual([states(again.main), states(again.boss)], [['resolved 600'], ['resolved 600']]);
  });

  it('the one that goes away takes nothing from the other', async () => {
    const first = await loadBoth();
    first.both(revenue(0, 200));
    await eventually(() => first.retained.size === 2 && first.main.length === 1 && first.boss.length === 1);
    await unload();
    const { main, send, retained, store } = await load([row], {}, { others: [{ ...second, rules: [] }, { id: 'bossMain', type: 'helper' }] });
    await eventually(() => retained.size === 2);
    assert.equal(retained.get('bottega/shop/alert/Incasso basso/milano/boss') ?? '', '');
    send(revenue(1, 600));
    await eventually(() => states(main).length === 1);
    assert.deepEqual(states(main), ['resolved 600']);
    const keys = (await store().of('shop').scan({ gte: 'al/', lt: 'al0' }, 10)).map(({ key }) => key);
    assert.deepEqual(keys, ['al/alert/Incasso basso/milano']);
  });
});

describe('the states that a former release kept by the name of the rule alone', () => {
  let end: () => Promise<void>;
  beforeEach(async () => { end = await startEmpty(); });
  afterEach(() => end());

  /** As 5df74d2 wrote them. */
  const stored = (owner: string): string => JSON.stringify({
    owner, about: 'revenue/1h/_/finished',
    state: { state: 'firing', since: NINE, run: [NINE], heardAt: NINE, toldAt: NINE, newest: { start: NINE, end: NINE + 3_600_000, value: 100, unit: 'EUR', count: 2 } }, // vocabulary-ok: stored fields
  });

  for (const [owner, expected, former] of [['alert', ['resolved 600'], []], ['other', [], ['a/Incasso basso/milano']]] as const) {
    it(`are ${owner === 'alert' ? 'its own where this node wrote them: what fired is not said again' : 'left alone where another node did'}`, async () => {
      const before = await load([]);
      await before.store().of('shop').commit([{ key: 'a/Incasso basso/milano', value: stored(owner) }]);
      await unload();
      const { main, side, send, store } = await load([row]);
      if (owner === 'alert') await eventually(() => side.some(({ reason }) => reason === 'restart'));
      send(revenue(0, 600));
      send(revenue(1, 600));
      const keys = async (): Promise<string[]> => (await store().of('shop').scan({ gte: 'a/', lt: 'b' }, 10)).map(({ key }) => key).filter((key) => !key.startsWith('ah/'));
      await eventually(async () => (await keys()).includes('al/alert/Incasso basso/milano') && states(main).length === expected.length);
      assert.deepEqual([states(main), await keys()], [expected, [...former, 'al/alert/Incasso basso/milano']]);
    });
  }
});
