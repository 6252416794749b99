/** A store in memory with a clock that the test moves. */
import { openLevelStore } from '../../engine/store/level/levelStore.js';
import type { Store } from '../../engine/store/store.js';

export async function withStore(test: (store: Store, clock: { at: number }) => Promise<void>): Promise<void> {
  const clock = { at: 1_000 };
  const store = await openLevelStore({ memory: true }, { now: () => clock.at });
  try {
    await test(store, clock);
  } finally {
    await store.close();
  }
}
