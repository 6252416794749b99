/**
 * `Outbox` decides what has to be sent now: every stored event without an acknowledgement, new ones at once, unanswered ones again, ever later.
 *
 * The store holds all events; memory holds a window of the oldest ones and only the bounds of the rest. Offsets grow by one;
 * those of a failed append stay unused.
 */
import { batchesOf, type MessageBatch } from './messageBatch.js';
import type { OutboxRecord, PageRequest, RecordPage, Recovered } from './outboxStore.js';
import type { OffsetRange } from './acknowledgements.js';
import { type Backoff, retryDelay } from '../base/retry.js';
import { MINUTE, SECOND } from '../base/time.js';

/** `OutboxLimits` bound what one outbox holds and has under way. */
export interface OutboxLimits {
  /** Events kept in the store at most. */
  readonly maxEvents: number;
  /** Bytes of event JSON kept in the store at most. */
  readonly maxBytes: number;
  /** Events sent and not yet acknowledged at most. */
  readonly maxInFlight: number;
}

interface PendingRecord extends OutboxRecord {
  readonly bytes: number;
  attempts: number;
  state: 'fresh' | 'sent';
  dueAt: number;
}

/** Events that are worth a message of their own without waiting for more. */
const CROWD = 64;
/** How long an unanswered event waits before it is sent again: from 1 s after its first sending to a minute. */
const RESEND: Backoff = { firstMs: 2 * SECOND, lastMs: MINUTE };
const MAX_WINDOW_BYTES = 16 * 1024 * 1024;

/** `Outbox` is one outbox's memory. It is driven by calls with the time in them and has no timer of its own. */
export class Outbox {
  readonly #id: string;
  readonly #limits: OutboxLimits;
  readonly #window = new Map<number, PendingRecord>();
  #windowBytes = 0;
  #fresh: PendingRecord[] = [];
  #inFlight = 0;
  #unread: { from: number; to: number; count: number; bytes: number };
  #next: number;
  #wakeAt = Infinity;
  #broker: 'connected' | 'away' = 'away';

  constructor(id: string, limits: OutboxLimits, recovered: Recovered) {
    this.#id = id;
    this.#limits = limits;
    this.#next = recovered.next;
    this.#unread = { from: recovered.from, to: recovered.next, count: recovered.count, bytes: recovered.bytes };
  }

  /** Events stored and not yet acknowledged. */
  get depth(): number {
    return this.#window.size + this.#unread.count;
  }

  get bytes(): number {
    return this.#windowBytes + this.#unread.bytes;
  }

