/** The table as people see it: a line per hour, a total that is no average of averages, sorted by keyboard, taken away as a file, and read across on a phone. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, formerWeeks, layOut, openWidgets, type WidgetViewer } from '../support/widgetPage.js';

const KPIS = ['revenue', 'orders', 'average_ticket', 'returns_rate', 'units'];

describe('widget of a table', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    layOut(data.path, flowWithWidgets('retail', [['table', 8, { kpis: KPIS }], ['table', 8, { kpis: KPIS, by: 'channel' }], ['table', 8, { kpis: KPIS, by: 'week', period: '30d' }], ['kpi', 3, {}]]));
    product = await startProduct(data.path);
    browser = await openBrowser();
    const sales = [event('t-1', 'sale', { amount: '10.00' }), event('t-2', 'sale', { amount: '30.00', channel: 'online' }), event('t-3', 'sale', { amount: '1250.00', channel: 'online' })];
    assert.equal((await product.post(product.senders.events([...formerWeeks('20.00'), ...sales]))).status, 200);
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const table = (index: number, { page } = viewer): Locator => page.locator(`#nrdb-ui-widget-w${String(index)}`);
  const totalIs = (index: number, kpi: string, value: string): Promise<unknown> => until(() => table(index).locator(`tfoot [data-kpi="${kpi}"]`).getAttribute('data-value'), (shown) => shown === value);

  it('adds up what adds up, and asks for the rest', async () => {
    await totalIs(0, 'revenue', '1290');
    await totalIs(1, 'revenue', '1290');
    await totalIs(1, 'average_ticket', '430');
    const lines = await table(1).locator('tbody tr').allInnerTexts();
    assert.deepEqual(lines.map((line) => line.split(/\s/)[0]), ['Online', 'In']);
    assert.match(lines.join('\n'), /1\.280,00\s€\s+2\s+640,00\s€/);
    assert.match(await table(2).innerText(), /Settimana per settimana[^]*–[^]*Totale/);
  });

  it('moves by itself', async () => {
    assert.equal((await product.post(product.senders.events([event('t-4', 'sale', { amount: '10.00' })]))).status, 200);
    await totalIs(0, 'revenue', '1300');
    await totalIs(1, 'average_ticket', '325');
    await until(() => table(1).locator('tbody').innerText(), (text) => /In negozio\s+20,00/.test(text));
  });

  it('is sorted by keyboard, and says so', async () => {
    const head = table(1).getByRole('button', { name: 'Fatturato' });
    await head.focus();
    await viewer.page.keyboard.press('Enter');
    const heading = table(1).locator('th[aria-sort]');
    assert.equal(await until(() => heading.getAttribute('aria-sort'), (order) => order === 'descending'), 'descending');
    await viewer.page.keyboard.press('Enter');
    await until(() => heading.getAttribute('aria-sort'), (order) => order === 'ascending');
    assert.match((await table(1).locator('tbody tr').first().innerText()), /^In negozio/);
  });

  it('is taken away as a file with the decimals of the currency', async () => {
    const [download] = await Promise.all([viewer.page.waitForEvent('download'), table(1).getByRole('link', { name: 'Scarica CSV' }).click()]);
    assert.match(download.suggestedFilename(), /^bottega-canali-\d{4}-\d\d-\d\d\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    assert.match(text, /^\ufeffCanale;Fatturato \(EUR\);Vendite;Scontrino medio \(EUR\)/);
    assert.match(text, /\r\nOnline;1280,00;2;640,00;[^]*\r\nTotale;1300,00;4;325,00;/);
  });

  it('is read across on a phone, in the dark, in English: the first column stays', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    const own = table(1, phone);
    await until(() => own.innerText(), (text) => text.includes('Average ticket'));
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    const pane = own.locator('.bw-scroll');
    await pane.focus();
    await until(async () => {
      await phone.page.keyboard.press('ArrowRight');
      return pane.evaluate((element) => (element as unknown as { scrollLeft: number }).scrollLeft);
    }, (left) => left > 60);
    const box = await own.locator('tbody th').first().boundingBox();
    assert.ok(box !== null && box.x >= 0 && box.x < 60, JSON.stringify(box));
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('reports no error', () => { assert.deepEqual(viewer.complaints, []); });
});
