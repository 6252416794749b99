/**
 * `SeenBodies` remembers what each signed body was about. Shopify and WooCommerce sign the body and not the topic: a captured body, sent again under another
 * topic, would say something that nobody has said.
 *
 *     sb/<digest of the body>  ->  its meaning
 */
import { LRUCache } from 'lru-cache';
import { sha256 } from '../base/secret.js';
import { DAY } from '../base/time.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';

const MAX_BODIES = 50_000;
/** Longer than a captured message can pass for a new one by its age. */
const KEPT_MS = 7 * DAY;
const PREFIX = 'sb/';

/** `SeenBodies` of one process; the ones that were seen longest ago are forgotten first. The store knows them over a restart. */
export class SeenBodies {
  readonly #meanings: LRUCache<string, string>;
  #unsaved = new Map<string, string>();

  constructor(max = MAX_BODIES) {
    this.#meanings = new LRUCache({ max });
  }

  /** Bodies that the store does not know yet. */
  get unsaved(): number {
    return this.#unsaved.size;
  }

  /** `meaning` is what its headers make of it. The first one holds. */
  judge(body: string | Uint8Array, meaning: string): 'first' | 'again' | 'other' {
    const name = sha256(body).toString('base64url');
    const known = this.#meanings.get(name);
    if (known !== undefined) return known === meaning ? 'again' : 'other';
    this.#meanings.set(name, meaning);
    // Where the store is away for long, what it does not get in time it never gets.
    if (this.#unsaved.size < MAX_BODIES) this.#unsaved.set(name, meaning);
    return 'first';
  }

  /** Learns what was seen before the last start. */
  async load(store: Pick<Store, 'scan'>): Promise<void> {
    for (const { key, value } of await store.scan(prefixRange(PREFIX), MAX_BODIES)) {
      const name = key.slice(PREFIX.length);
      if (!this.#meanings.has(name)) this.#meanings.set(name, textOf(value) ?? '');
    }
  }

  /** Writes down, in one commit, what is new. `now` is epoch ms. What cannot be written is tried again with the next ones. */
  async save(store: Pick<Store, 'commit'>, now: number): Promise<void> {
    const unsaved = this.#unsaved;
    if (unsaved.size === 0) return;
    this.#unsaved = new Map();
    try {
      await store.commit([...unsaved].map(([name, meaning]): Put => ({ key: PREFIX + name, value: meaning, expiresAt: now + KEPT_MS })), 'soon');
    } catch (error) {
      this.#unsaved = new Map([...unsaved, ...this.#unsaved]);
      throw error;
    }
  }
}
