/** How do tests use the editor as a person does? Opens it in a language, opens a node's form, reads what it says. */
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from './browser.js';
import { type FlowNode, type Runtime, start } from './runtime.js';
import { eventually, PATIENCE_MS } from './waiting.js';

export type Language = 'it' | 'en-US';

/** The editor, loaded, without its welcome tour. `complaints`: errors of its console and scripts. */
export interface Editor {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Call it inside `describe`: Node-RED with these nodes and a browser, for all tests of the suite. */
export function eachInEditor(flow: readonly FlowNode[]): { runtime(): Runtime; open(language: Language): Promise<Editor> } {
  let runtime: Runtime;
  let browser: Browser;
  before(async () => {
    runtime = await start([...flow]);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await runtime.stop();
  });
  return { runtime: () => runtime, open: (language) => openEditor(browser, runtime.url, language) };
}

export async function openEditor(browser: Browser, url: string, language: Language): Promise<Editor> {
  const context = await browser.newContext({ locale: language === 'it' ? 'it-IT' : 'en-US', viewport: { width: 1400, height: 1100 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  await page.addLocatorHandler(page.locator('.red-ui-tourGuide-shade'), () => page.keyboard.press('Escape'));
  page.on('pageerror', (error) => { complaints.push(error.message); });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  await page.addInitScript((chosen) => { localStorage.setItem('editor-language', chosen); }, language);
  await page.goto(url);
  await page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
  await page.waitForFunction('window.RED && RED.bottega && RED.nodes.getType("bottega-monitor") && document.querySelectorAll(".red-ui-palette-node").length > 10');
  // Trays that slide in and out would only cost time.
  await page.evaluate('jQuery.fx.off = true');
  return { page, complaints };
}

/** Opens the form of a node that is on a tab or of a configuration node; the one open before is cancelled. */
export async function openForm(page: Page, id: string): Promise<void> {
  await closeForm(page);
  await page.waitForFunction((wanted) => Boolean((globalThis as unknown as { RED: { nodes: { node(id: string): unknown } } }).RED.nodes.node(wanted)), id);
  await page.evaluate((wanted) => {
    const { RED } = globalThis as unknown as { RED: { nodes: { node(id: string): { id: string; type: string; _def: { category: string } } }; editor: { edit(node: object): void; editConfig(name: string, type: string, id: string): void } } };
    const node = RED.nodes.node(wanted);
    if (node._def.category === 'config') RED.editor.editConfig('', node.type, node.id);
    else RED.editor.edit(node);
  }, id);
  // The tray slides in; only then are its fields where a person would click them.
  await page.waitForSelector('.bottega-says');
  await eventually(async () => (await page.locator('.red-ui-tray.red-ui-editor-tray, .red-ui-tray').last().evaluate((tray) => tray.getBoundingClientRect().right <= innerWidth + 1)) || undefined);
}

export async function closeForm(page: Page): Promise<void> {
  for (const button of ['#node-config-dialog-cancel', '#node-dialog-cancel']) {
    const cancel = page.locator(button).last();
    if (await cancel.count() === 0) continue;
    await cancel.click();
    await page.locator(button).waitFor({ state: 'detached' });
  }
}

/** Keeps what was typed, as the red button does. */
export async function saveForm(page: Page): Promise<void> {
  await page.click('#node-dialog-ok');
  await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
}

/** The sentence on top. */
export async function said(page: Page): Promise<string> {
  return (await page.locator('.bottega-says').innerText()).trim();
}

/** The visible reason under a field; empty where it is fine. */
export async function reasonUnder(page: Page, selector: string): Promise<string> {
  const [reason = ''] = await page.locator(`.form-row:has(${selector}) .bottega-reason.is-shown`).allInnerTexts();
  return reason.trim();
}
