/**
 * The pictures in docs/, made by `node docs/make-pictures.mjs [name…]`: the simulated shop's dashboard, and the editor of a stock Node-RED in which a
 * template is imported and deployed by hand, in a headless Chromium. Check each of them by eye before you commit it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { register } from 'tsx/cjs/api';

register();
const { startNodeRed } = createRequire(import.meta.url)('../test/support/nodeRed.ts');
/** A pizzeria, so that the calendar has something to say. */
const PIZZERIA = {
  name: 'Pizzeria da Ada', sector: 'restaurant', cutoff: '04:00', opens: 'hours', holidays: 'sunday', patron: '07/12',
  hours: ['', ...Array(3).fill('12:00-15:00, 19:00-01:00'), ...Array(2).fill('12:00-15:00, 19:00-02:00'), '12:00-16:00, 19:00-01:00'],
  closures: [{ from: '2027-08-09', to: '2027-08-24', name: 'Ferie' }],
  exceptions: [{ date: '2026-12-24', hours: '12:00-16:00', name: 'Vigilia' }],
  shifts: [{ name: 'pranzo', from: '11:00', to: '16:00' }, { name: 'cena', from: '18:00', to: '02:00' }],
};
const FORMS = {
  'form-webhook': { type: 'bottega-webhook', like: { provider: 'shopify' } },
  'form-shop': { type: 'bottega-shop', typed: PIZZERIA },
  'form-alert': { type: 'bottega-alert' },
  'form-normalize': { type: 'bottega-normalize', typed: { provider: 'pos' }, press: 'Metti un esempio' },
};
/** Of a form, where the workspace shines through. */
const EDGE = 18;
/** Somewhere it is five in the afternoon: pictures taken at night would show a shop that nobody is in. */
const hours = 17 - new Date().getUTCHours();
/** No place is more than fourteen hours ahead. */
const ahead = hours > 14 ? hours - 24 : hours;
const zone = `Etc/GMT${ahead > 0 ? '-' : '+'}${String(Math.abs(ahead))}`;
const docs = dirname(fileURLToPath(import.meta.url));
const root = resolve(docs, '..');
const wanted = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'bottega-pictures-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync', '--lang=it-IT'],
  env: { ...process.env, LANGUAGE: 'it' },
});
try {
  await picturesOfDashboard();
  await picturesOfEditor();
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}

async function picturesOfDashboard() {
  const names = ['dashboard', 'dashboard-phone', 'periods', 'alerts', 'sources'];
  if (!isWanted(names)) return;
  const shop = await startDemo();
  try {
    const page = await open(`${shop.url}/dashboard/oggi`, { width: 1280, height: 968 });
    await page.waitForFunction(() => [...document.querySelectorAll('[data-kpi]')].some((each) => each.getAttribute('data-value')));
    await page.waitForTimeout(8_000);
    await picture(page, 'dashboard');
    for (const [name, path] of [['periods', 'andamento'], ['alerts', 'avvisi'], ['sources', 'fonti']]) {
      await page.goto(`${shop.url}/dashboard/${path}`);
      await page.waitForTimeout(5_000);
      await picture(page, name);
    }
    const phone = await open(`${shop.url}/dashboard/oggi`, { width: 390, height: 844 });
    await phone.waitForSelector('[data-kpi]');
    await phone.waitForTimeout(4_000);
    await picture(phone, 'dashboard-phone');
  } finally {
    await shop.stop();
  }
}

/** What a person does: Import, choose, Deploy, open a form. */
async function picturesOfEditor() {
  if (!isWanted(['import-dialog', 'import-deployed', ...Object.keys(FORMS)])) return;
  const red = await startNodeRed('node-red', userDirectory(), { MQTT_PORT: String(await freePort()), SHOPIFY_WEBHOOK_SECRET: 'di-prova-per-le-figure' });
  try {
    const page = await open(red.url, { width: 1280, height: 800 });
    await page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
    await page.waitForFunction('window.RED && RED.nodes.getType("bottega-monitor")');
    await act(page, 'core:show-import-dialog');
    await page.getByText('Examples', { exact: true }).first().click();
    const examples = page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    await examples.getByText('@bottega/node-red-dashboard-2-kpi', { exact: true }).click();
    await examples.getByText('1 Commercio al dettaglio', { exact: true }).click();
    await page.waitForTimeout(600);
    await picture(page, 'import-dialog');
    await page.click('#red-ui-clipboard-dialog-ok');
    await page.waitForTimeout(2_000);
    await page.locator('#red-ui-workspace-tabs').getByText('Dal webhook al numero').first().click();
    for (const action of ['core:toggle-sidebar', 'core:toggle-secondary-sidebar', 'core:zoom-fit']) await act(page, action);
    await page.click('#red-ui-header-button-deploy');
    await page.waitForTimeout(7_000);
    await picture(page, 'import-deployed');
    await page.setViewportSize({ width: 1280, height: 1180 });
    for (const [name, form] of Object.entries(FORMS)) await pictureOfForm(page, name, form);
  } finally {
    red.stop();
  }
}

