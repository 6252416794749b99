/**
 * `exportSubject` gathers what is kept of one customer (GDPR article 15): the facts with his pseudonym, and the dead letters that name him: what an
 * erasure would find.
 */
import type { DeadLetter } from '../deadletter/deadLetter.js';
import { DeadLetterStore } from '../deadletter/deadLetterStore.js';
import { lettersNaming } from '../erasure/eraseDeadLetters.js';
import { type ExportedFact, exportedFact } from '../export/exportedFact.js';
import { fieldOf } from '../fact/fact.js';
import { decodeFact } from '../fact/factCodec.js';
import { pseudonymOf } from '../privacy/pseudonym.js';
import { prefixRange, type Store, textOf } from '../store/store.js';

/** `SubjectName`: whoever is asked for by address, or by the pseudonym that facts hold. */
export type SubjectName = { readonly email: string } | { readonly customer: string };

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
      if (fieldOf(fact, 'customer') === customer) facts.push(exportedFact(key, fact, shop.currency));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    from = `${last.key}\u0001`;
  }
  const deadLetters: SubjectExport['deadLetters'][number][] = [];
  for await (const found of lettersNaming(new DeadLetterStore(store), names, shop.privacyKey)) deadLetters.push(found);
  return { customer, facts, deadLetters };
}
