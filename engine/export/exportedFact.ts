/**
 * `ExportedFact` is a fact as other programs read it: amounts as decimal text, instants as RFC 3339.
 */
import { fromMinor } from '../base/money.js';
import { formatInstant } from '../base/time.js';
import { type Fact, fieldOf, type FieldValue, type Share, SLOT, sourceIn, subjectIn } from '../fact/fact.js';
import { eventLines, type SaleLine } from '../fact/saleLine.js';

export interface ExportedFact {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const MONEY = new Set(['amount', 'tip', 'shipping', 'giftCards', 'discount']);
const INSTANTS = new Set(['time', 'openedAt', 'closedAt']);
const THOUSAND = 1_000;
/** A sender's own fields; those by other names are marks of ours. */
const SENT = /^x_\w+$/;

/** `exportedFact` by its key. `currency` says how many decimals amounts have. */
export function exportedFact(key: string, fact: Fact, currency: string): ExportedFact {
  const fields = [...Object.keys(SLOT), ...fact.extras.filter((name) => SENT.test(name))].flatMap((field): [string, unknown][] => {
    const value = fieldOf(fact, field);
    return value === undefined ? [] : [[field, plainValue(field, value, currency)]];
  });
  return { type: key.split('/', 2)[1] ?? '', source: sourceIn(key), subject: subjectIn(key), fields: Object.fromEntries(fields) };
}

function plainValue(field: string, value: FieldValue, currency: string): unknown {
  if (field === 'lines') return eventLines(value as readonly SaleLine[], (minor) => fromMinor(minor, currency));
  if (typeof value === 'object') return (value as readonly Share[]).map((share) => ({ ...share, amount: fromMinor(share.amount, currency) }));
  if (typeof value !== 'number') return value;
  if (MONEY.has(field)) return fromMinor(value, currency);
  if (INSTANTS.has(field)) return formatInstant(value);
  return field === 'quantity' ? value / THOUSAND : value;
}
