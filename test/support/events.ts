/** Canonical events for tests: the shortest way to say "a sale of 42.50 at 09:15". */
import assert from 'node:assert/strict';
import { type EventData, type EventType, parseEvent, type ShopEvent } from '../../engine/event/event.js';

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

export interface Said {
  readonly type?: EventType;
  readonly subject?: string;
  readonly id?: string;
  readonly source?: string;
  readonly time?: string;
  readonly sequence?: string;
  readonly data?: Partial<EventData>;
}

/** The event, after it went through the same intake as every other. */
export function event(said: Said = {}, now = NOW): ShopEvent {
  const { type = 'sale', subject = 'order/1', source = 'urn:test', time = '2026-11-22T11:15:30Z', data = {}, ...rest } = said;
  const id = rest.id ?? `${subject}@${rest.sequence ?? time}`;
  const amount = ['sale', 'refund', 'payment', 'waste'].includes(type) ? { amount: '10.00' } : {};
  const parsed = parseEvent({ specversion: '1.0', id, source, type, subject, time, ...rest, data: { store: 'milano', ...amount, ...data } }, { now, currency: 'EUR' });
  assert.equal(parsed.outcome, 'event', JSON.stringify(parsed));
  return (parsed as { event: ShopEvent }).event;
}
