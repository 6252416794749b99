/** Where notices go, as their owner says it in the editor: only the fields that matter, what is wrong on the spot, and no secret that comes back. */
import assert from 'node:assert/strict';
import { eachInEditor, type Editor, type Language, openForm, reasonUnder, said, saveForm } from '../support/editor.js';
import type { FlowNode } from '../support/runtime.js';
import { eventually } from '../support/waiting.js';

const FLOW: FlowNode[] = [
  { id: 'the-tab', type: 'tab', label: 'Avvisi' },
  { id: 'the-store', type: 'bottega-store', version: 1, kind: 'embedded', directory: '' },
  { id: 'the-shop', type: 'bottega-shop', version: 1, name: 'Bottega', tenant: 'bottega', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoff: '00:00', stores: [] },
  { id: 'the-notify', type: 'bottega-notify', z: 'the-tab', x: 200, y: 100, version: 1, store: 'the-store', shop: 'the-shop', channel: '', wires: [[], []] },
];
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('notify form in the editor', () => {
  const nodeRed = eachInEditor(FLOW);
  let editor: Editor;

  async function openIn(language: Language): Promise<void> {
    editor = await nodeRed.open(language);
    await openForm(editor.page, 'the-notify');
  }
  const becomes = async (what: string, read: () => Promise<string>, wanted: string): Promise<void> => {
    let last = '';
    await eventually(async () => {
      last = await read();
      return last === wanted || undefined;
    }, () => `${what} says "${last}", not "${wanted}"`);
  };
  const says = (wanted: string): Promise<void> => becomes('the form', () => said(editor.page), wanted);
  const reason = (selector: string, wanted: string): Promise<void> => becomes(selector, () => reasonUnder(editor.page, selector), wanted);
  const shown = (selector: string): Promise<boolean> => editor.page.locator(selector).isVisible();
  const choose = (channel: string): Promise<unknown> => editor.page.selectOption('#node-input-channel', channel);

  it('shows only what the chosen way needs', async () => {
    await openIn('it');
    await says('Non manda ancora nulla: scegli dove, e compila i campi qui sotto.');
    assert.deepEqual([await shown('#node-input-url'), await shown('#node-input-to')], [false, false]);
    await choose('webhook');
    assert.deepEqual([await shown('#node-input-url'), await shown('#node-input-secret'), await shown('#node-input-to')], [true, true, false]);
    await choose('email');
    assert.deepEqual([await shown('#node-input-url'), await shown('#node-input-to'), await shown('#node-input-password')], [false, true, true]);
    assert.equal(await editor.page.getAttribute('#node-input-port', 'placeholder'), '465');
    await editor.page.selectOption('#node-input-security', 'starttls');
    assert.equal(await editor.page.getAttribute('#node-input-port', 'placeholder'), '587');
    // The palette asks for updates on the net, which tests have not.
    assert.deepEqual(editor.complaints.filter((text) => !text.includes('ERR_NAME_NOT_RESOLVED')), []);
  });

  it('says what is wrong with an address, while it is typed', async () => {
    const { page } = editor;
    await page.fill('#node-input-to', 'titolare@negozio.it, cassa');
    await reason('#node-input-to', 'indirizzi come nome@negozio.it, al massimo 20, separati da virgole');
    await page.fill('#node-input-to', 'titolare@negozio.it, cassa@negozio.it');
    await reason('#node-input-to', '');
    await page.fill('#node-input-port', '70000');
    await reason('#node-input-port', 'da 1 a 65535');
    await page.fill('#node-input-port', '');
    await page.fill('#node-input-host', 'smtp.example.it');
    await says('Scrive ogni avviso a titolare@negozio.it, cassa@negozio.it, attraverso smtp.example.it; se non riesce riprova per due giorni e mezzo.');
    await choose('webhook');
    await page.fill('#node-input-url', 'https://titolare:segreto@avvisi.example/in');
    await reason('#node-input-url', 'deve iniziare con https:// o http://, senza utente e password');
    await page.fill('#node-input-url', 'https://avvisi.example/in?chiave=1');
    await reason('#node-input-url', '');
    // The host alone: what follows may be a secret of theirs.
    await says('Manda ogni avviso, firmato, a avvisi.example; se non risponde riprova per due giorni e mezzo.');
  });

  it('saves what the runtime understands, and hands no secret back', async () => {
    const { page } = editor;
    await page.fill('#node-input-secret', SECRET);
    await saveForm(page);
    await page.click('#red-ui-header-button-deploy');
    const status = (): Promise<string> => page.evaluate<string>("(RED.nodes.node('the-notify').status || {}).text || ''");
    // In the runtime's own language.
    await becomes('the node', status, 'ready');
    const exported = await page.evaluate<string>("JSON.stringify(RED.nodes.createExportableNodeSet([RED.nodes.node('the-notify')]))");
    assert.match(exported, /"channel":"webhook","url":"https:\/\/avvisi\.example\/in\?chiave=1"/);
    await openIn('it');
    assert.equal(await editor.page.inputValue('#node-input-secret'), '__PWRD__');
    const kept = await (await fetch(`${nodeRed.runtime().url}/flows`)).text();
    assert.deepEqual([exported.includes(SECRET), kept.includes(SECRET), nodeRed.runtime().logs().includes(SECRET)], [false, false, false]);
  });

  it('says the same in English', async () => {
    await openIn('en-US');
    assert.match(await said(editor.page), /^Sends each notice, signed, to avvisi\.example; /);
  });
});
