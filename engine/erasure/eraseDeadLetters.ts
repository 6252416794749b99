/**
 * Which dead letters speak of somebody who is to be forgotten? Their content is unsealed and searched; of a shop that is gone, all.
 *
 * A letter is a sale that may still be counted: only those that name the customer, or one of the orders, are thrown away.
 */
import { type DeadLetter, openPart } from '../deadletter/deadLetter.js';
import type { Bundle, Content, DeadLetterStore } from '../deadletter/deadLetterStore.js';
import { parseJson } from '../base/json.js';
import { headerOf, hostOf } from '../normalize/draft/headers.js';
import { at, idAt, listAt, textAt } from '../normalize/draft/fields.js';
import { pseudonymOf } from '../privacy/pseudonym.js';
import { unseal } from '../privacy/seal.js';

/** `names`: wherever they stand, whoever sent it. `ids`: numbers that mean something to that provider alone. `shop`: all of that shop. */
interface Sought {
  readonly provider: string;
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly shop?: string;
}

const LEAST_PHONE = 6;

/** Throws away what speaks of those whom the letter asks to forget; answers how many letters that were. Harmless when repeated. */
export async function eraseLetters(letters: DeadLetterStore, request: DeadLetter, privacyKey: Uint8Array): Promise<number> {
  const sought = soughtBy(request, privacyKey);
  if (sought === undefined) return 0;
  let erased = 0;
  for await (const { places } of lettersAbout(letters, sought, privacyKey)) {
    await letters.remove(places);
    erased += places.length;
  }
  return erased;
}

/** The letters that name somebody by address or pseudonym, with what they hold: what would be thrown away. */
export async function* lettersNaming(
  letters: DeadLetterStore, names: readonly string[], privacyKey: Uint8Array,
): AsyncGenerator<{ readonly letter: DeadLetter; readonly content: string }> {
  const sought = { provider: '', names: names.map((name) => name.toLowerCase()), ids: [] };
  for await (const { letter, sealed } of lettersAbout(letters, sought, privacyKey)) {
    const opened = unseal(sealed, privacyKey);
    if (opened.outcome === 'plain') yield { letter: openPart(letter), content: opened.plain.toString() };
  }
}

async function* lettersAbout(letters: DeadLetterStore, sought: Sought, privacyKey: Uint8Array): AsyncGenerator<Bundle & Content> {
  for await (const bundle of letters.bundles(Infinity)) {
    const content = await letters.contentOf(bundle.places);
    if (content !== undefined && isAbout(sought, bundle.letter, content, privacyKey)) yield { ...bundle, ...content };
  }
}

/** `undefined` where the request cannot be read, or names nobody. */
function soughtBy({ provider, topic, sealed = '', origin }: DeadLetter, privacyKey: Uint8Array): Sought | undefined {
  const opened = unseal(sealed, privacyKey);
  const body: unknown = opened.outcome === 'plain' ? parseJson(opened.plain.toString()) : undefined;
  if (body === undefined) return undefined;
  const none = { provider, names: [], ids: [] };
  if (provider === 'hubspot') return { ...none, ids: idsOf([at(body, 'objectId')]) };
  if (topic === 'shop/redact') return { ...none, shop: hostOf(headerOf(origin ?? { headers: {} }, 'shop-domain') ?? textAt(body, 'shop_domain')) };
  return { ...none, names: namesOf(body, privacyKey), ids: idsOf([at(body, 'customer', 'id'), ...listAt(body, 'orders_to_redact')]) };
}

/** Address, pseudonym and telephone number of a Shopify customer, as they are searched for. */
function namesOf(body: unknown, privacyKey: Uint8Array): string[] {
  const email = textAt(body, 'customer', 'email')?.trim().toLowerCase() ?? '';
  const phone = textAt(body, 'customer', 'phone')?.replaceAll(/[^\d+]/g, '') ?? '';
  return [...(email.includes('@') ? [email, pseudonymOf(email, privacyKey).toLowerCase()] : []), ...(phone.length >= LEAST_PHONE ? [phone] : [])];
}

function idsOf(values: readonly unknown[]): string[] {
  return values.map((id) => idAt({ id }, 'id')).filter((id) => id !== undefined);
}

function isAbout({ provider, names, ids, shop }: Sought, letter: DeadLetter, { sealed, origin }: Content, privacyKey: Uint8Array): boolean {
  const domain = headerOf(origin ?? { headers: {} }, 'shop-domain');
  if (shop !== undefined) return letter.provider === provider && (domain === undefined || hostOf(domain) === shop);
  const opened = unseal(sealed, privacyKey);
  if (opened.outcome === 'refused') return false;
  const text = opened.plain.toString().toLowerCase();
  // JSON may say "\u0040" for "@", and a phone number stands there with blanks or without.
  const readings = [JSON.stringify(parseJson(text)) as string | undefined ?? text, text.replaceAll(/[\s().-]/g, '')];
  const [written = ''] = readings;
  return names.some((name) => readings.some((reading) => reading.includes(name))) || (letter.provider === provider && ids.some((id) => hasNumber(written, id)));
}

/** Not as a part of a longer number. */
function hasNumber(text: string, id: string): boolean {
  for (let from = text.indexOf(id); from >= 0; from = text.indexOf(id, from + 1)) {
    if (!/[\da-z]/.test(text[from - 1] ?? '') && !/[\da-z]/.test(text[from + id.length] ?? '')) return true;
  }
  return false;
}
