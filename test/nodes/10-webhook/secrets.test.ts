/**
 * Which endpoint is open, and with which secret is it said that it is too short?
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILE_NAMES, PROFILES } from '../../../engine/normalize/profile/profiles.js';
import { isOpen, leastOfShort, readConfig } from '../../../nodes/10-webhook/config.js';

const form = (fields: object): Parameters<typeof readConfig>[0] => ({ id: 'w', type: 'bottega-webhook', ...fields });

describe('webhook: secrets that are none, or too short', () => {
  const cases: readonly (readonly [fields: object, secrets: Record<string, string>, env: Record<string, string>, open: boolean, least: number | undefined])[] = [
    [{ provider: 'pos' }, { webhookSecret: 'whsec_' }, {}, false, undefined], [{ provider: 'pos' }, {}, { POS_WEBHOOK_SECRET: 'whsec_' }, false, undefined],
    [{ provider: 'shopify' }, { secret: '\u200b' }, {}, false, undefined], [{ provider: 'shopify' }, { secret: '${SHOPIFY_WEBHOOK_SECRET}' }, {}, false, undefined],
    [{ provider: 'shopify' }, { secret: 'whsec_' }, {}, true, 16], [{ provider: 'shopify' }, { secret: 'x'.repeat(16) }, {}, true, undefined],
    [{ provider: 'pos' }, { secret: 'x'.repeat(31) }, {}, true, 32], [{ provider: 'pos' }, { secret: 'x'.repeat(32), webhookSecret: `whsec_${'A'.repeat(30)}` }, {}, true, 24],
    [{ provider: 'pos' }, { secret: 'x'.repeat(32), webhookSecret: `whsec_${'A'.repeat(32)}` }, {}, true, undefined], [{ provider: 'pixel' }, {}, {}, true, undefined],
  ];
  for (const [fields, secrets, env, open, least] of cases) {
    it(`${JSON.stringify([fields, secrets, env])}: ${open ? 'open' : 'closed'}`, () => {
      const config = readConfig(form(fields), secrets, env);
      assert.deepEqual([isOpen(config), leastOfShort(config)], [open, least]);
    });
  }
});

describe('webhook: senders that are data', () => {
  it('are the same in the forms, with the same variables', () => {
    const form = readFileSync(join(__dirname, '../../../nodes/editor/form.html'), 'utf8');
    const [list = ''] = /const SENDERS = \[[\s\S]*?\n {4}\];/.exec(form) ?? [];
    const listed = [...list.matchAll(/name: '([\w-]+)'(?:,\s+label: '([^']+)')?(?:,\s+secret: '(\w+)')?(?:,\s+url: '(\w+)')?/g)].map(([, ...fields]) => fields);
    const expected = PROFILE_NAMES.map((name) => {
      const { label, secret, urlSecret } = PROFILES[name];
      return [name, name.startsWith('till-') ? undefined : label, secret?.variable, urlSecret?.variable];
    });
    assert.deepEqual(listed, expected);
    const tills = list.split('\n').filter((line) => line.includes('till: true')).map((line) => /name: '([\w-]+)'/.exec(line)?.[1]);
    assert.deepEqual(tills, PROFILE_NAMES.filter((name) => PROFILES[name].receipts === 'mapped'));
  });

  const SECRET = 'x'.repeat(32);
  const cases: readonly (readonly [fields: object, secrets: Record<string, string>, env: Record<string, string>, expected: object])[] = [
    [{ provider: 'square' }, {}, {}, { open: false }],
    [{ provider: 'square' }, {}, { SQUARE_WEBHOOK_SIGNATURE_KEY: SECRET }, { open: true, secrets: [SECRET] }],
    [{ provider: 'tilby' }, { secret: SECRET }, {}, { open: true, urlSecrets: [SECRET], urlTrust: 'untrusted' }],
    [{ provider: 'tilby', trustUrl: true }, {}, { TILBY_URL_SECRET: SECRET }, { open: true, urlSecrets: [SECRET], urlTrust: 'token' }],
    [{ provider: 'loyverse' }, { secret: SECRET, urlSecret: 'y' }, {}, { open: true, secrets: [SECRET], urlSecrets: ['y'], least: 16 }],
    [{ provider: 'prestashop' }, { secret: `whsec_${'A'.repeat(8)}` }, {}, { open: true, secrets: ['whsec_AAAAAAAA'], least: 24 }],
    [{ provider: 'zon' }, { secret: 'x'.repeat(31) }, {}, { open: true, secrets: ['x'.repeat(31)], least: 32 }],
    [{ provider: 'fattureincloud' }, {}, { FATTUREINCLOUD_PUBLIC_KEY: 'first line of a key\nand another' }, { open: true, secrets: ['first line of a key\nand another'] }],
  ];
  for (const [fields, secrets, env, expected] of cases) {
    it(JSON.stringify([fields, Object.keys(secrets), Object.keys(env)]), () => {
      const config = readConfig(form(fields), secrets, env);
      const found = { open: isOpen(config), least: leastOfShort(config), secrets: config.secrets, urlSecrets: config.urlSecrets, urlTrust: config.urlTrust };
      assert.deepEqual(found, { open: false, least: undefined, secrets: [], urlSecrets: [], urlTrust: 'untrusted', ...expected });
    });
  }

  it('take no secret URL that something in front may read as another', () => {
    for (const secret of ['../x', 'a/b', 'a?b', '-a', 'a b']) assert.throws(() => readConfig(form({ provider: 'tilby' }), { secret }, {}), /urlSecret/);
  });
});
