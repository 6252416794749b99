/** The node of the dead letters' widget: beside a dead-letter node, whose letters it opens, sends in again and discards, and where there is none. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import normalize from '../../../nodes/20-normalize/normalize.js';
import deadletter from '../../../nodes/45-deadletter/deadletter.js';
import { readConfig } from '../../../nodes/94-ui-deadletters/config.js';
import { type LettersData, MAX_LETTERS_SHOWN, type OpenedLetter } from '../../../nodes/94-ui-deadletters/source.js';
import uiDeadletters from '../../../nodes/94-ui-deadletters/ui-deadletters.js';
import { type AskedLetters, letterPorts, type ReplayStarted } from '../../../nodes/shared/letterPort.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import type { CommandAnswer } from '../../../nodes/shared/widget/wire.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { eachInNodeRed, names } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'w', type: 'ui-bottega-deadletters', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
const NODES = [
  { id: 'n', type: 'bottega-normalize', version: 1, shop: 'shop', provider: 'pos', wires: [[], ['letters']] },
  { id: 'letters', type: 'bottega-deadletter', version: 1, shop: 'shop', store: 'store', wires: [[], [], ['n'], []] },
];
const RECEIPT = { id: 'r-1', total: 'dodici euro', date: '2026-11-28T10:00:00+01:00', cliente: { nome: 'Giulia', email: 'giulia@example.it' } };

describe('form of the dead letters’ widget', () => {
  it('refuses what is newer than itself, by name', () => { assert.throws(() => readConfig({ ...saved, version: 2 }), names('version')); });
  it('has colors of its own by default', () => { assert.equal(readConfig(saved).colors, 'house'); });
});

describe('node of the dead letters’ widget', () => {
  eachInNodeRed();
  let serial = 0;

  async function load(nodes: readonly object[]): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' }, { id: 'g', type: 'ui-group' },
    ];
    await helper.load([broker, store, shop, normalize, deadletter, new FakeDashboard().module, uiDeadletters] as never, [...configuration, ...nodes, saved] as never);
  }

  const give = (id: string, message: object): void => { (helper.getNode(id) as { receive(message: object): void }).receive(message); };
  const giveReceipt = (fields: object = {}, ago = 0): void => {
    give('n', { topic: 'pos', payload: { ...RECEIPT, ...fields }, intake: { provider: 'pos', headers: {}, trust: 'signed', receivedAt: Date.now() - ago } });
  };
  const comes = (viewer: FakeViewer): FakeViewer => {
    serial += 1;
    handOver(viewer, 'w', { bottega: 'view', choice: {}, serial });
    return viewer;
  };
  const seen = (viewer: FakeViewer, check: (data: LettersData) => boolean): Promise<LettersData> => (
    eventually(() => viewer.states.map(({ data }) => data as LettersData | null).filter((data) => data !== null).findLast(check))
  );
  const command = async (viewer: FakeViewer, asked: object): Promise<CommandAnswer> => {
    serial += 1;
    const own = serial;
    handOver(viewer, 'w', { bottega: 'command', command: asked, serial: own });
    return eventually(() => viewer.messages.find((message) => message.kind === 'answer' && message.serial === own) as CommandAnswer | undefined);
  };

  it('lists what was refused with its reason in both languages, and opens it without whom it is about', async () => {
    await load(NODES);
    const viewer = comes(new FakeViewer());
    giveReceipt();
    const { rows, reasons, messages, place, replay } = await seen(viewer, (data) => data.messages === 1);
    assert.deepEqual([place, replay, messages, rows[0]?.provider, rows[0]?.kind], ['here', 'here', 1, 'pos', 'dead']);
    assert.equal(typeof reasons[0]?.it?.[1], 'string');
    assert.ok(!JSON.stringify(rows).includes('Giulia'));
    const { outcome, data } = await command(viewer, { open: rows[0]?.id, at: rows[0]?.receivedAt });
    const text = ((data as OpenedLetter).masked?.lines ?? []).map((line) => line.text).join('\n');
    assert.equal(outcome, 'done');
    assert.ok(text.includes('r-1') && !text.includes('Giulia') && !text.includes('@example'), text);
  });

  it('hands on what is to go in again, and says what became of it', async () => {
    await load([]);
    const asked: AskedLetters[] = [];
    let started: ReplayStarted = 'started';
    const offer = letterPorts.offer({
      tenant: 'prova', id: 'elsewhere', progress: { state: 'running', understood: 3, left: 1 }, attemptAt: () => undefined,
      replay: (which) => { asked.push(which); return started; },
    });
    try {
      const viewer = comes(new FakeViewer());
      assert.deepEqual((await seen(viewer, (data) => data.replay === 'here')).progress, { state: 'running', understood: 3, left: 1 });
      for (const each of [{ replay: 'a' }, { replayReason: 'enum' }, { replayAll: 'yes' }]) assert.equal((await command(viewer, each)).outcome, 'done');
      assert.deepEqual(asked, [{ id: 'a' }, { reason: 'enum' }, {}]);
      started = 'busy';
      assert.equal((await command(viewer, { replay: 'a' })).outcome, 'failed');
    } finally {
      offer.close();
    }
  });

  it('discards one of two that are the same', async () => {
    await load(NODES);
    const viewer = comes(new FakeViewer());
    giveReceipt();
    giveReceipt({}, 60_000);
    const { rows } = await seen(viewer, (data) => data.messages === 2);
    assert.equal(rows[0]?.id, rows[1]?.id);
    assert.equal((await command(viewer, { discard: rows[0]?.id, at: rows[0]?.receivedAt })).outcome, 'done');
    assert.deepEqual((await seen(viewer, (data) => data.messages === 1)).rows.map(({ receivedAt }) => receivedAt), [rows[1]?.receivedAt]);
    assert.equal((await command(viewer, { discard: rows[0]?.id, at: rows[0]?.receivedAt })).outcome, 'refused');
  });

  it('does nothing for a mere viewer, and says so to the browser', async () => {
    await load(NODES);
    const viewer = comes(Object.assign(new FakeViewer(), { data: { bottega: { role: 'viewer' } } }));
    giveReceipt();
    const { rows } = await seen(viewer, (data) => data.messages === 1);
    assert.ok(viewer.states.every(({ rights }) => rights === 'view'));
    const [row] = rows;
    for (const asked of [{ open: row?.id }, { discard: row?.id }, { replay: row?.id }, { replayAll: 'yes' }]) assert.deepEqual((await command(viewer, asked)).outcome, 'refused');
    assert.equal((await seen(comes(new FakeViewer()), () => true)).messages, 1);
  });

  it('shows the newest of very many, and counts all', async () => {
    await load(NODES);
    const viewer = comes(new FakeViewer());
    give('letters', { payload: Array.from({ length: MAX_LETTERS_SHOWN + 5 }, (_, index) => ({ index })), reason: 'notEvent' });
    const { rows, reasons } = await seen(viewer, (data) => data.messages === MAX_LETTERS_SHOWN + 5);
    assert.deepEqual([rows.length, reasons.map(({ reason, messages }) => [reason, messages])], [MAX_LETTERS_SHOWN, [['notEvent', MAX_LETTERS_SHOWN + 5]]]);
  });

  it('says that they lie elsewhere where no dead-letter node is, and refuses what nobody can do', async () => {
    await load([]);
    const viewer = comes(new FakeViewer());
    const { place, replay } = await seen(viewer, () => true);
    assert.deepEqual([place, replay], ['elsewhere', 'elsewhere']);
    for (const asked of [{ replayAll: 'yes' }, { open: 'constructor' }, {}]) assert.equal((await command(viewer, asked)).outcome, 'refused');
  });
});
