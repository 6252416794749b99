/**
 * The serverless example, installed as a user does (its files beside `node_modules`), on invocations of the documented shape and a real Redis.
 *
 * Shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPackage, ROOT } from './support/product.js';
import { type RedisServer, startRedis } from './support/redis.js';

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Example {
  readonly kinesis: (event: object) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>;
  readonly http: (event: object) => Promise<HttpAnswer>;
  readonly shop: () => Promise<{ readWindows(question: object): Promise<{ value: number | null }[]> }>;
  readonly close: () => Promise<void>;
}

const TOKEN = 'a-token-of-some-length';
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;

function sale(number: number, amount: string): object {
  return {
    specversion: '1.0', id: `e${String(number)}`, source: 'pos/1', type: 'sale', subject: `order-${String(number)}`, time: new Date().toISOString(),
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount, currency: 'EUR' },
  };
}

/** A batch of the event source mapping. */
function kinesisEvent(...contents: string[]): object {
  return {
    Records: contents.map((content, index) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0', partitionKey: '1', sequenceNumber: `4959033827149025660855969253836157109592157598913665860${String(index)}`,
        data: Buffer.from(content).toString('base64'), approximateArrivalTimestamp: 1_545_084_650.987,
      },
      eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: `shardId-000000000006:${String(index)}`, eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role', awsRegion: 'us-east-2',
      eventSourceARN: 'arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream',
    })),
  };
}

