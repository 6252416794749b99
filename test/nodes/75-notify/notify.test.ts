/** The notify node with a real web server and a real mail server: signed, secret, patient, and once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import helper from 'node-red-node-test-helper';
import { SMTPServer } from 'smtp-server';
import { ConfigError } from '../../../engine/base/errors.js';
import { verifyStandardWebhook } from '../../../engine/verify/hmac.js';
import storeNode from '../../../nodes/00-store/store.js';
import shopNode from '../../../nodes/06-shop/shop.js';
import { readConfig } from '../../../nodes/75-notify/config.js';
import { mail, mailer, transportOptions } from '../../../nodes/75-notify/mail.js';
import notifyNode from '../../../nodes/75-notify/notify.js';
import { makeCertificates } from '../../support/redis.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const notice = (id: string): object => ({ id, rule: 'Incasso basso', state: 'firing', text: `Incasso basso ${id}. Che fare: …` });

interface Sent { readonly payload: unknown; readonly reason?: string; readonly delivery?: { id: string; attempts: number; error?: string } }
interface TestNode { on(event: 'input', listener: (message: Sent) => void): void; receive(message: object): void }

/** A web server that gives these answers, the last one again and again. */
class Web {
  readonly requests: { url: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
  answers: [status: number, headers?: Record<string, string>][] = [[204]];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        this.requests.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
        const [status, headers = {}] = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? [204];
        response.writeHead(status, headers).end();
      });
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('notify form', () => {
  const read = (fields: object, secrets: Record<string, string> = {}, env = {}): ReturnType<typeof readConfig> => readConfig({ id: 'n', type: 'bottega-notify', version: 1, ...fields }, secrets, env);
  const post = { channel: 'email', host: 'smtp.example.it', from: 'avvisi@negozio.it', to: 'a@negozio.it; b@negozio.it' };

  it('is not set up until all is there', () => {
    for (const fields of [{}, { channel: 'webhook' }, { channel: 'webhook', url: 'https://a.example' }, { ...post, to: '' }]) assert.equal(read(fields).target, undefined);
    assert.deepEqual(read({ channel: 'webhook', url: 'https://a.example/x' }, {}, { BOTTEGA_NOTIFY_SECRET: SECRET }).target, { channel: 'webhook', url: 'https://a.example/x', secret: SECRET });
    assert.deepEqual(read({ ...post, security: 'starttls' }, { user: 'u' }, { BOTTEGA_SMTP_PASSWORD: 'p' }).target, {
      channel: 'email', host: 'smtp.example.it', port: 587, security: 'starttls', from: 'avvisi@negozio.it', to: ['a@negozio.it', 'b@negozio.it'], user: 'u', password: 'p',
    });
  });

  const broken: [field: string, fields: object, secret?: string][] = [
    ['channel', { channel: 'sms' }], ['url', { channel: 'webhook', url: 'ftp://a.example' }], ['url', { channel: 'webhook', url: 'file:///etc/passwd' }], ['url', { channel: 'webhook', url: 'https://u:p@a.example' }],
    ['url', { channel: 'webhook', url: 'http://169.254.169.254/latest' }], ['url', { channel: 'webhook', url: 'a.example' }], ['secret', { channel: 'webhook', url: 'https://a.example' }, 'short'],
    ['host', { ...post, host: 'smtp.example.it/x' }], ['port', { ...post, port: '0' }], ['security', { ...post, security: 'none' }], ['from', { ...post, from: 'Negozio' }],
    ['to', { ...post, to: 'a@negozio.it, b' }], ['to', { ...post, to: 'a@negozio.it\r\nBcc: x@y.it' }], ['to', { ...post, to: Array.from({ length: 21 }, (_each, index) => `a${String(index)}@b.it`).join() }], ['version', { version: 2 }],
  ];
  for (const [field, fields, secret] of broken) {
    it(`names ${field} in ${JSON.stringify(fields)}`, () => {
      assert.throws(() => read(fields, secret === undefined ? {} : { secret }), (error: unknown) => error instanceof ConfigError && error.field === field && !error.message.includes('short'));
    });
  }

  it('asks for TLS of every mail server but one on this computer', () => {
    const options = (host: string, security: 'tls' | 'starttls'): unknown[] => {
      const { secure, requireTLS, tls } = transportOptions({ channel: 'email', host, port: 1, security, from: 'a@b.it', to: [] });
      return [secure, requireTLS, tls?.minVersion];
    };
    assert.deepEqual([options('smtp.example.it', 'tls'), options('smtp.example.it', 'starttls')], [[true, false, 'TLSv1.3'], [false, true, 'TLSv1.3']]);
    assert.deepEqual(['127.0.0.1', 'localhost', '::1', '127.0.0.1.example.it'].map((host) => options(host, 'starttls')[1]), [false, false, false, true]);
  });
});

