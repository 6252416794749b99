/**
 * What does each sender that is data get for its own message, for a slightly wrong one, and before it has a secret? In real runtimes, signed as it would sign.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SenderProfile } from '../../../engine/normalize/profile/profile.js';
import { profileSample } from '../../../engine/normalize/profile/profileSample.js';
import { PROFILE_NAMES, type ProfileName, PROFILES } from '../../../engine/normalize/profile/profiles.js';
import { proofHeaders } from '../../../engine/verify/samples/signProof.js';
import { type FlowNode, places, type Runtime, start } from '../../support/runtime.js';
import { until } from '../../support/waiting.js';

const SECRET = 'segreto-di-prova-0123456789-abcdef';
const PUBLIC_URL = 'https://ganci.example.it';
const WHSEC = `whsec_${Buffer.from(SECRET).toString('base64')}`;
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PUBLIC_KEY = keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;

const secretOf = ({ secret }: SenderProfile): string => (secret?.scheme === 'publicKey' ? PUBLIC_KEY : secret?.scheme === 'standard' ? WHSEC : SECRET);
const isForm = (profile: SenderProfile): boolean => profile.receipts === undefined && profile.body?.form !== undefined;
const env = Object.fromEntries(PROFILE_NAMES.flatMap((name) => {
  const profile = PROFILES[name];
  return [[profile.secret?.variable, secretOf(profile)], [profile.urlSecret?.variable, SECRET]].filter(([variable]) => variable !== undefined);
})) as Record<string, string>;

const webhook = (id: string, fields: object = {}): FlowNode => ({ id, type: 'bottega-webhook', version: 1, provider: id, path: `/in/${id}`, publicUrl: PUBLIC_URL, deadline: 4, wires: [['normalize'], []], ...fields });
const FLOWS: readonly FlowNode[] = [
  { id: 'store', type: 'bottega-store', kind: 'embedded', directory: '', version: 1 },
  { id: 'theshop', type: 'bottega-shop', version: 1, tenant: 'shop', stores: [{ id: 'asti', name: 'Asti', aliases: [] }] },
  { id: 'normalize', type: 'bottega-normalize', version: 2, shop: 'theshop', provider: '', mapping: {}, wires: [[], []] },
  { id: 'monitor', type: 'bottega-monitor', version: 1, store: 'store', shop: 'theshop', wires: [[]] },
  ...PROFILE_NAMES.map((name) => webhook(name)),
  webhook('trusted', { provider: 'tilby', trustUrl: true }),
  webhook('closed', { provider: 'square' }),
];

interface Posted {
  readonly status: number;
  readonly body: { readonly accepted?: number; readonly ignored?: number; readonly rejected?: number; readonly errors?: readonly { readonly rule: string; readonly message: string }[] };
  readonly headers: Headers;
}

interface Health {
  readonly warnings?: readonly { readonly cause: string; readonly message: string }[];
}

for (const place of places()) {
  describe(`senders that are data: ${place.name}`, () => {
    let runtime: Runtime;
    before(async () => {
      const credentials = { closed: { secret: '${NOBODY_SET_IT}' } };
      runtime = await start([...FLOWS.filter(({ id }) => id !== 'closed')], { ...place, env, credentials });
    });
    after(async () => { assert.equal(await runtime.stop(), 0); });

    const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<Posted> => {
      const response = await fetch(runtime.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
      return { status: response.status, headers: response.headers, body: await response.json() as Posted['body'] };
    };
    const health = async (): Promise<Health> => await (await fetch(`${runtime.url}/health`)).json() as Health;

    async function proven(name: ProfileName, url: string, body: string): Promise<Record<string, string>> {
      const profile = PROFILES[name];
      if (profile.proof === undefined) return {};
      const headers = proofHeaders(profile.proof, secretOf(profile), { url, body, id: `prova-${name}-${String(body.length)}`, now: Date.now() });
      if (headers !== undefined) return headers;
      const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setIssuedAt().setExpirationTime('10m').sign(keys.privateKey);
      return { authorization: `Bearer ${token}` };
    }

    function messageOf(name: ProfileName): { readonly body: string; readonly headers: Record<string, string> } {
      const profile = PROFILES[name];
      const { headers, body } = profileSample(profile, 'real', Date.now());
      const [topic, type] = [profile.receipts === undefined ? profile.topic.header : undefined, isForm(profile) ? 'application/x-www-form-urlencoded' : 'application/json'];
      return { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type, ...(topic !== undefined && { [topic]: headers['topic'] ?? '' }) } };
    }

    for (const name of PROFILE_NAMES) {
      const path = PROFILES[name].proof === undefined ? `/in/${name}/${SECRET}` : `/in/${name}`;

      it(`${name}: stored, and known when it comes again; nothing without its proof`, async () => {
        const { body, headers } = messageOf(name);
        const proof = await proven(name, PUBLIC_URL + path, body);
        const first = await post(path, body, { ...headers, ...proof });
        assert.deepEqual([first.status, first.body.errors ?? []], [200, []], JSON.stringify(first.body));
        assert.ok((first.body.accepted ?? 0) > 0, JSON.stringify(first.body));
        const bare = await post(`/in/${name}`, body, headers);
        assert.equal(bare.status, 401);
        assert.match(bare.body.errors?.[0]?.rule ?? '', /^(signature\.(missing|timestamp)|token\.missing)$/);
        assert.equal(bare.headers.get('WWW-Authenticate')?.split(' ')[0], PROFILES[name].proof?.family === 'hmac' || PROFILES[name].proof === undefined ? undefined
          : PROFILES[name].proof.family === 'basic' ? 'Basic' : 'Bearer');
      });
    }

    it('takes no other secret URL, however it is written', async () => {
      const { body } = messageOf('tilby');
      for (const tail of ['/x', `/${SECRET}x`, `/${SECRET.toUpperCase()}`, `/x/${SECRET}`, `/${SECRET}/x`]) {
        const { status } = await post(`/in/tilby${tail}`, body).catch(() => ({ status: 404 }));
        assert.ok(status === 401 || status === 404, `${tail}: ${String(status)}`);
      }
      assert.equal((await fetch(`${runtime.url}/in/square/${SECRET}`, { method: 'POST', body: '{}' })).status, 404);
    });

    it('says once that what comes by a secret URL does not count, not where its owner lets it', async () => {
      const doubted = async (): Promise<unknown[]> => {
        const { warnings = [] } = await health();
        return warnings.filter(({ cause }) => cause === 'sender.untrusted').map(({ message }) => /\/in\/\w+/.exec(message)?.[0]).sort();
      };
      assert.deepEqual(await until(doubted, ({ length }) => length === 2), ['/in/sumup', '/in/tilby']);
      assert.equal((await post(`/in/trusted/${SECRET}`, messageOf('tilby').body)).status, 200);
      assert.ok(!JSON.stringify(await health()).includes('/in/trusted'));
    });

    it('answers the question before a subscription of Fatture in Cloud, and no other GET', async () => {
      const asked = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(runtime.url + path, { headers });
      assert.deepEqual(await (await asked('/in/fattureincloud', { 'x-fic-verification-challenge': 'a"b' })).json(), { verification: 'a"b' });
      assert.equal((await asked('/in/fattureincloud', { 'x-fic-verification-challenge': 'x'.repeat(300) })).status, 405);
      assert.equal((await asked('/in/fattureincloud')).status, 405);
      assert.equal((await asked('/in/square', { 'x-fic-verification-challenge': 'a' })).status, 405);
    });

    it('greets Zettle, which asks for a 200 before it gives its key', async () => {
      const greeting = { organizationUuid: 'o', messageUuid: 'm', eventName: 'TestMessage', messageId: 'm', payload: '{"data":"payload"}', timestamp: '2026-11-22T10:00:00Z' };
      assert.deepEqual((await post('/in/zettle', JSON.stringify(greeting))).body, { accepted: 0, duplicates: 0, rejected: 0 });
      assert.equal((await post('/in/square', JSON.stringify(greeting))).status, 401);
    });

    it('refuses a form where none is sent, and a till’s receipt that it cannot read', async () => {
      assert.equal((await post('/in/square', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415);
      const bad = JSON.stringify({ numeroScontrino: '1' });
      for (const name of ['zon', 'till-hmac', 'till-basic'] as const) assert.equal((await post(`/in/${name}`, bad, await proven(name, `${PUBLIC_URL}/in/${name}`, bad))).status, 422);
      const lost = JSON.stringify({ merchant_id: 'm', type: 'payment.updated', data: { object: { payment: { id: 'x' } } } });
      const answer = await post('/in/square', lost, await proven('square', `${PUBLIC_URL}/in/square`, lost));
      assert.deepEqual([answer.status, answer.body.accepted, answer.body.rejected], [200, 0, 1]);
    });
  });

  describe(`senders that are data, without a secret: ${place.name}`, () => {
    let runtime: Runtime;
    before(async () => { runtime = await start(FLOWS, { ...place, env: {} }); });
    after(async () => { assert.equal(await runtime.stop(), 0); });

    it('lets nobody in, and says where to set it once somebody knocks', async () => {
      const health = async (): Promise<string[]> => (await (await fetch(`${runtime.url}/health`)).json() as Health).warnings?.map(({ cause, message }) => `${cause} ${message}`) ?? [];
      assert.deepEqual((await health()).filter((warning) => warning.startsWith('secret.')), []);
      for (const path of ['/in/square', `/in/tilby/${SECRET}`]) {
        const response = await fetch(runtime.url + path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
        assert.equal(response.status, 401);
        assert.match(await response.text(), /secret\.missing/);
      }
      const knocked = async (): Promise<string[]> => (await health()).filter((warning) => warning.startsWith('secret.missing'));
      const said = await until(knocked, ({ length }) => length === 2);
      assert.equal(said.length, 2, said.join('\n'));
      for (const variable of ['SQUARE_WEBHOOK_SIGNATURE_KEY', 'TILBY_URL_SECRET']) assert.ok(said.some((warning) => warning.includes(variable)), said.join('\n'));
    });
  });
}
