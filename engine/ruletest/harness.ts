/**
 * `Harness` is a shop without a clock of its own: the real fold, emission, finalizing and alerts on a store in memory; time passes on demand.
 */
import type { AlertState } from '../alert/state.js';
import type { Input } from '../alert/stateMachine.js';
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
 * Weeks of history are not lived through minute by minute: watching for absent sources begins so long before anything is expected, and so does
 * emitting where no rule is about numbers.
 */
const AHEAD_MS = 6 * HOUR;

export class Harness {
  readonly #setting: Setting;
  readonly #store: LevelStore;
  readonly #shop: ShopContext;
  readonly #generations: Pick<FoldContext, 'generation' | 'former'>;
  readonly #settings: EmitterSettings;
  readonly #clock: { now: number };
  readonly #recorder: Recorder;
  readonly #emitted = new Map<string, KpiValue>();
  readonly #watcher: { advance(now: number): Promise<number | undefined> };
  #publication: Emitter;
  #watchAt: number;
  readonly #emitFrom: number;
  #noticed = 0;
  #turned = 0;

  /** Begins at the first moment of the case. */
  static async open(one: Case, setting: Setting): Promise<Harness> {
    const clock = { now: Math.min(one.steps[0]?.at ?? Infinity, one.expectations[0]?.at ?? Infinity) };
    const store = await openLevelStore({ memory: true }, { now: () => clock.now });
    const { kpis, presets } = setting.counting;
    return new Harness(one, setting, store, await openGenerations(store, [...measuresOf(presets), ...kpis.map(measureOf)], setting.shop.records), clock);
  }

  private constructor(one: Case, setting: Setting, store: LevelStore, generations: Pick<FoldContext, 'generation' | 'former'>, clock: { now: number }) {
    const { shop, counting: { graceMs, presets }, kpis } = setting;
    this.#setting = setting;
    this.#store = store;
    this.#generations = generations;
    this.#clock = clock;
    this.#shop = { calendar: shop.calendar, currency: shop.currency, graceMs, kpis, ...presets, records: shop.records };
    this.#settings = this.#settingsOf(one);
    this.#recorder = new Recorder(one.rules, shop.opening);
    this.#publication = new Emitter(store, this.#shop, this.#settings);
    this.#watcher = setting.watchAbsence({
      store, rules: one.rules, shop,
      alerts: () => this.#recorder.alerts(),
      apply: (inputs) => {
        this.#recorder.apply(inputs, clock.now);
        return Promise.resolve();
      },
    });
    this.#watchAt = Math.max(clock.now, (one.expectations[0]?.at ?? 0) - AHEAD_MS);
    this.#emitFrom = one.rules.every(({ kind }) => kind === 'absence') ? this.#watchAt : clock.now;
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
      const emitAt = Math.max(this.#emitFrom, this.#publication.nextAt() ?? Infinity);
      const due = Math.min(emitAt, turnAt, this.#recorder.wakeAt(), this.#watchAt);
      if (due > at) break;
      this.#clock.now = Math.max(this.#clock.now, due);
      if (emitAt <= this.#clock.now) this.#notify(await this.#publication.emitDue(this.#clock.now));
      if (turnAt <= this.#clock.now) await this.#turn();
      if (this.#watchAt <= this.#clock.now) this.#watchAt = await this.#watcher.advance(this.#clock.now) ?? Infinity;
      this.#recorder.tick(this.#clock.now);
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
    this.#recorder.command(rule, store, input, this.#clock.now);
  }

  /** Nobody is there until `until`; then everything begins anew from what was stored. */
  async restart(until: number): Promise<void> {
    this.#clock.now = Math.max(this.#clock.now, until);
    this.#publication = new Emitter(this.#store, this.#shop, this.#settings);
    this.#recorder.restart(this.#clock.now);
    await this.#turn();
  }

  /** As `/kpi` would answer now. */
  async read({ name, size, of, store, channel }: KpiExpected): Promise<KpiValue | undefined> {
    if (size === 'auto') return undefined;
    const spans = [this.#shop.calendar.windowAt(size, of ?? this.#clock.now)];
    const filters = { ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }) };
    const shop = { ...this.#shop, kpis: this.#shop.kpis.filter((kpi) => kpi.name === name) };
    const [row] = await readRows(this.#store, { size, spans, group: { store: false, channel: false }, ...filters }, shop, this.#clock.now);
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
    return this.#recorder.stateOf(rule, store);
  }

  /** Notices since the former question. */
  notices(): readonly RecordedMessage[] {
    const sent = this.#recorder.messages.slice(this.#noticed);
    this.#noticed = this.#recorder.messages.length;
    return sent;
  }

  /** Only what a rule watches or an expectation asks for has to be emitted. */
  #settingsOf({ rules, expectations }: Case): EmitterSettings {
    const { counting: { intervalMs, auto }, shop: { opening } } = this.#setting;
    const emitted = expectations.filter((one) => one.kind === 'kpi').filter((one) => one.emitted);
    const asked = [...rules.flatMap((rule) => (rule.kind === 'absence' ? [] : [rule.size])), ...emitted.map(({ size }) => size)];
    const sizes = asked.filter((size) => size !== 'auto');
    const isAuto = auto !== undefined && asked.includes('auto');
    return {
      sizes: [...new Set<WindowSize>(sizes)], intervalMs, opening,
      ...(isAuto ? { choices: new StoredWindowSizes(this.#store, this.#shop, auto) } : {}),
      ...(emitted.some(({ usual }) => usual !== undefined) ? { comparison: new Baseline(this.#store, this.#shop, (at) => opening.holiday(at)) } : {}),
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
    this.#recorder.record(values, this.#clock.now);
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
