/**
 * `factSources` answers whose facts are stored: it jumps from source to source and reads one fact of each.
 */
import { EVENT_TYPES } from '../event/schema.js';
import { prefixRange, type Store } from '../store/store.js';
import { sourceIn } from './fact.js';

/** More than any shop has; whoever made more up is not believed further. */
const MAX_SOURCES = 1_000;

/** `factSources` in no particular order, each once. */
export async function factSources(store: Pick<Store, 'scan'>): Promise<string[]> {
  const found = new Set<string>();
  for (const type of EVENT_TYPES) {
    const { gte, lt } = prefixRange(`f/${type}/`);
    let from = gte;
    for (let read = 0; read < MAX_SOURCES; read += 1) {
      const [first] = await store.scan({ gte: from, lt }, 1);
      if (first === undefined) break;
      found.add(sourceIn(first.key));
      from = prefixRange(first.key.split('/').slice(0, 3).join('/') + '/').lt;
    }
  }
  return [...found];
}
