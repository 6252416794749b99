/**
 * What if a sum would leave the exact integers? Then the events that would take it there are named, and the others are counted.
 */
import type { ShopEvent } from '../event/event.js';
import { type Folded, foldEvents } from './applyEvents.js';
import type { FoldContext } from './slice.js';
import type { Store } from '../store/store.js';

/** A folded batch without the events that cannot be counted to the cent, because of which nothing was stored. */
export interface ExactlyFolded extends Folded {
  readonly inexact: ReadonlySet<ShopEvent>;
}

/** Like `foldEvents`; where a batch cannot be added, its halves are, down to the event that is too much. */
export async function foldExactly(store: Store, events: readonly ShopEvent[], context: FoldContext): Promise<ExactlyFolded> {
  try {
    return { ...(await foldEvents(store, events, context)), inexact: new Set() };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    if (events.length <= 1) return { slices: [], unchanged: 0, inexact: new Set(events) };
    const half = Math.ceil(events.length / 2);
    const first = await foldExactly(store, events.slice(0, half), context);
    const second = await foldExactly(store, events.slice(half), context);
    return {
      slices: [...first.slices, ...second.slices], unchanged: first.unchanged + second.unchanged,
      inexact: new Set([...first.inexact, ...second.inexact]),
    };
  }
}
