/**
 * `Sessions` keeps what the embedded broker has to: on disk retained messages, and for clients that are away a bounded number of messages.
 * Numbers in memory only: who publishes them does so anew at each start and reconnection, and they change many times a second.
 */
import { Readable } from 'node:stream';
import AsyncLevelPersistence from 'aedes-persistence-level/asyncPersistence.js';
import { type Kept, RetainedWrites } from './retainedWrites.js';
import { matches } from '../mqtt/subscriptions.js';

/** `MAX_QUEUED` is mosquitto's default: what comes on top for a client that stays away is not kept for it. */
export const MAX_QUEUED = 1_000;

/** Kept numbers in memory at most; what comes on top lies on disk like everything else. */
const MAX_NUMBERS = 400_000;
const NUMBER = /^bottega\/[^/]+\/kpi\//;

const RETAINED = { cmd: 'publish', qos: 1, retain: true, dup: false } as const;

interface StoredSubscriber {
  readonly clientId: string;
}

/** `Sessions` on a database of their own. */
export class Sessions extends AsyncLevelPersistence {
  readonly #queued = new Map<string, number>();
  readonly #numbers = new Map<string, string | Buffer>();
  readonly #isHere: (clientId: string) => boolean;
  readonly #report: (error: unknown) => void;
  readonly #retained = new RetainedWrites<Kept>((packet) => super.storeRetained(packet));

  constructor(db: unknown, isHere: (clientId: string) => boolean, report: (error: unknown) => void) {
    super(db);
    this.#isHere = isHere;
    this.#report = report;
  }

  override async outgoingEnqueueCombi(subscribers: readonly StoredSubscriber[], packet: unknown): Promise<unknown> {
    const kept = subscribers.length === 0 ? subscribers : subscribers.filter(({ clientId }) => this.#mayQueue(clientId));
    return super.outgoingEnqueueCombi(kept, packet);
  }

  /** At once: it is written behind, see `written`, or not at all. */
  override storeRetained(packet: Kept): Promise<void> {
    const { topic, payload } = packet;
    this.#numbers.delete(topic);
    if (payload.length > 0 && NUMBER.test(topic) && this.#numbers.size < MAX_NUMBERS) this.#numbers.set(topic, payload);
    else this.#retained.put(packet);
    return Promise.resolve();
  }

  /** Resolves when the message kept for a topic is on disk. */
  written(topic: string): Promise<void> {
    return this.#retained.written(topic);
  }

  /** Resolves when nothing waits to be written. */
  settled(): Promise<void> {
    return this.#retained.settled();
  }

  override createRetainedStreamCombi(patterns: readonly string[]): Readable {
    return this.#afterWrites(patterns, () => super.createRetainedStreamCombi(patterns));
  }

  override createRetainedStream(pattern: string): Readable {
    return this.#afterWrites([pattern], () => super.createRetainedStream(pattern));
  }

  // A failing read ends in an 'error' that aedes does not listen to: without a listener it would end the process.
  #afterWrites(patterns: readonly string[], open: () => Readable): Readable {
    const settled = this.settled();
    const numbers = this.#numbers;
    return Readable.from((async function* packets() {
      for (const [topic, payload] of numbers) if (patterns.some((pattern) => matches(pattern, topic))) yield { ...RETAINED, topic, payload };
      await settled;
      for await (const packet of open() as AsyncIterable<Kept>) if (!numbers.has(packet.topic)) yield packet;
    })()).on('error', this.#report);
  }

  #mayQueue(clientId: string): boolean {
    if (this.#isHere(clientId)) {
      this.#queued.delete(clientId);
      return true;
    }
    const queued = this.#queued.get(clientId) ?? 0;
    if (queued >= MAX_QUEUED) return false;
    this.#queued.set(clientId, queued + 1);
    return true;
  }
}
