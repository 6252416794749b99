/** The set-up as people see it: the address to copy, a signed sample that counts nowhere, the public address as seen from here, and the first real message as it comes. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { freePort } from '../support/ports.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, layOut, openWidgets, type WidgetViewer } from '../support/widgetPage.js';

describe('widget of the set-up', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    layOut(data.path, flowWithWidgets('retail', [['setup', 8, {}], ['kpi', 3, { kpi: 'orders' }]]));
    const port = await freePort();
    product = await startProduct(data.path, { PORT: String(port), BOTTEGA_PUBLIC_URL: `http://127.0.0.1:${String(port)}` });
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const widget = ({ page } = viewer): Locator => page.locator('#nrdb-ui-widget-w0');
  const task = (title: string, of = viewer): Locator => widget(of).locator('.bw-task').filter({ has: of.page.locator('summary b', { hasText: new RegExp(`^${title}$`) }) });
  const opened = async (title: string, of = viewer): Promise<Locator> => {
    const found = task(title, of);
    await found.locator('summary').click();
    return found;
  };

  it('shows each webhook node with the address that is ready to be given away, never a secret', async () => {
    const shopify = await opened('Shopify');
    await until(() => shopify.innerText(), (text) => /Si aspetta il primo messaggio vero/.test(text));
    assert.equal(await shopify.locator('input').inputValue(), `${product.url}/in/shopify`);
    assert.match(await shopify.innerText(), /in attesa[^]*Impostazioni › Notifiche › Webhook[^]*Il segreto c’è/);
    await viewer.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await shopify.getByRole('button', { name: 'Copia l’indirizzo: Shopify' }).click();
    await until(() => shopify.locator('.bw-url button').innerText(), (text) => text === 'Copiato');
    assert.equal(await viewer.page.evaluate('navigator.clipboard.readText()'), `${product.url}/in/shopify`);
  });

  it('sends a signed sample that goes the whole way, and is no message of the sender', async () => {
    const shopify = task('Shopify');
    await shopify.getByRole('button', { name: 'Invia un esempio firmato: Shopify' }).click();
    assert.match(await until(() => shopify.innerText(), (text) => /ha avuto risposta/.test(text)), /ha avuto risposta 200 in [\d.]+ ms[^]*/);
    assert.match(await shopify.innerText(), /Si aspetta il primo messaggio vero/);
  });

  it('tries the public address, and says what that is: reached from here', async () => {
    const address = await opened('Indirizzo pubblico');
    assert.match(await address.innerText(), /da provare/);
    await address.getByRole('button', { name: 'Prova l’indirizzo: Indirizzo pubblico' }).click();
    const done = widget().locator('[data-group="done"]');
    await until(() => done.innerText(), (text) => text.includes('Indirizzo pubblico'));
    await done.locator('> summary').click();
    const found = await opened('Indirizzo pubblico');
    assert.match(await found.innerText(), /raggiunto da qui[^]*arriva a questo negozio, visto da qui[^]*arrivano intatti/);
  });

  it('sees the first real message as it comes', async () => {
    const sender = await opened('Eventi via API');
    assert.equal((await product.post(product.senders.events([event('s-1', 'sale', { amount: '42.50' })]))).status, 200);
    await until(() => sender.innerText(), (text) => /Ultimo messaggio ricevuto \d+ s fa/.test(text));
  });

  it('puts away what is not needed, by keyboard', async () => {
    const hubspot = await opened('HubSpot');
    await hubspot.getByRole('button', { name: 'Non serve qui: HubSpot' }).focus();
    await viewer.page.keyboard.press('Enter');
    await until(() => widget().locator('[data-group="away"] > summary').innerText(), (text) => /Non serve qui \(1\): HubSpot/.test(text));
  });

  it('leads to the node in the editor', async () => {
    const href = await task('Shopify').getByRole('link', { name: 'Apri il nodo' }).getAttribute('href') ?? '';
    const editor = await browser.newPage({ locale: 'it-IT' });
    await editor.goto(`${product.url}${href}`);
    await editor.waitForSelector('#node-input-provider');
    assert.equal(await editor.inputValue('#node-input-provider'), 'shopify');
    await editor.close();
  });

  it('fits a phone, in the dark, in English', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    const shopify = await opened('Shopify', phone);
    await until(() => shopify.innerText(), (text) => /Waiting for the first real message/.test(text));
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    const heights = await phone.page.locator('.bw-setup .bw-button:visible, .bw-setup summary:visible').evaluateAll((parts) => (parts as unknown as { offsetHeight: number }[]).map(({ offsetHeight }) => offsetHeight));
    assert.ok(heights.length > 0 && heights.every((height) => height >= 44), String(heights));
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('reports no error', () => { assert.deepEqual(viewer.complaints, []); });
});
