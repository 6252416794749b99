/**
 * Keys in Redis lie beside all others of their shop, so that one script may touch them, also on Redis Cluster.
 *
 *     key of the store   <shop>/<rest>              the first segment is the shop; a key without "/" belongs to the shop "/"
 *     value              bottega:{<shop>}:<rest>    a string (counters: NUL and a MessagePack map), with Redis' own expiry
 *     index of a shop    bottega:{<shop>}           a sorted set of all <rest>, every score 0: ZRANGEBYLEX answers scans in order
 *
 * `{<shop>}` is the hash tag. In it "%" and "}" are written as %25 and %7D. Characters from U+D800 up are moved so that
 * Redis' order of bytes is the store's order of code units (see keyOrder.ts). `redis-cli --scan --pattern 'bottega:{milano}:h/*'`
 * lists the hours of the shop milano.
 */
import { decodeKey, encodeKey } from '../keyOrder.js';

/** `ShopKey` is a key of the store, taken apart. */
export interface ShopKey {
  readonly shop: string;
  readonly rest: string;
}

/** The shop that keys without one belong to; no shop can be called that. */
const NO_SHOP = '/';

/** `parseKey` takes a key of the store apart. */
export function parseKey(key: string): ShopKey {
  const end = key.indexOf('/');
  return end === -1 ? { shop: NO_SHOP, rest: key } : { shop: key.slice(0, end), rest: key.slice(end + 1) };
}

/** `isOf`: whether a key is of that shop, and its rest if it is: as `parseKey`, without taking it apart. */
export function isOf(shop: string, key: string): boolean {
  return shop === NO_SHOP ? !key.includes('/') : key.startsWith(shop) && key.charCodeAt(shop.length) === SLASH;
}

/** `restOf` gives the rest of a key of that shop. */
export function restOf(key: string, shop: string): string {
  return shop === NO_SHOP ? key : key.slice(shop.length + 1);
}

const SLASH = '/'.charCodeAt(0);

/** `formatKey` puts a key of the store together. */
export function formatKey({ shop, rest }: ShopKey): string {
  return shop === NO_SHOP ? rest : `${shop}/${rest}`;
}

/** `indexKey` is the key of a shop's index. */
export function indexKey(shop: string): string {
  // An empty tag would be no tag at all.
  const tag = shop === '' ? '%' : encodeKey(shop).replace(/[%}]/g, (char) => (char === '%' ? '%25' : '%7D'));
  return `bottega:{${tag}}`;
}

/** `shopIn` reads the shop out of the key of its index; `undefined` for the keys that belong to none. */
export function shopIn(index: string): string | undefined {
  const tag = /^bottega:\{(.+)\}$/s.exec(index)?.[1];
  if (tag === undefined || tag === NO_SHOP) return undefined;
  return tag === '%' ? '' : decodeKey(tag.replace(/%25|%7D/g, (code) => (code === '%25' ? '%' : '}')));
}

/** `encodeRest` gives a `<rest>` as it stands in the index and behind the shop's prefix. */
export const encodeRest = encodeKey;
/** `decodeRest` reads it back. */
export const decodeRest = decodeKey;
