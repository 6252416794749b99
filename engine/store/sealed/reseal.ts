/**
 * `reseal` writes every text of a store anew with the key that writes now (or plain, where none does). What is so already is passed over: a run that was
 * interrupted goes on where it was. Other processes may use the store meanwhile.
 */
import { Fault } from '../../base/errors.js';
import type { Entry, KeyRange, Store } from '../store.js';
import type { KeyRing } from './keyRing.js';
import { enroll, readRegister, REGISTER_KEY, writeRegister } from './register.js';
import type { SealingTerms } from './sealedStore.js';
import { sealedBy, ValueSealer } from './sealedValue.js';

const PAGE = 200;
/** What another process writes meanwhile with a former key is found by the next pass; one that still does so has to be given the new key first. */
const MAX_PASSES = 3;

/** `ResealTerms`: `ranges` are all keys of the shops. `progress` is called after each page with the entries visited and rewritten up to then. */
export interface ResealTerms extends SealingTerms {
  readonly ranges: readonly KeyRange[];
  readonly progress: (visited: number, rewritten: number) => void;
}

/** `reseal` answers how many texts it has rewritten. Afterwards no other key is needed. Throws `store.key`, `store.tampered`; nothing is lost by either. */
export async function reseal(store: Store, { ring, randomBytes, ranges, progress }: ResealTerms): Promise<number> {
  await enroll(store, ring);
  const sealer = new ValueSealer(ring, randomBytes);
  let [visited, rewritten] = [0, 0];
  for (let pass = 1; ; pass += 1) {
    const before = rewritten;
    for (const range of ranges) {
      for (let from: string | undefined = range.gte; from !== undefined;) {
        const page: Entry[] = await store.scan({ ...range, gte: from }, PAGE);
        rewritten += await resealPage(store, page, { ring, sealer });
        visited += page.length;
        progress(visited, rewritten);
        from = page.length < PAGE ? undefined : `${page.at(-1)?.key ?? ''}\u0001`;
      }
    }
    if (rewritten === before) break;
    if (pass === MAX_PASSES) throw new Fault('store.contended', 'another process goes on writing with a former key: give it the new one, and start again');
  }
  await settle(store, ring);
  return rewritten;
}

interface Resealing {
  readonly ring: KeyRing;
  readonly sealer: ValueSealer;
}

/** All of a page at once; what moves meanwhile was written by another process, and is read again. */
async function resealPage(store: Store, page: readonly Entry[], { ring, sealer }: Resealing): Promise<number> {
  for (let entries = former(page, ring); entries.length > 0;) {
    const changes = entries.map(({ key, value }) => (
      { key, expect: value, value: sealer.seal(key, sealer.open(key, value)), expiresAt: 'kept' as const }));
    const result = await store.commit(changes, 'soon');
    if (result.outcome === 'ok') return entries.length;
    const keys = entries.map(({ key }) => key);
    const values = await store.read(keys);
    entries = former(keys.flatMap((key, index) => (values[index] === undefined ? [] : [{ key, value: values[index] }])), ring);
  }
  return 0;
}

interface TextEntry {
  readonly key: string;
  readonly value: string;
}

function former(entries: readonly Entry[], { writes }: KeyRing): TextEntry[] {
  return entries.flatMap(({ key, value }) => (
    key === REGISTER_KEY || typeof value !== 'string' || sealedBy(value) === writes?.id ? [] : [{ key, value }]));
}

/** A commit that everybody waits for: all before it is on disk with it. */
async function settle(store: Store, { writes }: KeyRing): Promise<void> {
  const { stored } = await readRegister(store);
  const outcome = await writeRegister(store, writes === undefined ? { keys: [], plain: 'read' } : { keys: [writes.id], plain: 'refused' }, stored);
  if (outcome === 'conflict') throw new Fault('store.contended', 'another process has changed the keys of the store meanwhile: start again');
}
