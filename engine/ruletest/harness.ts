/**
 * What is a shop without a clock of its own? The real fold, publication, closing and alerts on a store in memory; time passes when it is told to.
 */
import type { AlertState, Input } from '../alert/stateMachine.js';
import { StoredWindowSizes } from '../read/adaptive/storedSizes.js';
import { finalizeWindows } from '../emit/finalizer.js';
import { Baseline } from '../read/baseline/baseline.js';
import { measureOf } from '../kpi/customKpis.js';
import { parseEvent, type ShopEvent } from '../event/event.js';
import type { Refusal } from '../base/errors.js';
import { type KpiValue, labelOf } from '../read/kpiValue.js';
import { foldEvents, openGenerations } from '../aggregate/applyEvents.js';
import { measuresOf } from '../kpi/builtinKpis.js';
import { Emitter, type EmitterSettings } from '../emit/emitter.js';
import { type ShopContext, readRows } from '../read/windowReader.js';
import type { FoldContext } from '../aggregate/slice.js';
import { type LevelStore, openLevelStore } from '../store/level/levelStore.js';
import { HOUR, MINUTE, parseInstant } from '../base/time.js';
import { isSliding, type WindowSize } from '../calendar/windowAssigner.js';
import type { KpiExpected } from './expectation.js';
import type { Case, Setting } from './parse.js';
import { type RecordedMessage, Recorder } from './recorder.js';

/**
 * Weeks of history are not lived through minute by minute: listening for mute sources begins so long before anything is expected, and so does
 * telling where no rule has to hear of it.
 */
const AHEAD_MS = 6 * HOUR;

export class Harness {
  readonly #setting: Setting;
  readonly #store: LevelStore;
  readonly #shop: ShopContext;
  readonly #generations: Pick<FoldContext, 'generation' | 'former'>;
  readonly #settings: EmitterSettings;
  readonly #clock: { now: number };
  readonly #watch: Recorder;
  readonly #emitted = new Map<string, KpiValue>();
  readonly #ear: { advance(now: number): Promise<number | undefined> };
  #publication: Emitter;
  #listenAt: number;
  readonly #emitFrom: number;
  #noticed = 0;
  #turned = 0;

  /** Begins at the first moment of the case. */
  static async open(one: Case, setting: Setting): Promise<Harness> {
    const clock = { now: Math.min(one.steps[0]?.at ?? Infinity, one.expectations[0]?.at ?? Infinity) };
    const store = await openLevelStore({ memory: true }, { now: () => clock.now });
    const { kpis, presets } = setting.counting;
    const stage = new Harness(one, setting, store, await openGenerations(store, [...measuresOf(presets), ...kpis.map(measureOf)]), clock);
    return stage;
  }

