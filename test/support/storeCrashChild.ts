/** The process that gets killed: commits without end and prints the number of each commit that was acknowledged as stored. */
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../engine/store/level/levelStore.js';

const [directory, run] = process.argv.slice(2);
const CALLERS = 8;
let next = 0;

async function commitForever(store: Awaited<ReturnType<typeof openLevelStore>>): Promise<never> {
  for (;;) {
    const name = `${run ?? ''}-${String(next++)}`;
    const parts = ['a', 'b', 'c'].map((part) => ({ key: `k/${name}/${part}`, expect: null, value: name.repeat(40) }));
    await store.commit([...parts, { key: 'n', add: { commits: 1 } }], 'stored');
    writeSync(1, `${name}\n`);
  }
}

void openLevelStore(directory ?? '', Date).then((store) => Promise.all(Array.from({ length: CALLERS }, () => commitForever(store))));