async function act(page, action) {
  await page.evaluate((name) => { globalThis.RED.actions.invoke(name); }, action);
  await page.waitForTimeout(600);
}

/** The first node of the kind, with these values as if somebody had typed them. */
async function pictureOfForm(page, name, { type, like = {}, typed = {}, press }) {
  if (!isWanted([name])) return;
  await page.evaluate(([wantedType, wantedLike, values]) => {
    const { RED } = globalThis;
    const fits = (node) => node.type === wantedType && Object.entries(wantedLike).every(([field, value]) => node[field] === value);
    let found;
    RED.nodes.eachConfig((node) => { if (fits(node)) found ??= node; });
    RED.nodes.eachNode((node) => { if (fits(node)) found ??= node; });
    Object.assign(found, values);
    if (found._def.category === 'config') RED.editor.editConfig('', found.type, found.id);
    else RED.editor.edit(found);
  }, [type, like, typed]);
  await page.waitForTimeout(2_500);
  if (press !== undefined) await page.getByText(press, { exact: true }).click();
  await page.waitForTimeout(1_500);
  const { x, y, width, height } = await page.locator('.red-ui-tray').last().boundingBox();
  await page.screenshot({ path: join(docs, `${name}.png`), clip: { x: x + EDGE, y, width: width - EDGE, height } });
  console.log(`docs/${name}.png`);
  await page.evaluate(() => { globalThis.document.querySelector('#node-config-dialog-cancel, #node-dialog-cancel').click(); });
  await page.waitForTimeout(1_500);
}

async function open(url, viewport) {
  const context = await browser.newContext({ viewport, locale: 'it-IT', timezoneId: zone, colorScheme: 'light' });
  const page = await context.newPage();
  await page.addInitScript(() => { globalThis.localStorage.setItem('editor-language', 'it'); });
  await page.goto(url);
  return page;
}

async function picture(page, name) {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  await page.screenshot({ path: join(docs, `${name}.png`) });
  console.log(`docs/${name}.png`);
}

function isWanted(names) {
  return wanted.length === 0 || names.some((name) => wanted.includes(name));
}

/** The product with a month behind it and a shop that goes on. */
async function startDemo() {
  const environment = { ...process.env, PORT: '0', MQTT_PORT: String(await freePort()), TZ_SHOP: zone, BOTTEGA_DATA: join(scratch, 'demo') };
  const command = [join(root, 'scripts/start.mjs'), '--demo', '--days', '30'];
  const child = spawn(process.execPath, command, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  let url;
  await new Promise((found, failed) => {
    child.once('exit', (code) => { failed(new Error(`the demo ended with ${String(code)}`)); });
    lines.on('line', (line) => {
      console.log(line);
      if (line.startsWith('ready ')) url = line.slice('ready '.length);
      if (line.startsWith('history: ') && line.includes(' stored ')) found();
    });
  });
  return { url, stop: () => new Promise((ended) => { child.removeAllListeners('exit').once('exit', ended).kill('SIGTERM'); }) };
}

/** A stock Node-RED's directory, with what the palette manager would have put there. */
function userDirectory() {
  const folder = join(scratch, 'node-red');
  for (const scope of ['@bottega', '@flowfuse']) mkdirSync(join(folder, 'node_modules', scope), { recursive: true });
  symlinkSync(join(root, 'node_modules/@flowfuse/node-red-dashboard'), join(folder, 'node_modules/@flowfuse/node-red-dashboard'));
  symlinkSync(root, join(folder, 'node_modules/@bottega/node-red-dashboard-2-kpi'));
  writeFileSync(join(folder, 'settings.js'), 'module.exports = { flowFile: "flows.json", telemetry: { enabled: false }, editorTheme: { tours: false } };\n');
  return folder;
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => { found(port); });
    });
  });
}
