/**
 * `Publisher` decides when a number is published: at once, then at most every interval, at each window's end, and in full at a start.
 */
import { skewTo } from '../../engine/base/clockSkew.js';
import { setImmediate as otherWork } from 'node:timers/promises';
import { finalizeWindows } from '../../engine/emit/finalizer.js';
import { messageOf } from '../../engine/base/errors.js';
import { kpiTopic } from '../../engine/event/topic.js';
import { type KpiValue, labelOf } from '../../engine/read/kpiValue.js';
import type { ShopContext } from '../../engine/read/windowReader.js';
import { encodeKpiMessages } from '../../engine/emit/kpiMessage.js';
import { Emitter, type EmitterSettings } from '../../engine/emit/emitter.js';
import type { SliceChange } from '../../engine/aggregate/slice.js';
import type { Store } from '../../engine/store/store.js';
import { MINUTE, parseInstant } from '../../engine/base/time.js';
import { hopSeconds } from '../shared/metrics.js';
import type { BrokerPort, OutgoingMessage } from '../shared/ports.js';
import type { Outputs } from '../shared/node.js';
import { Ticker } from '../shared/ticker.js';

export interface PublisherDeps {
  readonly store: Store;
  readonly shop: ShopContext;
  readonly settings: EmitterSettings;
  readonly out: Outputs;
  readonly broker?: BrokerPort;
  /** The clock that all who write share; absent: there is only ours. */
  readonly clock?: () => Promise<number | undefined>;
  readonly tenant: string;
  readonly now: () => number;
  readonly warn: (text: string) => void;
}

/** This many windows waiting make the sender wait too: the list stays bounded. */
const MAX_WAITING = 5_000;
const TICK_MS = 1_000;
const MAX_TOPICS = 400_000;
/** Values that leave together at most: between two such messages other work has its turn. */
const MAX_AT_ONCE = 1_000;
/**
 * Publishing rests so many times as long as it took, with those who had their turn after it: in a crowd it takes a fifth of the time, and alone nobody
 * waits for it. At 600 sales a second intake is a third faster for it.
 */
const REST = 4;
/** But no number is kept back for longer by a crowd. */
const MAX_REST_MS = 150;

type QueuedKind = 'due' | 'state' | 'all';

