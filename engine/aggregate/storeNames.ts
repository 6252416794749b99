/**
 * Stores that are counted under another name: by an alias of the shop node, or because somebody merged or retired a name that should not have been one.
 * Facts keep the name they came with, so that all of it can be taken back; their sums follow by being counted anew.
 */
import type { Refusal } from '../base/errors.js';
import { cleanName } from '../base/name.js';
import type { StoreAliases } from '../kpi/measure.js';
import { type Store, textOf } from '../store/store.js';
import { OTHER_NAME } from './nameLimits.js';
import { readMarkedGroups } from './publishedWindows.js';

const MERGED = 'merged';
const ALIASES = 'store-aliases';
const MAX_ATTEMPTS = 20;

/** A store of the shop node. */
export interface DeclaredStore {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** `ListedStore` is one name that was counted or declared. `into`: the name under which it is counted. */
export interface ListedStore {
  readonly store: string;
  readonly state: 'declared' | 'counted' | 'merged' | 'retired';
  readonly into?: string;
  readonly channels: readonly string[];
}

/** `StoreChange` of names. `restore` takes a merge or a retirement back. */
export type StoreChange =
  | { readonly action: 'merge'; readonly stores: readonly string[]; readonly into: string }
  | { readonly action: 'retire' | 'restore'; readonly stores: readonly string[] };

/** `ChangedStores`: how many names changed, or why none did. */
export type ChangedStores = { readonly outcome: 'changed'; readonly changed: number } | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** Path of the endpoint that lists and changes a shop's stores; what means something in the path of a route is written as its code. */
export function storesPath(tenant: string): string {
  return adminPath(tenant, 'stores');
}

/** Path of an endpoint for whoever runs the shop. */
export function adminPath(tenant: string, name: string): string {
  const segment = encodeURIComponent(tenant).replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `/admin/${segment}/${name}`;
}

/** The names that were merged or retired, as they stand in the store. */
export async function readMerged(store: Store): Promise<StoreAliases> {
  return parse(textOf((await store.read([MERGED]))[0]));
}

/** Under which name each store is counted that has another one; what the shop node says outranks what was merged, and that how a name was written. */
export function aliasesOf(declared: readonly DeclaredStore[], merged: StoreAliases, counted: readonly string[] = []): StoreAliases {
  const ids = new Set(declared.map(({ id }) => id));
  const own = new Map(declared.flatMap(({ id, aliases }) => aliases.filter((alias) => !ids.has(alias)).map((alias) => [alias, id] as const)));
  const others = new Map([...counted.flatMap(cleanedName), ...Object.entries(merged)]);
  const stepFrom = (name: string): string | undefined => (ids.has(name) ? undefined : own.get(name) ?? others.get(name));
  const aliases: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of [...own.keys(), ...others.keys()]) {
    const seen = new Set([name]);
    let end = name;
    for (let next = stepFrom(end); next !== undefined && !seen.has(next); next = stepFrom(end)) {
      seen.add(next);
      end = next;
    }
    if (end !== name) aliases[name] = end;
  }
  return aliases;
}

/** A name that a former release counted as it was written, and the one that it is: facts of both are of one store. */
function cleanedName(counted: string): [string, string][] {
  const clean = cleanName(counted);
  return clean === counted ? [] : [[counted, clean]];
}

/** The names that were counted in stores, whatever they are counted under today. */
export async function readCounted(store: Store): Promise<string[]> {
  return [...new Set((await readMarkedGroups(store)).map((group) => group.store))];
}

/** Writes down, for those who only read, under which name each store is counted. */
export async function writeAliases(store: Store, aliases: StoreAliases): Promise<void> {
  await store.commit([{ key: ALIASES, value: JSON.stringify(aliases) }]);
}

/** Reads them. */
export async function readAliases(store: Store): Promise<StoreAliases> {
  return parse(textOf((await store.read([ALIASES]))[0]));
}

