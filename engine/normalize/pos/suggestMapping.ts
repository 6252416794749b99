/**
 * `numberReadings` and `dateReadings` find the declarations that would read a value, and as what: for a form to offer; nothing is ever chosen for anybody.
 */
import { minorDigits } from '../../base/money.js';
import { parseDate } from '../formats/dates.js';
import { parseNumber } from '../formats/numbers.js';
import { DAY } from '../../base/time.js';
import { MAX_AGE_MS } from '../../event/event.js';

/** What the form would have to say, by its own field names. */
export interface Declaration {
  readonly numbers?: string;
  readonly minorUnits?: string;
  readonly dates?: string;
  readonly dateKind?: string;
}

/** `reads`: decimal text, or an instant in UTC. */
export interface SuggestedField {
  readonly set: Declaration;
  readonly reads: string;
}

const LOCALES = ['it-IT', 'en-US', 'it-CH', 'fr-FR'] as const;
const DATE_LOCALES = ['it-IT', 'en-US'] as const;
const DIGIT_KINDS = ['compact', 'epoch-s', 'epoch-ms', 'excel-1900'] as const;

/** Money. Whole numbers may be amounts or cents; separators mean what the locale says. */
export function numberReadings(value: unknown, currency: string): SuggestedField[] {
  const undeclared: Declaration = { numbers: '', minorUnits: '' };
  const declarations: Declaration[] = [undeclared, ...LOCALES.map((numbers) => ({ numbers, minorUnits: '' })), { numbers: '', minorUnits: '2' }];
  const readings = declarations.flatMap((set) => {
    const minorUnits = set.minorUnits === '2' ? { minorUnits: 2 } : {};
    const parsed = parseNumber(value, { locale: set.numbers === '' ? null : set.numbers ?? null, currency, ...minorUnits });
    return parsed.outcome === 'number' ? [{ set, reads: parsed.text }] : [];
  });
  // A price hardly has more decimals than its currency.
  const likely = readings.filter(({ reads }) => !/[1-9]/.test((reads.split('.')[1] ?? '').slice(minorDigits(currency))));
  return distinct(likely.length > 0 ? likely : readings);
}

/** Dates. What would lie in the future, or too far back to count, is offered only where nothing else fits. `now`: epoch ms. */
export function dateReadings(value: unknown, zone: string, now: number): SuggestedField[] {
  const declarations: Declaration[] = [
    { dates: '', dateKind: '' }, ...DATE_LOCALES.map((dates) => ({ dates, dateKind: '' })), ...DIGIT_KINDS.map((dateKind) => ({ dates: '', dateKind })),
  ];
  const readings = declarations.flatMap((set) => {
    const kind = DIGIT_KINDS.find((known) => known === set.dateKind);
    const parsed = parseDate(value, { zone, locale: set.dates === '' ? null : set.dates ?? null, ...(kind === undefined ? {} : { kind }) });
    return parsed.outcome === 'instant' ? [{ set, reads: parsed.utc, at: parsed.at }] : [];
  });
  const likely = readings.filter(({ at }) => at <= now + DAY && at >= now - MAX_AGE_MS);
  return distinct((likely.length > 0 ? likely : readings).map(({ set, reads }) => ({ set, reads })));
}

/** The first declaration of those that read the same. */
function distinct(readings: readonly SuggestedField[]): SuggestedField[] {
  return readings.filter(({ reads }, index) => readings.findIndex((other) => other.reads === reads) === index);
}
