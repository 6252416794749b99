/**
 * Every sender that is data, by its own vectors (`test/fixtures/senders/`): the proof, right and slightly wrong; what each message becomes; the same numbers in
 * whatever order and however often they come. Signatures there were made by hand, not by the verifier.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { MAPPED } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { parsePath } from '../../../../engine/normalize/mapping/jsonPath.js';
import { normalize, type NormalizedBody } from '../../../../engine/normalize/normalize.js';
import profileSchema from '../../../../engine/normalize/profile/profile.schema.json';
import { type SenderProfile, trustOf } from '../../../../engine/normalize/profile/profile.js';
import { profileSample } from '../../../../engine/normalize/profile/profileSample.js';
import { PROFILE_NAMES, type ProfileName, PROFILES } from '../../../../engine/normalize/profile/profiles.js';
import { publicKeyIn } from '../../../../engine/verify/publicKey.js';
import { proofHeaders } from '../../../../engine/verify/samples/signProof.js';
import { verifyProof } from '../../../../engine/verify/senderProof.js';
import { secretInUrl, verifyUrlSecret } from '../../../../engine/verify/sharedSecret.js';
import type { Signed, VerificationResult } from '../../../../engine/verify/verdict.js';
import { messageOf } from '../../../../nodes/10-webhook/message.js';
import { contextOf } from '../../../fixtures/normalizing.js';
import { memoryStore, numbersAt, receive, stateOf } from '../../../support/shopStore.js';

/** `events`: each as `[type, subject, time, status and amount, what else is worth seeing]`. */
interface SenderVectors {
  readonly now: string;
  readonly url: string;
  readonly secret?: string;
  readonly otherSecret?: string;
  readonly urlSecret?: string;
  readonly deliveries: readonly Delivered[];
  readonly numbers: Readonly<Record<string, number>>;
  /** Once its owner lets the secret URL count. */
  readonly trusted?: Readonly<Record<string, number>>;
}

interface Delivered {
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly events?: readonly (readonly string[])[];
  readonly ignored?: string;
}

const FOLDER = join(__dirname, '../../../fixtures/senders');
const vectorsOf = (name: string): SenderVectors => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as SenderVectors;

function signedBy({ url }: SenderVectors, { headers, body }: Delivered, changes: Partial<Signed> = {}): Signed {
  return { method: 'POST', url, headers, body: Buffer.from(body), ...changes };
}

async function ruleOf(profile: SenderProfile, vectors: SenderVectors, signed: Signed, secret = vectors.secret ?? '', now = Date.parse(vectors.now)): Promise<string> {
  assert.ok(profile.proof);
  const keys = publicKeyIn(secret);
  const verdict: VerificationResult = await verifyProof(profile.proof, signed, { secrets: [secret], audiences: [vectors.url], ...(keys !== undefined && { keys }) }, now);
  return verdict.outcome === 'valid' ? 'valid' : verdict.refusal.rule;
}

function normalized(name: ProfileName, vectors: SenderVectors, delivered: Delivered, trust: 'signed' | 'token' | 'untrusted'): NormalizedBody {
  const { payload, intake } = messageOf(name, signedBy(vectors, delivered), trust, Date.parse(vectors.now));
  return normalize(payload, intake as Parameters<typeof normalize>[1], contextOf());
}

