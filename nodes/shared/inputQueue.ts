/**
 * `InputQueue` makes one call into a node at a time; what comes meanwhile waits and, where the node has `batch`, goes in together. A node that
 * answers at once is done at once: no promise, no turn of the event loop.
 */
import { Fault, messageOf } from '../../engine/base/errors.js';

/** `QueueHandlers`: `batch` gets all that waited together, `one` one job at a time. Returning means stored; throwing means the sender must try again. */
export interface QueueHandlers<J> {
  one(job: J): unknown;
  batch?: ((jobs: readonly J[]) => Promise<void>) | undefined;
}

interface QueuedInput<J> {
  readonly job: J;
  readonly done: (error?: Error) => void;
}

const MAX_BATCH = 500;

/** `InputQueue` of one node. */
export class InputQueue<J> {
  readonly #handlers: QueueHandlers<J>;
  #waiting: QueuedInput<J>[] = [];
  #work: Promise<void> | undefined;
  #state: 'idle' | 'running' | 'abandoned' = 'idle';

  constructor(handlers: QueueHandlers<J>) {
    this.#handlers = handlers;
  }

  add(job: J, done: (error?: Error) => void): void {
    if (this.#state === 'abandoned') {
      done(unhandled());
      return;
    }
    this.#waiting.push({ job, done });
    if (this.#state === 'idle') this.#run();
  }

  async drained(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** What waits is failed, and nothing is taken in any more. The call under way ends as it may: only then is its message done, or failed. */
  abandon(): void {
    this.#state = 'abandoned';
    for (const { done } of this.#waiting.splice(0)) done(unhandled());
  }

  /** Runs until the queue is empty or a call takes its time, whose end then goes on with the queue. */
  #run(): void {
    if (this.#state === 'abandoned') {
      this.#work = undefined;
      return;
    }
    this.#state = 'running';
    while (this.#waiting.length > 0) {
      const work = this.#handle(this.#waiting.splice(0, this.#handlers.batch === undefined ? 1 : MAX_BATCH));
      if (work === undefined) continue;
      this.#work = work.then(() => { this.#run(); });
      return;
    }
    // In the same tick as the last check of the queue: what comes later starts the work anew.
    this.#state = 'idle';
    this.#work = undefined;
  }

  #handle(turn: readonly QueuedInput<J>[]): Promise<void> | undefined {
    const [first] = turn;
    if (first === undefined) return undefined;
    return turn.length > 1 ? this.#handleTogether(turn) : this.#handleAlone(first);
  }

  async #handleTogether(turn: readonly QueuedInput<J>[]): Promise<void> {
    try {
      await this.#handlers.batch?.(turn.map(({ job }) => job));
      for (const { done } of turn) done();
    } catch {
      // One message may have failed them all: each gets its own try and its own error.
      for (const waiting of turn) {
        if (this.#state === 'abandoned') waiting.done(unhandled());
        else await this.#handleAlone(waiting);
      }
    }
  }

  /** `undefined`: done, or failed, already. */
  #handleAlone({ job, done }: QueuedInput<J>): Promise<void> | undefined {
    const failed = (error: unknown): void => { done(error instanceof Error ? error : new Error(messageOf(error))); };
    try {
      const work: unknown = this.#handlers.batch === undefined ? this.#handlers.one(job) : this.#handlers.batch([job]);
      if (work instanceof Promise) return work.then(() => { done(); }).catch(failed);
      done();
    } catch (error) {
      failed(error);
    }
    return undefined;
  }
}

/** Its sender tries again. */
function unhandled(): Fault {
  return new Fault('store.closed', 'the node was closed before its store answered');
}
