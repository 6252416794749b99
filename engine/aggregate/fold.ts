/**
 * What changes in the store when events arrive? Facts by compare-and-set, slices by addition, in one commit.
 */
import { type AddFact, channelOf, compile, storeOf } from '../kpi/contribution.js';
import type { ShopEvent } from '../event/event.js';
import { type Fact, factKey, factOf, isUnknown, mergeFacts, SLOT, type VoidState } from '../fact/fact.js';
import { decodeFact, encodeFact } from '../fact/factCodec.js';
import type { Generation, StoreAliases } from '../kpi/measure.js';
import { type AddPortions, compilePortions } from '../kpi/portions.js';
import type { MovedMember } from './memberSlice.js';
import { SliceAccumulator } from './sliceAccumulator.js';
import { openChanges } from '../fact/openFactIndex.js';
import { countedAs, withVoidState } from '../fact/voidState.js';
import { waitingChanges } from '../fact/waitingVoids.js';
import { type FoldContext, KEEP_MS, type MovedSlice } from './slice.js';
import type { Change } from '../store/store.js';
import { DAY, HOUR } from '../base/time.js';

/** What a batch says of one thing: its versions merged, and how many they are. Without versions it is only brought to the current measures. */
export interface Version {
  fact: Fact | undefined;
  events: number;
  /** Also where it stays as it is: other facts depend on it, and the commit has to check it. */
  readonly write?: 'always';
}

/** What a batch says, by fact key. */
export type Versions = ReadonlyMap<string, Version>;

/** A fact as the store holds it, decoded. `text` is what lies there, made once somebody needs it; `commit` what writes it at this moment. */
export interface KnownFact {
  readonly key: string;
  readonly generation: string;
  readonly fact: Fact;
  text: string | undefined;
  commit: Promise<unknown> | undefined;
}

/** A fact that a batch changes, or brings to the current measures. */
export interface FactChange {
  readonly before: KnownFact | undefined;
  readonly after: KnownFact;
}

/** One commit's worth: the facts that change, the slices that move, and the facts that stay as they are, as they were taken to be. */
export interface FoldPlan {
  readonly facts: readonly FactChange[];
  readonly slices: readonly MovedSlice[];
  readonly members: readonly MovedMember[];
  readonly same: readonly KnownFact[];
  /** Events that said nothing new. */
  readonly unchanged: number;
}

/** The fact in a stored text. */
export function knownFact(key: string, text: string): KnownFact {
  const { generation, fact } = decodeFact(text);
  return { key, generation, fact, text, commit: undefined };
}

/** Sorts a batch by the facts it speaks of. */
export function versionsOf(events: readonly ShopEvent[], currency: string, keys?: readonly string[]): Versions {
  const versions = new Map<string, Version>();
  for (let index = 0; index < events.length; index += 1) {
    const event = events[index];
    if (event === undefined) continue;
    const key = keys?.[index] ?? factKey(event);
    const fact = factOf(event, currency);
    const known = versions.get(key);
    if (known === undefined) versions.set(key, { fact, events: 1 });
    else {
      known.fact = mergeFacts(known.fact, fact);
      known.events += 1;
    }
  }
  return versions;
}

/** The state of each fact that other documents may have changed, by its key; the others keep theirs. */
export type VoidStates = ReadonlyMap<string, VoidState | undefined>;
const NO_STATES: VoidStates = new Map();

/** Folds a batch into what is known of its facts: nothing where they are new. */
export function planFold(
  versions: Versions, knownAt: (key: string) => KnownFact | undefined, context: FoldContext, states: VoidStates = NO_STATES,
): FoldPlan {
  const { generation: { id: generation }, calendar, now } = context;
  const current = compiled(context.generation);
  const sums = new SliceAccumulator(calendar);
  const facts: FactChange[] = [];
  const same: KnownFact[] = [];
  let unchanged = 0;
  for (const [key, { fact: said, events, write }] of versions) {
    const before = knownAt(key);
    const fact = factAfter(before?.fact, said, states, key);
    if (fact === undefined) continue;
    if (before !== undefined && before.generation === generation && fact === before.fact) {
      unchanged += events;
      if (write === undefined) {
        same.push(before);
        continue;
      }
    }
    facts.push({ before, after: { key, generation, fact, text: undefined, commit: undefined } });
    if (before !== undefined) addTo(sums, formerOf(before.generation, context), before, -1);
    addTo(sums, current, { key, fact }, 1);
  }
  return { facts, slices: sums.moved(now), members: sums.movedMembers(now), same, unchanged };
}

