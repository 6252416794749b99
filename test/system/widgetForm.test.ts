/** The forms of widgets in a real editor: numbers by name, own ones too, in both languages; with Dashboard 2, and without it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { type Editor, openEditor, openForm, reasonUnder, said, saveForm } from '../support/editor.js';
import { linkInto } from '../support/nodeRed.js';
import { ROOT } from '../support/package.js';
import { freePort } from '../support/ports.js';
import { type FlowNode, type Runtime, start } from '../support/runtime.js';
import { until } from '../support/waiting.js';

const { 'node-red-dashboard-2': { widgets } } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { 'node-red-dashboard-2': { widgets: Readonly<Record<string, unknown>> } };
const TYPES = Object.keys(widgets);

const OWN = { name: 'regali', type: 'sale', value: 'one', show: 'sum', where: [{ field: 'x_gift', op: 'is', value: 'yes' }] };

function flowWith(mqttPort: number, group: string): FlowNode[] {
  const places = { shop: 'shop-1', store: 'store-1', broker: 'broker-1' };
  const stores = [{ id: 'milano', name: 'Milano centro', aliases: [] }, { id: 'roma', name: 'Roma', aliases: [] }];
  return [
    { id: 'shop-1', type: 'bottega-shop', version: 1, name: 'Lampade Rossi', tenant: 'rossi', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoff: '00:00', stores },
    { id: 'store-1', type: 'bottega-store', version: 1, name: '', kind: 'embedded', directory: '', url: '', ca: '' },
    { id: 'broker-1', type: 'bottega-broker', version: 1, name: '', kind: 'embedded', port: String(mqttPort), listen: 'here', url: '', ca: '', cert: '', key: '', clientPrefix: 'bottega', protocol: '5' },
    { id: 'window-1', type: 'bottega-window', version: 1, name: '', ...places, kpis: [OWN], wires: [[], []] },
    { id: 'card-1', type: 'ui-bottega-kpi', version: 1, name: '', group, ...places, kpi: 'orders', wires: [] },
    { id: 'day-1', type: 'ui-bottega-day', version: 1, name: '', group, ...places, kpi: 'revenue', target: '', wires: [] },
    ...TYPES.map((type) => ({ id: `${type}-new`, type, version: 1, name: '', group, ...places, kpi: 'revenue', wires: [] })),
  ];
}

const DASHBOARD: readonly FlowNode[] = [
  { id: 'base', type: 'ui-base', name: 'Bottega', path: '/dashboard' },
  { id: 'theme', type: 'ui-theme', name: 'Tema', colors: { surface: '#ffffff', primary: '#17614f', bgPage: '#eeeeee', groupBg: '#ffffff', groupOutline: '#cccccc' }, sizes: {} },
  { id: 'page', type: 'ui-page', name: 'Oggi', ui: 'base', path: '/oggi', layout: 'grid', theme: 'theme', breakpoints: [], order: 1 },
  { id: 'group-1', type: 'ui-group', name: 'Numeri', page: 'page', width: 12, height: 1, order: 1 },
];

/** The palette manager asks for its catalog, which no test reaches. */
const ownComplaints = ({ complaints }: Editor): string[] => complaints.filter((complaint) => !complaint.includes('ERR_NAME_NOT_RESOLVED'));
const optionsOf = (page: Page, select: string): Promise<string[]> => page.locator(`${select} option`).allInnerTexts();

