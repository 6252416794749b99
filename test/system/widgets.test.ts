/** Own widgets as people see them: the real product, signed sales, a real browser. No wire leads to any of them. */
import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, PHONE, valueBecomes } from '../support/browser.js';
import { BAD_CONTROLS, FAINT_TEXTS } from '../support/readable.js';
import { request } from '../support/http.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event, order } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, formerWeeks, layOut, openWidgets, type WidgetOnPage, type WidgetViewer } from '../support/widgetPage.js';

const AT_ONCE_MS = 20_000;
const WIDGETS: readonly WidgetOnPage[] = [
  ['day', 7, { target: '500' }],
  ['kpi', 2, { kpi: 'orders' }],
  ['kpi', 3, { kpi: 'average_ticket', line: 'days' }],
  ['kpi', 2, { kpi: 'revenue', onlyChannel: 'online', title: 'Online' }],
  ['kpi', 2, { kpi: 'conversion' }],
  ['kpi', 2, { kpi: 'orders', compare: 'lastWeek', follows: 'nothing', colors: 'dashboard', title: 'Tutte' }],
];

/** Notes when each value was first on the card, in the browser's own time. */
const WATCH = `(() => {
  const number = document.querySelector('#nrdb-ui-widget-w1 [data-kpi]');
  window.seen = {};
  new MutationObserver(() => { window.seen[number.dataset.value] ??= Date.now(); }).observe(number, { attributes: true });
})()`;

