/**
 * What is in a message for the outbox? Canonical events, each with the path of its topic and its JSON text; and what is none.
 */
import type { ShopEvent } from '../../engine/event/event.js';
import type { OutboxRecord } from '../../engine/delivery/messageBatch.js';
import { eventPath, isEventType, isLabel } from '../../engine/event/topic.js';

/** A canonical event is far smaller; whatever is larger would only be refused at the other end. */
const MAX_EVENT_BYTES = 64 * 1024;

export interface EncodedBatch {
  readonly shape: 'single' | 'array';
  readonly events: readonly unknown[];
  readonly good: readonly Omit<OutboxRecord, 'offset'>[];
  readonly refused: readonly unknown[];
  readonly bytes: number;
}

export function encodeRecords(payload: unknown, appendedAt: number): EncodedBatch {
  const events: unknown[] = Array.isArray(payload) ? payload : [payload];
  const good: Omit<OutboxRecord, 'offset'>[] = [];
  const refused: unknown[] = [];
  let bytes = 0;
  for (const event of events) {
    const json = isRoutable(event) ? JSON.stringify(event) : '';
    const size = Buffer.byteLength(json);
    if (isRoutable(event) && size <= MAX_EVENT_BYTES) {
      good.push({ appendedAt, path: eventPath(event), json });
      bytes += size;
    } else {
      refused.push(event);
    }
  }
  return { shape: Array.isArray(payload) ? 'array' : 'single', events, good, refused, bytes };
}

/** Gives the events of a parcel that were not refused, in the shape they came in. */
export function acceptedOf({ shape, events, refused }: EncodedBatch): unknown {
  const rest = new Set(refused);
  return shape === 'single' ? events[0] : events.filter((event) => !rest.has(event));
}

/** Only what a topic needs is checked here: the inbox checks everything. */
function isRoutable(event: unknown): event is ShopEvent {
  const { id, source, type, data } = (event ?? {}) as Partial<Record<keyof ShopEvent, unknown>>;
  const { store, channel } = (data ?? {}) as { store?: unknown; channel?: unknown };
  return typeof id === 'string' && typeof source === 'string' && isEventType(type) && isLabel(store) && (channel === undefined || isLabel(channel));
}
