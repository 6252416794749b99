/**
 * What has to be sent now? Every stored event without a receipt: new ones at once, unanswered ones again, ever later.
 *
 * The store holds all events; memory holds a window of the oldest ones and only the bounds of the rest. Offsets grow by one;
 * those of a failed append stay unused.
 */
import { type Packet, packets, type OutboxRecord } from './messageBatch.js';
import type { OffsetRange } from './acknowledgements.js';
import { MINUTE, SECOND } from '../base/time.js';

export interface OutboxLimits {
  /** Events kept in the store at most. */
  readonly maxEvents: number;
  /** Bytes of event JSON kept in the store at most. */
  readonly maxBytes: number;
  /** Events sent and not yet receipted at most. */
  readonly maxInFlight: number;
}

/** What a scan of the store found at start. `next` is the first unused offset. */
export interface Recovered {
  readonly from: number;
  readonly next: number;
  readonly count: number;
  readonly bytes: number;
}

/** Offsets `[from, to)` that are in the store only; read at most `limit` of them. */
export interface PageRequest {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** What was read for a request: `last` is the highest offset seen, `read` how many records, readable or not. */
export interface RecordPage {
  readonly read: number;
  readonly last: number;
  readonly events: readonly OutboxRecord[];
}

interface WaitingCaller extends OutboxRecord {
  readonly bytes: number;
  attempts: number;
  state: 'fresh' | 'sent';
  dueAt: number;
}

/** Events that are worth a packet of their own without waiting for more. */
const CROWD = 64;
const FIRST_RESEND_MS = SECOND;
const LAST_RESEND_MS = MINUTE;
const MAX_WINDOW_BYTES = 16 * 1024 * 1024;

/** How long an unanswered event waits after its n-th sending: doubling from 1 s to 60 s. `random` in [0, 1) spreads it by half. */
export function resendDelay(attempts: number, random: number): number {
  const base = FIRST_RESEND_MS * 2 ** Math.min(attempts - 1, 6);
  return Math.min(LAST_RESEND_MS, Math.round(base * (1 + random / 2)));
}

export class Outbox {
  readonly #id: string;
  readonly #limits: OutboxLimits;
  readonly #window = new Map<number, WaitingCaller>();
  #windowBytes = 0;
  #fresh: WaitingCaller[] = [];
  #inFlight = 0;
  #unread: { from: number; to: number; count: number; bytes: number };
  #next: number;
  #wakeAt = Infinity;
  #broker: 'here' | 'away' = 'away';

  constructor(id: string, limits: OutboxLimits, recovered: Recovered) {
    this.#id = id;
    this.#limits = limits;
    this.#next = recovered.next;
    this.#unread = { from: recovered.from, to: recovered.next, count: recovered.count, bytes: recovered.bytes };
  }

  /** Events stored and not yet receipted. */
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

  /** What to read from the store, if the window has room for it. */
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

  /** The broker is here (again): whatever was on its way may be lost, so all of it is sent at once. */
  brokerHere(): void {
    this.#broker = 'here';
    this.#fresh = [...this.#window.values()];
    this.#inFlight = 0;
    this.#wakeAt = Infinity;
    for (const waiting of this.#fresh) {
      waiting.state = 'fresh';
      waiting.attempts = Math.min(waiting.attempts, 1);
    }
  }

  brokerAway(): void {
    this.#broker = 'away';
  }

  /** What `take` would answer without waiting: nothing, a few events that more may join, or as many as make waiting pointless. */
  waiting(): 'none' | 'few' | 'many' {
    const room = this.#limits.maxInFlight - this.#inFlight;
    const events = Math.min(this.#fresh.length, room);
    if (this.#broker === 'away' || events <= 0) return 'none';
    return events >= Math.min(CROWD, room) ? 'many' : 'few';
  }

  /** The messages to publish now; they count as sent. `now`: milliseconds of a clock that nobody sets. */
  take(now: number, random: () => number): Packet[] {
    if (this.#broker === 'away') return [];
    this.#wake(now);
    const turn: WaitingCaller[] = [];
    let looked = 0;
    while (looked < this.#fresh.length && this.#inFlight < this.#limits.maxInFlight) {
      const waiting = this.#fresh[looked];
      looked += 1;
      // A late receipt may have settled what was waiting to be sent again.
      if (waiting !== undefined && this.#window.get(waiting.offset) === waiting) turn.push(this.#send(waiting, now, random));
    }
    this.#fresh.splice(0, looked);
    return packets(this.#id, turn);
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
    const waiting: WaitingCaller = { ...event, bytes: Buffer.byteLength(event.json), attempts: 0, state: 'fresh', dueAt: 0 };
    this.#window.set(event.offset, waiting);
    this.#windowBytes += waiting.bytes;
    this.#fresh.push(waiting);
  }

  #forget(waiting: WaitingCaller): OutboxRecord {
    this.#window.delete(waiting.offset);
    this.#windowBytes -= waiting.bytes;
    if (waiting.state === 'sent') this.#inFlight -= 1;
    return waiting;
  }

  #send(waiting: WaitingCaller, now: number, random: () => number): WaitingCaller {
    waiting.attempts += 1;
    waiting.state = 'sent';
    waiting.dueAt = now + resendDelay(waiting.attempts, random());
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
