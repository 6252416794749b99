/** A month of trade through the product's own endpoints, against the same month added up by other means. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, formatInstant, HOUR } from '../../engine/base/time.js';
import { counted } from '../../launcher/simulator/replay.js';
import { TEMPLATES } from '../../launcher/settings/settings.js';
import { answeredOf, batchOf, type BatchSize, type Cells, COMPARED, differences, OF_THE_PRESENT } from '../support/batch.js';
import { monthOf, type Sent } from '../support/ledgerMonth.js';
import { MONTH_SHOP, monthFlow, sendAll, sentMonth, type SentMonth } from '../support/monthShop.js';
import { ROOT, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

const ZONE = 'Europe/Rome';
const GROUPS = ['', 'store', 'channel', 'store,channel'];

interface Asked { readonly size: BatchSize; readonly from: number; readonly to: number }

/** Every number of every group. */
async function answered(product: RunningProduct, { size, from, to }: Asked): Promise<Cells> {
  const answers = await Promise.all(GROUPS.map((group) => product.kpi(`window=${size}&from=${formatInstant(from)}&to=${formatInstant(to)}&group=${group}`)));
  for (const { status, text } of answers) assert.equal(status, 200, text.slice(0, 300));
  return answeredOf(answers.flatMap(({ json }) => json.rows));
}

function startOf([cell]: readonly [string, number]): number {
  return Date.parse(cell.split(' ')[1] ?? '');
}

const CUTOFF_HOURS = { retail: 0, restaurant: 4, artisan: 0 } as const;
const INCOMPLETE_AFTER_MS = { retail: 0, restaurant: HOUR / 2, artisan: 0 } as const;
/** A small part of the usual trade: enough for every kind of event on most days. */
const DEMO = ['--demo', '--days', '30', '--fast', '--volume', '8', '--seed', '7'];
/** What each sector lives by must be in its month. */
const LIVES_BY = {
  retail: ['footfall', 'conversion', 'waste', 'returns_rate', 'average_ticket', 'card_share', 'shipping'],
  restaurant: ['service_time', 'service_time_p90', 'covers', 'average_per_cover', 'incomplete_orders', 'open_orders', 'cash_share'],
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

    for (const size of ['1h', '1d'] as const) {
      it(`every KPI of every ${size === '1h' ? 'hour' : 'business day'} equals the batch, to the cent`, async () => {
        const month = monthOf(sent, ZONE, 'negozio');
        const expected = batchOf(month, size, { zone: ZONE, cutoffHours: CUTOFF_HOURS[template], incompleteAfterMs: INCOMPLETE_AFTER_MS[template], askedAt });
        // An order turns late while the clock goes on: those of the last hour may have, or not.
        const isOver = (cell: readonly [string, number]): boolean => !cell[0].startsWith('incomplete') || startOf(cell) < askedAt - (size === '1d' ? DAY : HOUR);
        const given = await answered(product, { size, from: askedAt - 40 * DAY, to: askedAt + HOUR });
        assert.deepEqual(differences(expected.filter(isOver), given.filter(isOver)), []);
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

describe('a month sent twice, in disorder, over several ways, through both changes of the clocks', () => {
  const data = temporaryData();
  const now = Date.now();
  let product: RunningProduct;
  let sent: SentMonth;
  let refused: number;
  let compared = 0;

  before(async () => {
    mkdirSync(join(data.path, 'data'));
    writeFileSync(join(data.path, 'data', 'flows.json'), JSON.stringify(monthFlow(ROOT)));
    sent = sentMonth(now, 11);
    product = await startProduct(join(data.path, 'data'));
    refused = await sendAll(product, sent.deliveries);
    await counted(product.url, AbortSignal.timeout(60_000));
  });
  after(async () => {
    await product.stop();
    data.remove();
  });

  const days = ({ first, last }: { readonly first: number; readonly last: number }): { readonly from: number; readonly to: number } => ({ from: first * DAY - DAY, to: (last + 3) * DAY });

  it('takes all of it', () => {
    assert.equal(refused, 0);
  });

  const asked: [what: string, sizes: readonly BatchSize[], spanOf: () => { readonly from: number; readonly to: number }][] = [
    ['the month', ['1h', '1d'], () => days(sent.spans.month)],
    ['the other change of the clocks', ['1h', '1d'], () => days(sent.spans.other)],
    ['the last two days', ['5m', '15m', '1h', '1d'], () => ({ from: Math.ceil(now / HOUR) * HOUR - 46 * HOUR, to: now })],
  ];
  for (const [what, sizes, spanOf] of asked) {
    for (const size of sizes) {
      it(`${what}: every KPI, of every group and window of ${size}, equals the batch, to the cent`, async () => {
        const { from, to } = spanOf();
        const given = await answered(product, { size, from, to });
        const isAsked = (cell: readonly [string, number]): boolean => startOf(cell) >= from + (size === '1d' ? DAY : 0) && startOf(cell) < to;
        const expected = batchOf(sent.month, size, { ...MONTH_SHOP, askedAt: now }).filter(isAsked);
        assert.deepEqual(differences(expected, given.filter(isAsked)), []);
        compared += expected.length;
      });
    }
  }

  it('compares every number that the shop has', async () => {
    const { json } = await product.kpi('describe');
    assert.deepEqual(json.kpis.map(({ name }: { name: string }) => name).sort(), [...COMPARED, ...OF_THE_PRESENT].sort());
    const untouched = COMPARED.filter((name) => !batchOf(sent.month, '1d', { ...MONTH_SHOP, askedAt: now }).some(([cell]) => cell.startsWith(`${name} `)));
    // Contacts, deals and tickets are in the artisan's month.
    assert.deepEqual(untouched, ['support_time']);
    assert.ok(compared > 25_000, `${String(compared)} cells`);
  });

  it('has both changes of the clocks in it', () => {
    const hours = batchOf(sent.month, '1h', { ...MONTH_SHOP, askedAt: now }).filter(([cell]) => cell.startsWith('revenue ') && cell.endsWith(' _ _')).map(startOf);
    assert.ok(hours.length > 300);
  });
});