describe('forms of widgets in the editor', () => {
  let browser: Browser;
  before(async () => { browser = await openBrowser(); });
  after(() => browser.close());

  describe('with Dashboard 2', () => {
    const userDir = mkdtempSync(join(tmpdir(), 'bottega-widgets-'));
    let red: Runtime;
    let editor: Editor;

    before(async () => {
      writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'user-dir', private: true }));
      linkInto(userDir, '@flowfuse/node-red-dashboard');
      red = await start([...DASHBOARD, ...flowWith(await freePort(), 'group-1')], { userDir });
      editor = await openEditor(browser, red.url, 'it');
    });
    after(async () => {
      await red.stop();
      rmSync(userDir, { recursive: true, force: true });
    });

    it('name numbers as the shop does, and its own ones beside them', async () => {
      const { page } = editor;
      await openForm(page, 'card-1');
      assert.equal(await said(page), 'Mostra “Scontrini” di Lampade Rossi su una pagina di Dashboard 2, in diretta e senza fili.');
      const numbers = await optionsOf(page, '#node-input-kpi');
      assert.ok(numbers.includes('Fatturato') && numbers.includes('Scontrino medio') && numbers.at(-1) === 'regali', numbers.join());
      assert.deepEqual((await optionsOf(page, '#node-input-compare')).slice(0, 2), ['il solito (ore e giornate)', 'la finestra prima']);
      assert.equal(await page.isVisible('#bottega-widget-nodashboard'), false);
      assert.equal(await page.isVisible('#node-input-size'), true);
    });

    it('offer the shop’s stores, and say what is wrong under its field', async () => {
      const { page } = editor;
      await openForm(page, 'card-1');
      await page.locator('details.bottega-more > summary').click();
      assert.deepEqual(await page.locator('#bottega-widget-stores option').evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value)), ['milano', 'roma']);
      await page.fill('#node-input-onlyStore', 'a/b');
      assert.match(await until(() => reasonUnder(page, '#node-input-onlyStore'), (reason) => reason !== ''), /senza \/ \+ #/);
      await openForm(page, 'day-1');
      await page.fill('#node-input-target', 'molto');
      assert.match(await until(() => reasonUnder(page, '#node-input-target'), (reason) => reason !== ''), /vuoto o un numero/);
    });

    for (const language of ['it', 'en-US'] as const) {
      it(`are whole, each of them, in ${language}`, async () => {
        const opened = await openEditor(browser, red.url, language);
        for (const type of TYPES) {
          await openForm(opened.page, `${type}-new`);
          await opened.page.locator('details.bottega-more > summary').click();
          const form = opened.page.locator('#dialog-form');
          const words = await form.innerText();
          assert.match(words, language === 'it' ? /Gruppo[^]*Dimensioni[^]*Titolo[^]*Negozio[^]*Archivio[^]*In diretta da[^]*Colori[^]*Classe CSS/ : /Group[^]*Size[^]*Title[^]*Shop[^]*Store[^]*Live from[^]*Colors[^]*CSS class/, type);
          const choices = (await form.locator('select option').allInnerTexts()).join(' | ');
          assert.doesNotMatch(words + choices, /__|(ui-|widget)\S*[.:]\S/, type);
          assert.deepEqual(await form.locator('.bottega-reason.is-shown').allInnerTexts(), [], type);
        }
        assert.deepEqual(ownComplaints(opened), []);
        await opened.page.context().close();
      });
    }

    it('save what was chosen', async () => {
      const { page } = editor;
      await openForm(page, 'card-1');
      await page.selectOption('#node-input-kpi', 'regali');
      await page.selectOption('#node-input-window', '1h');
      await saveForm(page);
      assert.deepEqual(await page.evaluate('(({ kpi, window, compare, follows, colors }) => [kpi, window, compare, follows, colors])(RED.nodes.node("card-1"))'), ['regali', '1h', 'usual', 'page', 'house']);
      assert.deepEqual(ownComplaints(editor), []);
    });
  });

  describe('without it', () => {
    let red: Runtime;

    before(async () => { red = await start(flowWith(await freePort(), '')); });
    after(() => red.stop());

    it('open all the same and say what to install, in the form and in the log', async () => {
      const editor = await openEditor(browser, red.url, 'en-US');
      const { page } = editor;
      await openForm(page, 'card-1');
      assert.match(await page.locator('#bottega-widget-nodashboard').innerText(), /Dashboard 2 is not installed: add it under Manage palette/);
      assert.deepEqual(ownComplaints(editor), []);
      assert.match(red.logs(), /must name a group of FlowFuse Dashboard 2: npm install @flowfuse\/node-red-dashboard/);
    });
  });
});
