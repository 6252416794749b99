/** Is what people see true, live and there at once? The whole product, a signed order, and a real browser. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openDashboard, shownValue, valueBecomes, type Watched } from '../support/browser.js';
import { until } from '../support/http.js';
import { freePort, type RunningProduct, startProduct, temporaryData } from '../support/product.js';

const SECOND = 1_000;

/** An order of Shopify's, paid `secondsAgo`. */
function order(id: number, total: string, secondsAgo = 5): object {
  const at = new Date(Date.now() - secondsAgo * SECOND).toISOString();
  return {
    id, name: `#${String(id)}`, test: false, created_at: at, processed_at: at, updated_at: at, cancelled_at: null, currency: 'EUR',
    financial_status: 'paid', source_name: 'web', location_id: null, total_price: total, current_total_price: total,
    total_price_set: { shop_money: { amount: total, currency_code: 'EUR' } }, payment_gateway_names: ['shopify_payments'],
    line_items: [{ id: id * 10, quantity: 1, price: total }], refunds: [],
  };
}

/** Money that goes back for an order. */
function refund(id: number, orderId: number, amount: string): object {
  const at = new Date().toISOString();
  return {
    id, order_id: orderId, created_at: at, processed_at: at, refund_line_items: [],
    transactions: [{ id: id * 10, order_id: orderId, kind: 'refund', status: 'success', amount, currency: 'EUR', processed_at: at, created_at: at }],
  };
}

describe('dashboard', function () {
  this.timeout(180_000);
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let desk: Watched;
  let port: string;

  before(async () => {
    port = String(await freePort());
    product = await startProduct(data.path, { PORT: port });
    browser = await openBrowser();
    desk = await openDashboard(browser, product.url);
  });

  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const send = async (topic: string, body: object, webhookId: string): Promise<void> => {
    const answer = await product.post(product.senders.shopify(topic, body, webhookId));
    assert.equal(answer.status, 200, answer.text);
  };

  it('shows a dash, not a zero, before anything is known', async () => {
    assert.equal(await shownValue(desk.page, 'revenue'), '');
    assert.equal(await textOf(desk.page, 'revenue'), '–');
  });

  it('shows a signed order, in Italian, without a reload', async () => {
    await send('orders/paid', order(1001, '1242.50'), 'w-1');
    assert.equal(await valueBecomes(desk.page, 'revenue', '1242.5'), '1242.5');
    assert.equal((await textOf(desk.page, 'revenue')).replace(/\s/g, ' '), '1.242,50 €');
    assert.equal(await valueBecomes(desk.page, 'orders', '1'), '1');
    assert.equal(await shownValue(desk.page, 'conversion'), '');
    assert.match(await desk.page.locator('article').first().innerText(), /aggiornato \d+ s fa/);
  });

  it('does not move for the same order again, and does for a refund', async () => {
    await send('orders/paid', order(1001, '1242.50'), 'w-1');
    await send('orders/paid', order(1002, '7.50'), 'w-2');
    assert.equal(await valueBecomes(desk.page, 'revenue', '1250'), '1250');
    await send('refunds/create', refund(2001, 1001, '242.50'), 'w-3');
    assert.equal(await valueBecomes(desk.page, 'revenue', '1007.5'), '1007.5');
    assert.equal(await shownValue(desk.page, 'orders'), '2');
  });

  it('draws the hours and the channels', async () => {
    const bars = desk.page.locator('.b-chart li');
    await until(() => bars.allInnerTexts(), (texts) => texts.some((text) => /€/.test(text)));
    assert.match((await bars.allInnerTexts()).join(' '), /Ore \d\d?: 1\.007,50\s€/);
    assert.match(await desk.page.locator('.b-channels').innerText(), /Online\s+1\.007,50\s€/);
  });

  it('names the source and how old its last event is', async () => {
    const sources = desk.page.locator('.b-table tbody');
    await sources.waitFor();
    assert.match(await sources.innerText(), /Shopify\s+prova-bottega\.myshopify\.com[\s\S]* fa/);
  });

  it('shows a signed message that cannot be used, with its reason', async () => {
    await send('orders/paid', order(1003, '10.999'), 'w-4');
    const letters = desk.page.locator('.b-letters li');
    await letters.first().waitFor();
    assert.equal(await letters.count(), 1);
    assert.match(await desk.page.locator('.b-count').innerText(), /^1 /);
    assert.equal(await shownValue(desk.page, 'revenue'), '1007.5');
  });

  it('shows an open alert, and that somebody has seen it', async () => {
    await send('orders/paid', order(1005, '400.00'), 'w-5');
    await send('refunds/create', refund(2002, 1005, '400.00'), 'w-6');
    const alert = desk.page.locator('.b-alert');
    await alert.waitFor();
    assert.match(await alert.innerText(), /Resi alti\s+Resi: 642,50\s€ .*300,00\s€/);
    await alert.getByRole('button', { name: 'Visto: Resi alti' }).click();
    await until(() => alert.innerText(), (text) => /visto alle/.test(text));
    assert.match(await alert.innerText(), /visto alle \d\d:\d\d/);
  });

  it('gives whoever comes later everything at once, also on a phone, without sideways scrolling', async () => {
    const phone = await openDashboard(browser, product.url, { width: 390, height: 844 });
    assert.equal(await valueBecomes(phone.page, 'revenue', '1007.5', 2 * SECOND), '1007.5');
    assert.equal(await shownValue(phone.page, 'average_ticket'), '550');
    await phone.page.locator('.b-channels').waitFor();
    assert.match(await phone.page.locator('.b-alert').innerText(), /Resi alti/);
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('asks no other host and reports no error', () => {
    assert.deepEqual(desk.complaints, []);
  });

  it('says that it is cut off, and after a restart shows the number again by itself', async () => {
    await product.stop();
    const live = desk.page.locator('.b-live');
    await until(() => live.innerText(), (text) => text.includes('interrotto'));
    assert.match(await live.innerText(), /interrotto/);
    product = await startProduct(data.path, { PORT: port });
    await until(() => live.innerText(), (text) => text === 'In diretta', 30 * SECOND);
    assert.equal(await valueBecomes(desk.page, 'revenue', '1007.5'), '1007.5');
    await send('orders/paid', order(1004, '0.50'), 'w-7');
    assert.equal(await valueBecomes(desk.page, 'revenue', '1008'), '1008');
    const late = await openDashboard(browser, product.url);
    assert.equal(await valueBecomes(late.page, 'revenue', '1008', 2 * SECOND), '1008');
    assert.match(await late.page.locator('.b-alert').innerText(), /Resi alti/);
    await late.page.close();
  });
});

async function textOf(page: Page, kpi: string): Promise<string> {
  return (await page.locator(`[data-kpi="${kpi}"]`).first().innerText()).trim();
}
