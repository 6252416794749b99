/**
 * `Relay` brings what is stored to the other side: published at once, again until it is acknowledged, then removed.
 */
import { Fault, messageOf } from '../../engine/base/errors.js';
import { Outbox, type OutboxLimits } from '../../engine/delivery/outbox.js';
import type { MessageBatch } from '../../engine/delivery/messageBatch.js';
import type { OutboxDraft, OutboxStore } from '../../engine/delivery/outboxStore.js';
import { parseAcknowledgement } from '../../engine/delivery/acknowledgements.js';
import { eventTopic, acknowledgementsTopic } from '../../engine/event/topic.js';
import { events as eventCounter, hopSeconds } from '../shared/metrics.js';
import type { BrokerPort, Health, Watched } from '../shared/ports.js';

/** From one publication to the next at least, as in the inbox: a lone event leaves at once, those of a crowd leave together, which costs a fraction. */
const LONE_MS = 4;
const CROWD_MS = 16;
/** What is settled waits so long for more of it: one write for many events. Whatever is still in the store after a crash is sent again. */
const REMOVE_AFTER_MS = 500;
const REMOVE_AGAIN_MS = 1_000;

/** Milliseconds that go on whatever the clock is set to: a clock set back must not put off for an hour what is to be sent again. */
const ticks = (): number => performance.now();

/** `RelayParts` are what a relay works with. */
export interface RelayParts {
  readonly id: string;
  readonly tenant: string;
  readonly limits: OutboxLimits;
  readonly until: 'receipt' | 'accepted';
  readonly outboxStore: OutboxStore;
  readonly storeHealth: Watched;
  readonly broker: BrokerPort;
  now(): number;
  random(): number;
  warn(text: string): void;
  /** Something changed that a status may show. */
  changed(): void;
}

export class Relay {
  readonly #parts: RelayParts;
  readonly #ends: (() => unknown)[] = [];
  #outbox: Outbox | undefined;
  #recovering: Promise<Outbox> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the next few events may leave. */
  #leaveAt = -Infinity;
  #settled: number[] = [];
  #removing: Promise<void> | undefined;
  #removeNow: () => void = () => undefined;
  #paging: 'no' | 'yes' = 'no';
  #life: 'running' | 'closed' = 'running';

  constructor(parts: RelayParts) {
    this.#parts = parts;
    const { broker, tenant, id, storeHealth, until } = parts;
    if (until === 'receipt') {
      this.#ends.push(broker.subscribe(acknowledgementsTopic(tenant, id), (_topic, payload) => { this.#acknowledge(payload.toString()); }));
    }
    this.#ends.push(broker.watch((health) => { this.#brokerIs(health); }));
    this.#ends.push(storeHealth.watch(({ state }) => { if (state === 'ok') this.#recoverInBackground(); }));
  }

  get depth(): number {
    return this.#outbox?.depth ?? 0;
  }

  get oldestAt(): number | undefined {
    return this.#outbox?.oldestAt;
  }

  /** Whether one more event would be taken. */
  get freeSpace(): 'ok' | 'full' {
    return this.#outbox?.admits(1, 0) ?? 'ok';
  }

