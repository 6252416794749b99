/**
 * `exportSubject` gathers what is kept of one customer (GDPR article 15): the facts with his pseudonym, and the dead letters that name him: what an
 * erasure would find.
 */
import { fromMinor } from '../base/money.js';
import { formatInstant } from '../base/time.js';
import type { DeadLetter } from '../deadletter/deadLetter.js';
import { DeadLetterStore } from '../deadletter/deadLetterStore.js';
import { lettersNaming } from '../erasure/eraseDeadLetters.js';
import { type Fact, fieldOf, type FieldValue, type Share, SLOT } from '../fact/fact.js';
import { eventLines, type SaleLine } from '../fact/saleLine.js';
import { decodeFact } from '../fact/factCodec.js';
import { pseudonymOf } from '../privacy/pseudonym.js';
import { prefixRange, type Store, textOf } from '../store/store.js';

/** `SubjectName`: whoever is asked for by address, or by the pseudonym that facts hold. */
export type SubjectName = { readonly email: string } | { readonly customer: string };

/** `ExportedFact`: amounts are decimal text, instants RFC 3339. */
export interface ExportedFact {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SubjectExport {
  readonly customer: string;
  readonly facts: readonly ExportedFact[];
  readonly deadLetters: readonly { readonly letter: DeadLetter; readonly content: string }[];
}

const PAGE = 500;

/** Reads all facts, a page at a time. Throws the store's faults. */
export async function exportSubject(
  store: Store, name: SubjectName, shop: { readonly privacyKey: Uint8Array; readonly currency: string },
): Promise<SubjectExport> {
  const customer = 'email' in name ? pseudonymOf(name.email, shop.privacyKey) : name.customer;
  const names = 'email' in name ? [name.email.trim().toLowerCase(), customer] : [customer];
  const facts: ExportedFact[] = [];
  const { gte, lt } = prefixRange('f/');
  for (let from = gte; ;) {
    const page = await store.scan({ gte: from, lt }, PAGE);
    for (const { key, value } of page) {
      const { fact } = decodeFact(textOf(value) ?? '');
      if (fieldOf(fact, 'customer') === customer) facts.push(exported(key, fact, shop.currency));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    from = `${last.key}\u0001`;
  }
  const deadLetters: SubjectExport['deadLetters'][number][] = [];
  for await (const found of lettersNaming(new DeadLetterStore(store), names, shop.privacyKey)) deadLetters.push(found);
  return { customer, facts, deadLetters };
}

const MONEY = new Set(['amount', 'tip', 'shipping', 'giftCards', 'discount']);
const INSTANTS = new Set(['time', 'openedAt', 'closedAt']);
const THOUSAND = 1_000;
/** A sender's own fields; those by other names are marks of ours. */
const SENT = /^x_\w+$/;

function exported(key: string, fact: Fact, currency: string): ExportedFact {
  const [, type = '', source = ''] = key.split('/', 3);
  const fields = [...Object.keys(SLOT), ...fact.extras.filter((name) => SENT.test(name))].flatMap((field): [string, unknown][] => {
    const value = fieldOf(fact, field);
    return value === undefined ? [] : [[field, plainValue(field, value, currency)]];
  });
  const subject = key.slice(`f/${type}/${source}/`.length);
  return { type, source: decodeURIComponent(source), subject, fields: Object.fromEntries(fields) };
}

function plainValue(field: string, value: FieldValue, currency: string): unknown {
  if (field === 'lines') return eventLines(value as readonly SaleLine[], (minor) => fromMinor(minor, currency));
  if (typeof value === 'object') return (value as readonly Share[]).map((share) => ({ ...share, amount: fromMinor(share.amount, currency) }));
  if (typeof value !== 'number') return value;
  if (MONEY.has(field)) return fromMinor(value, currency);
  if (INSTANTS.has(field)) return formatInstant(value);
  return field === 'quantity' ? value / THOUSAND : value;
}
