/**
 * `sentenceOf` says a rule as one sentence, in the words of its notices: "Fatturato dell'ora sotto 500 € per 10 minuti, in orario di apertura".
 */
import type { KnownKpis } from '../../../engine/alert/ruleForm.js';
import type { AlertRule, AbsenceRule, Rule } from '../../../engine/alert/rule.js';
import { ALL } from '../../../engine/read/kpiValue.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../engine/base/time.js';
import { fill, type AlertTexts, sourceName } from './format.js';

/** `SentenceParts` are what the sentence needs to know besides the rule. */
export interface SentenceParts {
  readonly words: AlertTexts;
  readonly known: KnownKpis;
  readonly currency: string;
}

export function sentenceOf(rule: Rule, parts: SentenceParts): string {
  const said = rule.kind === 'absence' ? absenceSentence(rule, parts) : kpiSentence(rule, parts);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

function absenceSentence({ source, hours, repeatMs }: AbsenceRule, { words }: SentenceParts): string {
  const { sentence } = words.dictionary;
  const who = source === undefined ? sentence.everySource : fill(sentence.source, { source: sourceName(source) });
  const silent = fill(sentence.mute, { source: who }); // vocabulary-ok
  return [silent, hours === 'opening' ? sentence.opening : '', repeated(repeatMs, words)].join('');
}

function kpiSentence(rule: AlertRule, parts: SentenceParts): string {
  const { words } = parts;
  const { sentence } = words.dictionary;
  const clauses = [
    `${words.kpi(rule.kpi)} ${sentence.size[rule.size]}`,
    rule.channel === ALL ? '' : fill(sentence.channel, { channel: rule.channel }),
    rule.group === 'store' ? sentence.perStore : '',
    rule.evaluate === 'projected' ? sentence.projected : '',
    ` ${conditionOf(rule, parts)}`,
    rule.forMs === 0 ? '' : fill(sentence.for, { length: lengthOf(rule.forMs, words) }),
    rule.hours === 'opening' ? sentence.opening : '',
    rule.partial === 'proportion' ? sentence.proportion : '',
    rule.evaluate === 'live' && !rule.size.startsWith('last-') ? sentence.live : '',
    recoveryOf(rule, parts),
    rule.keepFiringForMs === 0 ? '' : fill(sentence.keep, { length: lengthOf(rule.keepFiringForMs, words) }),
    repeated(rule.repeatMs, words),
    rule.noDataMs === 0 ? '' : fill(sentence.noData, { length: lengthOf(rule.noDataMs, words) }),
  ];
  return clauses.join('');
}

function conditionOf({ kpi, when }: AlertRule, parts: SentenceParts): string {
  const { sentence } = parts.words.dictionary;
  const figure = (value: number): string => figureOf(value, kpi, parts);
  if (when.op === 'outside') return fill(sentence.outside, { low: figure(when.low), high: figure(when.high) });
  return fill(sentence[when.op], { threshold: figure(when.threshold) });
}

function recoveryOf({ kpi, when }: AlertRule, parts: SentenceParts): string {
  if (when.op === 'outside' || when.recovery === when.threshold) return '';
  return fill(parts.words.dictionary.sentence.recovery, { recovery: figureOf(when.recovery, kpi, parts) });
}

/** Cents only where there are any. */
function figureOf(value: number, kpi: string, { words, known, currency }: SentenceParts): string {
  const unit = known?.get(kpi)?.unit;
  const text = words.figure(value, unit === 'money' ? currency : (unit ?? 'count'));
  return unit === 'money' && Number.isInteger(value) ? text.replace(/[.,]00(?!\d)/, '') : text;
}

function repeated(repeatMs: number, words: AlertTexts): string {
  return repeatMs === 0 ? '' : fill(words.dictionary.sentence.repeat, { length: lengthOf(repeatMs, words) });
}

/** The largest unit that fits without a rest: "90 minutes", "2 hours", "a day". */
function lengthOf(ms: number, { dictionary: { length } }: AlertTexts): string {
  const [unit, one, many] = ([[DAY, length.day, length.days], [HOUR, length.hour, length.hours], [MINUTE, length.minute, length.minutes]] as const)
    .find(([each]) => ms % each === 0) ?? [SECOND, length.second, length.seconds];
  const count = Math.round(ms / unit);
  return count === 1 ? one : fill(many, { count: String(count) });
}
