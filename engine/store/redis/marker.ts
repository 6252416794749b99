/**
 * `StoreMarker` lies in a Redis from its first opening on, and grows with time: who remembers it finds out whether that Redis still has what it was given.
 */
import { parseJson } from '../../base/json.js';

/** `StoreMarker`: `id` is random, `at` (epoch ms) when it was written last. */
export interface StoreMarker {
  readonly id: string;
  readonly at: number;
}

/** `MARKER_KEY` belongs to no shop. */
export const MARKER_KEY = 'marker';

/** `StoreLoss`: what was written after `since` (epoch ms; 0 = at any time) and up to `until` is not there any more. */
export interface StoreLoss {
  readonly since: number;
  readonly until: number;
}

/** `lossBetween` compares what is remembered with what was found: a Redis that was emptied, another one, or one with older data has lost something. */
export function lossBetween(known: StoreMarker | undefined, found: StoreMarker | undefined): StoreLoss | undefined {
  if (known === undefined) return undefined;
  if (found?.id !== known.id) return { since: 0, until: known.at };
  return found.at < known.at ? { since: found.at, until: known.at } : undefined;
}

/** `nextMarker` is what to write: never older than what is there, whatever this computer's clock says. */
export function nextMarker(found: StoreMarker | undefined, freshId: () => string, now: number): StoreMarker {
  return found === undefined ? { id: freshId(), at: now } : { id: found.id, at: Math.max(found.at, now) };
}

/** `encodeMarker` writes what `parseMarker` reads. */
export function encodeMarker({ id, at }: StoreMarker): string {
  return JSON.stringify({ id, at });
}

/** `parseMarker` gives `undefined` for any other text. */
export function parseMarker(text: string | undefined): StoreMarker | undefined {
  const { id, at } = (parseJson(text ?? '') ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && Number.isSafeInteger(at) ? { id, at: at as number } : undefined;
}
