/**
 * `LetterRecorder` stores dead letters, passes them on and publishes them over MQTT; what was only ignored is counted by its reason.
 */
import { deadTopic } from '../../engine/event/topic.js';
import { randomBytes } from 'node:crypto';
import { type DeadLetter, letterOfRejected, openPart, readLetter } from '../../engine/deadletter/deadLetter.js';
import { eraseLetters } from '../../engine/erasure/eraseDeadLetters.js';
import type { DeadLetterStore } from '../../engine/deadletter/deadLetterStore.js';
import { messageOf } from '../../engine/base/errors.js';
import { keyedDigest } from '../../engine/privacy/pseudonym.js';
import { events } from '../shared/metrics.js';
import type { BrokerPort, ShopPort } from '../shared/ports.js';
import type { InputJob, InputMessage } from '../shared/node.js';
import { seal } from '../../engine/privacy/seal.js';

const IV_BYTES = 12;
/** More reasons than these are summed up as `other`. */
const MAX_REASONS = 50;
const PUBLISH_AT_ONCE = 100;

/** `RecorderContext` is what a recorder works with. */
export interface RecorderContext {
  readonly letters: DeadLetterStore;
  readonly shop: Pick<ShopPort, 'tenant' | 'privacyKey'>;
  readonly broker?: Pick<BrokerPort, 'publish'>;
  now(): number;
  /** Called with how many letters spoke of somebody who asked to be forgotten. */
  erased(letters: number): void;
  /** Called with the letters that were just stored. */
  stored(letters: readonly DeadLetter[]): void;
}

interface SortedLetters {
  readonly job: InputJob;
  readonly dead: readonly DeadLetter[];
  readonly ignored: readonly DeadLetter[];
  readonly erase: readonly DeadLetter[];
}

/** `Counts`: `unpublished` is why the last letter could not be published; it is stored all the same. */
export interface Counts {
  readonly stored: number;
  readonly dropped: number;
  readonly ignored: ReadonlyMap<string, number>;
  readonly unpublished?: string;
}

/** `LetterRecorder` of one node. */
export class LetterRecorder {
  readonly #context: RecorderContext;
  readonly #letters: DeadLetterStore;
  readonly #ignored = new Map<string, number>();
  #stored = 0;
  #dropped = 0;
  #unpublished: string | undefined;

  constructor(context: RecorderContext) {
    this.#context = context;
    this.#letters = context.letters;
  }

  get counts(): Counts {
    const unpublished = this.#unpublished;
    return { stored: this.#stored, dropped: this.#dropped, ignored: this.#ignored, ...(unpublished !== undefined && { unpublished }) };
  }

  /** Throws where they cannot be stored: then nothing was passed on, and the sender tries again. */
  async handle(jobs: readonly InputJob[]): Promise<void> {
    const turn = jobs.map((job) => this.#sort(job));
    const dead = turn.flatMap((sorted) => sorted.dead);
    const { dropped } = await this.#letters.put(dead, this.#context.now());
    this.#context.stored(dead);
    this.#stored += dead.length;
    this.#dropped += dropped;
    for (const { provider, kind } of dead) events.inc({ source: provider, outcome: kind });
    for (const request of turn.flatMap(({ erase }) => erase)) await this.#erase(request);
    for (const sorted of turn) this.#passOn(sorted);
    await this.#publish(dead);
  }

  #sort(job: InputJob): SortedLetters {
    const { payload } = job.message;
    const values: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
    const letters = values.map((value, index) => readLetter(value, this.#context.now()) ?? this.#letterOf(value, index, job.message));
    const ofKind = (wanted: DeadLetter['kind']): DeadLetter[] => letters.filter(({ kind }) => kind === wanted);
    return { job, dead: [...ofKind('dead'), ...ofKind('held')], ignored: ofKind('ignored'), erase: ofKind('erase') };
  }

  /** The request itself is not kept. */
  async #erase(request: DeadLetter): Promise<void> {
    const erased = await eraseLetters(this.#letters, request, this.#context.shop.privacyKey);
    if (erased > 0) events.inc({ source: request.provider, outcome: 'erased' }, erased);
    this.#context.erased(erased);
  }

  #letterOf(value: unknown, index: number, message: InputMessage): DeadLetter {
    const { shop } = this.#context;
    const now = this.#context.now();
    const { provider, receivedAt } = (message['intake'] ?? {}) as { provider?: unknown; receivedAt?: unknown };
    return letterOfRejected(value, typeof message['reason'] === 'string' ? message['reason'] : 'unknown', index, {
      provider: typeof provider === 'string' ? provider : 'flow',
      topic: typeof message.topic === 'string' ? message.topic : '',
      receivedAt: typeof receivedAt === 'number' && Number.isSafeInteger(receivedAt) && receivedAt > 0 && receivedAt <= now ? receivedAt : now,
      name: (content) => keyedDigest(content, shop.privacyKey),
      seal: (content) => seal(content, shop.privacyKey, randomBytes(IV_BYTES)),
    });
  }

  #passOn({ job: { message, out }, dead, ignored }: SortedLetters): void {
    for (const { reason } of ignored) {
      const counted = this.#ignored.has(reason) || this.#ignored.size < MAX_REASONS ? reason : 'other';
      this.#ignored.set(counted, (this.#ignored.get(counted) ?? 0) + 1);
    }
    const shape = (letters: readonly DeadLetter[]): unknown => (Array.isArray(message.payload) ? letters.map(openPart) : letters.map(openPart)[0]);
    if (dead.length > 0) out.primary({ ...message, payload: shape(dead) });
    if (ignored.length > 0) out.secondary({ ...message, payload: shape(ignored) }, 'ignored');
  }

  /** Publishing is no condition of keeping: a broker that is away costs nobody a letter. */
  async #publish(letters: readonly DeadLetter[]): Promise<void> {
    const { broker, shop } = this.#context;
    if (broker === undefined) return;
    for (let from = 0; from < letters.length; from += PUBLISH_AT_ONCE) {
      const page = letters.slice(from, from + PUBLISH_AT_ONCE);
      const published = page.map((letter) => broker.publish(deadTopic(shop.tenant), JSON.stringify(openPart(letter))));
      const failed = (await Promise.allSettled(published)).find((result) => result.status === 'rejected');
      this.#unpublished = failed === undefined ? undefined : messageOf(failed.reason);
      if (failed !== undefined) return;
    }
  }
}
