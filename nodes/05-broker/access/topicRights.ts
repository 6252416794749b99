/**
 * `TopicRights` say what each login of the built-in broker may publish and read: no more than it is there for. `docker/mosquitto/acl` says the same of the
 * roles (edge, worker, front); people counters and displays have logins of their own here.
 */
import { footfallFilter } from '../../../engine/event/topic.js';
import { matches } from '../mqtt/subscriptions.js';

/** `BROKER_PURPOSES` are the user names of the generated logins. */
export const BROKER_PURPOSES = ['counter', 'display', 'edge', 'worker', 'front'] as const;
export type BrokerPurpose = (typeof BROKER_PURPOSES)[number];

/** `TopicRights` as MQTT topic filters. What is not named is refused. */
export interface TopicRights {
  readonly publish: readonly string[];
  readonly read: readonly string[];
  /** `refused`: passed on, but not kept for who comes later. */
  readonly retain: 'kept' | 'refused';
}

/** `TOPIC_RIGHTS` by purpose. */
export const TOPIC_RIGHTS: Readonly<Record<BrokerPurpose, TopicRights>> = {
  // A kept number would be sent again to each inbox that starts, and everybody could keep as many as there are names.
  counter: { publish: [footfallFilter('+')], read: [], retain: 'refused' },
  display: { publish: [], read: ['bottega/+/kpi/#', 'bottega/+/alert/#'], retain: 'refused' },
  edge: { publish: ['bottega/+/events/+/+/+', 'bottega/+/dead'], read: ['bottega/+/receipts/+'], retain: 'kept' },
  worker: {
    publish: ['bottega/+/receipts/+', 'bottega/+/kpi/#', 'bottega/+/alert/#', 'bottega/+/dead'],
    read: ['bottega/+/events/+/+/+', footfallFilter('+')],
    retain: 'kept',
  },
  front: { publish: ['bottega/+/alert/#', 'bottega/+/dead'], read: ['bottega/+/kpi/#', 'bottega/+/alert/#', 'bottega/+/dead'], retain: 'kept' },
};

/** `purposeOf` a user name, where it is one. */
export function purposeOf(user: string | undefined): BrokerPurpose | undefined {
  return BROKER_PURPOSES.find((purpose) => purpose === user);
}

/** `mayPublish` to a topic. */
export function mayPublish(purpose: BrokerPurpose, topic: string): boolean {
  return TOPIC_RIGHTS[purpose].publish.some((filter) => matches(filter, topic));
}

/** `mayRead` a message of a topic. */
export function mayRead(purpose: BrokerPurpose, topic: string): boolean {
  return TOPIC_RIGHTS[purpose].read.some((filter) => matches(filter, topic));
}

/** `maySubscribe` to a filter, shared or not: only where every topic it fits may be read. */
export function maySubscribe(purpose: BrokerPurpose, filter: string): boolean {
  const wanted = filter.startsWith('$share/') ? filter.split('/').slice(2).join('/') : filter;
  return TOPIC_RIGHTS[purpose].read.some((allowed) => covers(allowed, wanted));
}

/** Whether every topic that fits `wanted` fits `allowed`. */
function covers(allowed: string, wanted: string): boolean {
  const levels = wanted.split('/');
  const limits = allowed.split('/');
  for (const [index, limit] of limits.entries()) {
    const level = levels[index];
    if (limit === '#') return true;
    if (level === undefined || level === '#' || (limit !== '+' && limit !== level)) return false;
  }
  return limits.length === levels.length;
}
