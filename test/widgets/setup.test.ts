/** The set-up in words: what is to be done for each sender, what is done folds away, what is not needed is put away, and the address is judged as what it is. */
import assert from 'node:assert/strict';
import { PROVIDERS } from '../../engine/normalize/normalize.js';
import type { SetupData, SetupSender } from '../../nodes/96-ui-setup/source.js';
import type { SenderTrial } from '../../nodes/shared/senderPort.js';
import texts from '../../widgets/setup/locales/index.js';
import { setupOf } from '../../widgets/setup/setup.js';
import type { ShownTask } from '../../widgets/setup/task.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);
const MINUTE = 60_000;

function sender(fields: Partial<SetupSender> = {}): SetupSender {
  return {
    id: 's1', name: '', provider: 'shopify', label: '', path: '/in/shopify', address: { url: 'https://negozio.example/in/shopify', reach: 'public', ending: 'none' }, access: 'open',
    proof: 'signature', seen: {}, ...fields,
  };
}

const REACHED = {
  url: 'https://negozio.example', judgedAt: AT - 5 * MINUTE,
  findings: [{ check: 'address', state: 'ok', as: 'reached', values: { url: 'https://negozio.example' } }, { check: 'body', state: 'ok', as: 'good', values: {} }],
} as const;

function data(senders: readonly SetupSender[] = [sender()], fields: Partial<SetupData> = {}): SetupData {
  return {
    editor: '/', senders, address: { trial: 'idle', judged: REACHED }, shop: { node: 'shop', hours: 'weekly', stores: ['Milano'], named: 'own' },
    notices: { alerts: [{ id: 'a', rules: 2 }], ways: [{ id: 'n', way: 'email' }] }, putAway: [], ...fields,
  };
}

const task = (of: SetupData, key = 'sender:s1', words = italian): ShownTask => {
  const { open, done, away, more } = setupOf(of, AT, words);
  const found = [...open, ...done, ...away, ...more].find((each) => each.key === key);
  if (found === undefined) throw new Error(`no task ${key}`);
  return found;
};
const saysOf = (of: Partial<SetupSender>, words = italian): readonly string[] => task(data([sender(of)]), 'sender:s1', words).says.map(({ text }) => text);

