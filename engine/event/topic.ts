/**
 * MQTT topics: `bottega/<tenant>/…`; every segment is a label without separators or wildcards.
 */
import { type EventType, channelOf, type ShopEvent } from './event.js';
import { cleanName } from '../base/name.js';
import { ERASURE, EVENT_TYPES, LABEL } from './schema.js';

const ROOT = 'bottega';
const LABEL_TEST = new RegExp(LABEL.source, 'u');

/** `eventPath` is `<store>/<channel>/<type>` of an event: the part of its topic that does not depend on the shop's name. */
export function eventPath(event: Pick<ShopEvent, 'type' | 'data'>): string {
  return `${event.data.store}/${channelOf(event.data)}/${event.type}`;
}

/** `eventTopic` is the topic of events with that path. */
export function eventTopic(tenant: string, path: string): string {
  return `${ROOT}/${tenant}/events/${path}`;
}

/** `eventsFilter` matches every event of a shop. */
export function eventsFilter(tenant: string): string {
  return `${ROOT}/${tenant}/events/+/+/+`;
}

/** `acknowledgementsTopic` is where the acknowledgements of one outbox (one start of it) come in. */
export function acknowledgementsTopic(tenant: string, outboxId: string): string {
  return `${ROOT}/${tenant}/receipts/${outboxId}`;
}

/** `kpiFilter` matches every KPI value of a shop. */
export function kpiFilter(tenant: string): string {
  return `${ROOT}/${tenant}/kpi/+/+/+/+`;
}

/** `KpiTopic` names one number: `_` in place of a store or channel is all of them, `window` may be `auto`. */
export interface KpiTopic {
  readonly name: string;
  readonly window: string;
  readonly store: string;
  readonly channel: string;
}

/** `kpiPath` is the part of a number's topic that does not depend on the shop's name. */
export function kpiPath({ name, window, store, channel }: KpiTopic): string {
  return `kpi/${name}/${window}/${store}/${channel}`;
}

/** `kpiTopic` is where the values of one number are published. */
export function kpiTopic(tenant: string, number: KpiTopic): string {
  return `${ROOT}/${tenant}/${kpiPath(number)}`;
}

/** `alertTopic` is where the state of a rule's alert is published. `node` distinguishes rules of one name in several nodes. */
export function alertTopic(tenant: string, { rule, store, node }: { readonly rule: string; readonly store: string; readonly node?: string }): string {
  return `${ROOT}/${tenant}/alert/${rule}/${store}${node === undefined ? '' : `/${node}`}`;
}

/** `alertsFilter` matches every alert of a shop. */
export function alertsFilter(tenant: string): string {
  return `${ROOT}/${tenant}/alert/#`;
}

/** `deadTopic` is where letters that could not be used are published. */
export function deadTopic(tenant: string): string {
  return `${ROOT}/${tenant}/dead`;
}

/** `footfallFilter` matches people counters that can only publish a number: `bottega/<tenant>/in/footfall/<store>`. */
export function footfallFilter(tenant: string): string {
  return `${ROOT}/${tenant}/in/footfall/+`;
}

/** `footfallStore` gives the store that a footfall topic names, or `undefined` where its name is no label. */
export function footfallStore(topic: string): string | undefined {
  const store = cleanName(topic.slice(topic.lastIndexOf('/') + 1));
  return isLabel(store) ? store : undefined;
}

/** `isLabel` is true for text that may be a segment of a topic. */
export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && LABEL_TEST.test(value);
}

/** `isEventType` is true for one of the known kinds of event. */
export function isEventType(value: unknown): value is EventType {
  return value === ERASURE || (EVENT_TYPES as readonly unknown[]).includes(value);
}
