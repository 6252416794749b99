/**
 * Which tokens of a till are believed, and for which body? Made with jose itself, with HS256 and with published keys.
 */
import assert from 'node:assert/strict';
import { createLocalJWKSet, type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';
import { type JwtTrust, type PublishedKeys, verifyJwt } from '../../../engine/verify/jwt.js';
import { sha256 } from '../../../engine/base/secret.js';
import type { VerificationResult } from '../../../engine/verify/verdict.js';

const NOW_S = 1_795_341_600;
const BODY = Buffer.from('{"scontrino":"0042"}');
const SECRET = 'segreto-di-prova-0123456789-abcdef';
const AUDIENCES = ['https://ganci.example.it', 'https://ganci.example.it/in/pos'];

type Header = { alg: string; kid?: string };

function token(claims: JWTPayload, key: CryptoKey | Buffer = Buffer.from(SECRET), header: Header = { alg: 'HS256' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

async function ask(jwt: string, trust: Partial<JwtTrust> = {}, body = BODY): Promise<string> {
  const request = { method: 'POST', url: 'https://ganci.example.it/in/pos', headers: { authorization: `Bearer ${jwt}` }, body };
  const verdict = await verifyJwt(request, { secrets: [SECRET], audiences: AUDIENCES, ...trust }, NOW_S * 1000);
  return verdict.outcome === 'valid' ? verdict.trust : verdict.refusal.rule;
}

function publish(keys: JSONWebKeySet['keys']): PublishedKeys {
  return { name: 'https://cassa.example.it/keys', keyFor: createLocalJWKSet({ keys }) };
}

const life = { iat: NOW_S - 10, exp: NOW_S + 290 };

describe('intake: token claims', () => {
  const cases: [string, JWTPayload, string, Partial<JwtTrust>?][] = [
    ['plain', life, 'token'],
    ['no iat, 10 minutes and the tolerance', { exp: NOW_S + 630 }, 'token'],
    ['no iat, longer', { exp: NOW_S + 631 }, 'jwt.lifetime'],
    ['iat to exp 10 minutes', { iat: NOW_S - 300, exp: NOW_S + 300 }, 'token'],
    ['iat to exp longer', { iat: NOW_S - 301, exp: NOW_S + 300 }, 'jwt.lifetime'],
    ['no exp', { iat: NOW_S }, 'jwt.exp'],
    ['expired 29 s ago', { iat: NOW_S - 200, exp: NOW_S - 29 }, 'token'],
    ['expired 31 s ago', { iat: NOW_S - 200, exp: NOW_S - 31 }, 'jwt.expired'],
    ['issued 30 s ahead', { iat: NOW_S + 30, exp: NOW_S + 100 }, 'token'],
    ['issued further ahead', { iat: NOW_S + 31, exp: NOW_S + 100 }, 'jwt.iat'],
    ['not before, far ahead', { ...life, nbf: NOW_S + 60 }, 'jwt.nbf'],
    ['meant for our base', { ...life, aud: 'https://ganci.example.it/' }, 'token'],
    ['meant for the endpoint among others', { ...life, aud: ['https://altro.example.it', 'https://ganci.example.it/in/pos'] }, 'token'],
    ['meant for another', { ...life, aud: 'https://altro.example.it' }, 'jwt.aud'],
    ['any issuer where none is set', { ...life, iss: 'chiunque' }, 'token'],
    ['the issuer', { ...life, iss: 'https://cassa.example.it' }, 'token', { issuer: 'https://cassa.example.it' }],
    ['another issuer', { ...life, iss: 'chiunque' }, 'jwt.iss', { issuer: 'https://cassa.example.it' }],
    ['no issuer', life, 'jwt.iss', { issuer: 'https://cassa.example.it' }],
    ['this body', { ...life, bodysha256: sha256(BODY).toString('base64url') }, 'signed'],
    ['this body, padded', { ...life, bodysha256: `${sha256(BODY).toString('base64url')}=` }, 'signed'],
    ['another body', { ...life, bodysha256: sha256('altro').toString('base64url') }, 'jwt.body'],
    ['a body that is no text', { ...life, bodysha256: 7 }, 'jwt.body'],
    ['previous secret', life, 'token', { secrets: ['nuovo-segreto-0123456789-abcdefgh', SECRET] }],
    ['another secret', life, 'jwt.signature', { secrets: ['nuovo-segreto-0123456789-abcdefgh'] }],
    ['no secret', life, 'jwt.alg', { secrets: [] }],
  ];
  for (const [name, claims, expected, trust] of cases) {
    it(`${name}: ${expected}`, async () => { assert.equal(await ask(await token(claims), trust), expected); });
  }

  for (const [name, jwt, expected] of [
    ['alg none', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(life)).toString('base64url')}.`, 'jwt.alg'],
    ['no token at all', 'abc', 'jwt.malformed'],
    ['three dots of nothing', '..', 'jwt.malformed'],
  ] as const) it(`${name}: ${expected}`, async () => { assert.equal(await ask(jwt), expected); });

  it('says when an id may be forgotten', async () => {
    const request = { method: 'POST', url: '', headers: { authorization: `Bearer ${await token({ ...life, jti: 'a' })}` }, body: BODY };
    const verdict = await verifyJwt(request, { secrets: [SECRET], audiences: [] }, NOW_S * 1000) as Extract<VerificationResult, { outcome: 'valid' }>;
    assert.deepEqual(verdict.binding, { id: 'a', scope: SECRET, expiresAt: (NOW_S + 290 + 30) * 1000 });
  });
});

describe('intake: published keys', () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    it(`${alg} is believed by its published key only`, async () => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const { privateKey: stranger } = await generateKeyPair(alg);
      const jwk = { ...await exportJWK(publicKey), kid: 'k1', alg };
      const keys = publish([jwk]);
      assert.equal(await ask(await token(life, privateKey, { alg, kid: 'k1' }), { keys, secrets: [] }), 'token');
      assert.equal(await ask(await token(life, privateKey, { alg }), { keys }), 'token', 'without kid, where one key fits');
      assert.equal(await ask(await token(life, stranger, { alg, kid: 'k1' }), { keys }), 'jwt.signature');
      assert.equal(await ask(await token(life, privateKey, { alg, kid: 'k2' }), { keys }), 'jwt.signature');
      const confused = Buffer.from(JSON.stringify(jwk));
      assert.equal(await ask(await token(life, confused, { alg: 'HS256', kid: 'k1' }), { keys, secrets: [] }), 'jwt.alg', 'a public key is no secret');
    });
  }

  it('tries every key that fits where the token names none', async () => {
    const pairs = await Promise.all([1, 2].map(() => generateKeyPair('ES256', { extractable: true })));
    const published = await Promise.all(pairs.map(async ({ publicKey }, index) => ({ ...await exportJWK(publicKey), kid: `k${String(index)}` })));
    const keys = publish(published);
    for (const { privateKey } of pairs) assert.equal(await ask(await token(life, privateKey, { alg: 'ES256' }), { keys }), 'token');
  });
});