describe('senders of a set-up in words', () => {
  const STATES: readonly [string, Partial<SetupSender>, ShownTask['state'], string][] = [
    ['without a secret', { access: 'closed' }, 'open', 'manca il segreto'],
    ['somebody knocks at without a secret', { access: 'closed', seen: { refusedAt: AT } }, 'open', 'manca il segreto'],
    ['ready', {}, 'open', 'in attesa'],
    ['that sends for the first time: still in sight', { firstAt: AT - 3_000, seen: { receivedAt: AT - 3_000 } }, 'open', 'ricevuto 3 s fa'],
    ['whose first message has not been written down yet', { seen: { receivedAt: AT - 3_000 } }, 'open', 'ricevuto 3 s fa'],
    ['that has sent for a while', { firstAt: AT - 90 * MINUTE, seen: { receivedAt: AT - 3_000 } }, 'done', 'ricevuto 3 s fa'],
    ['that sent before the last start', { firstAt: AT - 90 * MINUTE }, 'done', 'collegato'],
    ['that lost its secret', { access: 'closed', firstAt: AT - 90 * MINUTE }, 'open', 'manca il segreto'],
    ['that needs none', { access: 'anybody', provider: 'pixel', proof: 'none' }, 'open', 'in attesa'],
  ];
  for (const [what, fields, state, chip] of STATES) {
    it(`are ${state} where one is ${what}`, () => {
      const shown = task(data([sender(fields)]));
      assert.deepEqual([shown.state, shown.chip.text], [state, chip]);
    });
  }

  it('wait apart without a secret where another has one, until somebody knocks', () => {
    const closed = sender({ id: 's2', provider: 'hubspot', access: 'closed' });
    const shown = (fields: Partial<SetupSender>): ShownTask => task(data([sender(), { ...closed, ...fields }]), 'sender:s2', english);
    assert.deepEqual([shown({}).state, shown({ firstAt: AT }).state, shown({ seen: { refusedAt: AT - 2 * MINUTE, refusal: 'secret.missing' } }).state], ['more', 'open', 'open']);
    const [square, alone] = [sender({ id: 's2', provider: 'square', label: 'Square' }), (each: SetupSender): string => task(data([each]), 'sender:s2').state];
    assert.deepEqual([task(data([sender(), square]), 'sender:s2').state, alone(square)], ['more', 'open']);
    assert.equal(shown({ seen: { refusedAt: AT - 2 * MINUTE, refusal: 'secret.missing' } }).says.at(-1)?.text, 'Somebody sent a message here 2 min ago and could not get in');
  });

  it('say who, where, the address to copy and the node that has the secret', () => {
    const shown = task(data());
    assert.deepEqual([shown.title, shown.place, shown.url, shown.links], [
      'Shopify', '/in/shopify', { text: 'https://negozio.example/in/shopify', note: '' }, [{ href: '/#node/s1/edit', text: 'Apri il nodo' }],
    ]);
    assert.equal(task(data([sender({ name: 'Cassa in centro' })])).title, 'Cassa in centro');
    assert.deepEqual(task(data([sender()], { editor: null })).links, []);
  });

  it('say of an address whether it is good on this computer only, or goes on with a secret that is not shown', () => {
    const local = { url: 'http://127.0.0.1:1880/in/shopify', reach: 'local', ending: 'none' } as const;
    assert.match(task(data([sender({ address: local })])).url?.note ?? '', /vale solo su questo computer/);
    const secret = { url: 'https://negozio.example/in/sumup', reach: 'public', ending: 'secret' } as const;
    assert.deepEqual(task(data([sender({ address: secret })]), 'sender:s1', english).url, {
      text: 'https://negozio.example/in/sumup/…', note: 'In place of … at its end goes the URL’s secret, which is in the node',
    });
  });

  it('say since when it sends, and when somebody was refused since', () => {
    assert.deepEqual(saysOf({}), ['Il segreto c’è', 'Si aspetta il primo messaggio vero…']);
    assert.deepEqual(saysOf({ firstAt: AT - 90 * MINUTE, seen: { receivedAt: AT - 3_000 } }).slice(1), ['Ultimo messaggio ricevuto 3 s fa']);
    assert.deepEqual(saysOf({ firstAt: AT - 90 * MINUTE }).slice(1), ['Manda dal 15:47']);
    assert.deepEqual(saysOf({ seen: { refusedAt: AT - 2 * MINUTE, refusal: 'signature' } }, english).slice(1), [
      'Waiting for the first real message…', 'A message was refused 2 min ago (signature): is the secret the same here and at the sender?',
    ]);
    assert.deepEqual(saysOf({ seen: { receivedAt: AT - 1_000, refusedAt: AT - 2 * MINUTE, refusal: 'signature' } }).slice(1), ['Ultimo messaggio ricevuto 1 s fa']);
    assert.match(saysOf({ leastBytes: 32 }).join(), /almeno 32 byte/);
  });

  const TRIALS: readonly ['running' | SenderTrial, RegExp][] = [
    ['running', /in viaggio/], [{ outcome: 'noSecret' }, /non c’è con che cosa firmare/], [{ outcome: 'foreignKey' }, /Solo il mittente può firmare/],
    [{ outcome: 'away', fault: 'ECONNREFUSED' }, /nessuno: ECONNREFUSED/],
    ...([200, 401, 403, 404, 422, 429, 503, 500] as const).map((status) => (
      [{ outcome: 'answered', status, tookMs: 12, arrival: 'arrived' }, new RegExp(status === 500 ? 'inattesa: 500' : `[Rr]isposta ${String(status)}`)] as [SenderTrial, RegExp]
    )),
  ];
  for (const [trial, said] of TRIALS) it(`say what a trial came to: ${String(said)}`, () => { assert.match(saysOf({ trial }).at(-1) ?? '', said); });

  it('have steps for every sender there is, in both languages', () => {
    for (const provider of PROVIDERS) {
      const [own, other] = [italian, english].map((words) => task(data([sender({ provider })]), 'sender:s1', words).steps);
      assert.ok(own !== undefined && own.length > 1 && own.length === other?.length, provider);
      assert.ok(italian.find(`steps.${provider}.1`) !== undefined, `${provider} has no steps of its own`);
    }
    assert.match(task(data([sender({ provider: 'nuova', label: 'Cassa Nuova' })])).steps.join(), /Nelle impostazioni di Cassa Nuova/);
    assert.equal(task(data([sender({ provider: 'constructor' })])).title, 'constructor');
  });
});

