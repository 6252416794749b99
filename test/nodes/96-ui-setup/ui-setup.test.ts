/** The node of the set-up's widget: what the nodes beside it say, what is remembered over a deploy, what a page may command, and a front that has no webhook node. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import notify from '../../../nodes/75-notify/notify.js';
import { readConfig } from '../../../nodes/96-ui-setup/config.js';
import { MAX_SENDERS_SHOWN, type SetupData } from '../../../nodes/96-ui-setup/source.js';
import uiSetup from '../../../nodes/96-ui-setup/ui-setup.js';
import { ANY_SHOP, type SenderPort, senderPorts, type SenderSeen, type SenderTrial, type TrialWay } from '../../../nodes/shared/senderPort.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import type { CommandAnswer } from '../../../nodes/shared/widget/wire.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { eachInNodeRed, names } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'w', type: 'ui-bottega-setup', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
const WORKS: SenderTrial = { outcome: 'answered', status: 200, tookMs: 3, arrival: 'arrived' };

/** A webhook node's port whose answers are given. */
class FakeSender implements SenderPort {
  readonly tenant = ANY_SHOP;
  readonly provider = 'shopify';
  readonly label = '';
  readonly path = '/in/shopify';
  readonly access = 'open';
  readonly proof: SenderPort['proof'] = 'signature';
  readonly address = { url: 'http://127.0.0.1:9/in/shopify', reach: 'public', ending: 'none' } as const;
  readonly tried: TrialWay[] = [];
  readonly id: string;
  readonly name: string;
  seen: SenderSeen = {};
  answers: Readonly<Record<TrialWay, SenderTrial>> = { here: WORKS, public: WORKS };

  constructor(id: string, name = '') {
    this.id = id;
    this.name = name;
  }

  try(way: TrialWay): Promise<SenderTrial> {
    this.tried.push(way);
    return Promise.resolve(this.answers[way]);
  }
}

describe('form of the set-up’s widget', () => {
  it('refuses what is newer than itself, by name', () => { assert.throws(() => readConfig({ ...saved, version: 2 }), names('version')); });
  it('has colors of its own by default', () => { assert.equal(readConfig(saved).colors, 'house'); });
});

