/** Rules as their owner writes them in the editor: each reads as a sentence, and says what is wrong with it. */
import assert from 'node:assert/strict';
import { eachInEditor, type Editor, type Language, openForm, said, saveForm } from '../support/editor.js';
import type { FlowNode } from '../support/runtime.js';
import { eventually } from '../support/waiting.js';

const FLOW: FlowNode[] = [
  { id: 'the-store', type: 'bottega-store', version: 1, kind: 'embedded', directory: '' },
  { id: 'the-shop', type: 'bottega-shop', version: 1, name: 'Bottega', tenant: 'bottega', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoff: '00:00', stores: [] },
  { id: 'the-window', type: 'bottega-window', version: 1, store: 'the-store', shop: 'the-shop', kpis: [{ name: 'gift_cards', type: 'sale', value: 'amount', show: 'sum', where: [] }], wires: [[], []] },
  {
    id: 'the-alert', type: 'bottega-alert', version: 1, store: 'the-store', shop: 'the-shop', broker: '', wires: [[], []],
    rules: [
      { name: 'Fiacca', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', recovery: '550', group: 'all', for: '10m', live: false },
      { name: 'Resi alti', kpi: 'refunds', size: '1d', op: 'above', threshold: '300', group: 'store', live: true, repeat: '2h' },
    ],
  },
];

describe('alert form in the editor', () => {
  const nodeRed = eachInEditor(FLOW);
  let editor: Editor;

  async function openIn(language: Language): Promise<void> {
    editor = await nodeRed.open(language);
    await openForm(editor.page, 'the-alert');
  }
  const saysOf = async (index: number): Promise<string> => (await editor.page.locator('.bottega-rule-says').nth(index).innerText()).replaceAll(/\u00a0|\u202f/g, ' ').trim();
  const becomes = async (index: number, text: string): Promise<void> => {
    let last = '';
    await eventually(async () => {
      last = await saysOf(index);
      return last === text || undefined;
    }, () => `row ${String(index)} says "${last}", not "${text}"`);
  };
  const field = (index: number, name: string): ReturnType<Editor['page']['locator']> => editor.page.locator('.bottega-rule').nth(index).locator(`[data-field="${name}"]`);

  it('reads each rule as a sentence, in Italian', async () => {
    await openIn('it');
    await becomes(0, "Fatturato dell'ora sotto 500 € per 10 minuti; rientra a 550 €");
    await becomes(1, 'Resi della giornata, in ogni punto vendita, sopra 300 €, anche mentre la finestra si riempie; ripete ogni 2 ore');
    assert.match(await said(editor.page), /^Avvisa una volta sola .* \(2\)/);
    // The palette asks for updates on the net, which tests have not.
    assert.deepEqual(editor.complaints.filter((text) => !text.includes('ERR_NAME_NOT_RESOLVED')), []);
  });

  it('changes the sentence as one types, and says what is wrong', async () => {
    await field(0, 'hours').check();
    await becomes(0, "Fatturato dell'ora sotto 500 € per 10 minuti, in orario di apertura; rientra a 550 €");
    await field(0, 'evaluate').selectOption('projected');
    await becomes(0, "Fatturato dell'ora, di questo passo, sotto 500 € per 10 minuti, in orario di apertura; rientra a 550 €");
    await field(0, 'recovery').fill('450');
    await becomes(0, '"Fiacca": il rientro deve stare dalla parte buona della soglia');
    assert.equal(await field(0, 'recovery').getAttribute('aria-invalid'), 'true');
    await field(0, 'recovery').fill('');
    await field(0, 'kpi').fill('fatturato');
    await becomes(0, '"Fiacca": nessun nodo finestre conta questo KPI');
    await field(0, 'kpi').fill('card_share');
    await becomes(0, '"Fiacca": la soglia è un numero come 500 o 12,5; per le quote 10%, per i tempi 8m');
    await field(0, 'threshold').fill('30%');
    await becomes(0, '"Fiacca": una finestra in corso parte da zero: con "sotto" si valuta finita o di questo passo, e di questo passo solo somme e conteggi');
    await field(0, 'kpi').fill('gift_cards');
    await field(0, 'threshold').fill('12,5');
    await becomes(0, 'Gift_cards dell\'ora, di questo passo, sotto 12,50 € per 10 minuti, in orario di apertura');
    await field(0, 'size').selectOption('auto');
    await becomes(0, 'Gift_cards della finestra scelta da sé, di questo passo, sotto 12,50 € per 10 minuti, in orario di apertura');
    await field(0, 'size').selectOption('1h');
    await field(1, 'name').fill('Fiacca');
    await becomes(1, 'due regole si chiamano "Fiacca"');
    await field(1, 'name').fill('Resi alti');
    await field(1, 'kind').selectOption('mute'); // vocabulary-ok: as saved
    await becomes(1, 'Ogni sorgente muta più a lungo di quanto la sua storia spieghi; ripete ogni 2 ore');
  });

  it('adds the rules that suit a sector, once', async () => {
    await editor.page.selectOption('#bottega-alert-sector', 'restaurant');
    await editor.page.click('#bottega-alert-suggest');
    await becomes(2, "Tempo di servizio dell'ora sopra 45 min, in orario di apertura; rientra a 35 min");
    await becomes(6, 'Ogni sorgente muta più a lungo di quanto la sua storia spieghi, in orario di apertura; ripete ogni 4 ore');
    for (const index of [3, 4, 5]) assert.equal(await editor.page.locator('.bottega-rule-says').nth(index).evaluate((said) => said.classList.contains('is-wrong')), false);
    await editor.page.click('#bottega-alert-suggest');
    // Asked for once more, the same rules are there already.
    await field(6, 'name').fill('Muta');
    await editor.page.click('#bottega-alert-suggest');
    await becomes(7, 'Ogni sorgente muta più a lungo di quanto la sua storia spieghi, in orario di apertura; ripete ogni 4 ore');
    await editor.page.locator('li:has(.bottega-rule) .red-ui-editableList-item-remove').nth(7).click();
    await eventually(async () => (await editor.page.locator('.bottega-rule').count()) === 7 || undefined);
  });

  it('saves what the runtime understands', async () => {
    await saveForm(editor.page);
    interface Saved { version: number; rules: { name: string; kind: string; evaluate?: string }[]; group: unknown; valid: boolean }
    const saved = await editor.page.evaluate<Saved>("(() => { const { version, rules, group, valid } = RED.nodes.node('the-alert'); return { version, rules, group, valid }; })()");
    assert.deepEqual([saved.version, saved.valid, saved.rules.length, Number(saved.group)], [2, true, 7, 5]);
    assert.deepEqual(saved.rules.slice(0, 2).map(({ name, kind, evaluate: moment }) => [name, kind, moment]), [['Fiacca', 'kpi', 'projected'], ['Resi alti', 'mute', undefined]]); // vocabulary-ok: as saved
    const rules = saved.rules as object[];
    await nodeRed.runtime().deploy(FLOW.map((node) => (node.id === 'the-alert' ? { ...node, version: 2, group: 5, rules } : node)));
    assert.doesNotMatch(nodeRed.runtime().logs(), /rules\./);
  });

  it('reads the same in English', async () => {
    await openIn('en-US');
    await becomes(5, 'Revenue of the hour, at this pace, below €150 for 10 minutes, in opening hours; recovers at €200');
    await becomes(6, 'Any source silent for longer than its history explains, in opening hours; repeated every 4 hours');
  });
});
