/**
 * `SeenBodies` remembers what each signed body was about. Shopify and WooCommerce sign the body and not the topic: a captured body, sent again under another
 * topic, would say something that nobody has said.
 */
import { LRUCache } from 'lru-cache';
import { sha256 } from '../base/secret.js';

const MAX_BODIES = 50_000;

/** `SeenBodies` of one process; the ones that were seen longest ago are forgotten first. */
export class SeenBodies {
  readonly #meanings: LRUCache<string, string>;

  constructor(max = MAX_BODIES) {
    this.#meanings = new LRUCache({ max });
  }

  /** `meaning` is what its headers make of it. The first one holds. */
  judge(body: string, meaning: string): 'first' | 'again' | 'other' {
    const name = sha256(body).toString('base64url');
    const known = this.#meanings.get(name);
    if (known !== undefined) return known === meaning ? 'again' : 'other';
    this.#meanings.set(name, meaning);
    return 'first';
  }
}
