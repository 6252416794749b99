/**
 * `ChangeJournal` lists what has changed since a reader outside (a database) took it: facts and hours, each once, however often they change.
 *
 *     jn                                     ->  'on' as long as somebody reads; it expires where nobody does
 *     jf/<key of a fact>                     ->  a token that changes with the fact
 *     jh/<start of an hour>/<store>/<channel> ->  a token that changes with its sums
 *
 * An entry is written by the commit that makes the change, so none is missed. Who takes one deletes it by its token: what changed meanwhile stays.
 */
import { sha256 } from '../base/secret.js';
import { DAY, SECOND } from '../base/time.js';
import { type Change, type Put, type Store, textOf } from '../store/store.js';
import type { FoldPlan } from './fold.js';
import type { MovedSlice } from './slice.js';

/** What nobody has taken for so long, nobody reads any more: the next reader begins with all there is. */
export const JOURNAL_KEPT_MS = 30 * DAY;

/** Every process that writes asks so often whether somebody reads. */
export const JOURNAL_ASKED_MS = 5 * SECOND;

const ON = 'jn';
export const CHANGED_FACTS = 'jf/';
export const CHANGED_HOURS = 'jh/';
const FACTS = 'f/';

const followed = new WeakMap<Store, 'on' | 'off'>();

/** Whether somebody reads. */
export async function journalState(store: Store): Promise<'on' | 'off'> {
  return textOf((await store.read([ON]))[0]) === undefined ? 'off' : 'on';
}

/** Asks the store whether somebody reads, for this process's commits from now on. */
export async function followJournal(store: Store): Promise<void> {
  followed.set(store, await journalState(store));
}

/** Says that somebody reads, until `JOURNAL_KEPT_MS` after `now`. */
export async function keepJournal(store: Store, now: number): Promise<void> {
  await store.commit([{ key: ON, value: 'on', expiresAt: now + JOURNAL_KEPT_MS }]);
  followed.set(store, 'on');
}

/** Takes entries from the list; those that changed since they were read stay on it. */
export async function forgetChanges(store: Store, taken: readonly Put[]): Promise<void> {
  for (let left = taken; left.length > 0;) {
    const result = await store.commit(left, 'soon');
    if (result.outcome === 'ok') return;
    const changed = new Set(result.keys);
    left = left.filter(({ key }) => !changed.has(key));
  }
}

/** The entries of a commit; none where nobody reads. `removed` are deletions of facts among other changes. */
export function journalChanges(store: Store, { facts, slices }: Pick<FoldPlan, 'facts' | 'slices'>, removed: readonly Change[], now: number): Put[] {
  if (followed.get(store) !== 'on') return [];
  const expiresAt = now + JOURNAL_KEPT_MS;
  const entry = (key: string, of: string): Put => ({ key, value: token(of), expiresAt });
  const texts = facts.map(({ after }) => after.text ?? '');
  const gone = removed.filter((change) => change.key.startsWith(FACTS) && !('add' in change) && change.value === undefined);
  return [
    ...facts.map(({ after: { key, text = '' } }) => entry(CHANGED_FACTS + key, text)),
    ...gone.map(({ key }) => entry(CHANGED_FACTS + key, '')),
    ...hoursOf(slices).map((hour) => entry(CHANGED_HOURS + hour, `${String(now)}\n${texts.join('\n')}`)),
  ];
}

/** The hours among slices: what moves a minute moves its hour. */
function hoursOf(slices: readonly MovedSlice[]): readonly string[] {
  return slices.filter(({ level }) => level === 'hour').map(({ start, store, channel }) => `${String(start)}/${store}/${channel}`);
}

function token(text: string): string {
  return sha256(text).toString('base64url').slice(0, 22);
}
