/**
 * Ports are what config nodes offer to the other nodes. Node folders never import each other; they meet here.
 */
import type { FaultCode } from '../../engine/base/errors.js';
import type { Opening } from '../../engine/calendar/openingHours.js';
import type { Store } from '../../engine/store/store.js';
import type { Calendar } from '../../engine/calendar/windowAssigner.js';
import type { NameRules } from '../../engine/aggregate/nameLimits.js';
import type { SystemOfRecord } from '../../engine/kpi/systemOfRecord.js';

/** How a resource is. `cause` says which fault and in words; `retryAt` (epoch ms) when it is tried again. */
export type Health =
  | { readonly state: 'ok' }
  | { readonly state: 'waiting'; readonly cause: FaultCode; readonly message: string; readonly retryAt?: number };

/** Something whose health others watch. `watch` calls back at once and at each change; the answer stops watching. */
export interface Watched {
  health(): Health;
  watch(listener: (health: Health) => void): () => void;
}

/** What loses nothing now and yet should be otherwise; in `/health` as it is. */
export interface Warning {
  readonly cause: string;
  readonly message: string;
}

/** `bottega-store`: the shop's part of the store. Its verbs wait while the store opens and throw `store.away`, `store.full` … when it cannot. */
export interface StorePort extends Watched {
  of(tenant: string): Store;
  /** `shared`: other processes may write to it too. */
  readonly reach: 'own' | 'shared';
  warnings(): readonly Warning[];
  /** A shared store's own clock, epoch ms; `undefined` where it does not say. Rejects like the verbs. */
  readonly clock?: () => Promise<number | undefined>;
}

/** Called with each message of a subscription; what it throws or rejects is logged, never lost events (see the outbox's receipts). */
export type MessageListener = (topic: string, payload: Buffer) => void;

/** A message to publish; `retain`: the broker keeps it for who comes later. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** `bottega-broker`: MQTT at QoS 1, on one connection to publish and one to listen. */
export interface BrokerPort extends Watched {
  /** Resolves at the broker's PUBACK; rejects with `broker.away` where it cannot be had now. Never waits for a reconnection. */
  publish(topic: string, payload: string | Buffer, options?: { retain?: boolean }): Promise<void>;
  /** Publishes many; resolves when each was taken or refused. For what is published anew at each return of the broker, so that nothing is lost. */
  publishAll(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Keeps the subscription over reconnections. `group`: shared among the subscribers of that group (`$share`).
   * `retained: 'skip'`: without the messages the broker had kept from before. The answer ends it. */
  subscribe(filter: string, listener: MessageListener, options?: { group?: string; retained?: 'skip' }): () => Promise<void>;
}

/** `bottega-shop`: who the shop is. */
export interface ShopPort {
  readonly tenant: string;
  readonly currency: string;
  readonly calendar: Calendar;
  readonly opening: Opening;
  readonly stores: readonly ShopStore[];
  /** Whose sales count where several sources send them. */
  readonly records: readonly SystemOfRecord[];
  /** How many stores, channels and sources may be counted that nobody declared, and what becomes of the others. */
  readonly names: Pick<NameRules, 'limits' | 'beyond'>;
  /** Whether who sold is counted, by a pseudonym. */
  readonly staff: 'ignored' | 'counted';
  readonly sector: 'retail' | 'restaurant' | 'artisan';
  /** Secret of pseudonyms and sealed dead letters, at least 32 bytes; it never leaves the process. */
  readonly privacyKey: Buffer;
}

/** One point of sale. `aliases`: the names that senders use for it (till id, Shopify location id). The first store is the default one. */
export interface ShopStore {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
}
