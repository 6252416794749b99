/**
 * `ShopConfig` is the shop's name, stores, clock, currency and calendar: the saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { cleanName } from '../../engine/base/name.js';
import { LABEL } from '../../engine/event/schema.js';
import { isZone } from '../../engine/base/time.js';
import { readRecords, RECORD_RULES, type SystemOfRecord } from '../../engine/kpi/systemOfRecord.js';
import { type NameRules, readNameLimits } from '../../engine/aggregate/nameLimits.js';
import { atVersion, filled } from '../shared/configFields.js';
import type { ShopPort, ShopStore } from '../shared/ports.js';
import type { SavedForm } from '../shared/node.js';
import { type CalendarRule, readCalendar, type ShopCalendar } from './calendar.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

const SECTORS = ['retail', 'restaurant', 'artisan'] as const;
const DEFAULT_STORE: ShopStore = { id: 'negozio', name: 'Negozio', aliases: [] };
const DEFAULT_ZONE = 'Europe/Rome';

/** `ShopConfig`, read and checked. */
export interface ShopConfig {
  /** Segment of every topic and prefix of every key. */
  readonly tenant: string;
  readonly name: string;
  readonly sector: ShopPort['sector'];
  readonly zone: string;
  readonly currency: string;
  readonly cutoffMinutes: number;
  readonly calendar: ShopCalendar;
  readonly stores: readonly ShopStore[];
  readonly records: readonly SystemOfRecord[];
  readonly names: ShopPort['names'];
  readonly staff: ShopPort['staff'];
  /** Text from which the privacy key is derived; absent: one is generated and kept. */
  readonly privacySecret?: string;
}

type ShopEnvironment = Readonly<Record<string, string | undefined>>;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError` for a form that breaks a rule. */
export function readConfig(raw: SavedForm, secrets: Readonly<Record<string, string>>, environment: ShopEnvironment = process.env): ShopConfig {
  const saved = upgrade(raw);
  const secret = filled(secrets['privacyKey']) ?? filled(environment['BOTTEGA_PRIVACY_KEY']);
  const cutoffMinutes = readCutoff(saved['cutoff'] ?? '00:00');
  const stores = readStores(saved['stores']);
  return {
    tenant: readLabel(saved['tenant'] ?? 'shop', 'tenant'),
    name: filled(saved['name']) ?? '',
    sector: readSector(saved['sector'] ?? 'retail'),
    zone: readZone(saved['zone'], environment),
    currency: readCurrency(saved['currency'] ?? 'EUR'),
    cutoffMinutes,
    calendar: soundCalendar(saved, cutoffMinutes),
    stores,
    records: soundRecords(saved['records'], stores),
    names: { limits: readNameLimits(environment), beyond: readBeyond(saved['others'] ?? 'refuse') },
    staff: readStaff(saved['staff'] ?? 'ignored'),
    ...(secret === undefined ? {} : { privacySecret: secret }),
  };
}

function readLabel(value: unknown, field: string): string {
  if (typeof value !== 'string' || !LABEL.test(value)) throw new ConfigError(field, 'must be 1 to 64 characters without / + # and not _', value);
  return value;
}

function readSector(value: unknown): ShopPort['sector'] {
  const sector = SECTORS.find((known) => known === value);
  if (sector === undefined) throw new ConfigError('sector', `must be one of ${SECTORS.join(', ')}`, value);
  return sector;
}

function readBeyond(value: unknown): NameRules['beyond'] {
  if (value !== 'refuse' && value !== 'other') throw new ConfigError('others', 'must be refuse or other', value);
  return value;
}

function readStaff(value: unknown): ShopPort['staff'] {
  if (value !== 'ignored' && value !== 'counted') throw new ConfigError('staff', 'must be ignored or counted', value);
  return value;
}

/** Node-RED leaves `${TZ_SHOP}` as it is where the variable is not set. */
function readZone(value: unknown, environment: ShopEnvironment): string {
  const named = filled(value);
  const zone = named === undefined || named === '${TZ_SHOP}' ? filled(environment['TZ_SHOP']) ?? DEFAULT_ZONE : named;
  if (!isZone(zone)) throw new ConfigError('zone', 'must be an IANA time zone like Europe/Rome', zone);
  return zone;
}

function readCurrency(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Z]{3}$/.test(value)) throw new ConfigError('currency', 'must be an ISO 4217 code like EUR', value);
  return value;
}

function readCutoff(value: unknown): number {
  const parts = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(value) : null;
  if (parts === null) throw new ConfigError('cutoff', 'must be a time of day like 04:00', value);
  const minutes = Number(parts[1]) * 60 + Number(parts[2]);
  // Slices of an hour must not be cut by a day's end: see Calendar.
  if (minutes % 60 !== 0) throw new ConfigError('cutoff', 'must be a full hour', value);
  return minutes;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** `CALENDAR_RULES` has the rules of calendar.ts in words; the form has its own, in `locales`. */
export const CALENDAR_RULES: Readonly<Record<CalendarRule, string>> = {
  choice: 'must be one of the choices',
  week: 'must be seven texts, Monday first',
  rows: 'must be a list of rows',
  form: 'must be like 09:00-12:30, 15:30-19:30',
  time: 'must have times of day from 00:00 to 24:00',
  equal: 'must not end when it begins',
  overlap: 'must not overlap',
  cutoff: 'must not go through the hour at which the day ends',
  nextDay: 'must end before the next day opens',
  empty: 'must open on at least one day of the week',
  date: 'must be a day that exists',
  order: 'must not end before it begins',
  twice: 'must be given once',
  name: 'must have a name of fitting length',
  fullHour: 'must begin and end at a full hour, because sums are kept per hour',
  many: 'must have fewer rows',
};

function soundCalendar(saved: SavedForm, cutoffMinutes: number): ShopCalendar {
  const { calendar, faults: [fault] } = readCalendar(saved, cutoffMinutes);
  if (fault === undefined) return calendar;
  const day = fault.row === undefined ? undefined : WEEKDAYS[fault.row];
  throw new ConfigError(day === undefined ? fault.field : `${fault.field}.${day}`, CALENDAR_RULES[fault.rule], fault.where);
}

/** A store that is named by an alias is that store. */
function soundRecords(saved: unknown, stores: readonly ShopStore[]): readonly SystemOfRecord[] {
  const read = readRecords(saved);
  if (read.outcome === 'refused') throw new ConfigError('records', RECORD_RULES[read.rule], read.where);
  return read.records.map((record) => ({ ...record, store: stores.find(({ aliases }) => aliases.includes(record.store))?.id ?? record.store }));
}

function readStores(value: unknown): readonly ShopStore[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [DEFAULT_STORE];
  if (!Array.isArray(value)) throw new ConfigError('stores', 'must be a list', value);
  const stores = value.map(readStore);
  const names = stores.flatMap(({ id, aliases }) => [...new Set([id, ...aliases])]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConfigError('stores', 'must name each id and alias once', twice);
  return stores;
}

function readStore(value: unknown): ShopStore {
  const { id, name, aliases } = (value ?? {}) as Record<string, unknown>;
  const label = readLabel(typeof id === 'string' ? cleanName(id) : id, 'stores');
  return { id: label, name: filled(name)?.normalize('NFC') ?? label, aliases: readAliases(aliases) };
}

/** A list, or text with commas as the form writes it. */
function readAliases(value: unknown): string[] {
  const parts: unknown = typeof value === 'string' ? value.split(',') : value ?? [];
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) throw new ConfigError('stores', 'must have aliases that are text', value);
  return parts.map(cleanName).filter((part) => part !== '');
}
