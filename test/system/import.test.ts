/** Does a template come alive the way its reader will do it? Menu, Import, Examples, Deploy, and the dashboard, in a real browser. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openDashboard, shownValue } from '../support/browser.js';
import { openEditor } from '../support/editor.js';
import { installInto, linkInto, packInto, readManifest, startNodeRed, type StockNodeRed } from '../support/nodeRed.js';
import { temporaryData } from '../support/product.js';
import { PATIENCE_MS, until } from '../support/waiting.js';
import { freePort } from '../support/ports.js';

const { name: MODULE } = readManifest();

/** How many configuration nodes of ours there are, by type. */
const COUNTED = `(() => {
  const counts = {};
  RED.nodes.eachConfig(({ type }) => { if (type.startsWith('bottega-')) counts[type] = (counts[type] ?? 0) + 1; });
  return counts;
})()`;

describe('import from the menu', () => {
  const folder = temporaryData();
  const userDir = join(folder.path, 'user');
  let browser: Browser;

  before(async () => {
    installInto(userDir, packInto(folder.path));
    for (const dashboard of ['@flowfuse/node-red-dashboard', 'node-red-dashboard']) linkInto(userDir, dashboard);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    folder.remove();
  });

  for (const version of ['node-red-4', 'node-red'] as const) {
    describe(version, () => {
      let red: StockNodeRed;
      let page: Page;

      before(async () => {
        for (const left of ['flows.json', 'flows_cred.json', 'bottega-store', 'bottega-broker']) rmSync(join(userDir, left), { recursive: true, force: true });
        red = await startNodeRed(version, userDir, { MQTT_PORT: String(await freePort()), NODE_RED_DISABLE_TELEMETRY: 'true' });
        ({ page } = await openEditor(browser, red.url, 'it'));
      });
      after(() => { red.stop(); });

      it('brings the trial to life: its dashboard counts', async () => {
        await importExample(page, '4 Prova in 2 minuti');
        assert.ok(await deployed(page));
        const { page: dashboard, complaints } = await openDashboard(browser, red.url);
        const revenue = (): Promise<number> => shownValue(dashboard, 'revenue').then(Number);
        const first = await until(revenue, (value) => value > 0);
        assert.ok(first > 0, `revenue is ${String(first)}`);
        assert.ok(await until(revenue, (value) => value !== first && value > 0) !== first, 'revenue does not move');
        assert.deepEqual(complaints, []);
        await dashboard.close();
      });

      it('brings the older dashboard to life beside it', async () => {
        await importExample(page, 'Cruscotto (dashboard 1)');
        // Store and broker are there already: "Import copy" takes what is the same.
        await page.locator('.red-ui-notification button', { hasText: /^(Import copy|Importa copia)$/ }).click();
        assert.deepEqual(await page.evaluate(COUNTED), { 'bottega-store': 1, 'bottega-broker': 1, 'bottega-shop': 2 });
        // The numbers of the shop that is being tried.
        await page.evaluate('RED.nodes.eachConfig((node) => { if (node.type === \'bottega-shop\') { node.tenant = \'prova\'; node.changed = true; } }); RED.nodes.dirty(true);');
        assert.ok(await deployed(page));
        const old = await browser.newPage();
        old.setDefaultTimeout(PATIENCE_MS);
        await old.goto(`${red.url}/ui`);
        const text = (): Promise<string> => old.locator('body').innerText();
        const numbers = /Fatturato\s+[\d.]+,\d\d €[^]*Scontrini e ordini\s+\d+/;
        assert.match(await until(text, (shown) => numbers.test(shown)), numbers);
        await old.close();
      });
    });
  }
});

/** As a person does: the menu, Import, the examples of our package, the one with that name. */
async function importExample(page: Page, name: string): Promise<void> {
  await page.click('#red-ui-header-button-sidemenu');
  await page.click('#menu-item-import');
  await page.locator('.ui-dialog').getByText(/^(Examples|Esempi)$/).first().click();
  await page.locator('.ui-dialog .red-ui-treeList-label', { hasText: MODULE }).last().click();
  await page.locator('.ui-dialog .red-ui-treeList-label', { hasText: name }).last().click();
  await page.click('#red-ui-clipboard-dialog-ok');
  await page.locator('#red-ui-clipboard-dialog').waitFor({ state: 'hidden' });
}

/** Presses Deploy; true once nothing is left to deploy. */
async function deployed(page: Page): Promise<boolean> {
  await page.click('#red-ui-header-button-deploy');
  const confirm = page.locator('.red-ui-notification button.primary', { hasText: /deploy|conferm/i });
  return until(async () => {
    if (await confirm.count() > 0) await confirm.first().click();
    return page.evaluate<boolean>('!RED.nodes.dirty()');
  }, (isDone) => isDone);
}
