/**
 * `ownFieldsOf` bounds the fields of the sender's own (`x_…`) that one fact keeps, whatever its versions say: a sender that makes a name of a number would let
 * it grow with each of them. The first by name stay, so that it does not matter in which order versions come.
 */

/** `MAX_OWN_FIELDS` of all versions together; one event has at most 40 fields. */
export const MAX_OWN_FIELDS = 100;

/** What this package itself writes down, one for each refund of an order or deal of a contact: never left out. */
const OURS = new RegExp(`^x_(${[
  'quality', 'deleted', 'zone', 'covers', 'edited_', 'refunds', 'cash', 'card_minor', 'duties_minor', 'won', 'into_', 'home', 'foreign', 'beyond_', 'vouchers',
  'trust', 'step', 'receipts', 'net', 'tax', 'electronic', 'follower_',
].join('|')})`);

/** The names in order. */
export function ownFieldsOf(ones: readonly string[], others: readonly string[]): readonly string[] {
  const names = [...new Set([...ones, ...others])].sort();
  if (names.length <= MAX_OWN_FIELDS) return names;
  let left = MAX_OWN_FIELDS;
  return names.filter((name) => OURS.test(name) || (left > 0 && (left -= 1, true)));
}
