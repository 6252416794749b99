/**
 * Which endpoint is open, and with which secret is it said that it is too short?
 */
import assert from 'node:assert/strict';
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
