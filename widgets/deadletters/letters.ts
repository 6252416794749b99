/**
 * `lettersOf` puts what could not be used into words: grouped by why, each with what to do and what became of it when it was tried again.
 */
import type { LetterRow, LettersData, ReasonRow } from '../../nodes/94-ui-deadletters/source.js';
import type { Words } from '../shared/words.js';

/** `LettersProps` are what the browser gets of the form. */
export interface LettersProps {
  readonly title: string;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownLetter`: `name` says which one it is, for who does not see where its buttons stand. */
export interface ShownLetter {
  readonly key: string;
  readonly row: LetterRow;
  readonly from: string;
  readonly notes: readonly string[];
  readonly name: string;
}

/** `ShownReason` with its messages, the newest first; `count` of all that have it, shown or not. */
export interface ShownReason {
  readonly reason: string;
  readonly title: string;
  readonly advice: string;
  readonly count: number;
  readonly letters: readonly ShownLetter[];
}

export interface ShownLetters {
  readonly count: string;
  readonly reasons: readonly ShownReason[];
  readonly hidden: string;
  /** What becomes, or became, of the last replay; empty before the first one. */
  readonly progress: string;
}

export function lettersOf({ rows, reasons, messages, progress }: LettersData, now: number, words: Words): ShownLetters {
  const known = new Map(reasons.map((row) => [row.reason, explained(row, words)]));
  const explain = (reason: string): Explained => known.get(reason) ?? explained({ reason, messages: 0 }, words);
  const letters = rows.map((row) => shownLetter(row, explain, now, words));
  const shown = reasons.map(({ reason, messages: count }) => {
    const { title, advice } = explain(reason);
    return { reason, title, advice, count, letters: letters.filter(({ row }) => row.reasons[0] === reason) };
  });
  return {
    count: messages === 0 ? '' : words.text(messages === 1 ? 'count.one' : 'count.many', { n: words.decimal(messages, 0) }),
    reasons: shown.filter(({ count }) => count > 0),
    hidden: rows.length < messages ? words.text('hidden', { shown: words.decimal(rows.length, 0), n: words.decimal(messages, 0) }) : '',
    progress: progressIn(progress, words),
  };
}

interface Explained {
  readonly title: string;
  readonly advice: string;
}

function explained({ reason, it, en }: ReasonRow, words: Words): Explained {
  const [title, advice] = (words.language === 'it' ? it : en) ?? [];
  return { title: title ?? words.text('unknown.what', { reason }), advice: words.text('advice', { text: advice ?? words.text('unknown.advice') }) };
}

function shownLetter(row: LetterRow, explain: (reason: string) => Explained, now: number, words: Words): ShownLetter {
  const [first = '', ...others] = row.reasons;
  const at = new Date(row.receivedAt).getTime();
  const sender = words.find(`provider.${row.provider}`) ?? row.provider;
  const path = row.path.split('/').slice(1).join(' › ');
  const from = [
    sender, row.topic, path === '' ? '' : words.text('field', { path }), row.letters > 1 ? words.text('things', { n: words.decimal(row.letters, 0) }) : '', words.age(now - at),
  ].filter((part) => part !== '').join(' · ');
  const notes = [
    ...(row.kind === 'held' && row.dueAt !== undefined ? [words.moment('held', new Date(row.dueAt).getTime(), now)] : []),
    ...(others.length === 0 ? [] : [words.text('also', { text: others.map((reason) => explain(reason).title).join(', ') })]),
    ...(row.attempt === undefined ? [] : [words.moment(`tried.${row.attempt.outcome}`, row.attempt.at, now, { why: explain(first).title })]),
  ];
  return { key: `${row.receivedAt}/${row.id}`, row, from, notes, name: `${explain(first).title}, ${from}` };
}

function progressIn({ state, understood, left }: LettersData['progress'], words: Words): string {
  const counts = { understood: words.decimal(understood, 0), left: words.decimal(left, 0) };
  if (state === 'running') return words.text('running', counts);
  if (understood + left === 0) return '';
  return words.text(left === 0 ? 'ran.all' : understood === 0 ? 'ran.none' : 'ran.some', counts);
}
