/** The widget of dead letters as people see it: why, what to do, the message without whom it is about, once more, and away; with no wire to it. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { foreignOrder, order } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, layOut, openWidgets, type WidgetViewer } from '../support/widgetPage.js';

const ANNA = { email: 'anna@example.it', first_name: 'Anna', last_name: 'Verdi', phone: '+39 333 1234567' };

describe('widget of dead letters', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    layOut(data.path, flowWithWidgets('retail', [['deadletters', 7, {}], ['kpi', 3, {}]]));
    product = await startProduct(data.path);
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const widget = ({ page } = viewer): Locator => page.locator('#nrdb-ui-widget-w0');
  const group = (reason: string, of = viewer): Locator => widget(of).locator(`[data-reason="${reason}"]`);
  const shows = (pattern: RegExp, of = viewer): Promise<string> => until(() => widget(of).innerText(), (text) => pattern.test(text));

  it('says that every message was understood, while that is so', async () => {
    await shows(/Ogni messaggio ricevuto è stato capito/);
  });

  it('shows by itself what cannot be used: why, and what to do', async () => {
    const orders = [{ ...foreignOrder(1, '10.00'), customer: ANNA }, { ...foreignOrder(2, '20.00'), customer: ANNA }, { ...order(3, 'tanto'), customer: ANNA }];
    for (const [index, each] of orders.entries()) assert.equal((await product.post(product.senders.shopify('orders/paid', each, `w-${String(index)}`))).status, 200);
    await shows(/3 messaggi non utilizzabili/);
    assert.match(await group('currency.foreign').innerText(), /Che fare: [^]*Riprova questi 2[^]*Shopify · orders\/paid/);
    assert.doesNotMatch(await widget().innerHTML(), /Anna|Verdi|anna@|1234567/);
  });

  it('opens one by keyboard: the sale and the wrong place, not whom it is about', async () => {
    const open = group('currency.foreign').getByRole('button', { name: /^Apri:/ }).first();
    await open.focus();
    await viewer.page.keyboard.press('Enter');
    const content = widget().locator('.bw-content');
    await content.waitFor();
    const text = await content.innerText();
    assert.match(text, /"(total_price|current_total_price)": "20\.00"/);
    assert.match(text, /← qui/);
    assert.doesNotMatch(text, /Anna|Verdi|anna@|1234567/);
    assert.match(await widget().innerText(), /\d+ valori coperti/);
  });

  it('tries all of one reason again, and says that they are still refused, and why', async () => {
    await group('currency.foreign').getByRole('button', { name: /^Riprova i messaggi con il motivo/ }).click();
    await shows(/Riprovati: nessuno capito, 2 ancora rifiutati/);
    assert.match(await group('currency.foreign').innerText(), /Riprovato alle \d\d:\d\d: ancora rifiutato perché: [^]*Riprovato alle/);
    assert.doesNotMatch(await widget().innerText(), /tanto[^]*Riprovato/);
  });

  it('discards one when asked twice', async () => {
    if (await widget().locator('.bw-content').count() === 0) await group('currency.foreign').getByRole('button', { name: /^Apri:/ }).first().click();
    await widget().getByRole('button', { name: /^Scarta:/ }).click();
    await widget().getByRole('button', { name: 'Tienilo' }).click();
    await widget().getByRole('button', { name: /^Scarta:/ }).click();
    await widget().getByRole('button', { name: 'Scarta davvero: non torna' }).click();
    await shows(/2 messaggi non utilizzabili/);
    assert.equal(await group('currency.foreign').locator('[data-letter]').count(), 1);
  });

  it('fits on a phone, in the dark, in English, with buttons for fingers', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    await shows(/2 messages that cannot be used/, phone);
    await widget(phone).getByRole('button', { name: /^Open:/ }).first().click();
    await widget(phone).locator('.bw-content').waitFor();
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    const heights = await phone.page.locator('.bw-button').evaluateAll((buttons) => (buttons as unknown as { offsetHeight: number }[]).map(({ offsetHeight }) => offsetHeight));
    assert.ok(heights.length > 0 && heights.every((height) => height >= 44), String(heights));
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('reports no error', () => { assert.deepEqual(viewer.complaints, []); });
});
