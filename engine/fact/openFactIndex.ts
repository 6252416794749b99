/**
 * Index of open sales and quotes: one key for each, in order of time, so that the answer needs no reading of all facts. A contact is no quote.
 *
 *     q/<type>/<openedAt, else time; seconds, padded to 10>/<store>/<channel>/<encodeURIComponent(rest of the fact's key)>
 *
 * The entry is written and deleted in the commit that writes the fact, and expires with it.
 */
import { type Fact, fieldOf, statusOf } from './fact.js';
import { type Change, type Entry, type KeyRange, type Put, type Store, textOf } from '../store/store.js';

/** `OPENABLE` are kinds of facts that somebody waits for. */
export const OPENABLE = ['sale', 'lead'] as const;
/** `Openable` is one of them. */
export type Openable = (typeof OPENABLE)[number];

/** `OpenThing`: `openedAt` in epoch ms (its time where it says nothing else), `amount` in minor units where one is known. */
export interface OpenThing {
  readonly type: Openable;
  readonly factKey: string;
  readonly store: string;
  readonly channel: string;
  readonly openedAt: number;
  readonly amount?: number;
}

/** `openKey` is the key of a fact's entry, `undefined` where the fact is not open, or a contact. */
export function openKey(factKey: string, fact: Fact): string | undefined {
  return isContact(factKey) ? undefined : entryKey(factKey, fact);
}

/** The last part of the key says what a lead is about. Former releases have entries for contacts, too. */
function isContact(factKey: string): boolean {
  return factKey.startsWith('f/lead/') && factKey.split('/')[3] === 'contact';
}

function entryKey(factKey: string, fact: Fact): string | undefined {
  if (!isOpenable(fact.type) || statusOf(fact) !== 'open') return undefined;
  const rest = factKey.slice(`f/${fact.type}/`.length);
  const [store = '', channel = 'pos'] = [textField(fact, 'store'), textField(fact, 'channel')];
  return `q/${fact.type}/${seconds(openedAtOf(fact))}/${store}/${channel}/${encodeURIComponent(rest)}`;
}

/** `openChanges` keep the index right when a fact moves from one state to the next. */
export function openChanges(factKey: string, before: Fact | undefined, after: Fact, expiresAt: number): Put[] {
  const former = before === undefined ? undefined : entryKey(factKey, before);
  const key = openKey(factKey, after);
  const changes: Put[] = former === undefined || former === key ? [] : [{ key: former }];
  if (key !== undefined) changes.push({ key, value: openValue(after), expiresAt });
  return changes;
}

const openings = new WeakMap<Store, number>();

/** `countOpenings` notes what a commit to this store opened or closed. */
export function countOpenings(store: Store, committed: readonly Change[]): void {
  const opened = committed.some(({ key }) => key.startsWith('q/')) ? 1 : 0;
  openings.set(store, (openings.get(store) ?? 0) + opened);
}

/**
 * `openingsIn` counts the commits by way of this store that opened or closed something: while it stays, what was read of it holds, but for what other
 * processes do. `undefined` where none came this way.
 */
export function openingsIn(store: Store): number | undefined {
  return openings.get(store);
}

/** `openRange` covers the entries of one type that were opened in `[from, to)` (epoch ms, cut to seconds), the oldest first. */
export function openRange(type: Openable, from = 0, to = Infinity): KeyRange {
  return { gte: `q/${type}/${seconds(from)}/`, lt: to === Infinity ? `q/${type}/\uffff` : `q/${type}/${seconds(to)}/` };
}

/** `parseOpen` reads the open thing that an entry is about. */
export function parseOpen({ key, value }: Entry): OpenThing {
  const [, type, , store, channel, rest] = key.split('/');
  const { openedAt, amount } = JSON.parse(textOf(value) ?? '{}') as { openedAt: number; amount?: number };
  const factKey = `f/${type ?? ''}/${decodeURIComponent(rest ?? '')}`;
  return { type: type as Openable, factKey, store: store ?? '', channel: channel ?? '', openedAt, ...(amount === undefined ? {} : { amount }) };
}

function isOpenable(type: string): type is Openable {
  return type === 'sale' || type === 'lead';
}

function textField(fact: Fact, field: string): string | undefined {
  const value = fieldOf(fact, field);
  return typeof value === 'string' ? value : undefined;
}

function openValue(fact: Fact): string {
  // The amount of a deal in another currency, unless it is known in the shop's.
  const isForeign = fieldOf(fact, 'x_foreign') === true && fieldOf(fact, 'x_home') !== true;
  const amount = isForeign ? undefined : fieldOf(fact, 'amount');
  return JSON.stringify({ openedAt: openedAtOf(fact), ...(typeof amount === 'number' ? { amount } : {}) });
}

function openedAtOf(fact: Fact): number {
  const instant = fieldOf(fact, 'openedAt') ?? fieldOf(fact, 'time');
  return typeof instant === 'number' ? instant : 0;
}

function seconds(epochMs: number): string {
  return String(Math.max(0, Math.floor(epochMs / 1_000))).padStart(10, '0');
}