describe('notify node', () => {
  eachInNodeRed();
  let web: Web;
  let url = '';
  beforeEach(async () => {
    web = new Web();
    url = await web.open();
  });
  afterEach(() => { web.close(); });

  async function load(fields: object = { channel: 'webhook', url: `${url}/hook` }, secrets: Record<string, string> = { secret: SECRET }): Promise<{ main: Sent[]; side: Sent[]; send: (payload: unknown, more?: object) => void }> {
    const flow = [
      { id: 'store', type: 'bottega-store', kind: 'embedded', directory: '', version: 1 },
      { id: 'shop', type: 'bottega-shop', version: 1, zone: 'Europe/Rome', stores: [] },
      { id: 'notify', type: 'bottega-notify', version: 1, store: 'store', shop: 'shop', wires: [['main'], ['side']], ...fields },
      { id: 'main', type: 'helper' }, { id: 'side', type: 'helper' },
    ];
    await helper.load([storeNode, shopNode, notifyNode], flow, { shop: { privacyKey: 'for tests' }, notify: secrets });
    const node = (id: string): TestNode => helper.getNode(id) as TestNode;
    const [main, side]: [Sent[], Sent[]] = [[], []];
    node('main').on('input', (message) => { main.push(message); });
    node('side').on('input', (message) => { side.push(message); });
    return { main, side, send: (payload, more = {}) => { node('notify').receive({ payload, ...more }); } };
  }

  it('posts what came together, signed, once', async () => {
    const { main, side, send } = await load();
    send([notice('1'), notice('2')], { summary: '2 avvisi: …' });
    await eventually(() => main.length === 1);
    send([notice('2')]);
    await eventually(() => side.length === 1);
    assert.deepEqual([web.requests.length, side[0]?.reason, main[0]?.payload, main[0]?.delivery?.attempts], [1, 'notify.repeated', [notice('1'), notice('2')], 1]);
    const [request] = web.requests;
    assert.ok(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    assert.equal(verifyStandardWebhook({ headers, body: request.body } as never, [SECRET], Date.now()).outcome, 'valid');
    const body = JSON.parse(request.body.toString()) as { type: string; data: { text: string; notices: unknown[] } };
    assert.deepEqual([body.type, body.data.text, body.data.notices.length, headers['content-type']], ['alert', '2 avvisi: …', 2, 'application/json']);
  });

  it('tries again what failed, under the same id, also after a restart', async () => {
    web.answers = [[500], [503]];
    const first = await load();
    first.send(notice('1'));
    await eventually(() => web.requests.length === 1);
    await helper.unload();
    web.answers = [[204]];
    const second = await load();
    await eventually(() => second.main.length === 1);
    assert.deepEqual([second.main[0]?.delivery?.attempts, web.requests.length, new Set(web.requests.map(({ headers }) => headers['webhook-id'])).size], [2, 2, 1]);
  });

  it('follows nobody elsewhere', async () => {
    const elsewhere = new Web();
    const target = await elsewhere.open();
    web.answers = [[307, { location: `${target}/inside` }]];
    const { main, send } = await load();
    send(notice('1'));
    await eventually(() => web.requests.length === 1);
    await eventually(() => statusOf('notify').includes('notify.status.retrying'));
    elsewhere.close();
    assert.deepEqual([elsewhere.requests.length, main.length], [0, 0]);
  });

  it('gives up at once where the answer says so', async () => {
    web.answers = [[410]];
    const { side, send } = await load();
    send(notice('1'));
    await eventually(() => side.length === 1);
    assert.deepEqual([side[0]?.reason, side[0]?.delivery?.error], ['notify.givenUp', 'HTTP 410']);
  });

  it('does nothing, visibly, until it is set up', async () => {
    const { side, send } = await load({ channel: '' });
    send([notice('1')]);
    await eventually(() => side.length === 1);
    assert.equal(side[0]?.reason, 'notify.unset');
    assert.match(statusOf('notify'), /notify\.status\.unset/);
  });

  for (const payload of ['hello', [], [notice('1'), {}], { id: 7, text: '' }]) {
    it(`lets ${JSON.stringify(payload)} out by the second output`, async () => {
      const { side, send } = await load();
      send(payload);
      await eventually(() => side.length === 1);
      assert.deepEqual([side[0]?.reason, side[0]?.payload], ['notify.malformed', payload]);
    });
  }

  it('writes to a mail server on this computer', async () => {
    const { server, mails, port } = await mailServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
    try {
      const { main, send } = await load({ channel: 'email', host: '127.0.0.1', port, security: 'starttls', from: 'avvisi@negozio.it', to: 'titolare@negozio.it' }, {});
      send([notice('1')]);
      await eventually(() => main.length === 1);
      assert.equal(mails.length, 1);
      assert.match(mails[0] ?? '', /^Subject: Incasso basso$/m);
      assert.match(mails[0] ?? '', /^To: titolare@negozio\.it$/m);
      assert.match(mails[0] ?? '', new RegExp(`^Message-ID: <${main[0]?.delivery?.id ?? ''}@negozio.it>$`, 'm'));
    } finally {
      server.close();
    }
  });
});

describe('mail', () => {
  const target = { channel: 'email', host: '127.0.0.1', from: 'avvisi@negozio.it', to: ['titolare@negozio.it'] } as const;
  const letter = { id: 'msg_1', text: 'Resi alti', notices: [{ rule: 'Resi alti' }], createdAt: 0, attempts: 0, nextAttemptAt: 0 };

  it('goes over TLS with a password, to a certificate that is trusted only', async () => {
    const certificates = await makeCertificates();
    const auth = { user: 'u', password: 'right' };
    const { server, mails, port } = await mailServer({ secure: true, key: certificates.keyText, cert: certificates.certText });
    try {
      const send = (more: object): ReturnType<typeof mail> => {
        const full = { ...target, port, security: 'tls' as const, ...more };
        return mail(mailer(full), full, letter);
      };
      assert.deepEqual(await send({ ...auth, ca: certificates.ca }), { outcome: 'delivered' });
      assert.deepEqual(await send({ ...auth, ca: certificates.ca, password: 'wrong' }), { outcome: 'failed', reason: 'EAUTH 535' });
      const untrusted = await send(auth);
      assert.deepEqual([untrusted.outcome, mails.length], ['failed', 1]);
    } finally {
      server.close();
      await certificates.dispose();
    }
  });

  it('says nothing to a server that does not offer TLS, and takes a no for a no', async () => {
    const { server, mails, port } = await mailServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
    try {
      // As if it were elsewhere: by the same options, but over the loopback.
      const { requireTLS } = transportOptions({ ...target, host: 'smtp.example.it', port, security: 'starttls' });
      const strict = mailer({ ...target, port, security: 'starttls' });
      Object.assign((strict as unknown as { options: object }).options, { requireTLS });
      Object.assign((strict as unknown as { transporter: { options: object } }).transporter.options, { requireTLS });
      assert.deepEqual(await mail(strict, { ...target, port, security: 'starttls' }, letter), { outcome: 'failed', reason: 'ETLS 500' });
      const nobody = { ...target, port, security: 'starttls' as const, to: ['nobody@negozio.it'] };
      assert.deepEqual(await mail(mailer(nobody), nobody, letter), { outcome: 'refused', reason: 'EENVELOPE 550' });
      assert.equal(mails.length, 0);
    } finally {
      server.close();
    }
  });

  it('waits for a server that is not there', async () => {
    const away = { ...target, port: 1, security: 'starttls' as const };
    assert.deepEqual(await mail(mailer(away), away, letter), { outcome: 'failed', reason: 'ESOCKET' });
  });
});

/** Keeps each mail it gets; knows one password, and nobody called nobody. */
async function mailServer(options: ConstructorParameters<typeof SMTPServer>[0]): Promise<{ server: SMTPServer; mails: string[]; port: number }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...options,
    onAuth(auth, _session, callback) {
      if (auth.password === 'right') callback(null, { user: auth.username ?? '' });
      else callback(new Error('no'));
    },
    onRcptTo({ address }, _session, callback) {
      callback(address.startsWith('nobody') ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null);
    },
    onData(stream, _session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        mails.push(Buffer.concat(chunks).toString().replaceAll('\r\n', '\n'));
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return { server, mails, port: (listening.address() as AddressInfo).port };
}

function statusOf(id: string): string {
  const { status } = helper.getNode(id) as { status: { args?: [{ text?: string }][] } };
  return (status.args ?? []).map(([{ text }]) => text ?? '').join(' | ');
}
