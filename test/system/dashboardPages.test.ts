/** Do the other pages of the dashboard do what they are for? A seeded shop, two viewers, a keyboard, and letters that go in again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

  describe('Periodo', () => {
    let anna: Watched;
    let bruno: Watched;

    before(async () => {
      anna = await openDashboard(browser, product.url, undefined, 'periodo');
      bruno = await openDashboard(browser, product.url, PHONE, 'periodo');
    });
    after(async () => {
      await anna.page.context().close();
      await bruno.page.context().close();
    });

    it('adds up seven days, day by day, by channel and by store', async () => {
      assert.equal(await totalBecomes(anna.page, 'revenue', '450'), '450');
      assert.equal(await totalBecomes(anna.page, 'average_ticket', '75'), '75');
      assert.match(await textWith(region(anna.page, 'Per canale'), /%/), /In negozio\s+300,00\s€\s+67 %\s+Online\s+150,00\s€\s+33 %/);
      assert.match(await textWith(region(anna.page, 'Per punto vendita'), /%/), /Negozio\s+450,00\s€\s+100 %/);
      assert.equal(await region(anna.page, 'Giorno per giorno').last().getByRole('row').count(), 4);
    });

    it('shows another number over the same days', async () => {
      await anna.page.getByLabel('Mostra').selectOption({ label: 'Scontrino medio' });
      const bars = region(anna.page, 'Andamento: Scontrino medio').getByRole('listitem');
      assert.match((await bars.allInnerTexts()).join(' '), /75,00\s€/);
    });

    it('lets each viewer filter alone', async () => {
      await anna.page.getByRole('radio', { name: 'Oggi' }).check();
      await bruno.page.getByRole('combobox', { name: 'Canale' }).selectOption({ label: 'Online' });
      assert.equal(await totalBecomes(anna.page, 'revenue', '150'), '150');
      assert.equal(await totalBecomes(bruno.page, 'revenue', '150'), '150');
      assert.equal(await totalBecomes(bruno.page, 'orders', '3'), '3');
      assert.equal(await totalBecomes(anna.page, 'orders', '2'), '2');
      await anna.page.getByRole('radio', { name: 'Ieri' }).check();
      await product.post(product.senders.events(event('late', 'sale', { amount: '7.00' }, DAY + 10)));
      await bruno.page.getByRole('radio', { name: '30 giorni' }).check();
      await anna.page.getByRole('radio', { name: '7 giorni' }).check();
      assert.equal(await totalBecomes(anna.page, 'revenue', '457'), '457');
      assert.equal(await totalBecomes(bruno.page, 'revenue', '150'), '150');
    });

    it('takes any days, once both are named', async () => {
      const dateOf = (daysAgo: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format(Date.now() - daysAgo * DAY * SECOND);
      await anna.page.getByRole('radio', { name: 'Libero' }).check();
      assert.match(await anna.page.getByRole('form', { name: 'Filtri' }).innerText(), /Scegli il primo e l’ultimo giorno/);
      await anna.page.getByLabel('Dal').fill(dateOf(3));
      await anna.page.getByLabel('Al', { exact: true }).fill(dateOf(1));
      assert.equal(await totalBecomes(anna.page, 'revenue', '307'), '307');
    });

    it('gives the table away as a spreadsheet in Italy reads it', async () => {
      const [download] = await Promise.all([anna.page.waitForEvent('download'), anna.page.getByRole('button', { name: 'Scarica CSV' }).click()]);
      const text = readFileSync(await download.path(), 'utf8');
      assert.match(download.suggestedFilename(), /^bottega-\d{4}-\d\d-\d\d\.csv$/);
      assert.match(text, /^\ufeff"Giorno";"Fatturato \(EUR\)";"Scontrini e ordini";"Scontrino medio \(EUR\)"/);
      assert.match(text, /\r\n"\d\d\/\d\d\/\d{4}";"150";"2";"75";/);
    });

    it('keeps the filters over a reload, and complains of nothing', async () => {
      await bruno.page.reload();
      assert.equal(await totalBecomes(bruno.page, 'orders', '3'), '3');
      assert.equal(await bruno.page.getByRole('combobox', { name: 'Canale' }).inputValue(), 'online');
      assert.deepEqual([...anna.complaints, ...bruno.complaints], []);
    });
  });

  describe('Avvisi', () => {
    let viewer: Watched;
    before(async () => { viewer = await openDashboard(browser, product.url, PHONE, 'avvisi'); });
    after(() => viewer.page.context().close());

    it('shows an alert, in the list, in the history and in the navigation', async () => {
      assert.match(await textWith(region(viewer.page, 'Avvisi aperti'), /regolare/), /nessun avviso aperto/);
      await product.post(product.senders.events(event('r1', 'refund', { amount: '310.00' })));
      assert.match(await textWith(region(viewer.page, 'Avvisi aperti'), /Resi alti/), /Resi: 310,00\s€/);
      assert.match(await textWith(region(viewer.page, 'Ultimi avvisi'), /Resi alti/), /scattato/);
      assert.match(await textWith(viewer.page.getByRole('link', { name: /Avvisi/ }), /1/), /1\s+aperti/);
    });

    it('is seen by somebody who has only a keyboard', async () => {
      const focused = (): Promise<string> => viewer.page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.innerText');
      for (let presses = 0; presses < 30 && (await focused()) !== 'Visto: Resi alti'; presses++) await viewer.page.keyboard.press('Tab');
      assert.equal(await focused(), 'Visto: Resi alti');
      assert.notEqual(await viewer.page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
      await viewer.page.keyboard.press('Enter');
      assert.match(await textWith(region(viewer.page, 'Avvisi aperti'), /visto alle/), /visto alle \d\d:\d\d/);
      assert.match(await focused(), /Resi alti/);
    });

    it('is silenced for an hour, and brought back', async () => {
      await viewer.page.getByRole('button', { name: 'Silenzia per un’ora: Resi alti' }).click();
      assert.match(await textWith(region(viewer.page, 'Avvisi aperti'), /silenziato/), /Resi alti[\s\S]*silenziato fino (alle|a \w+ \d\d\/\d\d,) \d\d:\d\d/);
      assert.match(await textWith(viewer.page.getByRole('link', { name: /Avvisi/ }), /1/), /1\s+aperti/);
      await viewer.page.getByRole('button', { name: 'Riattiva: Resi alti' }).click();
      await viewer.page.getByRole('button', { name: 'Silenzia fino a domani: Resi alti' }).waitFor();
      assert.deepEqual(viewer.complaints, []);
    });
  });

  describe('Fonti', () => {
    let viewer: Watched;
    before(async () => { viewer = await openDashboard(browser, product.url, undefined, 'fonti'); });
    after(() => viewer.page.context().close());

    it('shows how long the way takes, hop by hop', async () => {
      await product.post(product.senders.events(event('j', 'sale', { amount: '1.00' })));
      assert.match(await textWith(viewer.page.getByRole('row', { name: /Ricezione/ }), / ms| s/), /Ricezione\s+dall’arrivo alla risposta al mittente\s+[\d.,]+ m?s\s+[\d.,]+ m?s\s+[\d.,]+ m?s/);
    });

    it('says why something was refused, and sends it in again', async () => {
      const answer = await product.post(product.senders.shopify('orders/paid', foreignOrder(9, '10.99'), 'w-9'));
      assert.equal(answer.status, 200);
      const letters = region(viewer.page, 'Messaggi da controllare');
      assert.match(await textWith(letters, /Valuta/), /1 messaggio non utilizzabile[\s\S]*Valuta diversa da quella del negozio/);
      assert.match(await textWith(viewer.page.getByRole('row', { name: /Shopify/ }), /Valuta/), /1\s+Valuta diversa da quella del negozio \(1\)/);
      await letters.getByRole('button', { name: /^Riprova: Valuta/ }).click();
      assert.match(await textWith(letters, /Rimandato/), /Rimandato/);
      // It is still refused: nothing was lost, nothing was counted.
      await letters.getByRole('button', { name: 'Riprova tutti' }).click();
      assert.match(await textWith(letters, /^1 messaggio/m), /1 messaggio/);
      assert.deepEqual(viewer.complaints, []);
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

async function totalBecomes(page: Page, kpi: string, value: string): Promise<string | null> {
  return until(() => page.locator(`[data-total="${kpi}"]`).getAttribute('data-value'), (shown) => shown === value);
}
