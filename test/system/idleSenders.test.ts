/**
 * Does a signed webhook get in while a thousand connections are open on which next to nothing is said? And is it said that senders were turned away?
 */
import assert from 'node:assert/strict';
import { HALF_BODY, HALF_HEADERS, IdleSenders } from '../support/idleSenders.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

const WITHIN_MS = 1_000;

describe('idle senders', () => {
  const data = temporaryData();
  let product: RunningProduct;
  let idle: IdleSenders;

  before(async () => {
    product = await startProduct(data.path);
    idle = new IdleSenders(product.url);
  });
  after(async () => {
    idle.close();
    await product.stop();
    data.remove();
  });

  it('a thousand of them hold up nobody; they are sent off, and /health and /metrics say so', async () => {
    const silent = await idle.open(200, '');
    const open = [...silent, ...await idle.open(200, HALF_HEADERS), ...await idle.open(600, HALF_BODY)];
    for (let n = 1; n <= 5; n++) {
      const startedAt = performance.now();
      const order = { id: n, created_at: new Date().toISOString(), total_price: '10.00', currency: 'EUR', financial_status: 'paid' };
      assert.equal((await product.post(product.senders.shopify('orders/paid', order, `idle-${String(n)}`))).status, 200);
      assert.ok(performance.now() - startedAt < WITHIN_MS, `${String(performance.now() - startedAt)} ms`);
    }
    await until(() => open.filter((sender) => sender.isOver()).length, (over) => over === open.length);
    assert.deepEqual(open.map((sender) => sender.isOver()).indexOf(false), -1);
    assert.ok(open.filter((sender) => sender.answer().startsWith('HTTP/1.1 408')).length >= 600);
    const { json } = await product.get('/health');
    assert.equal(json.status, 'ok');
    assert.deepEqual(json.warnings.map(({ cause }: { cause: string }) => cause), ['senders.turnedAway']);
    const { text } = await product.get('/metrics');
    for (const reason of ['busy', 'slowBody', 'slowRequest']) assert.match(text, new RegExp(`bottega_senders_turned_away_total\\{reason="${reason}"\\} [1-9]`));
  });
});
