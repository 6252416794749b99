/**
 * `StoredAlert` is an alert in the shop's store: each one's state, and a history of what changed. A node's alerts are its own: the owner,
 * its id, is part of every key, so that two nodes with rules of one name do not share them; several processes of one flow do.
 *
 *     al/<owner>/<rule>/<store or source>   its state
 *     ah/<owner>/<order>/<id>               a change, notified or only shown; the newest thousand
 *     a/<rule>/<store or source>            its state, as former releases kept it: moved when its owner reads it
 */
import type { Absence } from './absence.js';
import type { AlertState, Transition } from './state.js';
import type { Rule } from './rule.js';
import { ALL } from '../read/kpiValue.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { type Identified, orderText } from './notificationLog.js';
import { DAY } from '../base/time.js';

/** `StoredAlert` is what a key holds. `about`: the rule watched this; a rule that watches something else begins anew. */
export interface StoredAlert {
  readonly owner: string;
  readonly about: string;
  readonly state: AlertState;
}

/** `HistoryEntry` is a change. `notifiedAt`: when people were notified (epoch ms); absent where nobody had to be, or has not been yet. */
export interface HistoryEntry<N> {
  readonly audience: Transition['audience'];
  readonly notifiedAt?: number;
  readonly notice: N;
}

const MAX_HISTORY = 1_000;
export const HISTORY_KEPT_MS = 400 * DAY;

export const FORMER_PREFIX = 'a/';

export function alertPrefix(owner: string): string {
  return `al/${owner}/`;
}

export function alertKey(owner: string, rule: string, store: string): string {
  return `${alertPrefix(owner)}${rule}/${store}`;
}

/** `namesIn` a key, also of a former release. */
export function namesIn(key: string): { rule: string; store: string } {
  const [rule, store] = key.split('/').slice(-2);
  return { rule: rule ?? '', store: store ?? '' };
}

export function encodeAlert(owner: string, rule: Rule, { lastSeenAt, notifiedAt, absence, ...state }: AlertState): string {
  const silence = absence === undefined ? undefined : { usual: absence.usual, heardAt: absence.lastSeenAt }; // vocabulary-ok
  const fields = { ...state, heardAt: lastSeenAt, toldAt: notifiedAt, silence }; // vocabulary-ok
  return JSON.stringify({ owner, about: aboutOf(rule), state: fields });
}

export function decodeAlert(text: string): StoredAlert {
  const { state, ...stored } = JSON.parse(text) as Omit<StoredAlert, 'state'> & { readonly state: StoredState };
  const { heardAt, toldAt, silence, ...fields } = state; // vocabulary-ok
  return {
    ...stored,
    state: {
      ...fields, lastSeenAt: heardAt, // vocabulary-ok
      ...(toldAt === undefined ? {} : { notifiedAt: toldAt }), // vocabulary-ok
      ...(silence === undefined ? {} : { absence: { usual: silence.usual, lastSeenAt: silence.heardAt } }), // vocabulary-ok
    },
  };
}

/** The fields' names in the store. */
type StoredState = Omit<AlertState, 'lastSeenAt' | 'notifiedAt' | 'absence'> & {
  readonly heardAt: number; // vocabulary-ok
  readonly toldAt?: number; // vocabulary-ok
  readonly silence?: Pick<Absence, 'usual'> & { readonly heardAt: number }; // vocabulary-ok
};

/** `isOf` says whether what is stored in that place is the state of this rule. */
export function isOf(rule: Rule, { about }: StoredAlert, store: string): boolean {
  if (about !== aboutOf(rule)) return false;
  return rule.kind === 'absence' || (rule.group === 'all') === (store === ALL);
}

/** `persistedFields` are what of a state is worth a write: a value that only moves within its state is not. */
export function persistedFields({ lastSeenAt: _lastSeenAt, newest, breach, ...state }: AlertState): string {
  return JSON.stringify({ ...state, newest: newest?.start, breach: breach?.start });
}

export function historyPut<N extends Identified>(owner: string, order: number, { audience, notifiedAt, notice }: HistoryEntry<N>): Put {
  const expiresAt = Math.floor(order / 1_000) + HISTORY_KEPT_MS;
  const fields = { audience: storedAudience(audience), toldAt: notifiedAt, notice }; // vocabulary-ok
  return { key: `${historyPrefix(owner)}${orderText(order)}/${notice.id}`, value: JSON.stringify(fields), expiresAt };
}

/** `storedAudience` is how the store and the answer to `list` name it. */
export function storedAudience(audience: Transition['audience']): string {
  return audience === 'people' ? 'tell' : audience; // vocabulary-ok
}

/** `readHistory` answers the newest first. */
export async function readHistory<N>(store: Store, owner: string, limit: number): Promise<HistoryEntry<N>[]> {
  const entries = await store.scan({ ...prefixRange(historyPrefix(owner)), reverse: true }, Math.min(limit, MAX_HISTORY));
  return entries.map(({ value }) => {
    const { audience, toldAt, notice } = JSON.parse(textOf(value) ?? '{}') as { audience: string; toldAt?: number; notice: N }; // vocabulary-ok
    const isForPeople = audience === 'tell'; // vocabulary-ok
    const who = isForPeople ? 'people' : audience as Transition['audience'];
    return { audience: who, notice, ...(toldAt === undefined ? {} : { notifiedAt: toldAt }) }; // vocabulary-ok
  });
}

/** `pruneHistory` throws away what is older than the newest thousand. */
export async function pruneHistory(store: Store, owner: string): Promise<void> {
  const entries = await store.scan({ ...prefixRange(historyPrefix(owner)), reverse: true }, 2 * MAX_HISTORY);
  const old = entries.slice(MAX_HISTORY).map(({ key }): Put => ({ key }));
  if (old.length > 0) await store.commit(old, 'soon');
}

function historyPrefix(owner: string): string {
  return `ah/${owner}/`;
}

function aboutOf(rule: Rule): string {
  if (rule.kind === 'absence') return `mute/${rule.source ?? ''}`; // vocabulary-ok: stored
  return `${rule.kpi}/${rule.size}/${rule.channel}/${rule.evaluate}`;
}