/** `Publisher` of one window node: the timers around `Emitter` and `finalizeWindows`. */
export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #publication: Emitter;
  readonly #newest = new Map<string, string>();
  readonly #queued = new Set<QueuedKind>();
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  #ticker: Ticker | undefined;
  #publishing: Promise<void> = Promise.resolve();
  #minute = 0;
  #restsUntil = 0;
  #closed = false;
  #unwatch: (() => void) | undefined;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#publication = new Emitter(deps.store, { ...deps.shop, pause: otherWork }, deps.settings);
  }

  /** Publishes the present state, and from now on the end of each window. Again at each reconnection of the broker. */
  async start(): Promise<void> {
    if (this.#ticker !== undefined || this.#closed) return;
    this.#ticker = new Ticker(TICK_MS, 'later', () => this.#queue(() => this.#onTick()), (error) => { this.#deps.warn(messageOf(error)); });
    await this.#queueOnce('state', () => this.#publishState());
    this.#followBroker();
  }

  /** Not once it is closed: a store may answer later than its node closes. */
  #followBroker(): void {
    if (this.#closed) return;
    let wasAway = false;
    this.#unwatch = this.#deps.broker?.watch(({ state }) => {
      if (state === 'ok' && wasAway) void this.#queueOnce('state', () => this.#publishState());
      wasAway = state !== 'ok';
    });
  }

  async moved(slices: readonly SliceChange[]): Promise<void> {
    this.#publication.onSlicesChanged(slices, this.#deps.now());
    if (this.#publication.size > MAX_WAITING) await this.#queueOnce('all', async () => this.#emit(await this.#publication.emitDue(this.#deps.now(), true)));
    else this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer?.handle);
    this.#unwatch?.();
    await this.#ticker?.stop();
    await this.#publishing;
  }

  /** Runs one after the other; what fails is said and tried again at the next tick. */
  #queue(work: () => Promise<void>): Promise<void> {
    this.#publishing = this.#publishing.then(work).catch((error: unknown) => { this.#deps.warn(messageOf(error)); });
    return this.#publishing;
  }

  /** Work of a kind that waits already need not wait twice: behind a store that hangs, the line stays short. */
  #queueOnce(kind: QueuedKind, work: () => Promise<void>): Promise<void> {
    if (this.#queued.has(kind)) return this.#publishing;
    this.#queued.add(kind);
    return this.#queue(() => {
      this.#queued.delete(kind);
      return work();
    });
  }

  /** What is due earlier than what was waited for is not kept waiting by it. */
  #schedule(): void {
    const nextAt = this.#publication.nextAt();
    if (this.#closed || nextAt === undefined || this.#queued.has('due')) return;
    const { settings, now } = this.#deps;
    // Never longer than the interval: the clock may have been set back since the last emission.
    const waitMs = Math.max(Math.min(settings.intervalMs, nextAt - now()), this.#restsUntil - performance.now());
    const at = now() + waitMs;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    clearTimeout(this.#timer?.handle);
    if (waitMs <= 0) this.#queueDue();
    else this.#timer = { at, handle: setTimeout(() => { this.#queueDue(); }, waitMs) };
  }

  #queueDue(): void {
    this.#timer = undefined;
    void this.#queueOnce('due', () => this.#publishDue());
  }

  async #publishDue(): Promise<void> {
    const startedAt = performance.now();
    const values = await this.#publication.emitDue(this.#deps.now());
    this.#measure(values);
    await this.#emit(values);
    // Those who get the numbers work now: what it costs them counts, too.
    await otherWork();
    const endedAt = performance.now();
    this.#restsUntil = endedAt + Math.min(MAX_REST_MS, REST * (endedAt - startedAt));
    this.#schedule();
  }

  async #publishState(): Promise<void> {
    const values = await this.#publication.snapshot(this.#deps.now());
    this.#publication.onlyChanged(values, this.#deps.now());
    await this.#emit(values);
  }

  async #onTick(): Promise<void> {
    const { store, shop, now, clock } = this.#deps;
    const minute = Math.floor(now() / MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      await this.#emit(await this.#publication.emitMinute(now()));
    }
    const closing = { store, publication: this.#publication, calendar: shop.calendar, graceMs: shop.graceMs };
    const shared = clock === undefined ? {} : { skew: () => skewTo(clock, now) };
    await finalizeWindows({ ...closing, ...shared }, this.#publication.sizes, now(), ({ values }) => {
      this.#publication.onlyChanged(values, now());
      return this.#emit(values);
    });
    this.#schedule();
  }

  /** From the newest fact behind these values to now. Not of the state published again, which is as old as it is. */
  #measure(values: readonly KpiValue[]): void {
    const { now } = this.#deps;
    let newest = '';
    for (const { status, updatedAt } of values) if (status === 'live' && updatedAt > newest) newest = updatedAt;
    if (newest !== '') hopSeconds.observe({ hop: 'kpi' }, Math.max(0, now() - (parseInstant(newest) ?? now())) / 1_000);
  }

  async #emit(values: readonly KpiValue[]): Promise<void> {
    const { out, broker } = this.#deps;
    for (let from = 0; from < values.length; from += MAX_AT_ONCE) {
      if (from > 0) await otherWork();
      const some = values.slice(from, from + MAX_AT_ONCE);
      out.primary({ topic: 'kpi', payload: some });
      if (broker !== undefined) void this.#publishAll(broker, some);
    }
  }

  /** Another worker's newer value may have arrived before ours: only a read of the store after our own arrival shows it. */
  async #publishAll(broker: BrokerPort, values: readonly KpiValue[]): Promise<void> {
    // A broker that is away gets the whole state at its return (see start), so a failed publication loses nothing.
    await broker.publishAll(this.#messagesOf(values));
    this.#publication.onPublished(values, this.#deps.now());
    this.#schedule();
  }

  /** The broker keeps the value of the newest window; a correction of an older one passes by without being kept. */
  #messagesOf(values: readonly KpiValue[]): OutgoingMessage[] {
    const messages: OutgoingMessage[] = [];
    const payloads = encodeKpiMessages(values);
    for (const [index, value] of values.entries()) {
      const { name, window, store, channel } = value;
      const topic = kpiTopic(this.#deps.tenant, { name, window: labelOf(value), store, channel });
      const newest = this.#newest.get(topic);
      const retain = newest === undefined || window.start >= newest;
      if (retain) {
        if (this.#newest.size >= MAX_TOPICS) this.#newest.clear();
        this.#newest.set(topic, window.start);
      }
      messages.push({ topic, payload: payloads[index] ?? '', retain });
    }
    return messages;
  }
}
