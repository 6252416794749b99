/**
 * The list of voids that wait for the receipt they name: one key for each, in order of time, written in the commit that writes the fact.
 *
 *     wv/<time; seconds, padded to 10>/<encodeURIComponent(key of the fact)>
 */
import { type Fact, fieldOf, SLOT } from './fact.js';
import { type Entry, type KeyRange, prefixRange, type Put, textOf } from '../store/store.js';

/** A void whose receipt has not come. `issuedAt` in epoch ms; `refersTo`: what it names, as much of it as it knows. */
export interface WaitingVoid {
  readonly factKey: string;
  readonly store: string;
  readonly issuedAt: number;
  readonly refersTo: string;
}

export const WAITING_VOIDS: KeyRange = prefixRange('wv/');

/** What keeps the list right when a fact moves from one state to the next. */
export function waitingChanges(factKey: string, before: Fact | undefined, after: Fact, expiresAt: number): Put[] {
  const [former, key] = [waitingKey(factKey, before), waitingKey(factKey, after)];
  const changes: Put[] = former === undefined || former === key ? [] : [{ key: former }];
  if (key !== undefined) changes.push({ key, value: waitingValue(after), expiresAt });
  return changes;
}

function waitingValue(fact: Fact): string {
  return JSON.stringify({ store: fieldOf(fact, 'store') ?? '', refersTo: fieldOf(fact, 'refersTo') ?? '' });
}

export function parseWaiting({ key, value }: Entry): WaitingVoid {
  const [, issued, rest = ''] = key.split('/');
  const { store, refersTo } = JSON.parse(textOf(value) ?? '{}') as { store: string; refersTo: string };
  return { factKey: decodeURIComponent(rest), store, issuedAt: Number(issued) * 1_000, refersTo };
}

function waitingKey(factKey: string, fact: Fact | undefined): string | undefined {
  if (fact?.voidState !== 'waiting') return undefined;
  const time = fact.values[SLOT.time];
  return `wv/${String(Math.floor((typeof time === 'number' ? time : 0) / 1_000)).padStart(10, '0')}/${encodeURIComponent(factKey)}`;
}
