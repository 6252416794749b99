/**
 * Where do the alerts stand, and when must time itself be asked? States in the store by compare-and-set, one timer for all.
 */
import { type AlertState, initialState, type Input, nextWake, restoredState, step, type Transition } from '../../engine/alert.js';
import type { AlertRule } from '../../engine/alertRule.js';
import { Fault, messageOf } from '../../engine/errors.js';
import { ALL } from '../../engine/kpi.js';
import { scanAll } from '../../engine/ledger.js';
import { prefixRange, type Put, type Store, textOf } from '../../engine/store/store.js';

const MAX_ALERTS = 10_000;
const MAX_ATTEMPTS = 20;
const RETRY_MS = 5_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Something that happened to one rule in one store (`_` = all). */
export interface Happening {
  readonly rule: AlertRule;
  readonly store: string;
  readonly input: Input;
}

/** A change to tell or to show. */
export interface News {
  readonly rule: AlertRule;
  readonly store: string;
  readonly state: AlertState;
  readonly transition: Transition;
}

export interface Standing {
  readonly rule: AlertRule;
  readonly store: string;
  readonly state: AlertState;
}

export interface DeskDeps {
  readonly store: Store;
  readonly rules: readonly AlertRule[];
  /** The node: it clears away the alerts of rules it no longer has. */
  readonly owner: string;
  now(): number;
  tell(news: readonly News[]): void;
  /** Alerts of rules that are gone, by rule and store. */
  forget(gone: readonly { readonly rule: string; readonly store: string }[]): void;
  warn(text: string): void;
}

interface Entry extends Standing {
  /** What the store holds; `undefined` = nothing. */
  readonly text: string | undefined;
  readonly wakeAt: number | undefined;
}

export class Desk {
  readonly #deps: DeskDeps;
  readonly #entries = new Map<string, Entry>();
  #turn: Promise<unknown> = Promise.resolve();
  #loaded: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #phase: 'open' | 'closed' = 'open';

  constructor(deps: DeskDeps) {
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

  standing(): readonly Standing[] {
    return [...this.#entries.values()];
  }

  /** Resolves when the new states are stored and told. Answers what could not be taken because there are too many alerts. */
  async apply(happenings: readonly Happening[]): Promise<readonly Happening[]> {
    await this.load();
    return this.#inTurn(() => this.#apply(happenings));
  }

  async close(): Promise<void> {
    this.#phase = 'closed';
    clearTimeout(this.#timer);
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
      const saved = JSON.parse(text) as Saved;
      const standing = this.#restore(key, saved);
      if (standing !== undefined) this.#entries.set(key, { ...standing, text, wakeAt: nextWake(standing.rule, standing.state) });
      else if (saved.owner === owner) obsolete.push({ key });
    }
    if (obsolete.length > 0) await store.commit(obsolete, 'soon');
    this.#deps.forget(obsolete.map(({ key }) => namesIn(key)));
    this.#schedule(this.#deps.now());
  }

  #restore(key: string, { about, state }: Saved): Standing | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#deps.rules.find((one) => one.name === name);
    if (rule === undefined || about !== aboutOf(rule) || (rule.group === 'all') !== (store === ALL)) return undefined;
    return { rule, store, state: restoredState(state, this.#deps.now()) };
  }

  async #apply(happenings: readonly Happening[]): Promise<readonly Happening[]> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { entries, news, refused } = this.#plan(happenings);
      const changes = [...entries].flatMap(([key, entry]) => this.#changeOf(key, entry));
      const result = changes.length === 0 ? undefined : await this.#deps.store.commit(changes, 'stored');
      if (result?.outcome === 'conflict') {
        await this.#reread(result.keys);
        continue;
      }
      const written = new Map(changes.map(({ key, value }) => [key, value]));
      for (const [key, entry] of entries) this.#entries.set(key, { ...entry, text: written.get(key) ?? entry.text });
      this.#schedule(this.#deps.now());
      if (news.length > 0) this.#deps.tell(news);
      return refused;
    }
    throw new Fault('store.contended', 'another node kept changing the same alerts');
  }

  #plan(happenings: readonly Happening[]): { entries: Map<string, Entry>; news: News[]; refused: Happening[] } {
    const now = this.#deps.now();
    const entries = new Map<string, Entry>();
    const news: News[] = [];
    const refused: Happening[] = [];
    for (const happening of happenings) {
      const { rule, store, input } = happening;
      const key = keyOf(rule.name, store);
      const before = entries.get(key) ?? this.#entries.get(key);
      if (before === undefined && this.#entries.size + entries.size >= MAX_ALERTS) {
        refused.push(happening);
        continue;
      }
      const { state, transitions, wakeAt } = step(rule, before?.state ?? initialState(now), input, now);
      entries.set(key, { rule, store, state, wakeAt, text: before?.text });
      news.push(...transitions.map((transition) => ({ rule, store, state, transition })));
    }
    return { entries, news, refused };
  }

  /** A value that only moves within its state is not worth a write. */
  #changeOf(key: string, { rule, state, text }: Entry): Put[] {
    const former = this.#entries.get(key)?.state;
    if (former !== undefined && text !== undefined && gistOf(former) === gistOf(state)) return [];
    const saved: Saved = { owner: this.#deps.owner, about: aboutOf(rule), state };
    return [{ key, expect: text ?? null, value: JSON.stringify(saved) }];
  }

  async #reread(keys: readonly string[]): Promise<void> {
    const values = await this.#deps.store.read(keys);
    keys.forEach((key, index) => {
      const text = textOf(values[index]);
      const known = this.#entries.get(key) ?? this.#fresh(key);
      const standing = text === undefined ? undefined : this.#restore(key, JSON.parse(text) as Saved);
      if (known !== undefined) this.#entries.set(key, { ...known, ...standing, text });
    });
  }

