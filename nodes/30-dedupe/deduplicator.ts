/**
 * Who may pass? Events are parted from their repeats, and remembered or forgotten as the delivery that waits for them ends.
 */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../engine/base/errors.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import { events } from '../shared/metrics.js';
import type { InputJob, NodeContext } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import type { DedupeConfig } from './config.js';
import type { Memory } from './seenIds.js';
import { loadOf, shaped, split, type PartitionedBatch, type ReservedBatch, visitOf } from './partition.js';

const STATUS_MS = 500;

interface Guest extends ReservedBatch {
  readonly job: InputJob;
}

export class Deduplicator {
  readonly #context: NodeContext<DedupeConfig>;
  readonly #memory: Memory;
  readonly #name = randomBytes(12).toString('base64url');
  #owners = 0;
  #passed = 0;
  #duplicates = 0;
  readonly show = throttle(() => { this.#context.status.ok('counts', { passed: this.#passed, duplicates: this.#duplicates }); }, STATUS_MS);

  constructor(context: NodeContext<DedupeConfig>, memory: Memory) {
    this.#context = context;
    this.#memory = memory;
  }

  async handle(jobs: readonly InputJob[]): Promise<void> {
    const guests = this.#welcome(jobs);
    const sightings = await this.#memory.sight(guests);
    for (const { message, out } of jobs) if (loadOf(message.payload) === undefined) out.secondary(message, 'notEvent');
    const loose: string[] = [];
    split(guests, sightings).forEach((parts, index) => {
      const guest = guests[index];
      if (guest === undefined) return;
      if (!this.#followDelivery(guest, parts)) loose.push(...parts.keys);
      this.#send(guest, parts);
    });
    // Nobody waits for these, so nobody would send them again: what has been passed on counts as stored.
    if (loose.length > 0) await this.#memory.confirm([...new Set(loose)]);
    this.show();
  }

  /** What is no event has no identity to remember: it is no guest. */
  #welcome(jobs: readonly InputJob[]): Guest[] {
    const nobody = this.#owner();
    return jobs.flatMap((job) => {
      const load = loadOf(job.message.payload);
      return load === undefined ? [] : [{ ...visitOf(load, deliveryOf(job.message) === undefined ? nobody : this.#owner()), job }];
    });
  }

  /** A name for one attempt of one delivery, never used twice. */
  #owner(): string {
    this.#owners += 1;
    return `${this.#name}.${String(this.#owners)}`;
  }

  /** False where no delivery waits for the message. */
  #followDelivery({ job, owner }: Guest, { keys, duplicates }: PartitionedBatch): boolean {
    const delivery = deliveryOf(job.message);
    if (delivery === undefined) return false;
    const n = duplicates.length;
    if (n > 0) delivery.report({ accepted: -n, duplicates: n });
    if (keys.length > 0) {
      delivery.onSettled(({ outcome }) => {
        const settled = outcome === 'complete' ? this.#memory.confirm(keys) : this.#memory.release(keys, owner);
        // An unsettled reservation expires: until then its events pass, which does no harm.
        settled.catch((error: unknown) => { this.#context.node.warn(messageOf(error)); });
      });
    }
    return true;
  }

  #send({ job, load }: Guest, { passed, duplicates }: PartitionedBatch): void {
    this.#passed += passed.length;
    this.#duplicates += duplicates.length;
    // A webhook counts its duplicates itself, from the delivery's tally.
    if (job.message['intake'] === undefined && duplicates.length > 0) events.inc({ source: 'mqtt', outcome: 'duplicate' }, duplicates.length);
    if (duplicates.length === 0) {
      job.out.primary(job.message);
      return;
    }
    job.out.secondary({ ...job.message, payload: shaped(load.shape, duplicates) }, 'duplicate');
    if (passed.length > 0) job.out.primary({ ...job.message, payload: shaped(load.shape, passed) });
  }
}
