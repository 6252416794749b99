/** Can everybody read and use it? Every page, three widths, both themes: contrast, names, landmarks, and nothing beyond the edge. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openBrowser, openDashboard } from '../support/browser.js';
import { BAD_CONTROLS, FAINT_TEXTS } from '../support/readable.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event, foreignOrder } from '../support/shop.js';
import { until } from '../support/waiting.js';

const PAGES = ['oggi', 'andamento', 'vendite', 'avvisi', 'fonti'];
const WIDTHS = [390, 820, 1440] as const;
const THEMES = ['light', 'dark'] as const;

/** Texts wider than their box, where nothing scrolls. */
const CUT_TEXTS = `(() => [...document.querySelectorAll('.bw-kpi *, .bw h2, .bw-button, .bw-header nav a')]
  .filter((element) => !element.closest('.bw-said, svg') && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.className + ' ' + element.innerText.slice(0, 40)))()`;

describe('dashboard accessibility', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;

  before(async () => {
    product = await startProduct(data.path, { BOTTEGA_TEMPLATE: 'restaurant' });
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  describe('on the first day, without anything', () => { isReadable(false); });

  describe('with numbers, alerts and letters', () => {
    before(async () => {
      const opened = new Date(Date.now() - 3_600_000).toISOString();
      const closed = new Date(Date.now() - 1_000).toISOString();
      const sent = [
        event('s1', 'sale', { amount: '12345.60', payment: 'card', openedAt: opened, closedAt: closed }), event('s2', 'sale', { amount: '3.00', channel: 'delivery', payment: 'cash' }),
        event('v1', 'visit', { quantity: 1234 }), event('x1', 'sale', { amount: '3.00', currency: 'CHF' }),
      ];
      assert.equal((await product.post(product.senders.events(sent))).status, 200);
      assert.equal((await product.post(product.senders.shopify('orders/paid', foreignOrder(9, '10.99'), 'w-9'))).status, 200);
    });
    isReadable(true);
  });

  it('follows the device, and a choice of one\'s own, kept for the next visit', async () => {
    const viewer = await openDashboard(browser, product.url, undefined, 'oggi', 'dark');
    const ground = (): Promise<string> => viewer.page.evaluate<string>('getComputedStyle(document.querySelector(".bw-day")).backgroundColor');
    assert.equal(await ground(), 'rgb(24, 33, 30)');
    await viewer.page.getByLabel('Aspetto').selectOption('light');
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await viewer.page.reload();
    await viewer.page.waitForSelector('[data-kpi]');
    assert.equal(await until(ground, (color) => color === 'rgb(255, 255, 255)'), 'rgb(255, 255, 255)');
    await viewer.page.getByRole('link', { name: 'Fonti' }).click();
    await viewer.page.getByRole('link', { name: 'Fonti' }).and(viewer.page.locator('[aria-current="page"]')).waitFor();
    assert.equal(await viewer.page.getByLabel('Aspetto').inputValue(), 'light');
    assert.equal(await until(() => viewer.page.title(), (title) => title.startsWith('Fonti')), 'Fonti · Il mio ristorante');
    await viewer.page.context().close();
  });

  /** A page is opened once for each theme and drawn at every width, as when a window is pulled. */
  function isReadable(hasData: boolean): void {
    for (const theme of THEMES) {
      for (const name of PAGES) {
        it(`${name}, ${theme}`, async () => {
          const viewer = await openDashboard(browser, product.url, { width: WIDTHS[0], height: 900 }, name, theme);
          const { page } = viewer;
          if (hasData && name === 'oggi') await until(() => page.locator('[data-kpi="revenue"]').first().getAttribute('data-value'), (value) => value === '12348.6');
          if (hasData && name === 'fonti') await page.getByRole('button', { name: 'Riprova tutti' }).waitFor();
          // Numbers that have just moved are lit for a second.
          await page.addStyleTag({ content: '* { animation: none !important; transition: none !important; }' });
          for (const width of WIDTHS) {
            const where = `${name} ${String(width)} ${theme}`;
            await page.setViewportSize({ width, height: 900 });
            await until(() => page.evaluate<number>('innerWidth'), (inner) => inner === width);
            assert.deepEqual(await page.evaluate(FAINT_TEXTS), [], where);
            assert.deepEqual(await page.evaluate(BAD_CONTROLS), [], where);
            assert.deepEqual(await page.evaluate(CUT_TEXTS), [], where);
            assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, where);
            assert.deepEqual([await page.getByRole('main').count(), await page.getByRole('navigation').count(), await page.getByRole('heading', { level: 1 }).count()], [1, 1, 1], where);
            assert.equal(await until(() => page.evaluate<string>('document.documentElement.lang'), (lang) => lang === 'it'), 'it');
          }
          assert.deepEqual(viewer.complaints, [], `${name} ${theme}`);
          await page.context().close();
        });
      }
    }
  }
});
