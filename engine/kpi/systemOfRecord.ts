/**
 * `SystemOfRecord` names the source whose sales, refunds and waste count in a store and channel where they are sent over two paths. What other
 * sources send there enriches (what was paid how) and is never added.
 *
 * The form in the editor runs this very file (see nodes/06-shop/formScript.ts): nothing of Node here.
 */
import { cleanName } from '../base/name.js';
import { LABEL } from '../event/schema.js';

/** `store` and `channel` as facts have them, or `*` for all. `source`: a CloudEvents source, or the provider in it (`shopify`). */
export interface SystemOfRecord {
  readonly store: string;
  readonly channel: string;
  readonly source: string;
}

/** What a fact is sent by, and what it is counted under. */
export type FactOrigin = SystemOfRecord;

export type RecordRule = 'rows' | 'store' | 'channel' | 'source' | 'twice' | 'many';

/** `where`: the text that breaks the rule. */
export type RecordsRead =
  | { readonly outcome: 'read'; readonly records: readonly SystemOfRecord[] }
  | { readonly outcome: 'refused'; readonly rule: RecordRule; readonly where: string };

/** `RECORD_RULES` in words; the form has its own. */
export const RECORD_RULES: Readonly<Record<RecordRule, string>> = {
  rows: 'must be a list of rows',
  store: 'must name a store, or * for all',
  channel: 'must name a channel, or * for all',
  source: 'must name a source or a provider',
  twice: 'must be given once',
  many: 'must have fewer rows',
};

const ALL = '*';
const MAX_RECORDS = 50;
const MAX_SOURCE = 256;
const PROVIDER = /^urn:bottega:([^:]+)/;
/** What shop owners call a till's provider. */
const TILL_WORDS = ['cassa', 'casse', 'till'];

/** The rows of the form; `_` is `*`, as in topics. */
export function readRecords(rows: unknown): RecordsRead {
  if (!Array.isArray(rows)) return rows === undefined ? { outcome: 'read', records: [] } : refused('rows', '');
  if (rows.length > MAX_RECORDS) return refused('many', String(rows.length));
  const records: SystemOfRecord[] = [];
  for (const row of rows as unknown[]) {
    const record = recordIn(row);
    const rule = brokenRule(record, records);
    if (rule !== undefined) return refused(rule, rule === 'twice' ? Object.values(record).join(' ') : record[rule]);
    records.push(record);
  }
  return { outcome: 'read', records };
}

function refused(rule: RecordRule, where: string): RecordsRead {
  return { outcome: 'refused', rule, where };
}

function recordIn(row: unknown): SystemOfRecord {
  const { store, channel, source } = (row ?? {}) as Readonly<Record<string, unknown>>;
  return { store: groupName(store), channel: groupName(channel), source: trimmed(source) };
}

function groupName(value: unknown): string {
  const name = trimmed(value);
  return name === '' || name === '_' ? ALL : name;
}

function trimmed(value: unknown): string {
  return typeof value === 'string' ? cleanName(value) : '';
}

function brokenRule(record: SystemOfRecord, before: readonly SystemOfRecord[]): 'store' | 'channel' | 'source' | 'twice' | undefined {
  if (record.store !== ALL && !LABEL.test(record.store)) return 'store';
  if (record.channel !== ALL && !LABEL.test(record.channel)) return 'channel';
  if (record.source === '' || record.source.length > MAX_SOURCE) return 'source';
  return before.some((one) => one.store === record.store && one.channel === record.channel && one.source === record.source) ? 'twice' : undefined;
}

/** Whether what a source sends counts: none is named there, or this one is. Rows that name the store outrank those for all, and then the channel. */
export function isOfRecord(records: readonly SystemOfRecord[], { store, channel, source }: FactOrigin): boolean {
  const named = records.filter((record) => (record.store === ALL || record.store === store) && (record.channel === ALL || record.channel === channel));
  const narrowest = Math.max(...named.map(narrowness));
  return named.length === 0 || named.some((record) => narrowness(record) === narrowest && isNamed(source, record.source));
}

function narrowness({ store, channel }: SystemOfRecord): number {
  return (store === ALL ? 0 : 2) + (channel === ALL ? 0 : 1);
}

/** Whether a source is meant by its own name, its provider's, or a word for the till's. */
export function isNamed(source: string, name: string): boolean {
  const word = name.toLowerCase();
  return source === name || providerOf(source) === (TILL_WORDS.includes(word) ? 'pos' : word);
}

/** `urn:bottega:shopify:…` is Shopify's; anything else stands for itself. */
export function providerOf(source: string): string {
  return PROVIDER.exec(source)?.[1] ?? source;
}
