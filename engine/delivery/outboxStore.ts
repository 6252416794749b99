/**
 * `OutboxStore` keeps the events of one outbox in the store, one key per event, ordered by offset.
 *
 * An event is written as JSON text once, on disk as on the wire, and never parsed on its way out.
 */
import { type Entry, type KeyRange, prefixRange, type Store, textOf } from '../store/store.js';

/** `OutboxRecord` is an event as the outbox keeps it: its place, the path of its topic, its JSON text, and when it was appended (epoch ms). */
export interface OutboxRecord {
  readonly offset: number;
  readonly path: string;
  readonly json: string;
  readonly appendedAt: number;
}

/** `OutboxDraft` is a record that has no offset yet. */
export type OutboxDraft = Omit<OutboxRecord, 'offset'>;

/** `Recovered` is what a scan of the store found at start. `next` is the first unused offset. */
export interface Recovered {
  readonly from: number;
  readonly next: number;
  readonly count: number;
  readonly bytes: number;
}

/** `PageRequest` asks for at most `limit` of the offsets `[from, to)`, which are in the store only. */
export interface PageRequest {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** `RecordPage` answers a request: `last` is the highest offset seen, `read` how many records, readable or not. */
export interface RecordPage {
  readonly read: number;
  readonly last: number;
  readonly events: readonly OutboxRecord[];
}

const SCAN = 1_000;
const OFFSET_DIGITS = 12;

export class OutboxStore {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, nodeId: string) {
    this.#store = store;
    this.#prefix = `o/${nodeId}/`;
  }

  /** Resolves once a power cut cannot lose them. */
  async append(events: readonly OutboxRecord[]): Promise<void> {
    await this.#store.commit(events.map((event) => ({ key: offsetKey(this.#prefix, event.offset), value: encodeRecord(event) })), 'stored');
  }

  async remove(offsets: readonly number[]): Promise<void> {
    await this.#store.commit(offsets.map((offset) => ({ key: offsetKey(this.#prefix, offset) })), 'soon');
  }

  async read({ from, to, limit }: PageRequest): Promise<RecordPage> {
    const entries = await this.#store.scan({ gte: offsetKey(this.#prefix, from), lt: offsetKey(this.#prefix, to) }, limit);
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
      range = { ...range, gte: offsetKey(this.#prefix, next) };
    }
  }

  #decode({ key, value }: Entry): OutboxRecord | undefined {
    return decodeRecord(offsetOf(this.#prefix, key), textOf(value) ?? '');
  }
}

/** `offsetKey` is the key of an offset below the outbox's prefix: ordered as the offsets are. */
export function offsetKey(prefix: string, offset: number): string {
  return `${prefix}${String(offset).padStart(OFFSET_DIGITS, '0')}`;
}

/** `offsetOf` reads the offset back from its key. */
export function offsetOf(prefix: string, key: string): number {
  return Number(key.slice(prefix.length));
}

/** `encodeRecord` is the stored text: labels hold no line feed, so two of them separate its parts. */
export function encodeRecord({ appendedAt, path, json }: OutboxDraft): string {
  return `${String(appendedAt)}\n${path}\n${json}`;
}

/** `decodeRecord` gives `undefined` for what `encodeRecord` has not written. */
export function decodeRecord(offset: number, record: string): OutboxRecord | undefined {
  const first = record.indexOf('\n');
  const second = record.indexOf('\n', first + 1);
  const appendedAt = Number(record.slice(0, first));
  if (first < 1 || second < 0 || !Number.isSafeInteger(offset) || !Number.isFinite(appendedAt) || !record.endsWith('}')) return undefined;
  return { offset, path: record.slice(first + 1, second), json: record.slice(second + 1), appendedAt };
}
