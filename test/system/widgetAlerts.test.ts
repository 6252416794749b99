/** The widgets of alerts and sources as people see them: an alert that fires is there by itself, and what is pressed counts in the alert node, which no wire leads to. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, PHONE } from '../support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { event } from '../support/shop.js';
import { until } from '../support/waiting.js';
import { flowWithWidgets, layOut, openWidgets, type WidgetViewer } from '../support/widgetPage.js';

const RULE = {
  name: 'Incasso alto', kpi: 'revenue', size: '1d', threshold: '40', recovery: '', channel: '', group: 'all', op: 'above', upper: '', evaluate: 'live', hours: '', partial: '',
  for: '', keepFiringFor: '', repeat: '', noData: '',
};
const RULES = [RULE, { ...RULE, name: 'Incasso altissimo', threshold: '4000' }, { ...RULE, name: 'Molte vendite', kpi: 'orders', threshold: '0' }];

describe('widgets of alerts and sources', () => {
  const data = temporaryData();
  let browser: Browser;
  let product: RunningProduct;
  let viewer: WidgetViewer;

  before(async () => {
    const flow = flowWithWidgets('retail', [['alerts', 7, {}], ['alerts', 5, { shows: 'open', title: 'Adesso' }], ['kpi', 3, {}], ['sources', 9, {}]]);
    layOut(data.path, flow.map((node) => (node.type === 'bottega-alert' ? { ...node, rules: RULES } : node)));
    product = await startProduct(data.path);
    browser = await openBrowser();
    viewer = await openWidgets(browser, product.url);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  const widget = (index: number, { page } = viewer): Locator => page.locator(`#nrdb-ui-widget-w${String(index)}`);
  const alert = (name: string, index = 0, of = viewer): Locator => widget(index, of).locator(`[data-alert="${name}"]`);
  const rule = (name: string): Locator => widget(0).locator(`[data-rule="${name}"]`);
  const stateIs = (of: Locator, state: string): Promise<unknown> => until(() => of.getAttribute('data-state'), (shown) => shown === state);

  it('lists each rule with its sentence while all is well', async () => {
    await until(() => widget(0).innerText(), (text) => /Tutto regolare: nessun avviso aperto/.test(text));
    assert.match(await rule('Incasso altissimo').innerText(), /Fatturato della giornata sopra 4\.000\s€/);
  });

  it('shows an alert that fires, with how much, since when and what to do, on both', async () => {
    assert.equal((await product.post(product.senders.events([event('a-1', 'sale', { amount: '42.50' })]))).status, 200);
    await alert('Incasso alto').waitFor();
    await alert('Incasso alto', 1).waitFor();
    assert.match(await alert('Incasso alto').innerText(), /Incasso alto\s+42,50\s€[^]*Che fare: [^]*dalle \d\d:\d\d \(\d+ s fa\)/);
    await stateIs(rule('Incasso alto'), 'firing');
    await stateIs(rule('Incasso altissimo'), 'quiet');
    assert.match(await widget(0).locator('.bw-past').innerText(), /Incasso alto\s*·?\s*avviso/);
    assert.equal(await widget(1).locator('[data-rule]').count(), 0);
  });

  it('acknowledges by keyboard, and stays at the alert', async () => {
    const button = alert('Incasso alto').getByRole('button', { name: 'Visto: Incasso alto' });
    await button.focus();
    await viewer.page.keyboard.press('Enter');
    await button.waitFor({ state: 'detached' });
    assert.match(await until(() => alert('Incasso alto').innerText(), (text) => text.includes('visto alle')), /visto alle \d\d:\d\d/);
    await until(() => viewer.page.evaluate('document.activeElement?.dataset.alert'), (focused) => focused === 'Incasso alto');
    await until(() => alert('Incasso alto', 1).innerText(), (text) => text.includes('visto alle'));
  });

  it('silences, says so everywhere, and ends the silence', async () => {
    await alert('Molte vendite').getByRole('button', { name: 'Silenzia per un’ora: Molte vendite' }).click();
    await stateIs(alert('Molte vendite'), 'silent');
    await stateIs(alert('Molte vendite', 1), 'silent');
    await stateIs(rule('Molte vendite'), 'silent');
    assert.match(await alert('Molte vendite').innerText(), /silenziato fino (alle \d\d:\d\d|a \S+)/);
    await alert('Molte vendite').getByRole('button', { name: 'Riattiva: Molte vendite' }).click();
    await stateIs(alert('Molte vendite'), 'firing');
    assert.match(await until(() => widget(0).locator('.bw-past').innerText(), (text) => text.includes('riattivato')), /riattivato[^]*silenziato[^]*segnato come visto/);
  });

  it('gives who comes later everything at once: on a phone, in the dark, in English, without sideways scrolling', async () => {
    const phone = await openWidgets(browser, product.url, { size: PHONE, dark: true, locale: 'en-GB' });
    await alert('Incasso alto', 0, phone).waitFor();
    assert.match(await widget(0, phone).innerText(), /Open alerts[^]*seen at[^]*Watched rules[^]*Revenue of the day[^]*What has been/);
    assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    const heights = await phone.page.locator('.bw-button').evaluateAll((buttons) => (buttons as unknown as { offsetHeight: number }[]).map(({ offsetHeight }) => offsetHeight));
    assert.ok(heights.length > 0 && heights.every((height) => height >= 44), String(heights));
    assert.deepEqual(phone.complaints, []);
    await phone.page.close();
  });

  it('list who sends, when last and how much today', async () => {
    const row = widget(3).locator('[data-source]').first();
    assert.match(await row.innerText(), /\d+ (s|min) fa\s+\d\d:\d\d\s+[1-9]/);
    assert.equal(await row.getAttribute('data-state'), 'seen');
  });

  it('reports no error', () => { assert.deepEqual(viewer.complaints, []); });
});
