/**
 * When does a session end, and whose? Timelines in hours, and what is kept over a restart.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR } from '../engine/base/time.js';
import { openLoginFile } from '../launcher/access/loginFile.js';
import { type Claims, readOidc, roleOf } from '../launcher/settings/oidcSettings.js';
import { ownPath } from '../launcher/access/pages.js';
import { type SessionOrigin, SessionTable, type StoredSession } from '../launcher/access/sessions.js';
import { languageOf } from '../launcher/access/words.js';
import type { Access } from '../launcher/settings/settings.js';

/** Sessions whose tokens are numbers, and what they said. */
function opened(kept: readonly StoredSession[] = []): { sessions: SessionTable; said: string[] } {
  const said: string[] = [];
  let made = 0;
  const hooks = { random: () => String(made++), changed: () => { said.push('changed'); }, ended: () => { said.push('ended'); } };
  return { sessions: new SessionTable(hooks, kept), said };
}

describe('sessions', () => {
  const START = 1_000 * DAY;
  const timelines: readonly (readonly [origin: SessionOrigin, usedAfterHours: readonly number[], isAlive: readonly boolean[]])[] = [
    ['password', [1, 7 * 24 - 1], [true, true]],
    ['password', [7 * 24], [false]],
    ['password', [150, 300, 450, 600, 719, 720], [true, true, true, true, true, false]],
    ['password', [-2], [false]],
    ['provider', [11, 12], [true, false]],
    ['basic', [0.9, 1], [true, false]],
  ];
  for (const [origin, hours, expected] of timelines) {
    it(`by ${origin}, used after ${hours.join(', ')} h`, () => {
      const { sessions } = opened();
      const token = sessions.begin(START, 'owner', origin);
      assert.deepEqual(hours.map((hour) => sessions.find(START + hour * HOUR, token) !== undefined), expected);
    });
  }

  it('end what is bound to them: by hand, by time, and where there are too many of one kind', () => {
    const { sessions, said } = opened();
    const ended: string[] = [];
    const [left, old, oldest] = ['owner', 'viewer', 'owner'].map((role, n) => sessions.begin(START + n, role === 'owner' ? 'owner' : 'viewer', 'password')) as [string, string, string];
    for (const [name, token] of Object.entries({ left, old, oldest })) sessions.bind(token, () => { ended.push(name); });
    sessions.bind(left, () => { ended.push('released'); })();
    sessions.end(left);
    assert.deepEqual(ended, ['left']);
    sessions.find(START + 3 * DAY, oldest);
    sessions.expire(START + 8 * DAY);
    assert.deepEqual(ended, ['left', 'old']);
    assert.ok(said.includes('ended'));
    for (let n = 0; n < 500; n++) sessions.begin(START + 8 * DAY, 'owner', 'password');
    assert.deepEqual(ended, ['left', 'old', 'oldest']);
  });

  it('of programs crowd out their own kind only, and are not kept', () => {
    const { sessions, said } = opened();
    const token = sessions.begin(START, 'owner', 'password');
    const before = said.length;
    for (let n = 0; n < 1_000; n++) sessions.begin(START + 1, 'owner', 'basic');
    assert.equal(sessions.find(START + 2, token)?.role, 'owner');
    assert.deepEqual([sessions.kept().length, said.length], [1, before]);
    assert.ok(!JSON.stringify(sessions.kept()).includes(`"${token}"`));
  });
});

