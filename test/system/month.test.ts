/** A month of trade through the product's own endpoints, against the same month added up by other means. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, formatInstant, HOUR } from '../../engine/base/time.js';
import { TEMPLATES } from '../../launcher/settings/settings.js';
import { answeredOf, batchOf, COMPARED, type Sent } from '../support/batch.js';
import { ROOT, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

const CUTOFF_HOURS = { retail: 0, restaurant: 4, artisan: 0 } as const;
const INCOMPLETE_AFTER_MS = { retail: 0, restaurant: HOUR / 2, artisan: 0 } as const;
/** A small part of the usual trade: enough for every kind of event on most days. */
const DEMO = ['--demo', '--days', '30', '--fast', '--volume', '8', '--seed', '7'];
/** What each sector lives by must be in its month. */
const LIVES_BY = {
  retail: ['footfall', 'conversion', 'waste', 'returns_rate', 'average_ticket', 'card_share'],
  restaurant: ['service_time', 'covers', 'average_per_cover', 'incomplete_orders', 'open_orders', 'cash_share'],
  artisan: ['social_conversion', 'support_time', 'orders', 'refunds'],
} as const;

for (const template of TEMPLATES) {
  describe(`simulated month: ${template}`, () => {
    const data = temporaryData();
    const ledger = join(data.path, 'ledger.ndjson');
    let product: RunningProduct;
    let sent: Sent[];
    let askedAt: number;

    before(async () => {
      product = await startProduct(join(data.path, 'data'), { BOTTEGA_TEMPLATE: template }, [process.execPath, join(ROOT, 'dist/launcher/start.js'), ...DEMO, '--ledger', ledger]);
      await until(() => existsSync(ledger), (isThere) => isThere, 400_000);
      sent = readFileSync(ledger, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Sent);
      askedAt = Date.now();
    });
    after(async () => {
      await product.stop();
      data.remove();
    });

    const answered = async (size: '1h' | '1d'): Promise<ReturnType<typeof answeredOf>> => {
      const span = `from=${formatInstant(askedAt - 40 * DAY)}&to=${formatInstant(askedAt + HOUR)}`;
      const ask = async (group: string): Promise<[]> => {
        const { status, json } = await product.kpi(`window=${size}&${span}&group=${group}&name=${COMPARED.join(',')}`);
        assert.equal(status, 200, JSON.stringify(json).slice(0, 300));
        return json.rows;
      };
      return answeredOf([...await ask(''), ...await ask('channel')]);
    };

    for (const size of ['1h', '1d'] as const) {
      it(`every KPI of every ${size === '1h' ? 'hour' : 'business day'} equals the batch, to the cent`, async () => {
        const expected = batchOf(sent, size, { zone: 'Europe/Rome', cutoffHours: CUTOFF_HOURS[template], incompleteAfterMs: INCOMPLETE_AFTER_MS[template], askedAt });
        // An order turns late while the clock goes on: those of the last hour may have, or not.
        const isOver = ([cell]: readonly [string, number]): boolean => !cell.startsWith('incomplete') || Date.parse(cell.split(' ')[1] ?? '') < askedAt - (size === '1d' ? DAY : HOUR);
        assert.deepEqual((await answered(size)).filter(isOver), expected.filter(isOver));
        for (const name of LIVES_BY[template]) assert.ok(expected.filter(([cell]) => cell.startsWith(`${name} `)).length >= 10, name);
      });
    }

    it('has versions, duplicates and late events in it', () => {
      const bodies = sent.map(({ body }) => JSON.stringify(body));
      assert.ok(new Set(bodies).size < bodies.length);
      assert.ok(sent.length > 500);
    });
  });
}
