/**
 * `Fold` makes facts of messages: one commit for all that waited; refused events leave by the second output.
 */
import { isErasure } from '../../engine/privacy/erasureRequest.js';
import { isParsed, parseEvent } from '../../engine/event/event.js';
import { MINUTE } from '../../engine/base/time.js';
import { ConfigError, type Refusal } from '../../engine/base/errors.js';
import { followJournal, JOURNAL_ASKED_MS } from '../../engine/aggregate/changeJournal.js';
import { foldExactly } from '../../engine/aggregate/exactly.js';
import { openGenerations } from '../../engine/aggregate/applyEvents.js';
import type { NameRules } from '../../engine/aggregate/nameLimits.js';
import { aliasesOf, type DeclaredStore, readCounted, readMerged, writeAliases } from '../../engine/aggregate/storeNames.js';
import { forgetNames } from '../../engine/aggregate/knownNames.js';
import { openZone } from '../../engine/aggregate/shopZone.js';
import type { ShopContext } from '../../engine/read/windowReader.js';
import type { Measure, StoreAliases } from '../../engine/kpi/measure.js';
import type { FoldContext, SliceChange } from '../../engine/aggregate/slice.js';
import type { Put, Store } from '../../engine/store/store.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import { events as eventsTotal } from '../shared/metrics.js';
import type { InputJob, NodeStatus } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import { ErasureJob } from './erasureJob.js';
import { NameAdmission } from './nameAdmission.js';
import { RefoldJob } from './refoldJob.js';
import { type Accepted, refuse, type RefusedEvents, refuseLater } from './refusedEvents.js';

export interface AggregatorDeps {
  readonly store: Store;
  readonly shop: ShopContext;
  readonly names: Pick<NameRules, 'limits' | 'beyond'>;
  readonly stores: readonly DeclaredStore[];
  readonly measures: () => readonly Measure[];
  /** What readers (query nodes, also in other processes) have to know of the numbers counted here. */
  readonly definitions: () => readonly Put[];
  readonly status: NodeStatus;
  readonly now: () => number;
  readonly warn: (text: string) => void;
  readonly log: (text: string) => void;
  readonly moved: (slices: readonly SliceChange[]) => Promise<void>;
}

const STATUS_MS = 500;
const MERGES_MS = MINUTE;
const INEXACT: Refusal = { path: '/data', rule: 'sum.inexact', message: 'the sums of its hour would no longer be exact' };

/** Folding for one window node. */
export class Fold {
  readonly #deps: AggregatorDeps;
  readonly #eraser: ErasureJob;
  readonly #refolding: RefoldJob;
  readonly #admission: NameAdmission;
  readonly #show = throttle(() => { this.#deps.status.ok('folded', { count: this.#folded }); }, STATUS_MS);
  #generations: Promise<Pick<FoldContext, 'generation' | 'former'>> | undefined;
  #folded = 0;
  #journalAskedAt = -Infinity;
  #declared: ReadonlySet<string> = new Set();
  #merged: { readonly names: StoreAliases; readonly readAt: number } = { names: {}, readAt: -Infinity };

  constructor(deps: AggregatorDeps) {
    const { store, now, warn, log, names } = deps;
    this.#deps = deps;
    const context = async (): Promise<FoldContext> => {
      await this.#followJournal(now());
      return this.#context(await this.#open(), now(), 'history');
    };
    this.#eraser = new ErasureJob({ store, now, warn, log, context });
    this.#refolding = new RefoldJob({ store, warn, context });
    this.#admission = new NameAdmission({ store, now, rules: () => ({ ...names, declared: this.#declared }) });
  }

  /** Opens the measures once; facts of former measures follow in the background. */
  async opened(): Promise<void> {
    await this.#open();
    this.#refolding.start();
    this.#eraser.set();
    this.#show();
  }