/** A fact after a batch. */
export function factAfter(before: Fact | undefined, said: Fact | undefined, states: VoidStates, key: string): Fact | undefined {
  const merged = said === undefined ? before : mergeFacts(before, said);
  return merged === undefined ? undefined : withVoidState(merged, states.has(key) ? states.get(key) : before?.voidState);
}

/** Whether the store's text holds all that was said, where the fact was `taken` to say it already and may never have been written. */
export function holds(text: string | undefined, taken: KnownFact, said: Fact | undefined): boolean {
  if (text === undefined || text === taken.text) return text !== undefined;
  const { generation, fact } = knownFact(taken.key, text);
  return generation === taken.generation && (said === undefined || mergeFacts(fact, said) === fact);
}

/** The facts of a plan as the store wants them: by compare-and-set, with their entries in the index of open things. */
export function changesOf({ facts }: FoldPlan): Change[] {
  const changes: Change[] = [];
  for (const { before, after } of facts) {
    const { key, fact } = after;
    const expiresAt = factExpiry(fact);
    after.text = encodeFact(after);
    changes.push({ key, expect: before === undefined ? null : before.text ?? encodeFact(before), value: after.text, expiresAt });
    for (const change of openChanges(key, before?.fact, fact, expiresAt)) changes.push(change);
    for (const change of waitingChanges(key, before?.fact, fact, expiresAt)) changes.push(change);
  }
  return changes;
}

export function addTo(
  sums: SliceAccumulator, { add, addPortions, aliases }: CompiledGeneration, { key, fact }: Pick<KnownFact, 'key' | 'fact'>, sign: 1 | -1,
): void {
  const { at: sumsAt, members: membersAt } = sums.sumsOf(storeOf(fact, aliases), channelOf(fact));
  if (fact.voidState === undefined && !isUnknown(fact)) {
    add(fact, sign, sumsAt, key);
    addPortions(fact, sign, membersAt, key);
    return;
  }
  for (const [counted, times] of countedAs(fact)) {
    const by = times === sign ? 1 : -1;
    add(counted, by, sumsAt, key);
    addPortions(counted, by, membersAt, key);
  }
}

/** A fact lives as long as the slices it is in, up to a full hour: facts that expire together cost less to write down. */
function factExpiry({ values }: Fact): number {
  let latest = -Infinity;
  for (const place of [SLOT.time, SLOT.openedAt, SLOT.closedAt]) {
    const instant = values[place];
    if (typeof instant === 'number' && instant > latest) latest = instant;
  }
  return Math.ceil((latest + KEEP_MS.hour + DAY) / HOUR) * HOUR;
}

/** A fact was added up by definitions that another worker has written down since this one read them. */
export class UnknownGeneration extends Error {
  readonly id: string;

  constructor(id: string) {
    super(`unknown generation of measures: ${id}`);
    this.name = 'UnknownGeneration';
    this.id = id;
  }
}

/** `UNCOUNTED` is the generation of facts that no slice holds: they are counted when they are folded next. */
export const UNCOUNTED = '-';
const NOTHING_ADDED: CompiledGeneration = { add: () => undefined, addPortions: () => undefined, aliases: {} };

export function formerOf(id: string, { generation, former }: FoldContext): CompiledGeneration {
  if (id === UNCOUNTED) return NOTHING_ADDED;
  const named = id === generation.id ? generation : former.get(id);
  if (named === undefined) throw new UnknownGeneration(id);
  return compiled(named);
}

/** How a generation counts a fact, and under which store. */
export interface CompiledGeneration {
  readonly add: AddFact;
  readonly addPortions: AddPortions;
  readonly aliases: StoreAliases;
}

const compiledGenerations = new WeakMap<Generation, CompiledGeneration>();

/** How that generation counts, compiled once. */
export function compiled(generation: Generation): CompiledGeneration {
  const { measures, records, aliases, dimensions } = generation;
  const known = compiledGenerations.get(generation) ?? {
    add: compile(measures, records, aliases), addPortions: compilePortions(dimensions, records, aliases), aliases,
  };
  compiledGenerations.set(generation, known);
  return known;
}
