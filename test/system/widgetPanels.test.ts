/** Panels of several numbers as people see them: the real product, sales of several channels, a real browser. No wire leads to any of them. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, formerWeeks, layOut, openWidgets, type WidgetOnPage, type WidgetViewer } from '../support/widgetPage.js';

const WIDGETS: readonly WidgetOnPage[] = [
  ['breakdown', 4, { by: 'channel' }],
  ['breakdown', 4, { by: 'payment', compare: 'lastWeek' }],
  ['breakdown', 4, { by: 'channel', period: '30d', kpi: 'orders', compare: 'nothing' }],
  ['chart', 8, {}],
  ['chart', 4, { shape: 'heat' }],
];

describe('panels', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  const send = async (...events: object[]): Promise<void> => { assert.equal((await product.post(product.senders.events(events))).status, 200); };
  const panel = (page: Page, index: number) => page.locator(`#nrdb-ui-widget-w${String(index)}`);
  const partsOf = (page: Page, index: number): Promise<string> => panel(page, index).locator('[data-part]').evaluateAll((parts) => (parts as unknown as HTMLPart[])
    .map((part) => `${part.dataset.part} ${part.querySelector('[data-value]').dataset.value}`).join(', '));

  before(async () => {
    layOut(data.path, flowWithWidgets('retail', WIDGETS));
    product = await startProduct(data.path);
    const former = formerWeeks('10.00');
    for (let from = 0; from < former.length; from += 50) await send(...former.slice(from, from + 50));
    const counted = async (): Promise<number> => (await product.kpi('name=orders&window=total&period=30d')).json.rows[0]?.value ?? 0;
    assert.equal(await until(counted, (value) => value === former.length), former.length);
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url, { query: '?compare=constructor&period=__proto__' });
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  it('break today down by channel, live, largest first, with what goes below zero', async () => {
    await send(event('p-1', 'sale', { amount: '60.00', payment: 'card' }), event('p-2', 'sale', { amount: '40.00', payment: 'cash' }), event('p-3', 'sale', { amount: '20.00', channel: 'online', payment: 'card' }));
    assert.equal(await until(() => partsOf(viewer.page, 0), (parts) => parts === 'pos 100, online 20'), 'pos 100, online 20');
    await send(event('p-4', 'refund', { amount: '50.00', channel: 'online', payment: 'card' }));
    assert.equal(await until(() => partsOf(viewer.page, 0), (parts) => parts === 'pos 100, online -30'), 'pos 100, online -30');
    assert.match(await panel(viewer.page, 0).innerText(), /In negozio\s+100,00\s€[^]*Online\s+-30,00\s€\s+sotto zero[^]*le quote sono di ciò che sta sopra lo zero/);
  });

  it('show what was paid by each means', async () => {
    assert.equal(await until(() => partsOf(viewer.page, 1), (parts) => parts === 'cash 40, card 30'), 'cash 40, card 30');
  });

  it('show the days of their form, or those that are chosen on the page', async () => {
    assert.match(await panel(viewer.page, 2).innerText(), /Vendite per canale[^]*ultimi 30 giorni/);
    const chosen = await openWidgets(browser, product.url, { query: '?period=7d&compare=lastWeek&channel=pos' });
    const text = await until(() => panel(chosen.page, 2).innerText(), (shown) => /ultimi 7 giorni · sulla settimana scorsa/.test(shown));
    assert.match(text, /In negozio/);
    assert.deepEqual(chosen.complaints, []);
    await chosen.page.close();
  });

  it('draw today by hours, live, and say each by hover and by key', async () => {
    const chart = panel(viewer.page, 3);
    const valueNow = (): Promise<number> => chart.locator('[data-point]').evaluateAll((points) => (points as unknown as HTMLPart[]).reduce((sum, { dataset }) => sum + Number(dataset.value), 0));
    assert.equal(await until(valueNow, (sum) => sum === 70), 70);
    await send(event('p-5', 'sale', { amount: '30.00', payment: 'card' }));
    assert.equal(await until(valueNow, (sum) => sum === 100), 100);
    await chart.locator('svg path').first().waitFor({ state: 'attached' });
    const slider = chart.getByRole('slider', { name: 'Fatturato per ora' });
    await slider.focus();
    await viewer.page.keyboard.press('Home');
    assert.match(await until(() => slider.getAttribute('aria-valuetext'), (said) => /^\d\d:00–\d\d:00: /.test(said ?? '')) ?? '', /di solito/);
    await chart.getByText(/^di solito/).first().waitFor();
  });

  it('draw a map of hours by weekdays', async () => {
    await until(() => panel(viewer.page, 4).locator('[data-point]').count(), (count) => count > 20);
    assert.match(await panel(viewer.page, 4).innerText(), /Fatturato: un’ora media/);
  });

  it('fit a phone in the dark, in English', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    await until(() => panel(phone.page, 0).innerText(), (text) => /In store/.test(text));
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('ask no other host and report no error', () => { assert.deepEqual(viewer.complaints, []); });
});

interface HTMLPart {
  readonly dataset: Readonly<Record<'part' | 'value', string>>;
  querySelector(selector: string): HTMLPart;
}
