/** The webhook's form: a path that another node has already is refused while it is typed, before anything is deployed. */
import assert from 'node:assert/strict';
import { eachInEditor, type Editor, openForm, reasonUnder } from '../support/editor.js';
import type { FlowNode } from '../support/runtime.js';
import { eventually } from '../support/waiting.js';

const webhook = (id: string, fields: object): FlowNode => ({
  id, type: 'bottega-webhook', z: 'way', version: 1, name: '', provider: 'shopify', path: '', x: 100, y: 100, wires: [[], []], ...fields,
});
const FLOW: readonly FlowNode[] = [
  { id: 'way', type: 'tab', label: 'Way' }, { id: 'off', type: 'tab', label: 'Off', disabled: true },
  webhook('first', { name: 'Negozio di Milano', path: '/in/shopify' }), webhook('second', { path: '/in/shopify-roma' }),
  webhook('asleep', { z: 'off', path: '/in/spento' }), webhook('switched', { path: '/in/fermo', d: true }),
];

describe('webhook form in the editor', () => {
  const nodeRed = eachInEditor(FLOW);
  let editor: Editor;
  before(async () => {
    editor = await nodeRed.open('it');
    await openForm(editor.page, 'second');
    await editor.page.evaluate('for (const details of document.querySelectorAll("details.bottega-more")) details.open = true;');
  });

  const reasonBecomes = (path: string, pattern: RegExp): Promise<unknown> => editor.page.fill('#node-input-path', path).then(() => {
    let last = '';
    return eventually(async () => {
      last = await reasonUnder(editor.page, '#node-input-path');
      return pattern.test(last) || undefined;
    }, () => `${path} says "${last}"`);
  });

  it('names the node that has the path already, and a path that is free', async () => {
    await reasonBecomes('/in/shopify', /^\/in\/shopify è già del nodo “Negozio di Milano”: scegli un altro indirizzo, per esempio \/in\/shopify-2$/);
  });

  it('knows the path that an empty field stands for', async () => { await reasonBecomes('', /è già del nodo “Negozio di Milano”/); });

  for (const path of ['/in/shopify-roma', '/in/shopify-2', '/in/spento', '/in/fermo']) it(`lets ${path} be`, async () => { await reasonBecomes(path, /^$/); });

  it('marks the node on the canvas when it is given all the same', async () => {
    const { page } = editor;
    await page.fill('#node-input-path', '/in/shopify');
    await page.click('#node-dialog-ok');
    await eventually(() => page.evaluate<boolean | undefined>('RED.nodes.node("second").valid === false || undefined'));
    // The editor itself asks for the catalogue of nodes, which is not to be had here.
    assert.deepEqual(editor.complaints.filter((complaint) => !complaint.includes('ERR_NAME_NOT_RESOLVED')), []);
  });
});
