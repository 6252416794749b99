/**
 * `repairDirectory` repairs a copy of an embedded store, which takes the store's place when it is done; the damaged files stay beside it under a name of
 * their own.
 */
import { randomBytes } from 'node:crypto';
import { chmod, cp, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { recountFacts } from '../../engine/aggregate/recount.js';
import { Fault } from '../../engine/base/errors.js';
import { countRecords, type RecordCounts, shopStore, type StoreContents } from '../../engine/library/storeContents.js';
import { openLevelStore } from '../../engine/store/level/levelStore.js';
import { type LevelRepair, repairLevel } from '../../engine/store/level/repair.js';
import type { KeyRing } from '../../engine/store/sealed/keyRing.js';
import { SealedStore } from '../../engine/store/sealed/sealedStore.js';
import { RepairNote } from '../../nodes/00-store/storeNote.js';

/** `RepairOutcome`: `whole` needed nothing; `lost` where not everything could be saved. */
export type RepairOutcome = WholeStore | RepairedStore;

interface WholeStore {
  readonly state: 'whole';
  readonly records: RecordCounts;
}

interface RepairedStore {
  readonly state: 'repaired' | 'lost';
  readonly records: RecordCounts;
  /** What was wrong. */
  readonly cause: string;
  /** The directory with the damaged files. */
  readonly copy: string;
  readonly unsaved: LevelRepair;
}

/** Nothing but copies is opened before the repaired one takes its place: whatever fails on the way leaves the store as it was. */
export async function repairDirectory(directory: string, ring: KeyRing, now: Date): Promise<RepairOutcome> {
  const work = `${directory}-repairing`;
  try {
    const found = await inspect(await copyTo(directory, work));
    if (!(found instanceof Fault)) return { state: 'whole', records: found.records };
    const unsaved = withMissing(await repairLevel(await copyTo(directory, work)), found);
    const { records, shops } = await readStore(work);
    await recount(work, shops, ring);
    const copy = `${directory}-damaged-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
    await exchange(directory, work, copy);
    const state = unsaved.tables === 0 && unsaved.bytes === 0 ? 'repaired' : 'lost';
    if (state === 'lost') new RepairNote(directory).write({ copy: basename(copy), foundAt: now.getTime() });
    return { state, cause: found.message.replaceAll(work, directory), copy, unsaved, records };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What repairs do not know of: tables that are not there at all. */
function withMissing({ tables, bytes }: LevelRepair, { message }: Fault): LevelRepair {
  return { tables: tables + Number(/(\d+) missing files/.exec(message)?.[1] ?? 0), bytes };
}

async function exchange(directory: string, work: string, copy: string): Promise<void> {
  await rename(directory, copy);
  try {
    await rename(work, directory);
  } catch (error) {
    await rename(copy, directory);
    throw error;
  }
}

/** What is in it, or why it cannot be read. */
async function inspect(directory: string): Promise<StoreContents | Fault> {
  try {
    return await readStore(directory);
  } catch (error) {
    if (error instanceof Fault && error.code === 'store.corrupt') return error;
    throw error;
  }
}

async function readStore(directory: string): Promise<StoreContents> {
  const store = await openLevelStore(directory, Date);
  try {
    return await countRecords(store);
  } finally {
    await store.close();
  }
}

/** Facts and sums may not fit each other any more. */
async function recount(directory: string, shops: readonly string[], ring: KeyRing): Promise<void> {
  const store = new SealedStore(await openLevelStore(directory, Date), { ring, randomBytes });
  try {
    for (const shop of shops) await recountFacts(shopStore(store, shop));
  } finally {
    await store.close();
  }
}

async function copyTo(directory: string, work: string): Promise<string> {
  await rm(work, { recursive: true, force: true });
  await cp(directory, work, { recursive: true, preserveTimestamps: true });
  await chmod(work, 0o700);
  return work;
}
