/** The endpoints for pages and files, in real runtimes: what gets through to the flow, and what each sender is answered. */
import assert from 'node:assert/strict';
import { ConfigError } from '../../../engine/base/errors.js';
import { isOpen, readConfig } from '../../../nodes/10-webhook/config.js';
import { messageOf } from '../../../nodes/10-webhook/message.js';
import { signedSample } from '../../../nodes/10-webhook/selfTest.js';
import { replyTo } from '../../../nodes/10-webhook/response.js';
import type { IndexedRefusal } from '../../../nodes/shared/delivery/delivery.js';
import { type Answer, request } from '../../support/http.js';
import { type FlowNode, places, type Runtime, start } from '../../support/runtime.js';

const TOKEN = 'chiave-di-prova-0123456789-abcdef';
const SITE = 'https://www.lampade.example';
const form = (fields: object): Parameters<typeof readConfig>[0] => ({ id: 'w', type: 'bottega-webhook', ...fields });

describe('webhook for pages and files: the saved form', () => {
  const broken: [string, object][] = [['origins', { origins: 'https://a.example/x y*z' }], ['perMinute', { perMinute: 0 }], ['perMinute', { perMinute: 'tanti' }], ['perSecond', { perSecond: 10_001 }]];
  for (const [field, fields] of broken) {
    it(`refuses ${JSON.stringify(fields)}`, () => {
      assert.throws(() => readConfig(form({ provider: 'pixel', ...fields }), {}, {}), (error) => error instanceof ConfigError && error.field === field);
    });
  }

  it('of pages is open without a secret, to all sites until they are named', () => {
    const config = readConfig(form({ provider: 'pixel' }), {}, {});
    assert.deepEqual([isOpen(config), config.path, config.pixel], [true, '/in/pixel', { origins: 'any', perMinute: 60, perSecond: 50 }]);
    assert.equal(readConfig(form({ provider: 'pixel' }), {}, { BOTTEGA_PIXEL_ORIGINS: 'a.example' }).pixel?.example, 'https://a.example');
    assert.equal(readConfig(form({ provider: 'pixel', origins: `*.b.example\n${SITE}` }), {}, { BOTTEGA_PIXEL_ORIGINS: 'a.example' }).pixel?.example, 'https://www.b.example');
    assert.equal(readConfig(form({}), {}, { BOTTEGA_PIXEL_ORIGINS: '***' }).pixel, undefined);
  });

  it('of files asks for the API token, and is patient', () => {
    const config = readConfig(form({ provider: 'batch' }), {}, { BOTTEGA_API_TOKEN: TOKEN });
    assert.deepEqual([config.secrets, config.deadlineMs, config.path, isOpen(config)], [[TOKEN], 30_000, '/in/batch', true]);
    assert.equal(isOpen(readConfig(form({ provider: 'batch' }), {}, {})), false);
  });

  it('is tried with an example that counts nowhere', () => {
    const pixel = signedSample(readConfig(form({ provider: 'pixel', origins: SITE }), {}, {}), '', 7);
    assert.deepEqual([pixel?.headers, JSON.parse(pixel?.body ?? '').event], [{ 'content-type': 'text/plain', 'origin': SITE }, 'prova']);
    const batch = signedSample(readConfig(form({ provider: 'batch' }), {}, { BOTTEGA_API_TOKEN: TOKEN }), '', Date.now());
    assert.deepEqual([batch?.headers['authorization'], JSON.parse(batch?.body ?? '').data.status], [`Bearer ${TOKEN}`, 'cancelled']);
    assert.equal(signedSample(readConfig(form({ provider: 'batch' }), {}, {}), '', 7), undefined);
  });

  it('gives the flow what the file is and whose, and of a page nothing', () => {
    const signed = { method: 'POST', url: 'http://x/in/batch?store=AT-01&till=2&x=1', headers: { 'content-type': 'text/csv', 'cookie': 'c', 'referer': SITE }, body: Buffer.alloc(0) };
    assert.deepEqual(messageOf('batch', signed, 'token', 7), { topic: 'batch', payload: signed.body, intake: { provider: 'batch', headers: { 'content-type': 'text/csv', store: 'AT-01', till: '2' }, receivedAt: 7, trust: 'token' } });
    assert.deepEqual(messageOf('pixel', signed, 'untrusted', 7)['intake'], { provider: 'pixel', headers: {}, receivedAt: 7, trust: 'untrusted' });
  });

  it('says 400 where the file could not be read, 422 where no row could', () => {
    const [unread, row]: [IndexedRefusal, IndexedRefusal] = [{ index: 0, path: '', rule: 'csv.form', message: 'm' }, { index: 3, path: '/Data', rule: 'date.form', message: 'm' }];
    const status = (rejected: number, ...refusals: IndexedRefusal[]): number => replyTo('batch', { tally: { accepted: 0, duplicates: 0, rejected, ignored: 0 }, refusals }, { outcome: 'complete' }).status;
    assert.deepEqual([status(1, unread), status(1, row), status(2, row, { ...row, rule: 'json' }), status(0)], [400, 422, 422, 200]);
  });
});