  /** When the oldest of them was appended. */
  get oldestAt(): number | undefined {
    for (const { appendedAt } of this.#window.values()) return appendedAt;
    return undefined;
  }

  /** Whether so much more may be stored. */
  admits(events: number, bytes: number): 'ok' | 'full' {
    return this.depth + events > this.#limits.maxEvents || this.bytes + bytes > this.#limits.maxBytes ? 'full' : 'ok';
  }

  /** The first of so many new offsets. They are used up even if storing them fails. */
  allocate(count: number): number {
    const first = this.#next;
    this.#next += count;
    return first;
  }

  /** These are stored now; to be called in the order of their offsets. */
  appended(events: readonly OutboxRecord[]): void {
    for (const event of events) {
      // Compared by offset, not by count: what a failed append may have left behind is in the store but not counted.
      if (this.#unread.from >= this.#unread.to && this.#windowSpace() > 0) {
        this.#remember(event);
        this.#unread.from = event.offset + 1;
      } else {
        this.#unread.count += 1;
        this.#unread.bytes += Buffer.byteLength(event.json);
      }
      this.#unread.to = event.offset + 1;
    }
  }

  /** What to read from the store, if the window has space for it. */
  wanted(): PageRequest | undefined {
    const { from, to } = this.#unread;
    const limit = this.#windowSpace();
    return from >= to || limit < this.#limits.maxInFlight / 2 ? undefined : { from, to, limit };
  }

  /** The answer to `wanted`; one request at a time. */
  loaded(request: PageRequest, page: RecordPage): void {
    for (const event of page.events) this.#remember(event);
    const unread = this.#unread;
    unread.from = page.read < request.limit ? request.to : page.last + 1;
    const bytes = page.events.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
    const rest = unread.from >= unread.to ? { count: 0, bytes: 0 } : { count: unread.count - page.read, bytes: unread.bytes - bytes };
    unread.count = Math.max(0, rest.count);
    unread.bytes = Math.max(0, rest.bytes);
  }

  /** The broker is connected (again): whatever was on its way may be lost, so all of it is sent at once. */
  brokerConnected(): void {
    this.#broker = 'connected';
    this.#fresh = [...this.#window.values()];
    this.#inFlight = 0;
    this.#wakeAt = Infinity;
    for (const waiting of this.#fresh) {
      waiting.state = 'fresh';
      waiting.attempts = Math.min(waiting.attempts, 1);
    }
  }

  brokerDisconnected(): void {
    this.#broker = 'away';
  }

  /** What `take` would answer without waiting: nothing, a few events that more may join, or as many as make waiting pointless. */
  waiting(): 'none' | 'few' | 'many' {
    const free = this.#limits.maxInFlight - this.#inFlight;
    const events = Math.min(this.#fresh.length, free);
    if (this.#broker === 'away' || events <= 0) return 'none';
    return events >= Math.min(CROWD, free) ? 'many' : 'few';
  }

  /** The messages to publish now; they count as sent. `now`: milliseconds of a clock that nobody sets. */
  take(now: number, random: () => number): MessageBatch[] {
    if (this.#broker === 'away') return [];
    this.#wake(now);
    const turn: PendingRecord[] = [];
    let examined = 0;
    while (examined < this.#fresh.length && this.#inFlight < this.#limits.maxInFlight) {
      const waiting = this.#fresh[examined];
      examined += 1;
      // A late acknowledgement may have settled what was waiting to be sent again.
      if (waiting !== undefined && this.#window.get(waiting.offset) === waiting) turn.push(this.#send(waiting, now, random));
    }
    this.#fresh.splice(0, examined);
    return batchesOf(this.#id, turn);
  }

  /** When `take` has something to send again, if nothing else happens. */
  nextAt(): number | undefined {
    return this.#broker === 'away' || this.#wakeAt === Infinity ? undefined : this.#wakeAt;
  }

  /** The other side has stored these. Answers those it settles: sent before, and still here. */
  settle(ranges: readonly OffsetRange[]): OutboxRecord[] {
    const settled: OutboxRecord[] = [];
    for (const [from, to] of ranges) {
      const small = to - from < this.#window.size;
      const offsets = small ? count(from, to) : [...this.#window.keys()].filter((offset) => offset >= from && offset <= to);
      for (const offset of offsets) {
        const waiting = this.#window.get(offset);
        if (waiting !== undefined && waiting.attempts > 0) settled.push(this.#forget(waiting));
      }
    }
    return settled;
  }

  #windowSpace(): number {
    return this.#windowBytes >= MAX_WINDOW_BYTES ? 0 : 2 * this.#limits.maxInFlight - this.#window.size;
  }

  #remember(event: OutboxRecord): void {
    const waiting: PendingRecord = { ...event, bytes: Buffer.byteLength(event.json), attempts: 0, state: 'fresh', dueAt: 0 };
    this.#window.set(event.offset, waiting);
    this.#windowBytes += waiting.bytes;
    this.#fresh.push(waiting);
  }

  #forget(waiting: PendingRecord): OutboxRecord {
    this.#window.delete(waiting.offset);
    this.#windowBytes -= waiting.bytes;
    if (waiting.state === 'sent') this.#inFlight -= 1;
    return waiting;
  }

  #send(waiting: PendingRecord, now: number, random: () => number): PendingRecord {
    waiting.attempts += 1;
    waiting.state = 'sent';
    waiting.dueAt = now + retryDelay(waiting.attempts - 1, random(), RESEND);
    this.#inFlight += 1;
    this.#wakeAt = Math.min(this.#wakeAt, waiting.dueAt);
    return waiting;
  }

  #wake(now: number): void {
    if (now < this.#wakeAt) return;
    this.#wakeAt = Infinity;
    for (const waiting of this.#window.values()) {
      if (waiting.state === 'fresh') continue;
      if (waiting.dueAt > now) {
        this.#wakeAt = Math.min(this.#wakeAt, waiting.dueAt);
      } else {
        waiting.state = 'fresh';
        this.#inFlight -= 1;
        this.#fresh.push(waiting);
      }
    }
  }
}

function count(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
