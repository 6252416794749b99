/**
 * `AlertEvaluator` keeps the alerts of one node: states in the store by compare-and-set, each change in its history and, where people have
 * to be notified, in the notification log: one commit.
 */
import { type Input, nextWake, step } from '../../engine/alert/stateMachine.js';
import {
  alertKey, alertPrefix, decodeAlert, encodeAlert, FORMER_PREFIX, historyPut, isOf, namesIn, persistedFields, type StoredAlert,
} from '../../engine/alert/stateStore.js';
import type { Hours } from '../../engine/alert/activeTime.js';
import type { Rule } from '../../engine/alert/rule.js';
import { type ActiveAlert, initialState, restoredState, type Transition } from '../../engine/alert/state.js';
import { orderOf } from '../../engine/alert/notificationLog.js';
import { Fault } from '../../engine/base/errors.js';
import { type Change, prefixRange, type Put, scanAll, type Store, textOf } from '../../engine/store/store.js';
import type { Notice } from '../shared/alertPort.js';

const MAX_ALERTS = 10_000;
const MAX_ATTEMPTS = 20;
const MAX_MISSED = 1_000;

/** `AlertInput` concerns one rule in one store (`_` = all), or of one source. */
export interface AlertInput {
  readonly rule: Rule;
  readonly store: string;
  readonly input: Input;
}

/** `StateChange` is a transition, and the notice that says it. */
export interface StateChange extends ActiveAlert {
  readonly order: number;
  readonly transition: Transition;
  readonly notice: Notice;
}

export interface EvaluatorDeps {
  readonly store: Store;
  readonly rules: readonly Rule[];
  /** The node whose alerts these are: it clears away those of rules it no longer has. */
  readonly owner: string;
  readonly hours: Hours;
  now(): number;
  /** The sources, where nothing came from any of them since then. */
  absentSince(since: number): Promise<readonly string[] | undefined>;
  write(alert: ActiveAlert, change: Transition, now: number): Notice;
  /** What is committed with a change that people have to be notified of. */
  toNotify(notice: Notice, order: number, now: number): Put;
  /** Stored. */
  changed(changes: readonly StateChange[]): void;
  /** Alerts of rules that are gone, by rule and store. */
  forget(gone: readonly { readonly rule: string; readonly store: string }[]): void;
}

interface EvaluatedGroup extends ActiveAlert {
  /** What the store holds; `undefined` = nothing. */
  readonly text: string | undefined;
  readonly wakeAt: number | undefined;
}

interface EvaluationPlan {
  readonly entries: Map<string, EvaluatedGroup>;
  readonly changes: StateChange[];
  readonly refused: AlertInput[];
}

export class AlertEvaluator {
  readonly #deps: EvaluatorDeps;
  readonly #entries = new Map<string, EvaluatedGroup>();
  /** Values that came while the store was away. */
  #missed: AlertInput[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #loaded: Promise<void> | undefined;

  constructor(deps: EvaluatorDeps) {
    this.#deps = deps;
  }

