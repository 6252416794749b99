/**
 * `ValueSealer` seals the text of one key of the store by AES-256-GCM, bound to that key, and opens it again.
 *
 *     U+0001 "1" <key id: 16 hex digits> <salt: 20 characters> <nonce, tag and ciphertext>     the last two in base64
 *     U+0001 "0" <text>                                                                       plain text that begins with U+0001
 *
 * Random nonces of GCM are safe for some 2^32 values of one key (NIST SP 800-38D, section 8.3), which a busy shop writes in months. So the key itself seals
 * nothing: each salt gives a key of its own (HKDF), and a new salt comes with each start and every 2^20 values.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Fault } from '../../base/errors.js';
import type { KeyRing, StoreKey } from './keyRing.js';

/** `RandomBytes` gives so many bytes that nobody can guess. */
export type RandomBytes = (size: number) => Buffer;

const MARK = '\u0001';
const [PLAIN, SEALED] = [`${MARK}0`, `${MARK}1`];
const ID_END = SEALED.length + 16;
const SALT_BYTES = 15;
const SALT_END = ID_END + 20;
const [NONCE_BYTES, TAG_BYTES] = [12, 16];
const NONCES_AT_ONCE = 256;
const MAX_SEALED_BY_SALT = 2 ** 20;
const MAX_DERIVED = 1_000;
const PURPOSE = 'bottega store value v1';

interface SealingSession {
  readonly head: string;
  readonly key: KeyObject;
  left: number;
}

/** `sealedBy` gives the id of the key that a stored text was sealed with; `undefined` for plain text. */
export function sealedBy(stored: string): string | undefined {
  return stored.startsWith(SEALED) ? stored.slice(SEALED.length, ID_END) : undefined;
}

/** `isMarked`: whether a text begins as sealed ones do, and is written otherwise also without a key. */
export function isMarked(text: string | null | undefined): boolean {
  return text?.startsWith(MARK) === true;
}

/** `ValueSealer` with the keys of one ring. */
export class ValueSealer {
  readonly #ring: KeyRing;
  readonly #random: RandomBytes;
  readonly #derived = new LRUCache<string, KeyObject>({ max: MAX_DERIVED });
  #session: SealingSession | undefined;
  /** Not used yet. */
  #nonces: Buffer = Buffer.alloc(0);

  constructor(ring: KeyRing, random: RandomBytes) {
    this.#ring = ring;
    this.#random = random;
  }

  /** What is stored for `text` at that key of the store: sealed, where the ring writes. */
  seal(storeKey: string, text: string): string {
    const { writes } = this.#ring;
    if (writes === undefined) return text.startsWith(MARK) ? PLAIN + text : text;
    const { head, key } = this.#sessionOf(writes);
    const nonce = this.#nonce();
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(head + storeKey));
    const hidden = cipher.update(text, 'utf8');
    // GCM has given all of it by then.
    cipher.final();
    const sealed = Buffer.allocUnsafe(NONCE_BYTES + TAG_BYTES + hidden.length);
    sealed.set(nonce);
    sealed.set(cipher.getAuthTag(), NONCE_BYTES);
    sealed.set(hidden, NONCE_BYTES + TAG_BYTES);
    return head + sealed.toString('base64');
  }

  /** The text behind what is stored at that key. Throws `store.key` where the ring lacks its key, `store.tampered` where it is not what was sealed there. */
  open(storeKey: string, stored: string): string {
    if (!stored.startsWith(MARK)) return stored;
    if (stored.startsWith(PLAIN)) return stored.slice(PLAIN.length);
    const id = sealedBy(stored) ?? '';
    const key = this.#ring.reads.get(id);
    if (key === undefined) {
      // No key of that form: it is not one that we lack.
      if (!/^[0-9a-f]{16}$/.test(id)) throw tampered(storeKey);
      throw new Fault('store.key', `${storeKey} is encrypted with key ${id}, which is not among those of BOTTEGA_ENCRYPTION_KEY`);
    }
    return this.#opened(storeKey, stored, key);
  }

  #opened(storeKey: string, stored: string, key: StoreKey): string {
    const head = stored.slice(0, SALT_END);
    const bytes = Buffer.from(stored.slice(SALT_END), 'base64');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw tampered(storeKey);
    const tagEnd = NONCE_BYTES + TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#derive(key, head), bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(head + storeKey)).setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
    const plain = decipher.update(bytes.subarray(tagEnd));
    try {
      return Buffer.concat([plain, decipher.final()]).toString();
    } catch (error) {
      // `final` throws for one reason only: the tag does not fit.
      throw tampered(storeKey, error);
    }
  }

  /** Asked of the system many at a time: each by itself costs a fifth of the sealing. */
  #nonce(): Buffer {
    if (this.#nonces.length === 0) this.#nonces = this.#random(NONCE_BYTES * NONCES_AT_ONCE);
    const nonce = this.#nonces.subarray(0, NONCE_BYTES);
    this.#nonces = this.#nonces.subarray(NONCE_BYTES);
    return nonce;
  }

  #sessionOf(writes: StoreKey): SealingSession {
    const { left = 0 } = this.#session ?? {};
    if (this.#session === undefined || left === 0) {
      const head = `${SEALED}${writes.id}${this.#random(SALT_BYTES).toString('base64')}`;
      this.#session = { head, key: this.#derive(writes, head), left: MAX_SEALED_BY_SALT };
    }
    this.#session.left -= 1;
    return this.#session;
  }

  #derive({ secret }: StoreKey, head: string): KeyObject {
    const known = this.#derived.get(head);
    if (known !== undefined) return known;
    const salt = Buffer.from(head.slice(ID_END, SALT_END), 'base64');
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, PURPOSE, secret.length)));
    this.#derived.set(head, key);
    return key;
  }
}

/** `tampered` is the fault of a value that is not what was sealed there. */
export function tampered(storeKey: string, cause?: unknown): Fault {
  return new Fault('store.tampered', `${storeKey} is not what was stored there: changed by another program, moved from another key, or damaged`, cause);
}
