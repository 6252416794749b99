/** Does LevelDB keep the store's contract, on disk and in memory? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { describeStore, testClock } from '../../support/storeContract.js';

describeStore('LevelDB in memory', async () => {
  const clock = testClock();
  const store = await openLevelStore({ memory: true }, clock);
  return { store, clock, dispose: () => store.close() };
});

describeStore('LevelDB on disk', async () => {
  const clock = testClock();
  const directory = await mkdtemp(join(tmpdir(), 'bottega-store-'));
  const store = await openLevelStore(directory, clock);
  const dispose = async (): Promise<void> => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { store, clock, dispose };
});
