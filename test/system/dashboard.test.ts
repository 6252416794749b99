/** Is what people see true, live and there at once? The whole product, a signed order, and a real browser. */
import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openDashboard, PHONE, shownValue, valueBecomes, type Watched } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { foreignOrder, order, refund } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { freePort } from '../support/ports.js';

/** Sooner than anything that comes by the minute. */
const AT_ONCE_MS = 20_000;

/** Notes when each value of the orders of today was first shown. */
const WATCH_ORDERS = `(() => {
  const number = document.querySelector('[data-kpi="orders"]');
  window.seen = {};
  new MutationObserver(() => { window.seen[number.dataset.value] ??= Date.now(); }).observe(number, { attributes: true });
})()`;

describe('dashboard', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: Watched;
  let port: string;

  before(async () => {
    port = String(await freePort());
    product = await startProduct(data.path, { PORT: port });
    browser = await openBrowser();
    viewer = await openDashboard(browser, product.url);
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
    assert.equal(await shownValue(viewer.page, 'revenue'), '');
    assert.equal(await textOf(viewer.page, 'revenue'), '–');
  });

  it('shows a signed order, in Italian, without a reload', async () => {
    await send('orders/paid', order(1001, '1242.50'), 'w-1');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1242.5'), '1242.5');
    assert.equal((await textOf(viewer.page, 'revenue')).replace(/\s/g, ' '), '1.242,50 €');
    assert.equal(await valueBecomes(viewer.page, 'orders', '1'), '1');
    assert.equal(await shownValue(viewer.page, 'conversion'), '');
    await viewer.page.getByRole('button', { name: 'Che cosa conta: Vendite' }).click();
    assert.match(await viewer.page.getByRole('note').innerText(), /da un movimento/);
    await viewer.page.keyboard.press('Escape');
  });

  it('does not move for the same order again, and does for a refund', async () => {
    await send('orders/paid', order(1001, '1242.50'), 'w-1');
    await send('orders/paid', order(1002, '7.50'), 'w-2');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1250'), '1250');
    await send('refunds/create', refund(2001, 1001, '242.50'), 'w-3');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1007.5'), '1007.5');
    assert.equal(await shownValue(viewer.page, 'orders'), '2');
  });

  it('draws the hours and the channels', async () => {
    const hours = viewer.page.locator('tr[data-kpi="revenue"]');
    const drawn = await until(() => hours.allTextContents(), (texts) => texts.some((text) => text.includes('1.007,50')));
    assert.match(drawn.join(' '), /\d\d:00–\d\d:00: 1\.007,50\s€da 3 movimenti/);
    const channel = viewer.page.getByRole('region', { name: 'Fatturato per canale' }).locator('[data-part="online"]');
    assert.match(await until(() => channel.innerText(), (text) => text.includes('1.007,50')), /Online\s+1\.007,50\s€/);
  });

  it('names the source and how old its last event is', async () => {
    await viewer.page.getByRole('link', { name: 'Fonti' }).click();
    const row = viewer.page.locator('[data-source]').filter({ hasText: 'Shopify' });
    assert.match(await until(() => row.innerText(), (text) => / fa/.test(text)), /Shopify\s+prova-bottega\.myshopify\.com\s+\d+ (s|min) fa\s+\d\d:\d\d\s+[1-9]/);
  });

  it('shows a signed message that cannot be used, with its reason', async () => {
    await send('orders/paid', foreignOrder(1003, '10.99'), 'w-4');
    const letters = viewer.page.getByRole('region', { name: 'Messaggi da controllare' });
    const letter = letters.locator('[data-letter]');
    await letter.waitFor();
    assert.match(await letters.innerText(), /Un messaggio non utilizzabile[^]*Valuta diversa da quella del negozio[^]*Shopify · orders\/paid · .*fa/);
    assert.equal(await letter.count(), 1);
    await viewer.page.getByRole('link', { name: 'Oggi' }).click();
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1007.5', AT_ONCE_MS), '1007.5');
  });

  it('shows an open alert, and that somebody has seen it', async () => {
    await send('orders/paid', order(1005, '400.00'), 'w-5');
    await send('refunds/create', refund(2002, 1005, '400.00'), 'w-6');
    const alert = viewer.page.locator('[data-alert="Resi alti"]');
    await alert.waitFor();
    assert.match(await until(() => alert.innerText(), (text) => text.includes('642,50')), /Resi alti\s+642,50\s€\s+Resi: 642,50\s€ .*300,00\s€/);
    await alert.getByRole('button', { name: 'Visto: Resi alti' }).click();
    await until(() => alert.innerText(), (text) => /visto alle/.test(text));
    assert.match(await alert.innerText(), /visto alle \d\d:\d\d/);
  });

  it('gives whoever comes later everything at once, also on a phone, without sideways scrolling', async () => {
    const phone = await openDashboard(browser, product.url, PHONE);
    assert.equal(await valueBecomes(phone.page, 'revenue', '1007.5', AT_ONCE_MS), '1007.5');
    assert.equal(await valueBecomes(phone.page, 'average_ticket', '550', AT_ONCE_MS), '550');
    await phone.page.getByRole('region', { name: 'Fatturato per canale' }).getByRole('listitem').first().waitFor();
    await phone.page.locator('[data-alert="Resi alti"]').waitFor();
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('moves within a tenth of a second of the number on MQTT', async () => {
    const published = new Map<string, number>();
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(product.mqttPort)}`);
    client.on('message', (_topic, payload) => { published.set(String((JSON.parse(payload.toString()) as { value: unknown }).value), Date.now()); });
    await client.subscribeAsync('bottega/shop/kpi/orders/1d/_/_');
    await viewer.page.evaluate(WATCH_ORDERS);
    for (let index = 0; index < 9; index++) {
      await send('orders/paid', order(3000 + index, '1.00'), `w-live-${String(index)}`);
      await valueBecomes(viewer.page, 'orders', String(4 + index));
    }
    await client.endAsync();
    const shown = Object.entries(await viewer.page.evaluate<Record<string, number>>('window.seen'));
    const delays = shown.flatMap(([value, at]) => { const since = published.get(value); return since === undefined ? [] : [at - since]; }).sort((a, b) => a - b);
    // What a page reads from the store may be there before the number is on MQTT, and then never comes there by itself.
    assert.ok(delays.length >= 5, `saw ${JSON.stringify(shown)}`);
    const half = delays[Math.floor(delays.length / 2)] ?? Infinity;
    assert.ok(half <= 100, `half of the numbers took longer than ${String(half)} ms`);
  });

  it('asks no other host and reports no error', () => {
    assert.deepEqual(viewer.complaints, []);
  });

  it('says that it is cut off, and after a restart shows the number again by itself', async () => {
    await product.stop();
    const live = viewer.page.locator('.bw-live');
    assert.match(await until(() => live.innerText(), (text) => text.includes('interrotto')), /Collegamento interrotto: dati di \d+ (s|min) fa/);
    product = await startProduct(data.path, { PORT: port });
    await until(() => live.innerText(), (text) => text === 'In diretta');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1016.5'), '1016.5');
    await send('orders/paid', order(1004, '0.50'), 'w-7');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '1017'), '1017');
    const late = await openDashboard(browser, product.url);
    assert.equal(await valueBecomes(late.page, 'revenue', '1017', AT_ONCE_MS), '1017');
    await late.page.locator('[data-alert="Resi alti"]').waitFor();
    await late.page.close();
  });
});

async function textOf(page: Page, kpi: string): Promise<string> {
  return (await page.locator(`[data-kpi="${kpi}"]`).first().innerText()).trim();
}