describe('widgets', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    const flow = flowWithWidgets('retail', WIDGETS);
    layOut(data.path, flow);
    product = await startProduct(data.path);
    const former = formerWeeks('10.00');
    for (let from = 0; from < former.length; from += 50) assert.equal((await product.post(product.senders.events(former.slice(from, from + 50)))).status, 200);
    const counted = async (): Promise<number> => (await product.kpi('name=orders&window=total&period=30d')).json.rows[0]?.value ?? 0;
    assert.equal(await until(counted, (value) => value === former.length), former.length);
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const sell = async (id: number, total: string): Promise<void> => {
    const answer = await product.post(product.senders.shopify('orders/paid', order(id, total), `w-${String(id)}`));
    assert.equal(answer.status, 200, answer.text);
  };
  const card = (page: Page, index: number) => page.locator(`#nrdb-ui-widget-w${String(index)}`);
  const valueOf = (page: Page, index: number): Promise<string | null> => card(page, index).locator('[data-kpi]').getAttribute('data-value');
  const becomes = (page: Page, index: number, value: string, withinMs?: number): Promise<string | null> => until(() => valueOf(page, index), (shown) => shown === value, withinMs);

  it('say that nothing was sold yet, and of what nobody counted that it is unknown', async () => {
    await until(() => card(viewer.page, 0).innerText(), (text) => text.includes('Ancora nessuna vendita oggi'));
    assert.deepEqual([await valueOf(viewer.page, 0), await valueOf(viewer.page, 4)], ['0', '']);
    assert.match(await card(viewer.page, 4).innerText(), /Conversione[^]*–[^]*Ancora nessun dato/);
  });

  it('show a sale without a reload, each by its own window and filter', async () => {
    await sell(1, '42.50');
    assert.equal(await valueBecomes(viewer.page, 'revenue', '42.5'), '42.5');
    assert.equal(await becomes(viewer.page, 1, '1'), '1');
    assert.equal(await becomes(viewer.page, 3, '42.5'), '42.5');
    assert.equal((await product.post(product.senders.events([event('pos-1', 'sale', { amount: '7.50', payment: 'cash' })]))).status, 200);
    assert.equal(await becomes(viewer.page, 0, '50'), '50');
    assert.equal(await becomes(viewer.page, 2, '25'), '25');
    assert.equal(await valueOf(viewer.page, 3), '42.5');
    assert.equal(await valueOf(viewer.page, 4), '');
  });

  it('compare and project by the last four same weekdays', async () => {
    const later = await openWidgets(browser, product.url);
    const text = await until(() => card(later.page, 0).innerText(), (shown) => /A fine giornata circa/.test(shown));
    assert.match(text, /[▲▼] \d+ % sul(la)? solit[oa] \S+ a quest’ora/);
    assert.match(text, /A fine giornata circa [\d.]+\s€ \([\d.]+–[\d.]+\) · obiettivo (di )?500\s€/);
    await until(() => card(later.page, 5).innerText(), (shown) => /sulla settimana scorsa/.test(shown));
    const chart = card(later.page, 0).getByRole('slider');
    await chart.focus();
    const before = await chart.getAttribute('aria-valuetext');
    await later.page.keyboard.press('Home');
    await until(() => chart.getAttribute('aria-valuetext'), (said) => said !== before && /^alle \d\d:\d\d: /.test(said ?? ''));
    assert.deepEqual(later.complaints, []);
    await later.page.close();
  });

  it('say what a number counts behind a button that keyboards reach and Escape closes', async () => {
    const info = card(viewer.page, 1).getByRole('button', { name: 'Che cosa conta: Vendite' });
    await info.focus();
    await viewer.page.keyboard.press('Enter');
    const note = card(viewer.page, 1).getByRole('note');
    await note.waitFor();
    assert.match(await note.innerText(), /Le vendite concluse di importo maggiore di 0[^]*da 2 movimenti/);
    await viewer.page.keyboard.press('Escape');
    await note.waitFor({ state: 'detached' });
  });

  it('give who comes later everything at once: on a phone, in the dark, in English, without sideways scrolling', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    assert.equal(await becomes(phone.page, 1, '2', AT_ONCE_MS), '2');
    assert.equal(await becomes(phone.page, 0, '50', AT_ONCE_MS), '50');
    assert.match(await card(phone.page, 0).innerText(), /Revenue today[^]*By closing about/);
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    const ground = await card(phone.page, 1).locator('.bw').evaluate((element) => (globalThis as unknown as { getComputedStyle(of: unknown): { backgroundColor: string } }).getComputedStyle(element).backgroundColor);
    assert.equal(ground, 'rgb(24, 33, 30)');
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  for (const dark of [false, true]) {
    for (const width of [390, 820, 1440]) {
      it(`can be read and used by everybody, ${String(width)} wide, ${dark ? 'dark' : 'light'}`, async () => {
        const one = await openWidgets(browser, product.url, { size: { width, height: 900 }, dark });
        assert.equal(await becomes(one.page, 0, '50'), '50');
        await one.page.addStyleTag({ content: '* { animation: none !important; transition: none !important; }' });
        assert.deepEqual(await one.page.evaluate(FAINT_TEXTS), []);
        assert.deepEqual(await one.page.evaluate(BAD_CONTROLS), []);
        assert.equal(await one.page.evaluate('document.documentElement.scrollWidth'), width);
        await one.page.close();
      });
    }
  }

  it('follow the filters in the page’s address, for that viewer alone, unless their form says otherwise', async () => {
    const online = await openWidgets(browser, product.url, { query: '?channel=online&store=constructor' });
    await until(() => card(online.page, 1).innerText(), (text) => /Ancora (niente|nessun dato)/.test(text));
    await online.page.goto(`${product.url}/dashboard/prova?channel=online`);
    assert.equal(await becomes(online.page, 1, '1'), '1');
    assert.equal(await becomes(online.page, 5, '2'), '2');
    assert.equal(await valueOf(viewer.page, 1), '2');
    await online.page.close();
  });

  it('move within a tenth of a second of the number on MQTT', async () => {
    const published = new Map<string, number>();
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(product.mqttPort)}`);
    client.on('message', (_topic, payload) => { published.set(String((JSON.parse(payload.toString()) as { value: unknown }).value), Date.now()); });
    await client.subscribeAsync('bottega/shop/kpi/orders/1d/_/_');
    await viewer.page.evaluate(WATCH);
    for (let index = 0; index < 9; index++) {
      await sell(100 + index, '1.00');
      await becomes(viewer.page, 1, String(3 + index));
    }
    await client.endAsync();
    const shown = Object.entries(await viewer.page.evaluate<Record<string, number>>('window.seen'));
    const delays = shown.flatMap(([value, at]) => { const since = published.get(value); return since === undefined ? [] : [at - since]; }).sort((a, b) => a - b);
    // What a page reads from the store may be there before the number is on MQTT, and then never comes there by itself.
    assert.ok(delays.length >= 5, `saw ${JSON.stringify(shown)}`);
    const half = delays[Math.floor(delays.length / 2)] ?? Infinity;
    // Tenfold slack for a busy machine.
    assert.ok(half <= 1_000, `half of the numbers took longer than ${String(half)} ms`);
  });

  it('go on for pages that are open while somebody deploys', async () => {
    const { json } = await request(`${product.url}/flows`, { headers: { 'Node-RED-API-Version': 'v1' } });
    const deployed = await request(`${product.url}/flows`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) });
    assert.equal(deployed.status, 204, deployed.text);
    await until(() => product.get('/health'), ({ status }) => status === 200);
    await sell(200, '1.00');
    assert.equal(await becomes(viewer.page, 1, '12'), '12');
  });

  it('ask no other host and report no error', () => {
    assert.deepEqual(viewer.complaints, []);
  });

  it('say that they are cut off, how old they are, and go on by themselves after a restart', async () => {
    const port = new URL(product.url).port;
    // A page of its own: the one that has seen a deploy may still be loading what was deployed.
    await viewer.page.close();
    viewer = await openWidgets(browser, product.url);
    assert.equal(await becomes(viewer.page, 1, '12'), '12');
    await product.stop();
    await until(() => card(viewer.page, 1).innerText(), (text) => /Collegamento interrotto: dati di .* fa/.test(text));
    assert.equal(await valueOf(viewer.page, 1), '12');
    product = await startProduct(data.path, { PORT: port });
    await sell(300, '1.00');
    assert.equal(await becomes(viewer.page, 1, '13'), '13');
  });
});