describe('the rest of a set-up in words', () => {
  const keys = (of: SetupData): readonly string[][] => {
    const { open, done, away } = setupOf(of, AT, italian);
    return [open, done, away].map((tasks) => tasks.map(({ key }) => key));
  };

  it('folds away what is done, and puts away what is not needed, as long as it is open', () => {
    const lacking = { shop: { node: 'shop', hours: 'always', stores: ['Negozio'], named: 'template' }, notices: { alerts: [], ways: [{ id: 'n', way: 'none' }] } } as const;
    assert.deepEqual(keys(data([sender({ firstAt: 1 })])), [[], ['sender:s1', 'address', 'hours', 'stores', 'notices'], []]);
    assert.deepEqual(keys(data([sender()], { ...lacking, putAway: ['hours'] })), [['sender:s1', 'stores', 'notices'], ['address'], ['hours']]);
    assert.deepEqual(keys(data([sender()], { putAway: ['hours', 'sender:s1'] })), [[], ['address', 'hours', 'stores', 'notices'], ['sender:s1']]);
  });

  it('is honest at a front: no webhook node, no address; and where neither rules nor ways are, no alerts', () => {
    const front = data([], { notices: { alerts: [], ways: [] } });
    assert.deepEqual([keys(front), setupOf(front, AT, italian).here], [[[], ['hours', 'stores'], []], 'none']);
  });

  it('judges the address as seen from here, and anew where it is another', () => {
    const shown = task(data(), 'address', english);
    assert.deepEqual([shown.state, shown.chip.text, shown.place, shown.says.map(({ text }) => text)], ['done', 'reached from here', 'https://negozio.example', [
      'https://negozio.example leads to this shop, seen from here. That senders on the internet get there as well shows with the first real message',
      'Signed messages arrive unchanged', 'Tried 5 min ago',
    ]]);
    const other = task(data([sender()], { address: { trial: 'idle', judged: { ...REACHED, url: 'https://altro.example' } } }), 'address');
    assert.deepEqual([other.state, other.chip.text], ['open', 'da provare']);
  });

  it('does not call an address reached through which messages come changed', () => {
    const findings = [{ check: 'address', state: 'ok', as: 'answered', values: { url: 'x' } }, { check: 'body', state: 'failed', as: 'changed', values: { url: 'x' } }] as const;
    const shown = task(data([sender()], { address: { trial: 'idle', judged: { ...REACHED, findings } } }), 'address');
    assert.deepEqual([shown.state, shown.chip.text], ['open', 'non va']);
  });

  it('says what is lacking where there is no public address, or nobody to try it', () => {
    const local = task(data([sender({ address: { url: 'http://127.0.0.1:1880/in/shopify', reach: 'local', ending: 'none' } })]), 'address');
    assert.deepEqual([local.chip.text, local.steps.length, local.trial], ['manca', 3, undefined]);
    const bearer = task(data([sender({ proof: 'bearer' })], { address: { trial: 'idle', judged: null } }), 'address');
    assert.deepEqual([bearer.trial, bearer.says.length], [undefined, 1]);
    assert.equal(task(data([sender()], { address: { trial: 'running', judged: null } }), 'address').trial?.state, 'running');
  });

  it('says where alerts leave, or that they do not', () => {
    const says = (notices: SetupData['notices']): unknown => { const { state, says: lines } = task(data([], { notices }), 'notices', english); return [state, ...lines.map(({ text }) => text)]; };
    assert.deepEqual(says({ alerts: [{ id: 'a', rules: 1 }], ways: [{ id: 'n', way: 'email' }, { id: 'm', way: 'email' }] }), ['done', 'One rule watched', 'Alerts leave by e-mail']);
    assert.deepEqual(says({ alerts: [{ id: 'a', rules: 2 }], ways: [] }), ['open', '2 rules watched', 'Alerts are seen on this page only: no node sends them by e-mail or webhook']);
    assert.deepEqual(says({ alerts: [{ id: 'a', rules: 0 }], ways: [{ id: 'n', way: 'webhook' }] }), ['open', '0 rules watched', 'Alerts leave by webhook']);
  });
});

describe('component of the set-up', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (of?: SetupData, fields: object = {}): Promise<string> => (
    components.draw('setup/SetupList.vue', { props: { title: '', colors: 'house' }, ...(of === undefined ? {} : { initial: stateOf(of, fields) }) })
  );

  it('draws each task with its address, its steps and its buttons', async () => {
    const html = await draw(data());
    assert.match(html, /<details class="bw-task" data-task="sender:s1" data-state="open"><summary>/);
    assert.match(html, /readonly value="https:\/\/negozio.example\/in\/shopify" aria-label="Address to give to Shopify"/);
    assert.match(html, /aria-label="Send a signed sample: Shopify"/);
    assert.match(html, /href="\/#node\/s1\/edit" target="_blank" rel="noopener" aria-label="Open the node: Shopify">Open the node/);
    assert.match(html, /one thing left/);
  });

  it('is one quiet line when all is done, the rest folded', async () => {
    const html = await draw(data([sender({ firstAt: 1 })]));
    assert.match(html, /<details class="bw-all"><summary><span aria-hidden="true">✓<\/span> Everything is connected and set<\/summary>/);
    assert.match(html, /<details class="bw-folded" data-group="done"><summary>Done \(5\): Shopify, Public address, Opening hours, Stores, Alerts<\/summary>/);
  });

  it('has no buttons for a mere viewer but to copy, and says why', async () => {
    const html = await draw(data(), { rights: 'view' });
    assert.ok(!html.includes('Not needed here') && !html.includes('signed sample') && html.includes('Only who runs the shop') && html.includes('>Copy</button>'), html);
  });

  it('says that senders are connected elsewhere, and loading differently', async () => {
    assert.match(await draw(data([])), /There is no webhook node in this Node-RED/);
    const html = await draw();
    assert.ok(html.includes('aria-busy="true"') && !html.includes('connected'), html);
  });

  it('takes text for text', async () => {
    const html = await draw(data([sender({ name: '<img src=x>', path: '/in/<b>' })]));
    assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img'), html);
  });
});
