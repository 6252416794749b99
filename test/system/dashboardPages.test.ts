/** Do the other pages of the dashboard do what they are for? A seeded shop, two viewers, a keyboard, and letters that go in again. */
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser, openDashboard, PHONE, type Watched } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event, foreignOrder } from '../support/shop.js';
import { until } from '../support/waiting.js';

const SECOND = 1_000;
const DAY = 86_400;

describe('dashboard pages', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;

  before(async () => {
    product = await startProduct(data.path, {});
    browser = await openBrowser();
    const sales = [0, 1, 3].flatMap((days) => [
      event(`a${String(days)}`, 'sale', { amount: '100.00', payment: 'card' }, days * DAY + 5),
      event(`b${String(days)}`, 'sale', { amount: '50.00', channel: 'online', payment: 'cash' }, days * DAY + 5),
    ]);
    assert.equal((await product.post(product.senders.events(sales))).status, 200);
  });

  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  describe('Andamento and Vendite', () => {
    let anna: Watched;
    let bruno: Watched;

    before(async () => {
      anna = await openDashboard(browser, product.url, undefined, 'vendite');
      bruno = await openDashboard(browser, product.url, PHONE, 'vendite');
    });
    after(async () => {
      await anna.page.context().close();
      await bruno.page.context().close();
    });

    it('add up seven days, by channel, by store and by means of payment', async () => {
      assert.match(await textWith(region(anna.page, 'Fatturato per canale'), /300,00/), /ultimi 7 giorni[^]*In negozio\s+300,00\s€\s+66,7\s% del totale[^]*Online\s+150,00\s€\s+33,3\s% del totale/);
      assert.match(await textWith(region(anna.page, 'Fatturato per punto vendita'), /450,00/), /Negozio\s+450,00\s€\s+100,0\s% del totale/);
      assert.match(await textWith(region(anna.page, 'Come pagano'), /300,00/), /Carta e digitale\s+300,00\s€[^]*Contanti\s+150,00\s€/);
      assert.equal(await anna.page.getByRole('radio', { name: '7 giorni' }).isChecked(), true);
    });

    it('let each viewer filter alone', async () => {
      await anna.page.getByRole('radio', { name: 'Oggi' }).check();
      await bruno.page.getByRole('combobox', { name: 'Canale' }).selectOption({ label: 'Online' });
      assert.equal(await partBecomes(anna.page, 'pos', '100'), '100');
      assert.equal(await partBecomes(bruno.page, 'online', '150'), '150');
      const till = region(bruno.page, 'Fatturato per canale').locator('[data-part="pos"]');
      assert.equal(await until(() => till.count(), (count) => count === 0), 0);
      await anna.page.getByRole('radio', { name: 'Ieri' }).check();
      await product.post(product.senders.events(event('late', 'sale', { amount: '7.00' }, DAY + 10)));
      await bruno.page.getByRole('radio', { name: '30 giorni' }).check();
      await anna.page.getByRole('radio', { name: '7 giorni' }).check();
      assert.equal(await partBecomes(anna.page, 'pos', '307'), '307');
      assert.equal(await partBecomes(bruno.page, 'online', '150'), '150');
    });

    it('take any days, once both are named', async () => {
      const dateOf = (daysAgo: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format(Date.now() - daysAgo * DAY * SECOND);
      await anna.page.getByRole('radio', { name: 'Libero' }).check();
      assert.match(await textWith(anna.page.getByRole('form', { name: 'Filtri' }), /Scegli/), /Scegli il primo e l’ultimo giorno/);
      await anna.page.getByLabel('Dal').fill(dateOf(3));
      await anna.page.getByLabel('Al', { exact: true }).fill(dateOf(1));
      assert.equal(await partBecomes(anna.page, 'pos', '207'), '207');
    });

    it('keep the filters over a reload, and from page to page', async () => {
      await bruno.page.reload();
      assert.equal(await partBecomes(bruno.page, 'online', '150'), '150');
      assert.equal(await bruno.page.getByRole('combobox', { name: 'Canale' }).inputValue(), 'online');
      await tab(bruno.page, 'Andamento').click();
      await until(() => bruno.page.locator('tr[data-kpi="revenue"]').allTextContents(), (texts) => texts.some((text) => text.includes('50,00')));
      assert.equal(await bruno.page.getByRole('combobox', { name: 'Canale' }).inputValue(), 'online');
      assert.equal(await bruno.page.getByRole('radio', { name: '30 giorni' }).isChecked(), true);
    });

    it('draw each day of revenue and of the other numbers, beside the days before, and the hours of the week', async () => {
      const page = bruno.page;
      await page.getByRole('button', { name: 'Azzera i filtri' }).click();
      const days = page.locator('tr[data-kpi="revenue"][data-point]');
      const valuesOf = (rows: Locator): Promise<string[]> => rows.evaluateAll((all) => (all as unknown as { dataset: { value: string } }[]).map(({ dataset }) => dataset.value));
      const sold = async (): Promise<string> => (await valuesOf(days)).slice(0, 30).filter((value) => Number(value) > 0).join(' ');
      assert.equal(await until(sold, (values) => values === '150 157 150'), '150 157 150');
      const tickets = async (): Promise<number> => (await valuesOf(page.locator('tr[data-kpi="average_ticket"]'))).filter((value) => value === '75').length;
      assert.equal(await until(tickets, (count) => count === 2), 2);
      await region(page, 'Fatturato: un’ora media').waitFor();
      assert.deepEqual([...anna.complaints, ...bruno.complaints], []);
    });
  });

  describe('Avvisi', () => {
    let viewer: Watched;
    before(async () => { viewer = await openDashboard(browser, product.url, PHONE, 'avvisi'); });
    after(() => viewer.page.context().close());

    const alert = (): Locator => viewer.page.locator('[data-alert="Resi alti"]');

    it('shows an alert, in the list, in the history and on the tab', async () => {
      assert.match(await textWith(region(viewer.page, 'Avvisi aperti'), /regolare/), /nessun avviso aperto/);
      await product.post(product.senders.events(event('r1', 'refund', { amount: '310.00' })));
      assert.match(await textWith(alert(), /310,00/), /Resi: 310,00\s€/);
      assert.match(await textWith(viewer.page.locator('.bw-past'), /Resi alti/), /Resi alti\s*·?\s*avviso/);
      assert.match(await textWith(tab(viewer.page, 'Avvisi'), /1/), /1\s+un avviso aperto/);
    });

    it('is seen by somebody who has only a keyboard', async () => {
      const focused = (): Promise<string> => viewer.page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.innerText');
      for (let presses = 0; presses < 40 && (await focused()) !== 'Visto: Resi alti'; presses++) await viewer.page.keyboard.press('Tab');
      assert.equal(await focused(), 'Visto: Resi alti');
      assert.notEqual(await viewer.page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
      await viewer.page.keyboard.press('Enter');
      assert.match(await textWith(alert(), /visto alle/), /visto alle \d\d:\d\d/);
      assert.match(await until(focused, (text) => text.includes('Resi alti')), /Resi alti/);
    });

    it('is silenced for an hour, and brought back', async () => {
      await viewer.page.getByRole('button', { name: 'Silenzia per un’ora: Resi alti' }).click();
      assert.match(await textWith(alert(), /silenziato/), /Resi alti[\s\S]*silenziato fino (alle|a \w+ \d\d\/\d\d,) \d\d:\d\d/);
      assert.match(await textWith(tab(viewer.page, 'Avvisi'), /1/), /1\s+un avviso aperto/);
      await viewer.page.getByRole('button', { name: 'Riattiva: Resi alti' }).click();
      await viewer.page.getByRole('button', { name: 'Silenzia fino a domani: Resi alti' }).waitFor();
      assert.deepEqual(viewer.complaints, []);
    });
  });

  describe('Fonti', () => {
    it('shows who sends, also to somebody who reads English', async () => {
      const page = await browser.newPage({ locale: 'en-GB' });
      await page.goto(`${product.url}/dashboard/fonti`);
      const source = page.locator('[data-source]').first();
      assert.match(await textWith(source, / ago/), /\d+ (s|min) ago\s+\d\d:\d\d\s+[1-9]/);
      assert.equal(await until(() => page.evaluate<string>('document.documentElement.lang'), (lang) => lang === 'en'), 'en');
      await page.close();
    });

    it('says why something was refused, and sends it in again', async () => {
      const viewer = await openDashboard(browser, product.url, undefined, 'fonti');
      assert.equal((await product.post(product.senders.shopify('orders/paid', foreignOrder(9, '10.99'), 'w-9'))).status, 200);
      const letters = region(viewer.page, 'Messaggi da controllare');
      assert.match(await textWith(letters, /Valuta/), /Un messaggio non utilizzabile[^]*Valuta diversa da quella del negozio/);
      await letters.getByRole('button', { name: /^Riprova i messaggi con il motivo: Valuta/ }).click();
      assert.match(await textWith(letters, /ancora rifiutato perché/), /Riprovati: nessuno capito, 1 ancora rifiutati/);
      // It is still refused: nothing was lost, nothing was counted.
      await letters.getByRole('button', { name: 'Riprova tutti' }).click();
      assert.equal(await letters.locator('[data-letter]').count(), 1);
      assert.deepEqual(viewer.complaints, []);
      await viewer.page.context().close();
    });
  });
});

function region(page: Page, name: string): Locator {
  return page.getByRole('region', { name });
}

/** Waits for the text; answers what is there in the end. */
function textWith(where: Locator, pattern: RegExp): Promise<string> {
  return until(() => where.innerText(), (text) => pattern.test(text));
}

function tab(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: 'Pagine' }).getByRole('link', { name });
}

function partBecomes(page: Page, part: string, value: string): Promise<string | null> {
  return until(() => region(page, 'Fatturato per canale').locator(`[data-part="${part}"] [data-value]`).getAttribute('data-value').catch(() => null), (shown) => shown === value);
}