  /** The definitions have changed: what comes from now on is added up by the new ones, and what is stored is brought to them. */
  async redefined(): Promise<void> {
    if (this.#generations === undefined) return;
    this.#generations = undefined;
    await this.#open();
    this.#refolding.start();
  }

  async handle(jobs: readonly InputJob[]): Promise<void> {
    const now = this.#deps.now();
    await this.#followMerges(now);
    await this.#followJournal(now);
    const generations = await this.#open();
    const accepted = await this.#admission.admit(jobs.flatMap((job) => this.#accept(job, now)));
    const events = accepted.map(({ event }) => event);
    const { slices, unchanged, inexact } = await foldExactly(this.#deps.store, events, this.#context(generations, now, 'live'));
    if (inexact.size > 0) refuseLater(accepted.filter(({ event }) => inexact.has(event)).map((one) => ({ ...one, refusal: INEXACT })));
    if (events.some(isErasure)) this.#eraser.set();
    const folded = events.length - inexact.size;
    this.#folded += folded;
    eventsTotal.inc({ source: 'window', outcome: 'folded' }, folded - unchanged);
    eventsTotal.inc({ source: 'window', outcome: 'unchanged' }, unchanged);
    this.#show();
    await this.#deps.moved(slices);
  }

  async close(): Promise<void> {
    this.#show.cancel();
    this.#admission.close();
    await Promise.all([this.#refolding.close(), this.#eraser.close()]);
  }

  #accept(job: InputJob, now: number): Accepted[] {
    const { payload } = job.message;
    const inputs: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
    const accepted: Accepted[] = [];
    const refused: RefusedEvents[] = [];
    const { currency } = this.#deps.shop;
    // Parsed by the inbox a moment ago, and nobody had a chance to change it since.
    const isUntouched = deliveryOf(job.message)?.handledBy === 'ours';
    for (const [index, input] of inputs.entries()) {
      if (isUntouched && isParsed(input, currency)) {
        accepted.push({ event: input, job, index });
        continue;
      }
      const parsed = parseEvent(input, { now, currency });
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
    const { store, measures, definitions, stores, shop: { records }, now } = this.#deps;
    await this.#openZone();
    this.#merged = { names: await readMerged(store), readAt: now() };
    const aliases = aliasesOf(stores, this.#merged.names, await readCounted(store));
    this.#declared = new Set([...stores.map(({ id }) => id), ...Object.keys(aliases)]);
    forgetNames(store);
    const generations = await openGenerations(store, measures(), records, aliases);
    await store.commit(definitions());
    await writeAliases(store, aliases);
    await this.#admission.opened();
    return generations;
  }

  /** Names that another process has merged, retired or restored meanwhile. */
  async #followMerges(now: number): Promise<void> {
    if (this.#generations === undefined || Math.abs(now - this.#merged.readAt) < MERGES_MS) return;
    const names = await readMerged(this.#deps.store);
    const isSame = JSON.stringify(names) === JSON.stringify(this.#merged.names);
    this.#merged = { names, readAt: now };
    if (!isSame) await this.redefined();
  }

  /** A database may have begun to read what changes. */
  async #followJournal(now: number): Promise<void> {
    if (Math.abs(now - this.#journalAskedAt) < JOURNAL_ASKED_MS) return;
    this.#journalAskedAt = now;
    await followJournal(this.#deps.store);
  }

  async #openZone(): Promise<void> {
    const { store, shop: { calendar: { clock } }, now, status } = this.#deps;
    const zone = await openZone(store, clock, now());
    if (zone.outcome === 'opened') return;
    status.broken('zone', { former: zone.former, zone: clock.zone });
    throw new ConfigError('zone', `must have its hours where ${zone.former} has them, by which the past was summed`, clock.zone);
  }

  #context(generations: Pick<FoldContext, 'generation' | 'former'>, now: number, kind: 'live' | 'history'): FoldContext {
    const { shop: { calendar, currency, graceMs }, names: { limits } } = this.#deps;
    return { now, currency, calendar, graceMs, memberLimits: { product: limits.products }, ...generations, ...(kind === 'history' ? { history: true } : {}) };
  }
}
