/** `bottega-doctor` on a real shop behind a proxy that rewrites what it forwards, and where no shop is. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hmacMatches } from '../engine/verify/hmac.js';
import en from '../engine/doctor/words/en.json';
import it18 from '../engine/doctor/words/it.json';

interface Report {
  readonly outcome: 'ok' | 'failed';
  readonly findings: readonly { readonly check: string; readonly state: string; readonly as: string; readonly found: string; readonly advice: string }[];
}

const MAIN = join(__dirname, '../cli/doctor.ts');
const SECRET = 'a-secret-of-the-shop-long-enough';
const SECRETS = { SHOPIFY_WEBHOOK_SECRET: SECRET, HUBSPOT_CLIENT_SECRET: 'another-one-that-is-long-enough' };

function run(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<{ code: number; text: string }> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...variables };
  return new Promise((done) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], { cwd: join(__dirname, '..'), env }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr });
    });
  });
}

const portOf = (server: Server): string => String((server.address() as AddressInfo).port);
const listening = (server: Server): Promise<void> => new Promise((done) => { server.listen(0, '127.0.0.1', done); });

describe('bottega-doctor', function doctor() {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'bottega-doctor-'));
  const accepted: string[] = [];
  let rewrite: (body: string) => string = (body) => body;
  /** As the shop answers: /health, and whoever signs rightly gets 200. */
  const shop = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.url === '/health') { response.end('{"status":"ok","warnings":[{"cause":"secret.short","message":"a short secret"}]}'); return; }
      const body = Buffer.concat(parts);
      const scheme = { algorithm: 'sha256', encoding: 'base64', content: 'body' } as const;
      const isRight = hmacMatches(scheme, { method: 'POST', url: '', headers: {}, body }, String(request.headers['x-shopify-hmac-sha256']), [SECRET]);
      if (isRight) accepted.push(body.toString());
      response.writeHead(isRight ? 200 : 401).end();
    });
  });
  const proxy = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = rewrite(Buffer.concat(parts).toString());
      const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(body)) };
      const forwarded = httpRequest({ port: Number(portOf(shop)), host: '127.0.0.1', path: request.url, method: request.method, headers });
      forwarded.on('response', (answer) => { response.writeHead(answer.statusCode ?? 0); answer.pipe(response); });
      forwarded.end(body);
    });
  });

  before(async () => {
    await Promise.all([listening(shop), listening(proxy)]);
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify(SECRETS), { mode: 0o600 });
  });
  after(() => {
    shop.close();
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const examine = async (variables: Readonly<Record<string, string>> = {}): Promise<Report & { code: number; by: (check: string) => string }> => {
    const { code, text } = await run({ BOTTEGA_DATA: folder, BOTTEGA_PUBLIC_URL: `http://127.0.0.1:${portOf(proxy)}`, ...variables }, '--json', '--url', `http://127.0.0.1:${portOf(shop)}`);
    const report = JSON.parse(text) as Report;
    return { ...report, code, by: (check) => report.findings.filter((one) => one.check === check).map(({ state, as }) => `${state} ${as}`).join(', ') };
  };

  it('finds a shop in order, whose messages arrive unchanged', async () => {
    const { code, outcome, by } = await examine();
    assert.deepEqual([code, outcome], [0, 'ok']);
    assert.deepEqual(['shop', 'health', 'address', 'body', 'clock', 'data'].map(by), ['ok runs', 'warning cause', 'ok reached', 'ok good', 'ok good', 'ok good']);
    assert.equal(accepted.length, 2);
    assert.ok(accepted.every((body) => (JSON.parse(body) as { test: boolean }).test), 'only orders that Shopify marks as tests');
  });

  it('finds the proxy that writes JSON anew', async () => {
    rewrite = (body) => (body === '' ? body : JSON.stringify(JSON.parse(body)));
    const { code, by } = await examine();
    rewrite = (body) => body;
    assert.deepEqual([code, by('address'), by('body')], [1, 'ok answered', 'failed changed']);
  });

  it('finds secrets that others may read, a wrong zone, and servers that are away', async () => {
    chmodSync(join(folder, 'secrets.json'), 0o644);
    const { code, by } = await examine({ TZ_SHOP: 'Europa/Roma', REDIS_URL: 'redis://:secret@127.0.0.1:9', MQTT_URL: 'mqtt://127.0.0.1:9' });
    chmodSync(join(folder, 'secrets.json'), 0o600);
    assert.deepEqual([code, by('data'), by('zone'), by('redis'), by('broker')], [1, 'failed open', 'failed unknown', 'failed away', 'failed away']);
  });

  it('says in words what to do, and no secret, in both languages', async () => {
    for (const [lang, start] of [['it', 'Avviarlo con npm start'], ['en', 'Start it with npm start']] as const) {
      const { code, text } = await run({ BOTTEGA_DATA: folder, REDIS_URL: 'redis://:hidden@127.0.0.1:9' }, '--lang', lang, '--url', 'http://127.0.0.1:9');
      assert.equal(code, 1);
      assert.ok(text.includes(start), text);
      for (const secret of [...Object.values(SECRETS), 'hidden']) assert.ok(!text.includes(secret), text);
    }
  });

  it('has words for the same findings in both languages', () => {
    const keys = (findings: Readonly<Record<string, object>>): unknown => Object.entries(findings).map(([check, words]) => [check, Object.keys(words)]);
    assert.deepEqual(keys(it18), keys(en));
  });

  it('asks for the Node.js that the package asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { engines: { node: string } };
    assert.ok(readFileSync(MAIN, 'utf8').includes(`'${engines.node.replace('>=', '')}'`));
  });
});
