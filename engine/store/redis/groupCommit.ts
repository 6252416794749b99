/**
 * `CommitLine` makes many commits of one shop cost one call: while a call is under way the next commits are collected; each is judged alone.
 */
import { Fault } from '../../base/errors.js';
import type { ReplyPart } from './codec.js';
import type { CommitResult } from '../store.js';

/** A call is closed after this many changes: Redis serves nobody else while a script runs. */
const MAX_CHANGES = 2_048;
/** Changes that may wait for their turn; beyond, the caller has to come again. */
const MAX_WAITING = 200_000;

/** `SendParts` sends commits as one call; the reply of each stands at its place. Throws the store's faults. */
export type SendParts = (parts: readonly ReplyPart[]) => Promise<readonly unknown[]>;

interface WaitingCommit {
  readonly part: ReplyPart;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** `CommitLine` has the commits of one shop, in order. */
export class CommitLine {
  readonly #send: SendParts;
  readonly #decode: (part: ReplyPart, reply: unknown) => CommitResult;
  #line: WaitingCommit[] = [];
  #changes = 0;
  #state: 'idle' | 'sending' = 'idle';

  constructor(send: SendParts, decode: (part: ReplyPart, reply: unknown) => CommitResult) {
    this.#send = send;
    this.#decode = decode;
  }

  /** Resolves with what became of the commit. */
  async add(part: ReplyPart): Promise<CommitResult> {
    if (this.#changes + part.changes.length > MAX_WAITING && this.#line.length > 0) throw new Fault('store.away', 'too many commits wait for Redis');
    const reply = await new Promise<unknown>((resolve, reject) => {
      this.#line.push({ part, resolve, reject });
      this.#changes += part.changes.length;
      if (this.#state === 'idle') void this.#run();
    });
    return this.#decode(part, reply);
  }

  async #run(): Promise<void> {
    this.#state = 'sending';
    // Commits of the same tick belong to the first call.
    await Promise.resolve();
    while (this.#line.length > 0) await this.#sendGroup(this.#takeGroup());
    // In the same tick as the line was found empty: a commit that comes later starts the work anew.
    this.#state = 'idle';
  }

  #takeGroup(): WaitingCommit[] {
    let changes = 0;
    const end = this.#line.findIndex(({ part }) => (changes += part.changes.length) > MAX_CHANGES);
    const group = this.#line.splice(0, end === -1 ? this.#line.length : Math.max(end, 1));
    for (const { part } of group) this.#changes -= part.changes.length;
    return group;
  }

  async #sendGroup(group: readonly WaitingCommit[]): Promise<void> {
    try {
      const replies = await this.#send(group.map(({ part }) => part));
      group.forEach(({ resolve }, index) => { resolve(replies[index]); });
    } catch (error) {
      // A full Redis still takes commits that only delete: they must not fail because of their neighbors.
      const alone = group.length > 1 && error instanceof Fault && error.code === 'store.full';
      for (const waiting of group) {
        if (alone) await this.#sendGroup([waiting]);
        else waiting.reject(error);
      }
    }
  }
}
