/**
 * Where do the alerts stand? States in the store by compare-and-set, each change in its history and, where people have to hear of it, among
 * what is to be told: one commit.
 */
import { initialState, type Input, nextWake, restoredState, step, type Transition } from '../../engine/alert/stateMachine.js';
import { alertKey, gistOf, historyPut, isOf, namesIn, type StoredAlert, savedText } from '../../engine/alert/stateStore.js';
import type { Hours } from '../../engine/alert/activeTime.js';
import type { Rule } from '../../engine/alert/rule.js';
import { Fault } from '../../engine/base/errors.js';
import { scanAll } from '../../engine/store/store.js';
import { orderOf } from '../../engine/alert/notificationLog.js';
import { type Change, prefixRange, type Put, type Store, textOf } from '../../engine/store/store.js';
import type { Notice } from './notification.js';
import type { ActiveAlert } from '../../engine/alert/state.js';

const MAX_ALERTS = 10_000;
const MAX_ATTEMPTS = 20;
const MAX_MISSED = 1_000;

/** Something that happened to one rule in one store (`_` = all), or to one source. */
export interface AlertInput {
  readonly rule: Rule;
  readonly store: string;
  readonly input: Input;
}

/** A change, and how it is said. */
export interface StateChange extends ActiveAlert {
  readonly order: number;
  readonly transition: Transition;
  readonly notice: Notice;
}

export interface EvaluatorDeps {
  readonly store: Store;
  readonly rules: readonly Rule[];
  /** The node: it clears away the alerts of rules it no longer has. */
  readonly owner: string;
  readonly hours: Hours;
  now(): number;
  write(standing: ActiveAlert, change: Transition, now: number): Notice;
  /** What is committed with a change that has to be told. */
  toNotify(notice: Notice, order: number, now: number): Put;
  /** Stored. */
  changed(news: readonly StateChange[]): void;
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
  readonly news: StateChange[];
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
  async apply(happenings: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    try {
      await this.load();
      return await this.#inTurn(() => this.#apply([...this.#missed, ...happenings]));
    } catch (error) {
      // The end of a window is told once: it must not be missed because the store was away just then, nor be old when that is back.
      const known = new Set(this.#missed);
      const news = happenings.filter((one) => !known.has(one)).flatMap((one) => toldNow(one, this.#deps.now()));
      this.#missed = [...this.#missed, ...news].slice(-MAX_MISSED);
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
    const obsolete: Put[] = [];
    for (const { key, value } of await scanAll(store, prefixRange('a/'))) {
      const text = textOf(value) ?? '';
      const saved = JSON.parse(text) as StoredAlert;
      const standing = this.#restore(key, saved);
      if (standing !== undefined) this.#entries.set(key, { ...standing, text, wakeAt: this.#wakeOf(standing) });
      else if (saved.owner === owner) obsolete.push({ key });
    }
    if (obsolete.length > 0) await store.commit(obsolete, 'soon');
    this.#deps.forget(obsolete.map(({ key }) => namesIn(key)));
  }

  #wakeOf({ rule, state }: ActiveAlert): number | undefined {
    return nextWake(rule, state, this.#deps.now(), this.#deps.hours);
  }

  #restore(key: string, saved: StoredAlert): ActiveAlert | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#ruleOf(name);
    if (rule === undefined || !isOf(rule, saved, store)) return undefined;
    return { rule, store, state: restoredState(saved.state, this.#deps.now()) };
  }

  #ruleOf(name: string): Rule | undefined {
    return this.#deps.rules.find((one) => one.name === name);
  }

  async #apply(happenings: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const plan = this.#plan(happenings);
      const states = [...plan.entries].flatMap(([key, entry]) => this.#changeOf(key, entry));
      const changes: Change[] = [...states, ...plan.news.flatMap((one) => this.#tracesOf(one))];
      const result = changes.length === 0 ? undefined : await this.#deps.store.commit(changes, 'stored');
      if (result?.outcome === 'conflict') {
        await this.#reread(result.keys);
        continue;
      }
      this.#missed = [];
      const written = new Map(states.map(({ key, value }) => [key, value]));
      for (const [key, entry] of plan.entries) this.#entries.set(key, { ...entry, text: written.get(key) ?? entry.text });
      this.#deps.changed(plan.news);
      return plan.refused;
    }
    throw new Fault('store.contended', 'another node kept changing the same alerts');
  }

  #plan(happenings: readonly AlertInput[]): EvaluationPlan {
    const { hours } = this.#deps;
    const now = this.#deps.now();
    const plan: EvaluationPlan = { entries: new Map(), news: [], refused: [] };
    for (const happening of happenings) {
      const { rule, store, input } = happening;
      const key = alertKey(rule.name, store);
      const before = plan.entries.get(key) ?? this.#entries.get(key);
      if (before === undefined && this.#entries.size + plan.entries.size >= MAX_ALERTS) {
        plan.refused.push(happening);
        continue;
      }
      const { state, transitions, wakeAt } = step(rule, before?.state ?? initialState(now), input, now, hours);
      plan.entries.set(key, { rule, store, state, wakeAt, text: before?.text });
      for (const transition of transitions) {
        const notice = this.#deps.write({ rule, store, state }, transition, now);
        plan.news.push({ rule, store, state, transition, notice, order: orderOf(now, plan.news.length) });
      }
    }
    return plan;
  }

  #changeOf(key: string, { rule, state, text }: EvaluatedGroup): Put[] {
    const former = this.#entries.get(key)?.state;
    if (former !== undefined && text !== undefined && gistOf(former) === gistOf(state)) return [];
    return [{ key, expect: text ?? null, value: savedText(this.#deps.owner, rule, state) }];
  }

  #tracesOf({ transition: { audience }, notice, order }: StateChange): Put[] {
    const history = historyPut(this.#deps.owner, order, { audience, notice });
    return audience === 'tell' ? [history, this.#deps.toNotify(notice, order, this.#deps.now())] : [history];
  }

  async #reread(keys: readonly string[]): Promise<void> {
    const values = await this.#deps.store.read(keys);
    keys.forEach((key, index) => {
      const text = textOf(values[index]);
      const known = this.#entries.get(key) ?? this.#fresh(key);
      const standing = text === undefined ? undefined : this.#restore(key, JSON.parse(text) as StoredAlert);
      if (known !== undefined) this.#entries.set(key, { ...known, ...standing, text });
    });
  }

  #fresh(key: string): EvaluatedGroup | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#ruleOf(name);
    return rule === undefined ? undefined : { rule, store, state: initialState(this.#deps.now()), text: undefined, wakeAt: undefined };
  }
}

/** A value with the moment at which it was told; of what else may happen, nothing is missed. */
function toldNow(happening: AlertInput, now: number): AlertInput[] {
  const { input } = happening;
  return input.kind === 'value' ? [{ ...happening, input: { ...input, observation: { toldAt: now, ...input.observation } } }] : [];
}
