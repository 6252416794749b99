/**
 * `readerOfLines` reads what a term adds of the lines that it means: "how many Margherita", "what the wines came to".
 */
import { type Fact, linesOf } from '../fact/fact.js';
import type { SaleLine } from '../fact/saleLine.js';
import type { LineCondition, Term } from './measure.js';

/** What can be read of lines. */
export type LineValue = 'one' | 'amount' | 'quantity' | 'discount';

export function isLineValue(value: unknown): value is LineValue {
  return value === 'one' || value === 'amount' || value === 'quantity' || value === 'discount';
}

/** `undefined` of a fact without such lines. */
export function readerOfLines(conditions: readonly LineCondition[], value: Term['value']): (fact: Fact) => number | undefined {
  if (!isLineValue(value)) throw new TypeError(`nothing of a line: ${JSON.stringify(value)}`);
  return (fact) => {
    const meant = linesOf(fact)?.filter((line) => conditions.every((condition) => meets(line, condition)));
    if (meant === undefined || meant.length === 0) return undefined;
    return value === 'one' ? 1 : meant.reduce((sum, line) => sum + line[value], 0);
  };
}

function meets({ product, name, category }: SaleLine, { field, op, value }: LineCondition): boolean {
  const isIt = field === 'category' ? category === value : product === value || name === value;
  return isIt === (op === 'is');
}
