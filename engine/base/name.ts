/**
 * `cleanName` brings the name of a store, channel, till or campaign to its one form: two names that read the same are one name.
 */

/** Names that are clean already, which nearly all are. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/**
 * What nobody sees: zero widths, joiners, marks and overrides of direction, soft hyphens, byte order marks, variation selectors, fillers
 * (Unicode's Default_Ignorable_Code_Point, which UAX #31 drops from identifiers, too), and annotation marks.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
/** Every kind of space reads as one. */
const SPACES = /[\p{Zs}\u2028\u2029]+/gu;

/** `cleanName`: composed (NFC), without invisible characters, spaces only between words. What is no character of a name at all is left for others to refuse. */
export function cleanName(name: string): string {
  return PLAIN.test(name) && !name.includes('  ') ? name : name.replaceAll(INVISIBLE, '').replaceAll(SPACES, ' ').trim().normalize('NFC');
}
