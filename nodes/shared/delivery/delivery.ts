/**
 * `Delivery` is one thing a sender waits for: complete when every node that received a message of its lineage is done, whatever flow the user drew.
 */
import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { Fault, messageOf, type Refusal } from '../../../engine/base/errors.js';
import { follow, forget, type Lineage, lineageOf } from './lineage.js';
import type { InputMessage } from '../node.js';

/** `IndexedRefusal` is a refusal with the place of the refused event in what was sent. */
export interface IndexedRefusal extends Refusal {
  readonly index: number;
}

/** `Tally` says what became of the events of one delivery. */
export interface Tally {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** `Outcome` is how a delivery ended: everything done, some node failed, or not everything was done in time. */
export type Outcome =
  | { readonly outcome: 'complete' }
  | { readonly outcome: 'failed'; readonly error: Error }
  | { readonly outcome: 'deadline' };

/** `Delivery` is what nodes see of it. */
export interface Delivery {
  readonly id: string;
  readonly tally: Tally;
  readonly refusals: readonly IndexedRefusal[];
  /** Whose nodes its messages went through: what only this package's nodes handled is as it was made. */
  readonly handledBy: 'ours' | 'others';
  /** Adds to the tally (numbers may be negative: an accepted event turned out a duplicate). */
  report(change: Partial<Tally>, refusals?: readonly IndexedRefusal[]): void;
  /** Called once; later calls at once. */
  onSettled(listener: (outcome: Outcome) => void): void;
  /** The beginner has sent its messages: from now on the delivery settles when nothing of it is under way. */
  sent(): void;
  /** Ids of the nodes that are not done yet. */
  underWay(): string[];
}

/**
 * `beginDelivery` begins one and marks `message` as its first. Call before sending. A delivery that no node received has failed.
 * Where the runtime has no hooks (the test helper) every delivery ends by its deadline.
 */
export function beginDelivery(RED: NodeAPI, message: InputMessage, deadlineMs: number): Delivery {
  const delivery = new RunningDelivery(RED, deadlineMs);
  follow(RED, delivery, message);
  return delivery;
}

/** `deliveryOf` is the delivery a message belongs to, if it still runs. */
export function deliveryOf(message: InputMessage): Delivery | undefined {
  const lineage = lineageOf(message);
  return lineage instanceof RunningDelivery ? lineage : undefined;
}

/** The answer to a sender names at most so many refusals; the tally counts all. */
const MAX_REFUSALS = 100;

class RunningDelivery implements Delivery, Lineage {
  readonly id = randomUUID();
  readonly #open = new Map<string, number>();
  readonly refusals: IndexedRefusal[] = [];
  readonly #RED: NodeAPI;
  readonly #timer: NodeJS.Timeout;
  tally: Tally = { accepted: 0, duplicates: 0, rejected: 0, ignored: 0 };
  handledBy: 'ours' | 'others' = 'ours';
  #listeners: ((outcome: Outcome) => void)[] = [];
  #outcome: Outcome | undefined;
  #phase: 'beginning' | 'sent' | 'closing' = 'beginning';
  #received = 0;

  constructor(RED: NodeAPI, deadlineMs: number) {
    this.#RED = RED;
    this.#timer = setTimeout(() => { this.#settle({ outcome: 'deadline' }); }, deadlineMs);
  }

  report(change: Partial<Tally>, refusals: readonly IndexedRefusal[] = []): void {
    const { accepted, duplicates, rejected, ignored } = this.tally;
    this.tally = {
      accepted: accepted + (change.accepted ?? 0),
      duplicates: duplicates + (change.duplicates ?? 0),
      rejected: rejected + (change.rejected ?? 0),
      ignored: ignored + (change.ignored ?? 0),
    };
    this.refusals.push(...refusals.slice(0, MAX_REFUSALS - this.refusals.length));
  }

  onSettled(listener: (outcome: Outcome) => void): void {
    if (this.#outcome === undefined) this.#listeners.push(listener);
    else this.#notify(listener, this.#outcome);
  }

  sent(): void {
    if (this.#phase === 'beginning') this.#phase = 'sent';
    this.#closeWhenIdle();
  }

  underWay(): string[] {
    return [...this.#open.keys()];
  }

  enter(node: string, whose: 'ours' | 'others'): void {
    this.#received += 1;
    if (whose === 'others') this.handledBy = 'others';
    this.#open.set(node, (this.#open.get(node) ?? 0) + 1);
  }

  /** Counted per node, so that a node that says done twice cannot close what another one still holds. */
  leave(node: string, error: unknown): void {
    const open = this.#open.get(node) ?? 0;
    if (open > 1) this.#open.set(node, open - 1);
    else this.#open.delete(node);
    // As Node-RED itself takes it: `done('')` is no error.
    if (Boolean(error)) this.#settle({ outcome: 'failed', error: asError(error) });
    else this.#closeWhenIdle();
  }

  /** A turn later, because some nodes call `done` just before `send`. */
  #closeWhenIdle(): void {
    if (this.#phase !== 'sent' || this.#open.size > 0) return;
    this.#phase = 'closing';
    queueMicrotask(() => {
      this.#phase = 'sent';
      if (this.#open.size === 0) this.#settle(this.#received > 0 ? { outcome: 'complete' } : NOBODY);
    });
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    clearTimeout(this.#timer);
    forget(this);
    for (const listener of this.#listeners.splice(0)) this.#notify(listener, outcome);
  }

  #notify(listener: (outcome: Outcome) => void, outcome: Outcome): void {
    try {
      listener(outcome);
    } catch (error) {
      // One listener's fault must not keep the others from confirming or releasing.
      this.#RED.log.error(`delivery: ${messageOf(error)}`);
    }
  }
}

const NOBODY: Outcome = { outcome: 'failed', error: new Fault('delivery.failed', 'no node received the message') };

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