/** Says what came, and answers as if it had been stored. */
const SINK = `module.exports = (RED) => {
  RED.nodes.registerType('test-sink', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => {
      this.log('sink ' + JSON.stringify({ intake: msg.intake, payload: msg.payload.toString().slice(0, 200) }));
      require(process.env.TEST_DIST).deliveryOf(msg).report({ accepted: 1 });
      if (msg.payload.includes('full')) done(Object.assign(new Error('x'), { code: 'store.full' }));
      else done();
    });
  });
};`;
const webhook = (id: string, fields: object): FlowNode => ({ id, type: 'bottega-webhook', version: 1, path: `/in/${id}`, deadline: 4, wires: [['sink'], ['side']], ...fields });
const FLOWS: readonly FlowNode[] = [
  webhook('pixel', { provider: 'pixel', origins: `${SITE}\nnull`, perMinute: 1_000 }), webhook('open', { provider: 'pixel' }), webhook('slow', { provider: 'pixel', perMinute: 2 }), webhook('batch', { provider: 'batch' }),
  { ...webhook('wrong', { provider: 'pixel' }), origins: '***' }, { id: 'sink', type: 'test-sink', wires: [] },
  { id: 'side', type: 'function', func: 'node.warn("side " + msg.reason + " " + JSON.stringify(msg.payload)); return null;', outputs: 0, wires: [] },
];

