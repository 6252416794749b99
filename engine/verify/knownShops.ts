/**
 * `KnownShops` are the shops of a platform that may speak here. Shopify and WooCommerce sign the body and not the header that names the shop, and HubSpot
 * signs for every portal that has the app: whoever has one genuine message could send it again as another shop's, and it would count twice.
 *
 *     pin/<platform>  ->  ["urn:bottega:shopify:la-mia.myshopify.com", …]
 */
import { parseJson } from '../base/json.js';
import { type Store, textOf } from '../store/store.js';

/** `PLATFORMS` whose shops are pinned. */
export const PLATFORMS = ['shopify', 'woocommerce', 'hubspot'] as const;
/** `Platform` is one of them. */
export type Platform = (typeof PLATFORMS)[number];

/** `PinnedShops` are sources (`urn:bottega:<platform>:<shop>`). A platform without any has sent nothing yet. */
export type PinnedShops = ReadonlyMap<Platform, readonly string[]>;

const MAX_LINES = 200;
/** What the forms, the demo and the manual send in is tried before the real shop speaks: it is taken until then, and never pinned. */
const TRIALS: readonly string[] = [
  'urn:bottega:shopify:prova-bottega.myshopify.com', 'urn:bottega:shopify:bottega-dimostrativa.myshopify.com', 'urn:bottega:woocommerce:prova.example.it',
  'urn:bottega:hubspot:44000001',
];

/** `KnownShops`: where somebody has listed shops, those alone; else those that are pinned, and the first that comes where none is. */
export class KnownShops {
  readonly #listed: readonly string[];
  readonly #pinned: PinnedShops;
  readonly #first = new Map<Platform, string>();

  /** `listed` as `parseShops` reads them. */
  constructor(listed: readonly string[], pinned: PinnedShops) {
    this.#listed = listed;
    this.#pinned = pinned;
  }

  /** Whether events of this source may count. Sources of other senders are proven by their own keys. */
  admits(source: string): boolean {
    const platform = platformOf(source);
    if (platform === undefined) return true;
    if (this.#listed.length > 0) return this.#listed.includes(source.slice(prefixOf(platform).length));
    const pinned = this.#pinned.get(platform) ?? [];
    if (pinned.length > 0) return pinned.includes(source);
    if (TRIALS.includes(source)) return !this.#first.has(platform);
    if (!this.#first.has(platform)) this.#first.set(platform, source);
    return this.#first.get(platform) === source;
  }

  /** Those who came first and are to be pinned. */
  get first(): ReadonlyMap<Platform, string> {
    return this.#first;
  }
}

/** `parseShops` reads shops as people write them, one per line: `la-mia.myshopify.com`, `https://www.la-mia.it/`, a number of a HubSpot portal. */
export function parseShops(text: string): readonly string[] | undefined {
  const lines = text.split(/[\s,]+/).filter((line) => line !== '');
  const shops = lines.map((line) => line.toLowerCase().replace(/^https?:\/\//, '').replace(/[/:?#].*$/, ''));
  return shops.length <= MAX_LINES && shops.every((shop) => /^[a-z0-9.-]{1,200}$/.test(shop)) ? shops : undefined;
}

/** `readPins` answers what is pinned. A platform that is not, though facts of it stand here (`sources`), is pinned to all of theirs: they came before. */
export async function readPins(store: Pick<Store, 'read' | 'commit'>, sources: () => Promise<readonly string[]>): Promise<PinnedShops> {
  const stored = (await store.read(PLATFORMS.map(keyOf))).map((value) => listIn(textOf(value)));
  if (stored.every((list) => list.length > 0)) return pinsOf(stored);
  const known = await sources();
  const lists = PLATFORMS.map((platform, index): Promise<readonly string[]> => {
    const list = stored[index] ?? [];
    const before = known.filter((source) => platformOf(source) === platform && !TRIALS.includes(source));
    return list.length > 0 || before.length === 0 ? Promise.resolve(list) : pin(store, platform, before);
  });
  return pinsOf(await Promise.all(lists));
}

/** `pin` writes a platform's shops down, unless somebody was quicker; answers those that hold. */
export async function pin(store: Pick<Store, 'read' | 'commit'>, platform: Platform, sources: readonly string[]): Promise<readonly string[]> {
  const result = await store.commit([{ key: keyOf(platform), expect: null, value: JSON.stringify(sources) }], 'stored');
  if (result.outcome === 'ok') return sources;
  const [value] = await store.read([keyOf(platform)]);
  return listIn(textOf(value));
}

/** `platformOf` a source; `undefined` of every other sender. */
export function platformOf(source: string): Platform | undefined {
  return PLATFORMS.find((platform) => source.startsWith(prefixOf(platform)));
}

function prefixOf(platform: Platform): string {
  return `urn:bottega:${platform}:`;
}

function keyOf(platform: Platform): string {
  return `pin/${platform}`;
}

function listIn(text: string | undefined): readonly string[] {
  const list = parseJson(text ?? '[]');
  return Array.isArray(list) ? list.filter((source) => typeof source === 'string') : [];
}

function pinsOf(lists: readonly (readonly string[])[]): PinnedShops {
  return new Map(PLATFORMS.map((platform, index) => [platform, lists[index] ?? []]));
}
