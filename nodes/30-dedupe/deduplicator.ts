/**
 * `Deduplicator` separates events from their repeats; ids are remembered or released as the delivery that waits for them ends.
 */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../engine/base/errors.js';
import { dedupeKey, type Sighting } from '../../engine/delivery/deduplicator.js';
import type { ShopEvent } from '../../engine/event/event.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import { events } from '../shared/metrics.js';
import { type InputJob, itemsOf, type NodeContext, sendParts } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import type { DedupeConfig } from './config.js';
import type { KeyedEvents, SeenIds } from './seenIds.js';

const STATUS_MS = 500;

/** `PartitionedEvents` are the events of one message that pass, with their keys (to be confirmed once they are stored), and the duplicates. */
export interface PartitionedEvents {
  readonly passed: readonly ShopEvent[];
  readonly duplicates: readonly ShopEvent[];
  readonly keys: readonly string[];
}

export class Deduplicator {
  readonly #context: NodeContext<DedupeConfig>;
  readonly #seenIds: SeenIds;
  readonly #name = randomBytes(12).toString('base64url');
  #owners = 0;
  #passed = 0;
  #duplicates = 0;
  readonly show = throttle(() => { this.#context.status.ok('counts', { passed: this.#passed, duplicates: this.#duplicates }); }, STATUS_MS);

  constructor(context: NodeContext<DedupeConfig>, seenIds: SeenIds) {
    this.#context = context;
    this.#seenIds = seenIds;
  }

  async handle(jobs: readonly InputJob[]): Promise<void> {
    const [known, unknown] = this.#readJobs(jobs);
    const parts = partition(known, await this.#seenIds.find(known));
    for (const { message, out } of unknown) out.secondary(message, 'notEvent');
    const unawaited: string[] = [];
    known.forEach(({ job, owner }, index) => {
      const { passed, duplicates, keys } = parts[index] ?? NOTHING;
      if (!this.#followDelivery(job, owner, keys, duplicates.length)) unawaited.push(...keys);
      this.#passed += passed.length;
      this.#duplicates += duplicates.length;
      // A webhook counts its duplicates itself, from the delivery's tally.
      if (job.message['intake'] === undefined && duplicates.length > 0) events.inc({ source: 'mqtt', outcome: 'duplicate' }, duplicates.length);
      sendParts(job, passed, duplicates, 'duplicate');
    });
    // Nobody waits for these, so nobody would send them again: what has been passed on counts as stored.
    if (unawaited.length > 0) await this.#seenIds.confirm([...new Set(unawaited)]);
    this.show();
  }

  /** Messages of events, each with an owner's name: one per attempt of a delivery, never used twice; and the messages that hold something else. */
  #readJobs(jobs: readonly InputJob[]): [(KeyedEvents & { readonly job: InputJob })[], InputJob[]] {
    const nobody = this.#newOwner();
    const known: (KeyedEvents & { readonly job: InputJob })[] = [];
    const unknown: InputJob[] = [];
    for (const job of jobs) {
      const items = itemsOf(job.message.payload);
      if (!items.every(isIdentified)) unknown.push(job);
      else known.push({ job, ...keyed(items, deliveryOf(job.message) === undefined ? nobody : this.#newOwner()) });
    }
    return [known, unknown];
  }

  #newOwner(): string {
    this.#owners += 1;
    return `${this.#name}.${String(this.#owners)}`;
  }

  /** False where no delivery waits for the message. */
  #followDelivery({ message }: InputJob, owner: string, keys: readonly string[], duplicates: number): boolean {
    const delivery = deliveryOf(message);
    if (delivery === undefined) return false;
    if (duplicates > 0) delivery.report({ accepted: -duplicates, duplicates });
    if (keys.length > 0) {
      delivery.onSettled(({ outcome }) => {
        const settled = outcome === 'complete' ? this.#seenIds.confirm(keys) : this.#seenIds.release(keys, owner);
        // An unsettled reservation expires: until then its events pass, which does no harm.
        settled.catch((error: unknown) => { this.#context.node.warn(messageOf(error)); });
      });
    }
    return true;
  }
}

const NOTHING: PartitionedEvents = { passed: [], duplicates: [], keys: [] };

/** `keyed` gives the events of one message their keys. */
export function keyed(events: readonly ShopEvent[], owner: string): KeyedEvents {
  return { events, owner, keys: events.map(dedupeKey) };
}

/**
 * `partition` separates the events of each message. A second occurrence is a duplicate where the first one shares its fate (same message, or nobody
 * waits for either); under another delivery it passes, because that one may still fail.
 */
export function partition(messages: readonly KeyedEvents[], seen: ReadonlyMap<string, Sighting>): PartitionedEvents[] {
  const owners = new Map<string, string>();
  return messages.map(({ events, keys, owner }) => {
    const parts = { passed: [] as ShopEvent[], duplicates: [] as ShopEvent[], keys: [] as string[] };
    // Keys of this message that another one brought first.
    const shared = new Set<string>();
    for (const [index, event] of events.entries()) {
      const key = keys[index] ?? '';
      const first = owners.get(key);
      if (first === owner || shared.has(key) || seen.get(key) === 'repeat') {
        parts.duplicates.push(event);
        continue;
      }
      if (first === undefined) owners.set(key, owner);
      else shared.add(key);
      parts.passed.push(event);
      parts.keys.push(key);
    }
    return parts;
  });
}

function isIdentified(value: unknown): value is ShopEvent {
  const { source, id } = (value ?? {}) as { source?: unknown; id?: unknown };
  return typeof source === 'string' && typeof id === 'string';
}
