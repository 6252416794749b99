/** The filters of a page as people use them: what one chooses is in his address, the other widgets follow at once, and nobody else sees it. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, layOut, openWidgets, type WidgetViewer } from '../support/widgetPage.js';

const DAY_S = 24 * 3_600;

/** The last widget stands on a page of its own, to which Dashboard's own navigation leads. */
function withSecondPage(flow: ReturnType<typeof flowWithWidgets>): typeof flow {
  const page = flow.find(({ id }) => id === 'prova-page');
  const moved = flow.map((node) => (node.id === 'g4' ? { ...node, page: 'altra-page' } : node.type === 'ui-base' ? { ...node, navigationStyle: 'fixed', titleBarStyle: 'default' } : node));
  return page === undefined ? moved : [...moved, { ...page, id: 'altra-page', name: 'Altra', path: '/altra', order: 10 }];
}

describe('widget of the filters', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    const flow = flowWithWidgets('retail', [['filters', 12, {}], ['kpi', 3, { kpi: 'orders' }], ['kpi', 3, { kpi: 'orders', follows: 'nothing' }], ['breakdown', 6, {}], ['kpi', 3, { kpi: 'orders' }], ['day', 8, {}]]);
    layOut(data.path, withSecondPage(flow));
    product = await startProduct(data.path);
    const sales = [
      event('t-1', 'sale', { amount: '1.00', channel: 'pos' }), event('y-1', 'sale', { amount: '2.00', channel: 'online' }, DAY_S), event('y-2', 'sale', { amount: '3.00', channel: 'pos' }, DAY_S),
      event('w-1', 'sale', { amount: '4.00', channel: 'online' }, 4 * DAY_S),
    ];
    assert.equal((await product.post(product.senders.events(sales))).status, 200);
    assert.equal(await until(async () => (await product.kpi('name=orders&window=total&period=7d')).json.rows[0]?.value as number | undefined, (value) => value === 4), 4);
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const widget = (index: number, { page } = viewer): Locator => page.locator(`#nrdb-ui-widget-w${String(index)}`);
  const becomes = (index: number, value: string, of = viewer): Promise<unknown> => until(() => widget(index, of).locator('[data-kpi]').getAttribute('data-value'), (shown) => shown === value);
  const query = (): Promise<string> => viewer.page.evaluate('location.search');

  it('show today until something is chosen', async () => {
    await becomes(1, '1');
    assert.equal(await query(), '');
  });

  it('change what the cards show, by keyboard, and stay in the address', async () => {
    await widget(0).getByRole('radio', { name: 'Oggi' }).focus();
    await viewer.page.keyboard.press('ArrowRight');
    await becomes(1, '2');
    assert.equal(await query(), '?period=yesterday');
    await becomes(5, '5');
    assert.match(await widget(5).innerText(), /^Fatturato di \S+ \d+ \S+[^]*5,00\s€/);
    await widget(0).locator('[data-filter="channel"]').selectOption('online');
    await becomes(1, '1');
    await becomes(2, '1');
    await widget(0).locator('[data-filter="compare"]').selectOption('previous');
    assert.equal(await query(), '?period=yesterday&channel=online&compare=previous');
    await until(() => widget(3).innerText(), (text) => /ieri · sul giorno prima/.test(text) && /2,00\s€/.test(text));
    await viewer.page.reload();
    await becomes(1, '1');
    assert.equal(await widget(0).getByRole('radio', { name: 'Ieri' }).isChecked(), true);
    assert.match(await widget(1).innerText(), /ieri/);
  });

  it('take days of one’s own once both are there', async () => {
    await widget(0).getByRole('button', { name: 'Azzera i filtri' }).click();
    await becomes(1, '1');
    assert.equal(await query(), '');
    await widget(0).getByRole('radio', { name: 'Libero' }).check();
    await until(() => widget(0).innerText(), (text) => text.includes('Scegli il primo e l’ultimo giorno'));
    const date = (daysAgo: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format(Date.now() - daysAgo * DAY_S * 1_000);
    await widget(0).getByLabel('Dal').fill(date(5));
    await widget(0).getByLabel('Al', { exact: true }).fill(date(1));
    await becomes(1, '3');
    assert.equal(await query(), `?from=${date(5)}&to=${date(1)}`);
  });

  it('go along to another page, and stay in its address', async () => {
    const chosen = await query();
    await viewer.page.locator('.v-navigation-drawer').getByText('Altra').click();
    await becomes(4, '3');
    assert.equal(await query(), chosen);
    assert.match(await viewer.page.evaluate('location.pathname'), /\/altra$/);
    await viewer.page.locator('.v-navigation-drawer').getByText('Prova').click();
    await becomes(1, '3');
    assert.equal(await query(), chosen);
    assert.equal(await widget(0).getByRole('radio', { name: 'Libero' }).isChecked(), true);
  });

  it('belong to one viewer, and fit a phone in the dark', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    await becomes(1, '1', phone);
    await widget(0, phone).getByRole('radio', { name: '7 days' }).check();
    await becomes(1, '4', phone);
    await becomes(2, '1', phone);
    await becomes(1, '3');
    await widget(0, phone).getByRole('radio', { name: 'Custom' }).check();
    const [from, to] = await Promise.all(['From', 'To'].map((name) => widget(0, phone).getByLabel(name, { exact: true }).boundingBox()));
    assert.ok(from && to && from.y === to.y && from.x < to.x, JSON.stringify([from, to]));
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('report no error', () => { assert.deepEqual(viewer.complaints, []); });
});
