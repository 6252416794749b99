/**
 * When may the sender be told "stored"? When every node that received a message of the lineage is done, whatever flow the user drew.
 */
import type { NodeAPI } from 'node-red';
import type { Refusal } from '../engine/errors.js';
import type { RoomMessage } from './runtime.js';

/** A refusal with the place of the refused event in what was sent. */
export interface IndexedRefusal extends Refusal {
  readonly index: number;
}

/** What became of the events of one delivery. */
export interface Tally {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** How a delivery ended: everything done, some node failed, or not everything was done in time. */
export type Outcome =
  | { readonly outcome: 'complete' }
  | { readonly outcome: 'failed'; readonly error: Error }
  | { readonly outcome: 'deadline' };

export interface Delivery {
  readonly id: string;
  readonly tally: Tally;
  readonly refusals: readonly IndexedRefusal[];
  /** Adds to the tally (numbers may be negative: an accepted event turned out a duplicate). */
  report(change: Partial<Tally>, refusals?: readonly IndexedRefusal[]): void;
  /** Called once; later calls at once. */
  onSettled(listener: (outcome: Outcome) => void): void;
  /** The beginner has sent its messages: from now on the delivery settles when nothing of it is under way. */
  sent(): void;
}

/** Begins a delivery and marks `message` as its first. Call before sending. */
export declare function beginDelivery(RED: NodeAPI, message: RoomMessage, deadlineMs: number): Delivery;

/** The delivery a message belongs to, if it still runs. */
export declare function deliveryOf(message: RoomMessage): Delivery | undefined;