describe('node of the set-up’s widget', () => {
  eachInNodeRed();
  let serial = 0;
  const ends: (() => void)[] = [];
  afterEach(() => { for (const end of ends.splice(0)) end(); });

  async function load(nodes: readonly object[] = [], shopFields: object = {}): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova', ...shopFields }, { id: 'g', type: 'ui-group' },
    ];
    await helper.load([broker, store, shop, notify, new FakeDashboard().module, uiSetup] as never, [...configuration, ...nodes, saved] as never);
  }

  const offered = (sender: FakeSender): { changed(): void } => {
    const offer = senderPorts.offer(sender);
    ends.push(() => { offer.close(); });
    return offer;
  };
  const comes = (viewer = new FakeViewer()): FakeViewer => {
    serial += 1;
    handOver(viewer, 'w', { bottega: 'view', choice: {}, serial });
    return viewer;
  };
  const seen = (viewer: FakeViewer, check: (data: SetupData) => boolean): Promise<SetupData> => (
    eventually(() => viewer.states.map(({ data }) => data as SetupData | null).filter((data) => data !== null).findLast(check))
  );
  const command = async (viewer: FakeViewer, asked: object): Promise<CommandAnswer['outcome']> => {
    serial += 1;
    const own = serial;
    handOver(viewer, 'w', { bottega: 'command', command: asked, serial: own });
    const answer = await eventually(() => viewer.messages.find((message) => message.kind === 'answer' && message.serial === own) as CommandAnswer | undefined);
    return answer.outcome;
  };

  it('shows what the shop lacks, and at a front that no webhook node is here', async () => {
    await load();
    const data = await seen(comes(), () => true);
    assert.deepEqual([data.senders, data.shop, data.notices, data.putAway, data.editor], [
      [], { node: 'shop', hours: 'always', stores: ['Negozio'], named: 'template' }, { alerts: [], ways: [] }, [], '/',
    ]);
  });

  it('shows what the shop has', async () => {
    const stores = [{ id: 'mi', name: 'Milano', aliases: [] }];
    await load([{ id: 'n', type: 'bottega-notify', version: 1, shop: 'shop', store: 'store', channel: 'email', host: 'localhost', from: 'a@b.it', to: 'c@d.it', wires: [[], []] }], {
      stores, opens: 'hours', hours: Array.from({ length: 7 }, () => '09:00-18:00'),
    });
    const data = await seen(comes(), () => true);
    assert.deepEqual([data.shop.hours, data.shop.named, data.notices.ways], ['weekly', 'own', [{ id: 'n', way: 'email' }]]);
  });

  it('shows a sender’s first message as it comes, and remembers it over a deploy', async () => {
    const sender = new FakeSender('s', 'Il mio Shopify');
    const offer = offered(sender);
    await load();
    const viewer = comes();
    const before = await seen(viewer, ({ senders }) => senders.length > 0);
    assert.deepEqual([before.senders[0]?.firstAt, before.senders[0]?.name], [undefined, 'Il mio Shopify']);
    sender.seen = { receivedAt: 1_000 };
    offer.changed();
    assert.deepEqual((await seen(viewer, ({ senders }) => senders[0]?.firstAt !== undefined)).senders[0]?.seen, { receivedAt: 1_000 });
    sender.seen = { receivedAt: 9_000 };
    offer.changed();
    const later = await seen(viewer, ({ senders }) => senders[0]?.seen.receivedAt === 9_000);
    assert.equal(later.senders[0]?.firstAt, 1_000);
    // The process is new, and the webhook node has seen nothing yet.
    sender.seen = {};
    await helper.unload();
    await load();
    assert.equal((await seen(comes(), ({ senders }) => senders.length > 0)).senders[0]?.firstAt, 1_000);
  });

  it('shows what a trial came to', async () => {
    const sender = new FakeSender('s');
    offered(sender);
    await load();
    const viewer = comes();
    await seen(viewer, () => true);
    assert.equal(await command(viewer, { try: 's' }), 'done');
    assert.deepEqual((await seen(viewer, ({ senders }) => typeof senders[0]?.trial === 'object')).senders[0]?.trial, WORKS);
    assert.deepEqual([sender.tried, await command(viewer, { try: 'nobody' })], [['here'], 'refused']);
  });

  it('judges the public address by a sample that goes there and is known again', async () => {
    const sender = new FakeSender('s');
    sender.answers = { here: WORKS, public: { outcome: 'answered', status: 401, tookMs: 3, arrival: 'missing' } };
    offered(sender);
    await load();
    const viewer = comes();
    await seen(viewer, () => true);
    assert.equal(await command(viewer, { try: 'address' }), 'done');
    const { address } = await seen(viewer, ({ address: { judged } }) => judged !== null);
    assert.deepEqual([sender.tried, address.judged?.url, address.judged?.findings.map(({ check, as }) => `${check} ${as}`)], [
      ['here', 'public'], 'http://127.0.0.1:9', ['address other', 'body none', 'tls none'],
    ]);
  });

  it('sends nothing to the public address that bears a secret', async () => {
    class Token extends FakeSender { override readonly proof = 'bearer'; }
    const sender = new Token('s');
    offered(sender);
    await load();
    const viewer = comes();
    await seen(viewer, () => true);
    assert.deepEqual([await command(viewer, { try: 'address' }), sender.tried], ['refused', []]);
  });

  it('puts away what is not needed and takes it back, tasks by name and senders by their id', async () => {
    offered(new FakeSender('s'));
    await load();
    const viewer = comes();
    await seen(viewer, () => true);
    assert.deepEqual([await command(viewer, { away: 'hours' }), await command(viewer, { away: 'sender:s' }), await command(viewer, { away: 'sender:x' })], ['done', 'done', 'refused']);
    assert.deepEqual((await seen(viewer, ({ putAway }) => putAway.length === 2)).putAway, ['hours', 'sender:s']);
    assert.equal(await command(viewer, { back: 'hours' }), 'done');
    await seen(viewer, ({ putAway }) => putAway.join() === 'sender:s');
  });

  it('takes no command from who only may view', async () => {
    const sender = new FakeSender('s');
    offered(sender);
    await load();
    const viewer = comes(Object.assign(new FakeViewer(), { data: { bottega: { role: 'viewer' as const } } }));
    await seen(viewer, () => true);
    assert.deepEqual([await command(viewer, { try: 's' }), await command(viewer, { away: 'hours' }), sender.tried], ['refused', 'refused', []]);
  });

  it('shows the first ones of very many, and never what a page is not to know', async () => {
    for (let index = 0; index <= MAX_SENDERS_SHOWN; index += 1) offered(Object.assign(new FakeSender(`s${String(100 + index)}`), { secret: 'segreto' }));
    await load();
    const data = await seen(comes(), ({ senders }) => senders.length > 0);
    assert.equal(data.senders.length, MAX_SENDERS_SHOWN);
    assert.ok(!JSON.stringify(data).includes('segreto'));
  });
});
