/**
 * `MessageBatch` is what travels in one MQTT message: a single event as itself, or an array of events of one topic, each with the mark of its outbox.
 */
import { eventPath, isEventType, isLabel } from '../event/topic.js';
import type { ShopEvent } from '../event/event.js';
import type { OutboxDraft, OutboxRecord } from './outboxStore.js';

export interface MessageBatch {
  readonly path: string;
  readonly payload: string;
  readonly offsets: readonly number[];
}

/** `EncodedEvents` are the events that can be routed, as records (`drafts`, of `accepted` one by one) with the bytes of their JSON, and the others. */
export interface EncodedEvents {
  readonly drafts: readonly OutboxDraft[];
  readonly accepted: readonly unknown[];
  readonly refused: readonly unknown[];
  readonly bytes: number;
}

export const MAX_BATCH_EVENTS = 200;
export const MAX_BATCH_BYTES = 128 * 1024;
/** A canonical event is far smaller; whatever is larger would only be refused at the other end. */
const MAX_EVENT_BYTES = 64 * 1024;

/** `encodeEvents` checks only what a topic needs: the inbox checks everything. `appendedAt`: epoch ms. */
export function encodeEvents(events: readonly unknown[], appendedAt: number): EncodedEvents {
  const encoded = { drafts: [] as OutboxDraft[], accepted: [] as unknown[], refused: [] as unknown[], bytes: 0 };
  for (const event of events) {
    const json = isRoutable(event) ? JSON.stringify(event) : '';
    const size = Buffer.byteLength(json);
    if (isRoutable(event) && size <= MAX_EVENT_BYTES) {
      encoded.drafts.push({ appendedAt, path: eventPath(event), json });
      encoded.accepted.push(event);
      encoded.bytes += size;
    } else {
      encoded.refused.push(event);
    }
  }
  return encoded;
}

/** `batchesOf` groups events by topic into as few messages as the limits allow. */
export function batchesOf(outboxId: string, events: readonly OutboxRecord[]): MessageBatch[] {
  const open = new Map<string, BatchDraft>();
  const drafts: BatchDraft[] = [];
  for (const event of events) {
    const text = withOutboxMark(event, outboxId);
    const bytes = Buffer.byteLength(text) + 1;
    let draft = open.get(event.path);
    if (draft === undefined || draft.texts.length >= MAX_BATCH_EVENTS || draft.bytes + bytes > MAX_BATCH_BYTES) {
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

function withOutboxMark({ json, offset }: OutboxRecord, outboxId: string): string {
  return `${json.slice(0, -1)},"outboxid":${JSON.stringify(outboxId)},"outboxoffset":${String(offset)}}`;
}

function isRoutable(event: unknown): event is ShopEvent {
  const { id, source, type, data } = (event ?? {}) as Partial<Record<keyof ShopEvent, unknown>>;
  const { store, channel } = (data ?? {}) as { store?: unknown; channel?: unknown };
  return typeof id === 'string' && typeof source === 'string' && isEventType(type) && isLabel(store) && (channel === undefined || isLabel(channel));
}
