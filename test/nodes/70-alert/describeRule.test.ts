/** The words of rules and suggestions: whole in both languages, and each suggestion is a rule the runtime takes. */
import assert from 'node:assert/strict';
import { readRules } from '../../../engine/alert/ruleForm.js';
import { ConfigError } from '../../../engine/base/errors.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { kpisWith } from '../../../nodes/70-alert/knownKpis.js';
import { preview } from '../../../nodes/70-alert/preview.js';
import { suggestedRows } from '../../../nodes/70-alert/suggestedRules.js';
import { AlertTexts } from '../../../nodes/70-alert/text/format.js';

const row = { name: 'x', kpi: 'revenue', size: '1h', op: 'below', threshold: '500' };

describe('rules in words', () => {
  for (const language of ['it', 'en'] as const) {
    const { dictionary } = new AlertTexts(language, 'UTC');
    it(`has a name for each KPI (${language})`, () => {
      assert.deepEqual(KPIS.map(({ name }) => name).filter((name) => !Object.hasOwn(dictionary.kpi, name)), []);
    });
    for (const sector of ['restaurant', 'artisan', 'retail'] as const) {
      it(`suggests rules for ${sector} that are taken (${language})`, () => {
        const rules = readRules(suggestedRows(sector, dictionary), kpisWith([]));
        assert.ok(rules.length >= 4 && rules.some(({ kind }) => kind === 'absence'));
      });
    }
  }

  const sentences: [object, string][] = [
    [row, "Fatturato dell'ora sotto 500 €"],
    [{ ...row, size: 'last-15m', op: 'outside', threshold: '10,5', upper: '20' }, 'Fatturato degli ultimi 15 minuti fuori da 10,50 € – 20 €'],
    [{ ...row, threshold: '1500' }, "Fatturato dell'ora sotto 1.500 €"],
    [{ ...row, hours: 'opening', partial: 'proportion' }, "Fatturato dell'ora sotto 500 €, in orario di apertura (le finestre aperte solo in parte, in proporzione)"],
    [{ ...row, size: 'auto' }, 'Fatturato della finestra scelta da sé sotto 500 €'],
    [{ ...row, kpi: 'card_share', threshold: '30%', channel: 'pos', group: 'store' }, "Quota carte dell'ora (canale pos), in ogni punto vendita, sotto 30%"],
    [{ ...row, keepFiringFor: '1h', noData: '1d', repeat: '90m' }, "Fatturato dell'ora sotto 500 €; chiude dopo un'ora nella norma; ripete ogni 90 minuti; avvisa anche se non arriva nulla per un giorno"],
    [{ kind: 'mute', name: 'm', source: 'urn:bottega:shopify:mia.example' }, 'La sorgente shopify (mia.example) muta più a lungo di quanto la sua storia spieghi'], // vocabulary-ok
  ];
  for (const [rule, sentence] of sentences) {
    it(sentence, () => {
      const previewed = preview({ form: { rules: [rule], windows: [[]], language: 'it', currency: 'EUR' } }) as unknown as { rows: { sentence?: string }[] };
      assert.equal(previewed.rows[0]?.sentence?.replaceAll(/\u00a0|\u202f/g, ' '), sentence);
    });
  }

  const refused: [field: string, fields: object][] = [
    ['kpi', { kpi: 'turnover' }], ['threshold', { threshold: '10%' }], ['threshold', { threshold: '8m' }], ['threshold', { kpi: 'card_share', threshold: '30' }], ['upper', { op: 'outside', upper: '9%' }],
    ['evaluate', { kpi: 'average_ticket', evaluate: 'projected' }], ['evaluate', { kpi: 'open_quotes', evaluate: 'projected' }], ['recovery', { recovery: '499' }], ['recovery', { recovery: '600s' }],
  ];
  for (const [field, fields] of refused) {
    it(`refuses ${JSON.stringify(fields)} in ${field}, in the form and at deploy`, () => {
      const bad = { ...row, ...fields };
      assert.throws(() => readRules([bad], kpisWith([])), (error: unknown) => error instanceof ConfigError && error.field === `rules.x.${field}`);
      const previewed = preview({ form: { rules: [bad], windows: [[]] } }) as unknown as { rows: { field?: string }[] };
      assert.equal(previewed.rows[0]?.field, field);
    });
  }

  it('knows what is left out only of a shop that names its system of record, in the form and at deploy', () => {
    const left = { ...row, kpi: 'other_sources', op: 'above', threshold: '3' };
    const said = (records: unknown): { field?: string; sentence?: string } | undefined =>
      (preview({ form: { rules: [left], windows: [[]], records, language: 'en-US' } }) as unknown as { rows: { field?: string; sentence?: string }[] }).rows[0];
    const records = [{ store: '*', channel: '*', source: 'shopify' }];
    assert.equal(said(records)?.sentence, 'From sources that do not count of the hour above 3');
    for (const none of [undefined, [], 'x', [{ source: '' }]]) assert.equal(said(none)?.field, 'kpi');
    assert.equal(readRules([left], kpisWith([], records)).length, 1);
    assert.throws(() => readRules([left], kpisWith([])), { name: 'ConfigError', field: 'rules.x.kpi' });
  });

  it('knows nothing against a KPI that others count', () => {
    assert.equal(readRules([{ ...row, kpi: 'gift_cards' }]).length, 1);
    assert.equal((preview({ form: { rules: [{ ...row, kpi: 'gift_cards' }], windows: [] } }) as unknown as { rows: { sentence?: string }[] }).rows[0]?.sentence, "Gift_cards dell'ora sotto 500");
  });
});