describe('sessions: kept over a restart', () => {
  const session: StoredSession = { digest: 'd', role: 'owner', origin: 'password', startedAt: 1, usedAt: 1 };
  const oidc = { issuer: 'https://id.example', clientId: 'c', owners: [], viewers: [] };
  const password = (text: string): Access => ({ by: 'password', password: text });
  const provider = { ...session, digest: 'p', origin: 'provider' } as const;
  let data = '';
  beforeEach(() => { data = mkdtempSync(join(tmpdir(), 'bottega-logins-')); });
  afterEach(() => { rmSync(data, { recursive: true }); });

  const changes: readonly (readonly [what: string, before: Access, after: Access, kept: readonly string[]])[] = [
    ['nothing changed', password('una lunga password'), password('una lunga password'), ['d']],
    ['another password', password('una lunga password'), password('un\'altra password'), []],
    ['a password and back', { by: 'loopback' }, password('una lunga password'), []],
    ['the same provider', { by: 'provider', oidc }, { by: 'provider', oidc }, ['p']],
    ['other owners', { by: 'provider', oidc }, { by: 'provider', oidc: { ...oidc, owners: [{ who: 'claim', claim: 'sub', value: 'x' }] } }, []],
    ['no provider any more', { by: 'provider', oidc }, password('una lunga password'), []],
    ['a provider beside the password', password('una lunga password'), { by: 'password', password: 'una lunga password', oidc }, ['d']],
  ];
  for (const [what, before, after, expected] of changes) {
    it(`${what}: ${expected.length === 0 ? 'nobody stays signed in' : 'who is signed in stays'}`, () => {
      openLoginFile(data, before, 'fresh').write([session, provider]);
      assert.deepEqual(openLoginFile(data, after, 'used').sessions.map(({ digest }) => digest), expected);
      assert.ok(!/lunga|altra/.test(readFileSync(join(data, 'logins.json'), 'utf8')));
    });
  }

  it('a file that cannot be read signs everybody out, and makes no short password an old one', () => {
    for (const text of ['', '{', '[]', '{"sessions":[null,1,{"digest":"d","role":"god"}],"password":7}']) {
      writeFileSync(join(data, 'logins.json'), text);
      assert.deepEqual(openLoginFile(data, password('una lunga password'), 'used').sessions, []);
      writeFileSync(join(data, 'logins.json'), text);
      assert.throws(() => openLoginFile(data, password('corta 9.'), 'used'), { name: 'ConfigError', message: /at least 12/ });
    }
  });
});

describe('roles by OpenID Connect', () => {
  const rules = readOidc((name) => ({
    BOTTEGA_OIDC_ISSUER: 'https://id.example', BOTTEGA_OIDC_CLIENT_ID: 'c', BOTTEGA_OIDC_OWNERS: 'anna@shop.example, groups=owners', BOTTEGA_OIDC_VIEWERS: 'https://shop.example/role=staff',
  })[name]);
  const table: readonly (readonly [claims: Claims, expected: string | undefined])[] = [
    [{}, undefined], [{ sub: 'x', email: 'anna@shop.example' }, undefined], [{ email: 'anna@shop.example', email_verified: 'true' }, undefined],
    [{ email: 'ANNA@shop.example', email_verified: true }, 'owner'], [{ email: ['anna@shop.example'], email_verified: true }, undefined],
    [{ groups: 'owners' }, 'owner'], [{ groups: ['x', 'owners'] }, 'owner'], [{ groups: 'owners2' }, undefined], [{ groups: { owners: true } }, undefined],
    [{ 'https://shop.example/role': ['staff'] }, 'viewer'], [{ 'https://shop.example/role': ['staff'], groups: ['owners'] }, 'owner'],
    [Object.create({ groups: 'owners' }) as Claims, undefined],
  ];
  for (const [claims, expected] of table) {
    it(`${JSON.stringify(claims)}: ${expected ?? 'nobody'}`, () => { assert.equal(roleOf(claims, rules ?? { owners: [], viewers: [] }), expected); });
  }

  it('are nobody\'s unless somebody is named', () => {
    const closed = readOidc((name) => ({ BOTTEGA_OIDC_ISSUER: 'https://id.example', BOTTEGA_OIDC_CLIENT_ID: 'c' })[name]);
    assert.deepEqual([closed?.owners, closed?.viewers], [[], []]);
    for (const [claims] of table) assert.equal(roleOf(claims, closed ?? { owners: [], viewers: [{ who: 'anybody' }] }), undefined);
  });
});

describe('sign-in page', () => {
  it('leads to own paths only', () => {
    const table = [['/dashboard/a?b=1#c', '/dashboard/a?b=1'], [undefined, '/dashboard'], ['//x.example/', '/dashboard'], ['/\\x.example', '/dashboard'], ['x', '/dashboard'], ['/a/..//x', '/dashboard']] as const;
    for (const [to, expected] of table) assert.equal(ownPath(to), expected, to);
  });

  it('speaks the first of its languages that the browser names, Italian where it names none', () => {
    const table = [['en-GB,it;q=0.5', 'en-US'], ['de,it,en', 'it'], ['de', 'it'], [undefined, 'it']] as const;
    for (const [accepted, expected] of table) assert.equal(languageOf(accepted), expected);
  });
});
