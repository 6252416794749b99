/**
 * `preview` answers the editor while rules are typed: each row with its sentence, or with what is wrong.
 */
import { readRule, readRules, type RuleRow } from '../../engine/alert/ruleForm.js';
import { ConfigError } from '../../engine/base/errors.js';
import { readRecords } from '../../engine/kpi/systemOfRecord.js';
import type { Asked, EditorReply } from '../shared/editorApi.js';
import { kpisWith } from './knownKpis.js';
import { sentenceOf, type SentenceParts } from './text/describeRule.js';
import { isSector, suggestedRows } from './suggestedRules.js';
import { type Language, AlertTexts } from './text/format.js';

const MAX_ROWS = 200;

/**
 * `preview` takes `form`: { rules, windows: the `kpis` of each window node, records: the shop's, currency, language }, or { sector, language } for
 * suggested rules.
 * Answers `rows`, each { sentence } or { field, rule }, and the names of the KPIs.
 */
export function preview(asked: Asked): EditorReply {
  const form = (asked['form'] ?? {}) as Readonly<Record<string, unknown>>;
  const words = new AlertTexts(languageIn(form['language']), 'UTC');
  if (isSector(form['sector'])) return { outcome: 'suggested', rows: suggestedRows(form['sector'], words.dictionary) };
  const rows: readonly unknown[] = Array.isArray(form['rules']) ? form['rules'].slice(0, MAX_ROWS) : [];
  const windows: readonly unknown[] = Array.isArray(form['windows']) ? form['windows'] : [];
  const records = readRecords(form['records']);
  const all = kpisWith(windows, records.outcome === 'read' ? records.records : []);
  const currency = typeof form['currency'] === 'string' && /^[A-Z]{3}$/.test(form['currency']) ? form['currency'] : 'EUR';
  const parts = { words, currency, known: all };
  // Where nobody counts here, others may count what they like.
  const isKnown = windows.length > 0;
  return {
    outcome: 'read',
    rows: rows.map((row) => readRow((row ?? {}) as RuleRow, parts, isKnown)),
    ...twiceIn(rows),
    kpis: [...all.keys()].map((name) => ({ name, label: words.kpi(name) })),
  };
}

function readRow(row: RuleRow, parts: SentenceParts, isKnown: boolean): object {
  try {
    return { sentence: sentenceOf(readRule(row, isKnown ? parts.known : undefined), parts) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // "rules.Low revenue.kpi": names may hold dots.
    const part = error.field === 'rules' ? 'name' : (error.field.split('.').at(-1) ?? 'name');
    return { field: part, rule: error.rule };
  }
}

function twiceIn(rows: readonly unknown[]): { twice?: string } {
  try {
    readRules(rows);
  } catch (error) {
    if (error instanceof ConfigError && error.rule === 'must have different names') return { twice: String(error.value) };
    if (!(error instanceof ConfigError)) throw error;
  }
  return {};
}

function languageIn(text: unknown): Language {
  return typeof text === 'string' && text.startsWith('en') ? 'en' : 'it';
}