  #fresh(key: string): Entry | undefined {
    const { rule: name, store } = namesIn(key);
    const rule = this.#deps.rules.find((one) => one.name === name);
    return rule === undefined ? undefined : { rule, store, state: initialState(this.#deps.now()), text: undefined, wakeAt: undefined };
  }

  #schedule(now: number): void {
    clearTimeout(this.#timer);
    const next = Math.min(...[...this.#entries.values()].map(({ wakeAt }) => wakeAt ?? Infinity));
    if (this.#phase === 'closed' || !Number.isFinite(next)) return;
    this.#timer = setTimeout(() => { void this.#wake(); }, Math.min(Math.max(0, next - now), MAX_TIMER_MS)).unref();
  }

  async #wake(): Promise<void> {
    const now = this.#deps.now();
    const due = [...this.#entries.values()].filter(({ wakeAt }) => wakeAt !== undefined && wakeAt <= now);
    try {
      await this.apply(due.map(({ rule, store }) => ({ rule, store, input: { kind: 'tick' } })));
    } catch (error) {
      this.#deps.warn(messageOf(error));
      if (this.#phase === 'open') this.#timer = setTimeout(() => { void this.#wake(); }, RETRY_MS).unref();
    }
  }
}

/** What lies at `a/<rule>/<store>`. `about`: the rule watched this; a rule that watches something else begins anew. */
interface Saved {
  readonly owner: string;
  readonly about: string;
  readonly state: AlertState;
}

function keyOf(rule: string, store: string): string {
  return `a/${rule}/${store}`;
}

function namesIn(key: string): { rule: string; store: string } {
  const [, rule, store] = key.split('/');
  return { rule: rule ?? '', store: store ?? '' };
}

function aboutOf({ kpi, size, channel, evaluate }: AlertRule): string {
  return `${kpi}/${size}/${channel}/${evaluate}`;
}

function gistOf({ heardAt: _heardAt, newest, ...state }: AlertState): string {
  return JSON.stringify({ ...state, newest: newest?.start });
}
