/**
 * How are alerts kept? Each one's state, and a history of what changed, in keys of the shop's store.
 *
 *     a/<rule>/<store or source>      how it stands
 *     ah/<owner>/<order>/<id>         a change, told or only shown; the newest thousand
 */
import type { AlertState, Transition } from './stateMachine.js';
import type { Rule } from './rule.js';
import { ALL } from '../read/kpiValue.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { orderText, type Tellable } from './notificationLog.js';
import { DAY } from '../base/time.js';

/** `about`: the rule watched this; a rule that watches something else begins anew. */
export interface StoredAlert {
  readonly owner: string;
  readonly about: string;
  readonly state: AlertState;
}

/** A change as it was said. `toldAt`: when people were told (epoch ms); absent where nobody had to be, or has not been yet. */
export interface HistoryEntry<N> {
  readonly audience: Transition['audience'];
  readonly toldAt?: number;
  readonly notice: N;
}

const MAX_HISTORY = 1_000;
const KEEP_MS = 400 * DAY;

export function alertKey(rule: string, store: string): string {
  return `a/${rule}/${store}`;
}

export function namesIn(key: string): { rule: string; store: string } {
  const [, rule, store] = key.split('/');
  return { rule: rule ?? '', store: store ?? '' };
}

export function savedText(owner: string, rule: Rule, state: AlertState): string {
  return JSON.stringify({ owner, about: aboutOf(rule), state } satisfies StoredAlert);
}

/** Whether what is kept under that key is the state of this rule. */
export function isOf(rule: Rule, { about }: StoredAlert, store: string): boolean {
  if (about !== aboutOf(rule)) return false;
  return rule.kind === 'mute' || (rule.group === 'all') === (store === ALL);
}

/** What of a state is worth a write: a value that only moves within its state is not. */
export function gistOf({ heardAt: _heardAt, newest, ...state }: AlertState): string {
  return JSON.stringify({ ...state, newest: newest?.start });
}

export function historyPut<N extends Tellable>(owner: string, order: number, entry: HistoryEntry<N>): Put {
  const expiresAt = Math.floor(order / 1_000) + KEEP_MS;
  return { key: `${historyPrefix(owner)}${orderText(order)}/${entry.notice.id}`, value: JSON.stringify(entry), expiresAt };
}

/** The newest first. */
export async function readHistory<N>(store: Store, owner: string, limit: number): Promise<HistoryEntry<N>[]> {
  const entries = await store.scan({ ...prefixRange(historyPrefix(owner)), reverse: true }, Math.min(limit, MAX_HISTORY));
  return entries.map(({ value }) => JSON.parse(textOf(value) ?? '{}') as HistoryEntry<N>);
}

/** Throws away what is older than the newest thousand. */
export async function pruneHistory(store: Store, owner: string): Promise<void> {
  const entries = await store.scan({ ...prefixRange(historyPrefix(owner)), reverse: true }, 2 * MAX_HISTORY);
  const old = entries.slice(MAX_HISTORY).map(({ key }): Put => ({ key }));
  if (old.length > 0) await store.commit(old, 'soon');
}

function historyPrefix(owner: string): string {
  return `ah/${owner}/`;
}

function aboutOf(rule: Rule): string {
  if (rule.kind === 'mute') return `mute/${rule.source ?? ''}`;
  return `${rule.kpi}/${rule.size}/${rule.channel}/${rule.evaluate}`;
}
