/**
 * How do messages become facts? One commit for all that waited; refused events leave by the side door.
 */
import { isErasure } from '../../engine/privacy/erasureRequest.js';
import { parseEvent, type ShopEvent } from '../../engine/event/event.js';
import { ConfigError, messageOf, type Refusal } from '../../engine/base/errors.js';
import { foldExactly } from '../../engine/aggregate/exactly.js';
import { openGenerations, refold } from '../../engine/aggregate/applyEvents.js';
import { openZone } from '../../engine/aggregate/shopZone.js';
import type { ShopContext } from '../../engine/read/windowReader.js';
import type { Measure } from '../../engine/kpi/measure.js';
import type { FoldContext, SliceChange } from '../../engine/aggregate/slice.js';
import type { Put, Store } from '../../engine/store/store.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import { events as eventsTotal } from '../shared/metrics.js';
import type { InputJob, NodeStatus } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import { ErasureJob } from './erasureJob.js';

export interface AggregatorDeps {
  readonly store: Store;
  readonly shop: ShopContext;
  readonly measures: readonly Measure[];
  /** What readers (query nodes, also in other processes) have to know of the numbers counted here. */
  readonly definitions: readonly Put[];
  readonly status: NodeStatus;
  readonly now: () => number;
  readonly warn: (text: string) => void;
  readonly log: (text: string) => void;
  readonly moved: (slices: readonly SliceChange[]) => Promise<void>;
}

/** Facts brought to new measures between two looks at what else there is to do. */
const REFOLD_PAUSE_MS = 5;

const STATUS_MS = 500;
const INEXACT: Refusal = { path: '/data', rule: 'sum.inexact', message: 'the sums of its hour would no longer be exact' };

/** An event and where it came in. */
interface Accepted {
  readonly event: ShopEvent;
  readonly job: InputJob;
  readonly index: number;
}

/** What was refused, with its place in the message. */
interface RefusedEvents {
  readonly input: unknown;
  readonly refusals: readonly Refusal[];
  readonly index: number;
}

/** Folding for one window node. */
export class Fold {
  readonly #deps: AggregatorDeps;
  readonly #eraser: ErasureJob;
  readonly #show = throttle(() => { this.#deps.status.ok('folded', { count: this.#folded }); }, STATUS_MS);
  #generations: Promise<Pick<FoldContext, 'generation' | 'former'>> | undefined;
  #refolding: Promise<void> = Promise.resolve();
  #closed = false;
  #folded = 0;

  constructor(deps: AggregatorDeps) {
    const { store, now, warn, log } = deps;
    this.#deps = deps;
    this.#eraser = new ErasureJob({ store, now, warn, log, context: async () => this.#context(await this.#open(), now(), 'history') });
  }

  /** Opens the measures once; facts of former measures follow in the background. */
  async opened(): Promise<void> {
    await this.#open();
    this.#eraser.set();
    this.#show();
  }

  async handle(jobs: readonly InputJob[]): Promise<void> {
    const generations = await this.#open();
    const now = this.#deps.now();
    const accepted = jobs.flatMap((job) => this.#accept(job, now));
    const events = accepted.map(({ event }) => event);
    const { slices, unchanged, inexact } = await foldExactly(this.#deps.store, events, this.#context(generations, now, 'live'));
    if (inexact.size > 0) refuseInexact(accepted.filter(({ event }) => inexact.has(event)));
    if (events.some(isErasure)) this.#eraser.set();
    const folded = events.length - inexact.size;
    this.#folded += folded;
    eventsTotal.inc({ source: 'window', outcome: 'folded' }, folded - unchanged);
    eventsTotal.inc({ source: 'window', outcome: 'unchanged' }, unchanged);
    this.#show();
    await this.#deps.moved(slices);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#show.cancel();
    await Promise.all([this.#refolding, this.#eraser.close()]);
  }

  #accept(job: InputJob, now: number): Accepted[] {
    const { payload } = job.message;
    const inputs: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
    const accepted: Accepted[] = [];
    const refused: RefusedEvents[] = [];
    for (const [index, input] of inputs.entries()) {
      const parsed = parseEvent(input, { now, currency: this.#deps.shop.currency });
      if (parsed.outcome === 'event') accepted.push({ event: parsed.event, job, index });
      else refused.push({ input, refusals: parsed.refusals, index });
    }
    if (refused.length > 0) refuse(job, refused);
    return accepted;
  }

  #open(): Promise<Pick<FoldContext, 'generation' | 'former'>> {
    this.#generations ??= this.#openGenerations().catch((error: unknown) => {
      this.#generations = undefined;
      throw error;
    });
    return this.#generations;
  }

  async #openGenerations(): Promise<Pick<FoldContext, 'generation' | 'former'>> {
    const { store, measures, definitions } = this.#deps;
    await this.#openZone();
    const generations = await openGenerations(store, measures);
    await store.commit(definitions);
    this.#refolding = this.#refold(generations).catch((error: unknown) => { this.#deps.warn(`refold: ${messageOf(error)}`); });
    return generations;
  }

  async #openZone(): Promise<void> {
    const { store, shop: { calendar: { clock } }, now, status } = this.#deps;
    const zone = await openZone(store, clock, now());
    if (zone.outcome === 'opened') return;
    status.broken('zone', { former: zone.former, zone: clock.zone });
    throw new ConfigError('zone', `must have its hours where ${zone.former} has them, by which the past was summed`, clock.zone);
  }

  async #refold(generations: Pick<FoldContext, 'generation' | 'former'>): Promise<void> {
    let after: string | undefined = '';
    while (after !== undefined && !this.#closed) {
      after = await refold(this.#deps.store, after, this.#context(generations, this.#deps.now(), 'history'));
      await new Promise((resolve) => setTimeout(resolve, REFOLD_PAUSE_MS));
    }
  }

  #context(generations: Pick<FoldContext, 'generation' | 'former'>, now: number, kind: 'live' | 'history'): FoldContext {
    const { calendar, currency, graceMs } = this.#deps.shop;
    return { now, currency, calendar, graceMs, ...generations, ...(kind === 'history' ? { history: true } : {}) };
  }
}

function refuse({ message, out }: InputJob, refused: readonly RefusedEvents[]): void {
  const refusals = refused.flatMap(({ refusals: found, index }) => found.map((refusal) => ({ ...refusal, index })));
  deliveryOf(message)?.report({ accepted: -refused.length, rejected: refused.length }, refusals);
  const payload = Array.isArray(message.payload) ? refused.map(({ input }) => input) : refused[0]?.input;
  out.secondary({ ...message, payload, refusals }, refusals[0]?.rule ?? 'refused');
}

function refuseInexact(events: readonly Accepted[]): void {
  for (const job of new Set(events.map((one) => one.job))) {
    refuse(job, events.filter((one) => one.job === job).map(({ event, index }) => ({ input: event, refusals: [INEXACT], index })));
  }
}