  /** Reads the states of a former run, once; after a failure the next call tries again. */
  load(): Promise<void> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  activeAlerts(): readonly ActiveAlert[] {
    return [...this.#entries.values()];
  }

  /** Resolves when the new states are stored. Answers what could not be taken because there are too many alerts. */
  async apply(inputs: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    try {
      await this.load();
      return await this.#inTurn(() => this.#apply(inOrderOfTime([...this.#missed, ...inputs])));
    } catch (error) {
      // The end of a window is emitted once: it must not be missed because the store was away just then, nor be old when that is back.
      const known = new Set(this.#missed);
      const missed = inputs.filter((one) => !known.has(one)).flatMap((one) => emittedNow(one, this.#deps.now()));
      this.#missed = [...this.#missed, ...missed].slice(-MAX_MISSED);
      throw error;
    }
  }

  /** Lets time pass; answers when it will change something again. */
  async wake(): Promise<number | undefined> {
    const now = this.#deps.now();
    const due = [...this.#entries.values()].filter(({ wakeAt }) => wakeAt !== undefined && wakeAt <= now);
    if (due.length > 0 || this.#missed.length > 0) await this.apply(due.map(({ rule, store }) => ({ rule, store, input: { kind: 'tick' } })));
    return this.wakeAt();
  }

  wakeAt(): number | undefined {
    const next = Math.min(...[...this.#entries.values()].map(({ wakeAt }) => wakeAt ?? Infinity), this.#missed.length > 0 ? this.#deps.now() : Infinity);
    return Number.isFinite(next) ? next : undefined;
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #load(): Promise<void> {
    const { store, owner } = this.#deps;
    const changes: Put[] = [];
    for (const { key, value } of await scanAll(store, prefixRange(alertPrefix(owner)))) {
      const text = textOf(value) ?? '';
      const alert = this.#restore(key, decodeAlert(text));
      if (alert === undefined) changes.push({ key });
      else this.#entries.set(key, { ...alert, text, wakeAt: this.#wakeOf(alert) });
    }
    changes.push(...await this.#adoptFormer());
    const result = changes.length === 0 ? undefined : await store.commit(changes, 'stored');
    // Another process of this flow has adopted them: read what it made of them.
    if (result?.outcome === 'conflict') return this.#load();
    const gone = changes.filter(({ value }) => value === undefined).map(({ key }) => namesIn(key));
    this.#deps.forget(gone.filter((one) => !this.#has(one.rule, one.store)));
  }

  /** States that a former release kept by the rule's name alone: those this node wrote are its own. */
  async #adoptFormer(): Promise<Put[]> {
    const { store, owner } = this.#deps;
    const changes: Put[] = [];
    for (const { key: former, value } of await scanAll(store, prefixRange(FORMER_PREFIX))) {
      const before = textOf(value) ?? '';
      const stored = decodeAlert(before);
      if (stored.owner !== owner) continue;
      changes.push({ key: former, expect: before });
      const alert = this.#restore(former, stored);
      if (alert === undefined || this.#has(alert.rule.name, alert.store)) continue;
      const key = alertKey(owner, alert.rule.name, alert.store);
      const text = encodeAlert(owner, alert.rule, stored.state);
      changes.push({ key, expect: null, value: text });
      this.#entries.set(key, { ...alert, text, wakeAt: this.#wakeOf(alert) });
    }
    return changes;
  }

  #has(rule: string, store: string): boolean {
    return this.#entries.has(alertKey(this.#deps.owner, rule, store));
  }

  #wakeOf({ rule, state }: ActiveAlert): number | undefined {
    return nextWake(rule, state, this.#deps.now(), this.#deps.hours);
  }

  #restore(key: string, stored: StoredAlert): ActiveAlert | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#ruleOf(name);
    if (rule === undefined || !isOf(rule, stored, store)) return undefined;
    return { rule, store, state: restoredState(stored.state, this.#deps.now()) };
  }

  #ruleOf(name: string): Rule | undefined {
    return this.#deps.rules.find((one) => one.name === name);
  }

  async #apply(inputs: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    const absent = await this.#absentSources(inputs);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const plan = this.#plan(inputs, absent);
      const states = [...plan.entries].flatMap(([key, entry]) => this.#changeOf(key, entry));
      const changes: Change[] = [...states, ...plan.changes.flatMap((one) => this.#tracesOf(one))];
      const result = changes.length === 0 ? undefined : await this.#deps.store.commit(changes, 'stored');
      if (result?.outcome === 'conflict') {
        await this.#reread(result.keys);
        continue;
      }
      this.#missed = [];
      const written = new Map(states.map(({ key, value }) => [key, value]));
      for (const [key, entry] of plan.entries) this.#entries.set(key, { ...entry, text: written.get(key) ?? entry.text });
      this.#deps.changed(plan.changes);
      return plan.refused;
    }
    throw new Fault('store.contended', 'another node kept changing the same alerts');
  }

  /** For each empty window, by its start: the sources, if nothing came from any of them since. */
  async #absentSources(inputs: readonly AlertInput[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const starts = new Set(inputs.flatMap(({ input }) => (input.kind === 'value' && input.sample.count === 0 ? [input.sample.start] : [])));
    const absent = new Map<number, readonly string[]>();
    for (const start of starts) {
      const sources = await this.#deps.absentSince(start);
      if (sources !== undefined) absent.set(start, sources);
    }
    return absent;
  }

  #plan(inputs: readonly AlertInput[], absent: ReadonlyMap<number, readonly string[]>): EvaluationPlan {
    const { hours, owner } = this.#deps;
    const now = this.#deps.now();
    const plan: EvaluationPlan = { entries: new Map(), changes: [], refused: [] };
    for (const one of inputs) {
      const { rule, store } = one;
      const input = withAbsentSources(one.input, absent);
      const key = alertKey(owner, rule.name, store);
      const before = plan.entries.get(key) ?? this.#entries.get(key);
      if (before === undefined && this.#entries.size + plan.entries.size >= MAX_ALERTS) {
        plan.refused.push(one);
        continue;
      }
      const { state, transitions, wakeAt } = step(rule, before?.state ?? initialState(now), input, now, hours);
      plan.entries.set(key, { rule, store, state, wakeAt, text: before?.text });
      for (const transition of transitions) {
        const notice = this.#deps.write({ rule, store, state }, transition, now);
        plan.changes.push({ rule, store, state, transition, notice, order: orderOf(now, plan.changes.length) });
      }
    }
    return plan;
  }

  #changeOf(key: string, { rule, state, text }: EvaluatedGroup): Put[] {
    const former = this.#entries.get(key)?.state;
    if (former !== undefined && text !== undefined && persistedFields(former) === persistedFields(state)) return [];
    return [{ key, expect: text ?? null, value: encodeAlert(this.#deps.owner, rule, state) }];
  }

  #tracesOf({ transition: { audience }, notice, order }: StateChange): Put[] {
    const history = historyPut(this.#deps.owner, order, { audience, notice });
    return audience === 'people' ? [history, this.#deps.toNotify(notice, order, this.#deps.now())] : [history];
  }

  async #reread(keys: readonly string[]): Promise<void> {
    const values = await this.#deps.store.read(keys);
    keys.forEach((key, index) => {
      const text = textOf(values[index]);
      const known = this.#entries.get(key) ?? this.#fresh(key);
      const alert = text === undefined ? undefined : this.#restore(key, decodeAlert(text));
      if (known !== undefined) this.#entries.set(key, { ...known, ...alert, text });
    });
  }

  #fresh(key: string): EvaluatedGroup | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#ruleOf(name);
    return rule === undefined ? undefined : { rule, store, state: initialState(this.#deps.now()), text: undefined, wakeAt: undefined };
  }
}

/** Values by the begin of their windows, so that a correction of a former window counts before the newer one that came with it. */
function inOrderOfTime(inputs: readonly AlertInput[]): AlertInput[] {
  const startOf = ({ input }: AlertInput): number | undefined => (input.kind === 'value' ? input.sample.start : undefined);
  const values = inputs.filter((one) => startOf(one) !== undefined).sort((a, b) => (startOf(a) ?? 0) - (startOf(b) ?? 0)).values();
  return inputs.map((one) => (startOf(one) === undefined ? one : values.next().value ?? one));
}

function withAbsentSources(input: Input, absent: ReadonlyMap<number, readonly string[]>): Input {
  if (input.kind !== 'value' || input.sample.count > 0) return input;
  const absentSources = absent.get(input.sample.start);
  return absentSources === undefined ? input : { ...input, sample: { ...input.sample, absentSources } };
}

/** A value with the moment at which it was emitted; of what else may come in, nothing is missed. */
function emittedNow(one: AlertInput, now: number): AlertInput[] {
  const { input } = one;
  return input.kind === 'value' ? [{ ...one, input: { ...input, sample: { emittedAt: now, ...input.sample } } }] : [];
}
