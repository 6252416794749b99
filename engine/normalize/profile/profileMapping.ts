/**
 * `mappingOf` is a till's mapping made of a profile's JSON: nothing of the defaults of the form, whose receipt is an Italian till's.
 */
import type { SaleStatus } from '../../event/event.js';
import { plainWords } from '../mapping/documentKinds.js';
import { MAPPED, type PosMapping, readMapping } from '../mapping/fieldMapping.js';
import type { ProfileMapping } from './profile.js';

const NO_PATHS = Object.fromEntries(MAPPED.map((field) => [field, '']));

/** By zone: a shop has one, and tests have several. */
const compiled = new WeakMap<ProfileMapping, Map<string, PosMapping>>();
const MAX_ZONES = 20;

/** `mappingOf`: `zone` is the shop's, for a sender that states none. */
export function mappingOf(profile: ProfileMapping, zone: string): PosMapping {
  const known = compiled.get(profile) ?? new Map<string, PosMapping>();
  const mapping = known.get(zone) ?? compile(profile, zone);
  if (known.size >= MAX_ZONES) known.clear();
  known.set(zone, mapping);
  compiled.set(profile, known);
  return mapping;
}

function compile({ paths, statuses = {}, payments = {}, ...formats }: ProfileMapping, zone: string): PosMapping {
  const saved = {
    numbers: '', dates: '', statuses: '', kinds: '', receiptNumbers: 'never', ...formats,
    paths: { ...NO_PATHS, ...paths }, payments: Object.entries(payments).map((pair) => pair.join('=')).join('\n'),
  };
  // A form knows no `cancelled`: a till that takes a receipt back says that it never was. An order or a card payment may never have been paid.
  const words = new Map(Object.entries(statuses).map(([theirs, ours]): [string, SaleStatus] => [plainWords(theirs), ours]));
  return { ...readMapping(saved, zone), statuses: words };
}