  /** Resolves once they are stored. Throws `outbox.full` and the store's faults; then none of them counts as accepted. */
  async append(drafts: readonly OutboxDraft[], bytes: number): Promise<void> {
    const outbox = this.#outbox ?? await this.#recover();
    if (outbox.admits(drafts.length, bytes) === 'full') throw new Fault('outbox.full', 'too many events wait for the other side');
    const first = outbox.allocate(drafts.length);
    const events = drafts.map((draft, index) => ({ ...draft, offset: first + index }));
    await this.#parts.outboxStore.append(events);
    outbox.appended(events);
    this.#pump();
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    clearTimeout(this.#timer);
    const ended = this.#ends.map((end) => end());
    this.#removeNow();
    await Promise.all(ended);
    await this.#removing;
  }

  #recoverInBackground(): void {
    if (this.#outbox !== undefined || this.#life === 'closed') return;
    this.#recover().catch((error: unknown) => { this.#parts.warn(messageOf(error)); });
  }

  #recover(): Promise<Outbox> {
    const recovering = this.#recovering ?? this.#parts.outboxStore.recover().then((recovered) => {
      const outbox = new Outbox(this.#parts.id, this.#parts.limits, recovered);
      this.#outbox = outbox;
      if (this.#parts.broker.health().state === 'ok') outbox.brokerConnected();
      this.#pump();
      return outbox;
    }).finally(() => { this.#recovering = undefined; });
    this.#recovering = recovering;
    return recovering;
  }

  #brokerIs({ state }: Health): void {
    if (state === 'ok') this.#outbox?.brokerConnected();
    else this.#outbox?.brokerDisconnected();
    this.#pump();
  }

  #pump(): void {
    const outbox = this.#outbox;
    if (outbox === undefined || this.#life === 'closed') return;
    const now = ticks();
    if (now >= this.#leaveAt || outbox.waiting() === 'many') this.#publishAll(outbox.take(now, () => this.#parts.random()), now);
    this.#page(outbox);
    clearTimeout(this.#timer);
    const nextAt = outbox.waiting() === 'few' ? this.#leaveAt : outbox.nextAt();
    if (nextAt !== undefined) this.#timer = setTimeout(() => { this.#pump(); }, Math.max(1, nextAt - ticks(), this.#leaveAt - ticks()));
    this.#parts.changed();
  }

  #publishAll(batches: readonly MessageBatch[], now: number): void {
    let events = 0;
    for (const batch of batches) {
      events += batch.offsets.length;
      this.#publish(batch);
    }
    if (events > 0) this.#leaveAt = now + (events > 1 ? CROWD_MS : LONE_MS);
  }

  #publish({ path, payload, offsets }: MessageBatch): void {
    const { broker, tenant, until } = this.#parts;
    broker.publish(eventTopic(tenant, path), payload).then(
      () => {
        eventCounter.inc({ source: 'outbox', outcome: 'published' }, offsets.length);
        if (until === 'accepted') this.#settle(offsets.map((offset) => [offset, offset]));
      },
      (error: unknown) => {
        // Sent again when the broker is back or its time has come: the status shows it, the log need not.
        if (!(error instanceof Fault)) this.#parts.warn(messageOf(error));
      },
    );
  }

  #acknowledge(payload: string): void {
    const ranges = parseAcknowledgement(payload);
    if (ranges === undefined) this.#parts.warn('an acknowledgement could not be read');
    else this.#settle(ranges);
  }

  #settle(ranges: Parameters<Outbox['settle']>[0]): void {
    const now = this.#parts.now();
    const settled = this.#outbox?.settle(ranges) ?? [];
    for (const { offset, appendedAt } of settled) {
      this.#settled.push(offset);
      hopSeconds.observe({ hop: 'outbox' }, Math.max(0, now - appendedAt) / 1_000);
    }
    if (settled.length === 0) return;
    this.#removing ??= this.#removeSettled();
    this.#pump();
  }

  /** One commit at a time; what is settled meanwhile goes into the next. */
  async #removeSettled(): Promise<void> {
    while (this.#settled.length > 0) {
      await this.#removalPause(REMOVE_AFTER_MS);
      const offsets = this.#settled.splice(0);
      try {
        await this.#parts.outboxStore.remove(offsets);
      } catch (error) {
        // Still in the store: at worst it is sent again after a restart.
        this.#parts.warn(messageOf(error));
        if (this.#life === 'closed') break;
        this.#settled.push(...offsets);
        await this.#removalPause(REMOVE_AGAIN_MS);
      }
    }
    this.#removing = undefined;
  }

  /** Ends early when the node closes. */
  async #removalPause(ms: number): Promise<void> {
    if (this.#life === 'closed') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#removeNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #page(outbox: Outbox): void {
    const wanted = this.#paging === 'yes' ? undefined : outbox.wanted();
    if (wanted === undefined) return;
    this.#paging = 'yes';
    this.#parts.outboxStore.read(wanted).then((page) => {
      outbox.loaded(wanted, page);
      this.#paging = 'no';
      if (page.events.length < page.read) this.#parts.warn(`${String(page.read - page.events.length)} stored events cannot be read and are kept`);
      this.#pump();
    }).catch((error: unknown) => {
      this.#parts.warn(messageOf(error));
      setTimeout(() => {
        this.#paging = 'no';
        this.#pump();
      }, REMOVE_AGAIN_MS).unref();
    });
  }
}