/** A request to a function URL, payload format 2.0. */
function urlEvent(body: string, headers: Readonly<Record<string, string>>, { method = 'POST', encoding = 'utf8' } = {}): object {
  return {
    version: '2.0', routeKey: '$default', rawPath: '/in/events', rawQueryString: '', headers: { 'content-type': 'application/json', ...headers },
    requestContext: {
      accountId: '123456789012', apiId: 'abc', domainName: 'abc.lambda-url.us-west-2.on.aws', domainPrefix: 'abc',
      http: { method, path: '/in/events', protocol: 'HTTP/1.1', sourceIp: '123.123.123.123', userAgent: 'agent' },
      requestId: 'id', routeKey: '$default', stage: '$default', time: '12/Mar/2026:19:03:58 +0000', timeEpoch: 1_583_348_638_390,
    },
    body: encoding === 'base64' ? Buffer.from(body).toString('base64') : body, isBase64Encoded: encoding === 'base64',
  };
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

function signed(body: string, key: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const digest = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64')).update(`msg_1.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

describe('serverless example', () => {
  let redis: RedisServer;
  let example: Example;
  const folder = mkdtempSync(join(tmpdir(), 'bottega-serverless-'));
  const revenue = async (): Promise<number | null | undefined> => {
    const [row] = await (await example.shop()).readWindows({ size: '1d', names: ['revenue'] });
    return row?.value;
  };

  before(async () => {
    buildPackage();
    redis = await startRedis();
    cpSync(join(ROOT, 'examples/serverless'), folder, { recursive: true });
    mkdirSync(join(folder, 'node_modules/@bottega'), { recursive: true });
    symlinkSync(ROOT, join(folder, 'node_modules/@bottega/node-red-dashboard-2-kpi'));
    Object.assign(process.env, { REDIS_URL: redis.url, BOTTEGA_API_TOKEN: TOKEN, POS_WEBHOOK_SECRET: SECRET });
    const load = (name: string): Promise<Record<string, never>> => import(pathToFileURL(join(folder, name)).href) as Promise<Record<string, never>>;
    const [kinesis, http, shop] = await Promise.all([load('kinesis.mjs'), load('http.mjs'), load('shop.mjs')]);
    example = { kinesis: kinesis['handler'], http: http['handler'], shop: shop['shopOf'], close: shop['closeShop'] } as unknown as Example;
  });

  after(async () => {
    await example.close();
    await redis.dispose();
    rmSync(folder, { recursive: true, force: true });
    for (const name of ['REDIS_URL', 'BOTTEGA_API_TOKEN', 'POS_WEBHOOK_SECRET']) Reflect.deleteProperty(process.env, name);
  });

  it('adds up the records of a stream, and again changes nothing', async () => {
    const batch = kinesisEvent(JSON.stringify(sale(1, '10.00')), JSON.stringify([sale(2, '5.00'), sale(3, '1.50')]));
    for (let delivery = 0; delivery < 2; delivery += 1) {
      assert.deepEqual(await example.kinesis(batch), { batchItemFailures: [] });
      assert.equal(await revenue(), 16.5);
    }
  });

  it('counts what is around a record that can never be counted, and does not ask for it again', async () => {
    const before = await revenue() ?? 0;
    const foreign = { ...sale(5, '1.00'), data: { store: 'milano-1', amount: '1.00', currency: 'USD' } };
    const batch = kinesisEvent('{"cut', JSON.stringify(sale(4, '2.00')), '7', JSON.stringify(foreign));
    assert.deepEqual(await example.kinesis(batch), { batchItemFailures: [] });
    assert.equal(await revenue(), before + 2);
  });

  it('adds up what senders post who have the token or sign', async () => {
    const before = await revenue() ?? 0;
    const [first, second, third] = [JSON.stringify(sale(11, '1.00')), JSON.stringify([sale(12, '2.00'), { no: 'event' }]), JSON.stringify(sale(13, '4.00'))];
    const timeline: (readonly [event: object, status: number, accepted: number, duplicates: number])[] = [
      [urlEvent(first, bearer(TOKEN)), 200, 1, 0],
      [urlEvent(first, bearer(TOKEN), { encoding: 'base64' }), 200, 0, 1],
      [urlEvent(second, bearer(TOKEN)), 200, 1, 0],
      [urlEvent(third, signed(third, SECRET)), 200, 1, 0],
      [urlEvent('{"no":"event"}', bearer(TOKEN)), 400, 0, 0],
    ];
    for (const [index, [event, status, accepted, duplicates]] of timeline.entries()) {
      const { statusCode, body } = await example.http(event);
      const said = JSON.parse(body) as { accepted: number; duplicates: number };
      assert.deepEqual([statusCode, said.accepted, said.duplicates], [status, accepted, duplicates], `request ${String(index)}`);
    }
    assert.equal(await revenue(), before + 7);
  });

  it('opens to nobody else', async () => {
    const before = await revenue();
    const body = JSON.stringify(sale(21, '100.00'));
    const wrong = `whsec_${Buffer.from('another secret').toString('base64')}`;
    for (const [event, status, rule] of [
      [urlEvent(body, {}), 401, 'token.missing'],
      [urlEvent(body, bearer('guess')), 401, 'token.unknown'],
      [urlEvent(body, signed(body, wrong)), 401, 'signature.mismatch'],
      [urlEvent(`${body} `, signed(body, SECRET)), 401, 'signature.mismatch'],
      [urlEvent('{"cut', bearer(TOKEN)), 400, 'json'],
      [urlEvent(`"${'x'.repeat(1_048_577)}"`, bearer(TOKEN)), 413, 'size'],
      [urlEvent('', bearer(TOKEN), { method: 'GET' }), 405, 'method'],
    ] as const) {
      const answer = await example.http(event);
      assert.deepEqual([answer.statusCode, (JSON.parse(answer.body) as { errors: { rule: string }[] }).errors[0]?.rule], [status, rule]);
    }
    delete process.env['BOTTEGA_API_TOKEN'];
    assert.equal((await example.http(urlEvent(body, bearer('')))).statusCode, 401, 'no token opens where none is set');
    process.env['BOTTEGA_API_TOKEN'] = TOKEN;
    assert.equal(await revenue(), before);
  });

  it('asks for everything again while Redis is away, and counts it when it is back', async () => {
    const batch = kinesisEvent(JSON.stringify(sale(31, '1.00')), JSON.stringify(sale(32, '1.00')));
    const posted = urlEvent(JSON.stringify(sale(33, '1.00')), bearer(TOKEN));
    await redis.kill();
    assert.deepEqual(await example.kinesis(batch), { batchItemFailures: [{ itemIdentifier: '49590338271490256608559692538361571095921575989136658600' }] });
    const { statusCode, headers } = await example.http(posted);
    assert.deepEqual([statusCode, headers['retry-after']], [503, '1']);
    await redis.start();
    // A new execution environment: the one before waits for its next attempt to connect.
    await example.close();
    assert.deepEqual(await example.kinesis(batch), { batchItemFailures: [] });
    assert.equal((await example.http(posted)).statusCode, 200);
    assert.equal(await revenue(), 3, 'that Redis kept nothing');
  });
});
