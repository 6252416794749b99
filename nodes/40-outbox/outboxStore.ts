/**
 * Where do the events wait? In the store, one key per event, ordered by offset.
 */
import type { PageRequest, RecordPage, Recovered } from '../../engine/delivery/outbox.js';
import { decodeRecord, encodeRecord, offsetKey, offsetOf, type OutboxRecord } from '../../engine/delivery/messageBatch.js';
import { type Entry, type KeyRange, prefixRange, type Store, textOf } from '../../engine/store/store.js';

const SCAN = 1_000;

export class OutboxStore {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, nodeId: string) {
    this.#store = store;
    this.#prefix = `o/${nodeId}/`;
  }

  /** Resolves once a power cut cannot lose them. */
  async append(events: readonly OutboxRecord[]): Promise<void> {
    await this.#store.commit(events.map((event) => ({ key: this.#key(event.offset), value: encodeRecord(event) })), 'stored');
  }

  async remove(offsets: readonly number[]): Promise<void> {
    await this.#store.commit(offsets.map((offset) => ({ key: this.#key(offset) })), 'soon');
  }

  async read({ from, to, limit }: PageRequest): Promise<RecordPage> {
    const entries = await this.#store.scan({ gte: this.#key(from), lt: this.#key(to) }, limit);
    const last = entries.at(-1);
    return {
      read: entries.length,
      last: last === undefined ? from : offsetOf(this.#prefix, last.key),
      events: entries.flatMap((entry) => this.#decode(entry) ?? []),
    };
  }

  /** What a former run has left: bounds and sums, a page at a time. */
  async recover(): Promise<Recovered> {
    let [from, next, count, bytes] = [-1, 0, 0, 0];
    let range: KeyRange = prefixRange(this.#prefix);
    for (;;) {
      const entries = await this.#store.scan(range, SCAN);
      for (const entry of entries) {
        const offset = offsetOf(this.#prefix, entry.key);
        if (from < 0) from = offset;
        next = offset + 1;
        count += 1;
        bytes += Buffer.byteLength(this.#decode(entry)?.json ?? '');
      }
      if (entries.length < SCAN) return { from: Math.max(from, 0), next, count, bytes };
      range = { ...range, gte: this.#key(next) };
    }
  }

  #key(offset: number): string {
    return offsetKey(this.#prefix, offset);
  }

  #decode({ key, value }: Entry): OutboxRecord | undefined {
    return decodeRecord(offsetOf(this.#prefix, key), textOf(value) ?? '');
  }
}
