/**
 * What becomes of the messages of one turn? All their events are looked up at once, then each message leaves in parts.
 */
import { dedupeKey, type Reservation, type Sighting } from '../../engine/delivery/sharedDeduplicator.js';
import type { ShopEvent } from '../../engine/event/event.js';

/** A message's events: what it held was one event or an array of them. */
export interface Load {
  readonly shape: 'single' | 'array';
  readonly events: readonly ShopEvent[];
}

/** The message's events with their keys, and the delivery that waits for them, if any. */
export interface ReservedBatch {
  readonly load: Load;
  readonly keys: readonly string[];
  /** Names this attempt; messages that nobody waits for share one. */
  readonly owner: string;
}

export interface PartitionedBatch {
  readonly passed: readonly ShopEvent[];
  readonly duplicates: readonly ShopEvent[];
  /** Keys to confirm once the passed events are stored. */
  readonly keys: readonly string[];
}

export function loadOf(payload: unknown): Load | undefined {
  const shape = Array.isArray(payload) ? 'array' : 'single';
  const events: unknown[] = Array.isArray(payload) ? payload : [payload];
  return events.every(isIdentified) ? { shape, events } : undefined;
}

export function visitOf(load: Load, owner: string): ReservedBatch {
  return { load, owner, keys: load.events.map(dedupeKey) };
}

/** Each key once, for the first message that brings it. */
export function reservationsOf(visits: readonly ReservedBatch[], expiresAt: number): Reservation[] {
  const wanted = new Map<string, Reservation>();
  for (const { keys, owner } of visits) {
    for (const key of keys) if (!wanted.has(key)) wanted.set(key, { key, owner, expiresAt });
  }
  return [...wanted.values()];
}

/**
 * Parts each message. A second occurrence is a duplicate where the first one shares its fate (same message, or nobody waits for
 * either); under another delivery it passes, because that one may still fail.
 */
export function split(visits: readonly ReservedBatch[], sightings: ReadonlyMap<string, Sighting>): PartitionedBatch[] {
  const owners = new Map<string, string>();
  return visits.map(({ load, keys, owner }) => {
    const parts: { passed: ShopEvent[]; duplicates: ShopEvent[]; keys: string[] } = { passed: [], duplicates: [], keys: [] };
    // Keys of this message that another one brought first.
    const shared = new Set<string>();
    load.events.forEach((event, index) => {
      const key = keys[index] ?? '';
      const first = owners.get(key);
      if (first === owner || shared.has(key) || sightings.get(key) === 'repeat') {
        parts.duplicates.push(event);
        return;
      }
      if (first === undefined) owners.set(key, owner);
      else shared.add(key);
      parts.passed.push(event);
      parts.keys.push(key);
    });
    return parts;
  });
}

/** Back to the shape the message came in. */
export function shaped(shape: Load['shape'], events: readonly ShopEvent[]): ShopEvent | readonly ShopEvent[] | undefined {
  return shape === 'single' ? events[0] : events;
}

function isIdentified(value: unknown): value is ShopEvent {
  const { source, id } = (value ?? {}) as { source?: unknown; id?: unknown };
  return typeof source === 'string' && typeof id === 'string';
}