for (const place of places()) {
  describe(`webhook for pages and files: ${place.name}`, () => {
    let runtime: Runtime;
    before(async () => {
      const settingsScript = 'process.env.TEST_DIST = settings.nodesDir[0] + "/dist/nodes/shared/delivery/delivery.js";';
      runtime = await start(FLOWS, { ...place, nodes: { sink: SINK }, settingsScript, env: { BOTTEGA_API_TOKEN: TOKEN } });
    });
    after(async () => { assert.equal(await runtime.stop(), 0); });

    const ask = (path: string, init: RequestInit = {}): Promise<Answer> => request(runtime.url + path, { method: 'POST', body: '{"event":"visit"}', ...init });
    const from = (origin: string, more: object = {}): RequestInit => ({ headers: { origin, 'content-type': 'text/plain', ...more } });

    it('hands a page\'s message on as nobody\'s word', async () => {
      const answer = await ask('/in/pixel', { ...from(SITE), body: '{"event":"visit","id":"first"}' });
      assert.deepEqual([answer.status, answer.json, answer.headers.get('access-control-allow-origin'), answer.headers.get('cache-control')], [200, { accepted: 1, duplicates: 0, rejected: 0 }, SITE, 'no-store']);
      const [line = ''] = await runtime.logged(/sink .*first.*/);
      assert.match(line, /"intake":\{"provider":"pixel","headers":\{\},"receivedAt":\d+,"trust":"untrusted"\}/);
    });

    const answers: readonly (readonly [name: string, path: string, init: RequestInit, status: number, rule: string | undefined])[] = [
      ['a sandboxed page', '/in/pixel', from('null'), 200, undefined], ['JSON by its type', '/in/pixel', from(SITE, { 'content-type': 'application/json' }), 200, undefined],
      ['another site', '/in/pixel', from('https://www.altri.example'), 403, 'origin.foreign'], ['no site', '/in/pixel', {}, 403, 'origin.foreign'],
      ['any site, where none is named', '/in/open', from('https://www.altri.example'), 200, undefined],
      ['no JSON', '/in/pixel', { ...from(SITE), body: 'ciao' }, 400, 'json'], ['a form', '/in/pixel', from(SITE, { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'type'],
      ['64 KiB and a byte', '/in/pixel', { ...from(SITE), body: ' '.repeat(65_537) }, 413, 'size'], ['another method', '/in/pixel', { ...from(SITE), method: 'PUT' }, 405, 'method'],
      ['a full store', '/in/pixel', { ...from(SITE), body: '{"event":"full"}' }, 503, 'store.full'], ['a robot', '/in/pixel', from(SITE, { 'user-agent': 'bingbot/2.0' }), 200, undefined],
      ['a file without a token', '/in/batch', {}, 401, 'token.missing'], ['a picture for a file', '/in/batch', { headers: { 'authorization': `Bearer ${TOKEN}`, 'content-type': 'image/png' } }, 415, 'type'],
      ['a file', '/in/batch?store=a', { headers: { 'authorization': `Bearer ${TOKEN}`, 'content-type': 'text/csv' }, body: 'a;b' }, 200, undefined],
      ['a file of more than 64 KiB', '/in/batch', { headers: { 'authorization': `Bearer ${TOKEN}`, 'content-type': 'text/plain' }, body: 'a;b\n'.repeat(100_000) }, 200, undefined],
    ];
    for (const [name, path, init, status, rule] of answers) {
      it(`${name}: ${String(status)}${rule === undefined ? '' : ` ${rule}`}`, async () => {
        const answer = await ask(path, init);
        assert.deepEqual([answer.status, answer.json.errors?.[0]?.rule], [status, rule]);
      });
    }

    it('answers a preflight for the pages of the shop only', async () => {
      const preflight = (origin: string): Promise<Answer> => ask('/in/pixel', { method: 'OPTIONS', body: null, headers: { origin, 'access-control-request-method': 'POST' } });
      const granted = await preflight(SITE);
      const names = ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-allow-methods', 'access-control-allow-headers', 'vary'];
      assert.deepEqual([granted.status, ...names.map((name) => granted.headers.get(name))], [204, SITE, 'true', 'POST', 'Content-Type', 'Origin']);
      const foreign = await preflight('https://www.altri.example');
      assert.deepEqual([foreign.status, foreign.headers.get('access-control-allow-origin')], [403, null]);
      assert.equal((await ask('/in/batch', { method: 'OPTIONS', body: null, headers: { origin: SITE } })).status, 405);
    });

    it('shows a picture, and takes its query for a message', async () => {
      const picture = (query: string, headers: Record<string, string> = {}): Promise<Answer> => ask(`/in/pixel.gif${query}`, { method: 'GET', body: null, headers: { referer: `${SITE}/vasi`, ...headers } });
      const shown = await picture('?utm_source=instagram&id=gif-1');
      assert.deepEqual([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control'), shown.headers.get('cross-origin-resource-policy')], [200, 'image/gif', 'no-store', 'cross-origin']);
      const [line = ''] = await runtime.logged(/sink .*gif-1.*/);
      assert.ok(line.includes(JSON.stringify(JSON.stringify({ event: 'visit', url: `${SITE}/vasi`, utm_source: 'instagram', id: 'gif-1' })).slice(1, -1)), line);
      for (const [query, headers, status] of [['?id=full', {}, 503], ['', { referer: 'https://www.altri.example/' }, 403], ['?id=bot', { 'user-agent': 'bingbot/2.0' }, 200]] as const) {
        const answer = await picture(query, headers);
        assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.text.slice(0, 6)], [status, 'image/gif', 'GIF89a']);
      }
      assert.ok(!/sink .*"bot\\"/.test(runtime.logs()));
      assert.equal((await ask('/in/batch.gif', { method: 'GET', body: null })).status, 404);
    });

    it('answers who sends too much when to come again, and says it at the second output', async () => {
      const answers = [];
      // Nobody has named a proxy here: the header gives a sender no other address.
      for (let n = 0; n < 3; n += 1) answers.push(await ask('/in/slow', from('https://www.altri.example', { 'x-forwarded-for': `198.51.100.${String(n)}` })));
      assert.deepEqual(answers.map(({ status }) => status), [200, 200, 429]);
      assert.ok(Number(answers[2]?.headers.get('retry-after')) > 1);
      assert.equal(answers[2]?.headers.get('access-control-allow-origin'), 'https://www.altri.example');
      await runtime.logged(/side rate\.address \{"provider":"pixel","path":"","rule":"rate\.address".*"count":1\}/);
    });

    it('a broken list of sites is said', () => { assert.match(runtime.logs(), /\[bottega-webhook:wrong\] origins: must be addresses/); });

    it('gives both paths back at a deploy', async () => {
      await runtime.deploy(FLOWS.filter(({ id }) => id !== 'pixel'));
      assert.equal((await ask('/in/pixel', from(SITE))).status, 404);
      assert.equal((await ask('/in/pixel.gif', { method: 'GET', body: null })).status, 404);
      await runtime.deploy(FLOWS);
      assert.equal((await ask('/in/pixel', from(SITE))).status, 200);
    });
  });
}
