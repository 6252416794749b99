/**
 * Headers of a delivery: its topic, the shop it came from, the store it belongs to.
 */
import type { Refusal } from '../../base/errors.js';
import { cleanName } from '../../base/name.js';
import type { Intake, NormalizeContext } from './collector.js';

const PREFIXES = ['', 'x-shopify-', 'shopify-', 'x-wc-webhook-', 'x-hubspot-'];
const HARMLESS = [
  'topic', 'action', 'shop-domain', 'source', 'resource', 'event', 'webhook-id', 'event-id', 'delivery-id', 'triggered-at', 'api-version',
  'content-type', 'store', 'till',
];
/** `HARMLESS_HEADERS` may travel on: they name deliveries and shops, never people. */
export const HARMLESS_HEADERS: ReadonlySet<string> = new Set(HARMLESS.flatMap((name) => PREFIXES.map((prefix) => prefix + name)));

/** `headerOf` finds a header by its bare name, whatever prefix its provider puts before it. */
export function headerOf({ headers }: Pick<Intake, 'headers'>, name: string): string | undefined {
  for (const prefix of PREFIXES) {
    const full = prefix + name;
    const value = Object.hasOwn(headers, full) ? headers[full] : undefined;
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** `TOPIC_MISSING`: signed, and nobody can say what it is about. Kept, so that nothing is lost that was taken. */
export const TOPIC_MISSING: Refusal = { path: '', rule: 'topic.missing', message: 'no header says what the message is about' };

/** `BODY_OF_OTHER`: the topic is a header that nobody has signed. What the signed body is about holds, and it is something else. */
export const BODY_OF_OTHER: Refusal = { path: '', rule: 'topic.body', message: 'the body is not one of its topic' };

/** `hasOnly`: whether all fields of a body are among these. */
export function hasOnly(body: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return Object.keys(body).every((name) => names.includes(name));
}

/** `topicOf` is e.g. "orders/create", also where topic and action come in two headers, else as in the message's own topic. */
export function topicOf(intake: Pick<Intake, 'headers' | 'topic' | 'provider'>): string {
  const header = headerOf(intake, 'topic')?.toLowerCase();
  if (header !== undefined) {
    const action = header.includes('/') || header.includes('.') ? undefined : headerOf(intake, 'action')?.toLowerCase();
    return action === undefined ? header : `${header}/${action}`;
  }
  const prefix = `${intake.provider}/`;
  return intake.topic?.startsWith(prefix) === true ? intake.topic.slice(prefix.length).toLowerCase() : '';
}

/** `hostOf` is a host name for a URN, whether it came bare or as a URL. */
export function hostOf(text: string | undefined): string {
  const host = (text ?? '').trim().toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/[/:?#].*$/s, '');
  return /^[a-z0-9.-]{1,200}$/.test(host) ? host : 'unknown';
}

/** `storeNamed` is the store a sender calls by that name, however it writes it; the shop's own names are clean. */
export function storeNamed({ stores }: Pick<NormalizeContext, 'stores'>, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const clean = cleanName(name);
  return stores.find(({ id, aliases }) => id === clean || aliases.includes(clean))?.id;
}

/** `defaultStore` is the store everything belongs to that names none we know. */
export function defaultStore({ stores }: Pick<NormalizeContext, 'stores'>): string {
  return stores[0]?.id ?? 'main';
}
