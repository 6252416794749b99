/**
 * How does a stored event travel? Text on disk, text on the wire: an event is written as JSON once and never parsed on its way out.
 */

/** An event as the outbox keeps it: its place, the path of its topic, its JSON text, and when it was appended (epoch ms). */
export interface OutboxRecord {
  readonly offset: number;
  readonly path: string;
  readonly json: string;
  readonly appendedAt: number;
}

/** One MQTT message: a single event, or an array of events of one topic. */
export interface Packet {
  readonly path: string;
  readonly payload: string;
  readonly offsets: readonly number[];
}

export const MAX_PACKET_EVENTS = 200;
export const MAX_PACKET_BYTES = 128 * 1024;

const OFFSET_DIGITS = 12;

/** Key of an offset below the outbox's prefix: ordered as the offsets are. */
export function offsetKey(prefix: string, offset: number): string {
  return `${prefix}${String(offset).padStart(OFFSET_DIGITS, '0')}`;
}

export function offsetOf(prefix: string, key: string): number {
  return Number(key.slice(prefix.length));
}

/** Labels hold no line feed, so two of them part the record. */
export function encodeRecord({ appendedAt, path, json }: Omit<OutboxRecord, 'offset'>): string {
  return `${String(appendedAt)}\n${path}\n${json}`;
}

/** `undefined` for what `encodeRecord` has not written. */
export function decodeRecord(offset: number, record: string): OutboxRecord | undefined {
  const first = record.indexOf('\n');
  const second = record.indexOf('\n', first + 1);
  const appendedAt = Number(record.slice(0, first));
  if (first < 1 || second < 0 || !Number.isSafeInteger(offset) || !Number.isFinite(appendedAt) || !record.endsWith('}')) return undefined;
  return { offset, path: record.slice(first + 1, second), json: record.slice(second + 1), appendedAt };
}

/** Groups events by topic into as few messages as the limits allow; a lone event travels as itself, not as an array. */
export function packets(outboxId: string, events: readonly OutboxRecord[]): Packet[] {
  const open = new Map<string, BatchDraft>();
  const drafts: BatchDraft[] = [];
  for (const event of events) {
    const text = marked(event, outboxId);
    const bytes = Buffer.byteLength(text) + 1;
    let draft = open.get(event.path);
    if (draft === undefined || draft.texts.length >= MAX_PACKET_EVENTS || draft.bytes + bytes > MAX_PACKET_BYTES) {
      draft = { path: event.path, texts: [], offsets: [], bytes: 2 };
      open.set(event.path, draft);
      drafts.push(draft);
    }
    draft.texts.push(text);
    draft.offsets.push(event.offset);
    draft.bytes += bytes;
  }
  return drafts.map(({ path, texts, offsets }) => ({ path, offsets, payload: texts.length === 1 ? texts.join() : `[${texts.join()}]` }));
}

interface BatchDraft {
  readonly path: string;
  readonly texts: string[];
  readonly offsets: number[];
  bytes: number;
}

function marked({ json, offset }: OutboxRecord, outboxId: string): string {
  return `${json.slice(0, -1)},"outboxid":${JSON.stringify(outboxId)},"outboxoffset":${String(offset)}}`;
}