function summary({ type, subject = '', time, data }: ShopEvent): string[] {
  const { status = '', amount = '', store, refersTo, tip, discount, shipping, payment, payments, taxes, staff, x_claimed, x_trust, x_quality, lines } = data;
  const paid = payments === undefined ? payment : payments.map((share) => `${share.by} ${share.amount}`).join(' + ');
  const rest = Object.entries({ refersTo, tip, discount, shipping, paid, staff, x_claimed, x_trust, x_quality }).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${String(value)}`]));
  const shares = taxes?.map((tax) => `${tax.rate}% ${tax.amount}`) ?? [];
  const sold = lines?.map(({ quantity = 1, name = '', product = '', category = '', vatRate = '', amount: paidFor, discount: saved = '', cost = '' }) => (
    [`${String(quantity)} ×`, name, product, category, vatRate === '' ? '' : `${vatRate}%`, paidFor, saved === '' ? '' : `-${saved}`, cost === '' ? '' : `(${cost})`].filter((part) => part !== '').join(' ')
  )) ?? [];
  return [type, subject, time.slice(11, 19), `${store} ${status} ${amount}`.trim(), ...rest, ...shares, ...sold];
}

/** Every order of a few; of many as they came, backwards, and turned. */
function orders<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length > 4) return [all, all.toReversed(), [...all.slice(2), ...all.slice(0, 2)], [...all.slice(-1), ...all.slice(0, -1)]];
  if (all.length < 2) return [all];
  return all.flatMap((first, index) => orders(all.filter((_each, other) => other !== index)).map((rest) => [first, ...rest]));
}

async function counted(events: readonly ShopEvent[], expected: Readonly<Record<string, number>>): Promise<{ numbers: Record<string, unknown>; state: unknown }> {
  const store = await memoryStore();
  try {
    for (const event of events) await receive(store, [event]);
    const all = await numbersAt(store, '1d');
    return { numbers: Object.fromEntries(Object.keys(expected).map((kpi) => [kpi, all[kpi] ?? 0])), state: await stateOf(store) };
  } finally {
    await store.close();
  }
}

function pathsOf(profile: SenderProfile): string[] {
  if (profile.receipts !== undefined) return [];
  const kinds = profile.kinds.flatMap((kind) => {
    const mapped = kind.thin === undefined ? [...Object.values(kind.mapping.paths), kind.shipping, ...Object.values(kind.sums ?? {}).flat()] : [];
    return [kind.at, ...mapped, ...[...kind.subject.matchAll(/\{([^}]+)\}/g)].map(([, path]) => path)];
  });
  return [...profile.topic.fields ?? [], profile.source.field, ...kinds].filter((path) => path !== undefined);
}

describe('senders that are data', () => {
  it('each file is a profile that is known, and has its vectors', () => {
    const named = (folder: string): string[] => readdirSync(folder).map((file) => file.replace('.json', '')).sort();
    assert.deepEqual(named(join(__dirname, '../../../../engine/normalize/profile/profiles')), [...PROFILE_NAMES].sort());
    assert.deepEqual(named(FOLDER), [...PROFILE_NAMES].sort());
  });

  it('no two have one variable', () => {
    const names = PROFILE_NAMES.flatMap((name) => [PROFILES[name].secret?.variable, PROFILES[name].urlSecret?.variable]).filter((each) => each !== undefined);
    assert.equal(new Set(names).size, names.length);
  });

  const isProfileForm = new Ajv2020({ strict: false, allErrors: true }).compile(profileSchema);
  for (const name of PROFILE_NAMES) {
    const [profile, vectors] = [PROFILES[name], vectorsOf(name)];

    describe(name, () => {
      it('is of the form that the schema says, and its paths are paths', () => {
        assert.ok(isProfileForm(profile), JSON.stringify(isProfileForm.errors));
        assert.equal(profile.name, name);
        assert.deepEqual(pathsOf(profile).filter((path) => parsePath(path) === undefined), []);
        const fields = profile.receipts === undefined ? profile.kinds.flatMap((kind) => (kind.thin === undefined ? Object.keys(kind.mapping.paths) : [])) : [];
        assert.deepEqual(fields.filter((field) => !(MAPPED as readonly string[]).includes(field)), []);
      });

      if (profile.proof !== undefined) describeProof(profile, vectors);
      if (profile.urlSecret !== undefined) describeUrl(vectors);

      for (const delivered of vectors.deliveries) {
        it(`${delivered.what}: ${delivered.ignored ?? 'counts as it says'}`, () => {
          const { events, refusals, ignored } = normalized(name, vectors, delivered, trustOf(profile));
          assert.deepEqual({ refusals, ignored: ignored.map(({ reason }) => reason), events: events.map(summary) },
            { refusals: [], ignored: delivered.ignored === undefined ? [] : [delivered.ignored], events: delivered.events ?? [] });
          const again = normalized(name, vectors, delivered, trustOf(profile)).events.map(({ id }) => id);
          assert.deepEqual(again, events.map(({ id }) => id));
        });
      }

      it('comes to the same numbers in every order, and however often', async () => {
        const events = vectors.deliveries.flatMap((delivered) => normalized(name, vectors, delivered, trustOf(profile)).events);
        const first = await counted(events, vectors.numbers);
        assert.deepEqual(first.numbers, vectors.numbers);
        for (const order of orders(events)) assert.deepEqual(await counted([...order, ...order.slice(0, 2)], vectors.numbers), first);
      });

      const { trusted } = vectors;
      if (trusted !== undefined) {
        it('counts once it is believed, whatever was said before', async () => {
          const [unproven, proven] = (['untrusted', 'token'] as const).map((trust) => vectors.deliveries.flatMap((each) => normalized(name, vectors, each, trust).events));
          for (const order of [[...unproven ?? [], ...proven ?? []], [...proven ?? [], ...unproven ?? []]]) assert.deepEqual((await counted(order, trusted)).numbers, trusted);
        });
      }

      it('shows what becomes of its example, and its harmless one counts nowhere', () => {
        const at = Date.parse(vectors.now);
        const shown = (['real', 'harmless'] as const).map((purpose) => {
          const { headers, body } = profileSample(profile, purpose, at);
          return normalize(typeof body === 'string' ? body : Buffer.from(JSON.stringify(body)), { provider: name, headers, trust: 'signed', receivedAt: at }, contextOf());
        });
        assert.deepEqual(shown.map(({ refusals }) => refusals), [[], []]);
        assert.ok((shown[0]?.events.length ?? 0) > 0);
        assert.deepEqual(shown[1]?.events.map(({ data }) => data.amount), profile.receipts === 'mapped' ? ['0.00'] : []);
      });
    });
  }
});

function describeProof(profile: SenderProfile, vectors: SenderVectors): void {
  const { proof } = profile;
  const isBound = proof?.family === 'hmac' || (proof?.family === 'jwt' && proof.key === 'secret');
  const named = proof?.family === 'hmac' ? proof.signature.header : 'authorization';
  const isDated = proof?.family === 'jwt' || (proof?.family === 'hmac' && proof.timestamp !== undefined);

  for (const delivered of vectors.deliveries) {
    it(`believes the sender: ${delivered.what}`, async () => {
      assert.equal(await ruleOf(profile, vectors, signedBy(vectors, delivered)), 'valid');
    });
  }

  it('refuses another secret', async () => {
    const [delivered] = vectors.deliveries;
    assert.ok(delivered);
    const rule = await ruleOf(profile, vectors, signedBy(vectors, delivered), vectors.otherSecret ?? `${vectors.secret ?? ''}x`);
    assert.match(rule, /^(signature\.mismatch|jwt\.signature|token\.unknown)$/);
  });

  it('refuses what carries no proof', async () => {
    const [delivered] = vectors.deliveries;
    assert.ok(delivered);
    const headers = Object.fromEntries(Object.entries(delivered.headers).filter(([header]) => header !== named));
    assert.match(await ruleOf(profile, vectors, signedBy(vectors, delivered, { headers })), /^(signature|token)\.missing$/);
  });

  it(`${isBound ? 'refuses' : 'does not see'} another body under the same proof`, async () => {
    const [delivered] = vectors.deliveries;
    assert.ok(delivered);
    // A letter of what is signed, wherever that stands in it.
    const changed = Buffer.from(delivered.body.replace(/(\d)(\D*)$/, (_all, digit: string, rest: string) => `${digit === '1' ? '2' : '1'}${rest}`));
    const within = proof?.family === 'hmac' && proof.within !== undefined ? Buffer.from(delivered.body.replace('amount', 'amounT')) : changed;
    assert.match(await ruleOf(profile, vectors, signedBy(vectors, delivered, { body: within })), isBound ? /^(signature\.mismatch|jwt\.body)$/ : /^valid$/);
  });

  it(`${isDated ? 'refuses' : 'knows no'} proof of long ago`, async () => {
    const [delivered] = vectors.deliveries;
    assert.ok(delivered);
    const later = Date.parse(vectors.now) + 3 * 86_400_000;
    const rule = await ruleOf(profile, vectors, signedBy(vectors, delivered), vectors.secret, later);
    assert.match(rule, isDated ? /^(signature\.stale|jwt\.exp(ired)?)$/ : /^valid$/);
  });

  it('refuses the proof for another address of ours, where that is signed', async () => {
    const [delivered] = vectors.deliveries;
    assert.ok(delivered);
    const isAddressed = (proof?.family === 'hmac' && proof.content.includes('url')) || (proof?.family === 'jwt' && proof.audience === 'ours');
    const other = { ...vectors, url: `${vectors.url}x` };
    assert.match(await ruleOf(profile, other, signedBy(other, delivered)), isAddressed ? /^(signature\.mismatch|jwt\.aud)$/ : /^valid$/);
  });

  it('believes what the form signs to try it, where the form can', async () => {
    assert.ok(proof);
    const [delivered] = vectors.deliveries;
    const request = { url: vectors.url, body: delivered?.body ?? '', id: 'prova', now: Date.parse(vectors.now) };
    const headers = proofHeaders(proof, vectors.secret ?? '', request);
    if (headers === undefined) assert.equal(proof.family === 'jwt' && proof.key, 'publicKey');
    else assert.equal(await ruleOf(profile, vectors, { method: 'POST', url: request.url, headers, body: Buffer.from(request.body) }), 'valid');
  });
}

function describeUrl({ url, urlSecret = '' }: SenderVectors): void {
  const { pathname } = new URL(url);
  const cases: readonly (readonly [string, string | undefined, boolean])[] = [
    [`${url}/${urlSecret}`, urlSecret, true], [`${url}/${urlSecret}?nRetry=1`, urlSecret, true], [`${url}/${urlSecret}/`, urlSecret, true],
    [`${url}/${urlSecret}x`, `${urlSecret}x`, false], [`${url}/${urlSecret.slice(1)}`, urlSecret.slice(1), false], [url, undefined, false],
    [`${url}/x/${urlSecret}`, undefined, false],
  ];
  for (const [called, tail, isLetIn] of cases) {
    it(`${called.slice(url.length) || 'no secret'}: ${isLetIn ? 'let in' : 'refused'}`, () => {
      assert.equal(secretInUrl(called, pathname), tail);
      assert.equal(verifyUrlSecret(tail ?? '', [urlSecret]).outcome === 'valid', isLetIn);
      assert.equal(verifyUrlSecret(tail ?? '', []).outcome, 'refused');
    });
  }
}