  private constructor(one: Case, setting: Setting, store: LevelStore, generations: Pick<FoldContext, 'generation' | 'former'>, clock: { now: number }) {
    const { shop, counting: { graceMs, presets }, kpis } = setting;
    this.#setting = setting;
    this.#store = store;
    this.#generations = generations;
    this.#clock = clock;
    this.#shop = { calendar: shop.calendar, currency: shop.currency, graceMs, kpis, ...presets };
    this.#settings = this.#settingsOf(one);
    this.#watch = new Recorder(one.rules, shop.opening);
    this.#publication = new Emitter(store, this.#shop, this.#settings);
    this.#ear = setting.listen(store, one.rules, shop, (news) => {
      this.#watch.apply(news, clock.now);
      return Promise.resolve();
    });
    this.#listenAt = Math.max(clock.now, (one.expectations[0]?.at ?? 0) - AHEAD_MS);
    this.#emitFrom = one.rules.every(({ kind }) => kind === 'mute') ? this.#listenAt : clock.now;
  }

  get now(): number {
    return this.#clock.now;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Does all that is due by then, each thing at its own moment; the clock never goes back (after a restart it may be ahead). */
  async until(at: number): Promise<void> {
    for (;;) {
      const turnAt = Math.max(this.#emitFrom, this.#nextBoundary());
      const tellAt = Math.max(this.#emitFrom, this.#publication.nextAt() ?? Infinity);
      const due = Math.min(tellAt, turnAt, this.#watch.wakeAt(), this.#listenAt);
      if (due > at) break;
      this.#clock.now = Math.max(this.#clock.now, due);
      if (tellAt <= this.#clock.now) this.#notify(await this.#publication.emitDue(this.#clock.now));
      if (turnAt <= this.#clock.now) await this.#turn();
      if (this.#listenAt <= this.#clock.now) this.#listenAt = await this.#ear.advance(this.#clock.now) ?? Infinity;
      this.#watch.tick(this.#clock.now);
    }
    this.#clock.now = Math.max(this.#clock.now, at);
  }

  /** Takes an event in, so many times; answers why not. */
  async arrive(event: unknown, copies: number): Promise<Refusal | undefined> {
    const parsed = parseEvent(event, { now: this.#clock.now, currency: this.#shop.currency });
    if (parsed.outcome === 'refused') return parsed.refusals[0];
    for (let copy = 0; copy < copies; copy++) await this.#fold(parsed.event);
    return undefined;
  }

  command(rule: string, store: string, input: Input): void {
    this.#watch.command(rule, store, input, this.#clock.now);
  }

  /** Nobody is there until `until`; then everything begins anew from what was stored. */
  async restart(until: number): Promise<void> {
    this.#clock.now = Math.max(this.#clock.now, until);
    this.#publication = new Emitter(this.#store, this.#shop, this.#settings);
    this.#watch.restart(this.#clock.now);
    await this.#turn();
  }

  /** As `/kpi` would answer now. */
  async read({ name, size, of, store, channel }: KpiExpected): Promise<KpiValue | undefined> {
    if (size === 'auto') return undefined;
    const spans = [this.#shop.calendar.windowAt(size, of ?? this.#clock.now)];
    const filters = { ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }) };
    const books = { ...this.#shop, kpis: this.#shop.kpis.filter((kpi) => kpi.name === name) };
    const [row] = await readRows(this.#store, { size, spans, group: { store: false, channel: false }, ...filters }, books, this.#clock.now);
    return row;
  }

  /** The last message about that number. */
  emittedOf({ name, size, of, store = '_', channel = '_' }: KpiExpected): KpiValue | undefined {
    const at = of ?? this.#clock.now;
    const holds = ({ window }: KpiValue): boolean => (parseInstant(window.start) ?? 0) <= at && at < (parseInstant(window.end) ?? 0);
    return [...this.#emitted.values()].findLast((value) =>
      value.name === name && labelOf(value) === size && value.store === store && value.channel === channel && holds(value));
  }

  stateOf(rule: string, store: string): AlertState | undefined {
    return this.#watch.stateOf(rule, store);
  }

  /** What people were told since the former look. */
  notices(): readonly RecordedMessage[] {
    const told = this.#watch.messages.slice(this.#noticed);
    this.#noticed = this.#watch.messages.length;
    return told;
  }

  /** Only what a rule watches or an expectation asks for has to be told. */
  #settingsOf({ rules, expectations }: Case): EmitterSettings {
    const { counting: { intervalMs, auto }, shop: { opening } } = this.#setting;
    const told = expectations.filter((one) => one.kind === 'kpi').filter((one) => one.emitted);
    const asked = [...rules.flatMap((rule) => (rule.kind === 'mute' ? [] : [rule.size])), ...told.map(({ size }) => size)];
    const sizes = asked.filter((size) => size !== 'auto');
    const isAuto = auto !== undefined && asked.includes('auto');
    return {
      sizes: [...new Set<WindowSize>(sizes)], intervalMs,
      ...(isAuto ? { choices: new StoredWindowSizes(this.#store, this.#shop, auto) } : {}),
      ...(told.some(({ usual }) => usual !== undefined) ? { comparison: new Baseline(this.#store, this.#shop, (at) => opening.holiday(at)) } : {}),
    };
  }

  async #fold(event: ShopEvent): Promise<void> {
    const { calendar, currency, graceMs } = this.#shop;
    const { now } = this.#clock;
    const { slices } = await foldEvents(this.#store, [event], { now, currency, calendar, graceMs, ...this.#generations });
    this.#publication.onSlicesChanged(slices, now);
  }

  /** A window begins or is over: what the window node does at each tick. */
  async #turn(): Promise<void> {
    const { now } = this.#clock;
    this.#turned += 1;
    const publication = this.#publication;
    const { calendar, graceMs } = this.#shop;
    this.#notify(publication.onlyChanged(await publication.snapshot(now), now));
    await finalizeWindows({ store: this.#store, publication, calendar, graceMs }, publication.sizes, now, ({ values }) => {
      publication.onlyChanged(values, now);
      this.#notify(values);
    });
  }

  #notify(values: readonly KpiValue[]): void {
    for (const value of values) {
      const key = `${value.name}/${labelOf(value)}/${value.window.start}/${value.store}/${value.channel}`;
      this.#emitted.delete(key);
      this.#emitted.set(key, value);
    }
    this.#watch.record(values, this.#clock.now);
  }

  /** When a window begins or is over next; at once where there was no turn yet. */
  #nextBoundary(): number {
    const { calendar, graceMs } = this.#shop;
    const { now } = this.#clock;
    if (this.#turned === 0) return now;
    return Math.min(...this.#publication.sizes.flatMap((size) => {
      if (isSliding(size)) return [calendar.clock.floor(now, MINUTE) + MINUTE];
      return [calendar.windowAt(size, now).end, calendar.windowAt(size, now - graceMs).end + graceMs];
    }));
  }
}
