/**
 * National holidays of Italy, computed by the library `date-holidays` (Easter Monday; since 2026 also 4 October).
 */
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import type Holidays from 'date-holidays';

const DAY_MS = 86_400_000;

/** Holidays by day (days since 1970-01-01), per year. */
const years = new LRUCache<number, ReadonlyMap<number, string>>({ max: 16, memoMethod: holidaysOf });
let library: Pick<Holidays, 'getHolidays'> | undefined;

/** `nationalHoliday` gives the Italian name of a holiday, `undefined` on all other days. The first question loads the library: about 0.1 s and 7 MB, once. */
export function nationalHoliday(day: number): string | undefined {
  return years.memo(new Date(day * DAY_MS).getUTCFullYear()).get(day);
}

function holidaysOf(year: number): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { date, name } of italy().getHolidays(year)) {
    found.set(Date.UTC(year, Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS, name);
  }
  return found;
}

function italy(): Pick<Holidays, 'getHolidays'> {
  if (library === undefined) {
    const Library = createRequire(__filename)('date-holidays') as typeof Holidays;
    library = new Library('IT', { types: ['public'], languages: ['it'] });
  }
  return library;
}