/** All names, declared ones first. */
export async function listStores(store: Store, declared: readonly DeclaredStore[]): Promise<ListedStore[]> {
  const [groups, merged] = await Promise.all([readMarkedGroups(store), readMerged(store)]);
  const channels = new Map<string, string[]>(declared.map(({ id }) => [id, []]));
  for (const group of groups) channels.set(group.store, [...channels.get(group.store) ?? [], group.channel]);
  const aliases = aliasesOf(declared, merged, groups.map(({ store: name }) => name));
  const ids = new Set(declared.map(({ id }) => id));
  return [...channels].map(([name, its]): ListedStore => {
    const into = aliases[name];
    if (into === undefined) return { store: name, state: ids.has(name) ? 'declared' : 'counted', channels: its };
    return { store: name, state: into === OTHER_NAME ? 'retired' : 'merged', into, channels: its };
  });
}

/** Merges, retires or restores names; all of them or none. What is counted follows once the window nodes count anew. Throws the store's faults. */
export async function changeStores(store: Store, asked: StoreChange, declared: readonly DeclaredStore[]): Promise<ChangedStores> {
  const listed = new Map((await listStores(store, declared)).map((one) => [one.store, one]));
  // A name that was counted as a former release wrote it is meant as it stands there.
  const meant = (name: string): string => (listed.has(name) ? name : cleanName(name));
  const named = { stores: asked.stores.map(meant) };
  const change: StoreChange = asked.action === 'merge' ? { ...asked, ...named, into: meant(asked.into) } : { ...asked, ...named };
  const refusals = change.stores.flatMap((name, index) => refusalsOf(name, index, change, listed));
  if (change.action === 'merge' && !isTarget(change.into, declared, listed)) {
    refusals.push({ path: '/into', rule: 'unknown', message: `${JSON.stringify(change.into)} is no store` });
  }
  if (refusals.length > 0) return { outcome: 'refused', refusals };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const text = textOf((await store.read([MERGED]))[0]);
    const { merged, changed } = changedNames(parse(text), change);
    const { outcome } = await store.commit([{ key: MERGED, expect: text ?? null, value: JSON.stringify(merged) }], 'stored');
    if (outcome === 'ok') return { outcome: 'changed', changed };
  }
  throw new Error('another process kept changing the same names');
}

function refusalsOf(name: string, index: number, change: StoreChange, listed: ReadonlyMap<string, ListedStore>): Refusal[] {
  const path = `/stores/${String(index)}`;
  const known = listed.get(name);
  if (known === undefined) return [{ path, rule: 'unknown', message: `${JSON.stringify(name)} was never counted` }];
  if (known.state === 'declared') return [{ path, rule: 'enum', message: `${JSON.stringify(name)} stands in the shop node` }];
  const isItself = change.action === 'merge' && change.into === name;
  return isItself || name === OTHER_NAME ? [{ path, rule: 'enum', message: `${JSON.stringify(name)} cannot be counted under itself` }] : [];
}

function isTarget(into: string, declared: readonly DeclaredStore[], listed: ReadonlyMap<string, ListedStore>): boolean {
  return into === OTHER_NAME || listed.has(into) || declared.some(({ aliases }) => aliases.includes(into));
}

function changedNames(before: StoreAliases, change: StoreChange): { merged: StoreAliases; changed: number } {
  const merged = new Map(Object.entries(before));
  let changed = 0;
  for (const name of new Set(change.stores)) {
    const into = change.action === 'merge' ? change.into : change.action === 'retire' ? OTHER_NAME : undefined;
    if (merged.get(name) === into) continue;
    changed += 1;
    if (into === undefined) merged.delete(name);
    else merged.set(name, into);
  }
  return { merged: Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1))), changed };
}

function parse(text: string | undefined): StoreAliases {
  return text === undefined ? {} : JSON.parse(text) as StoreAliases;
}
