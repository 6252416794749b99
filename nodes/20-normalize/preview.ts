/**
 * `preview` shows what this node would make of a message: the real normalization with the values of a form that is still open; nothing is stored,
 * and what is shown is what would leave the node.
 */
import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { parseDate } from '../../engine/normalize/formats/dates.js';
import { parseNumber } from '../../engine/normalize/formats/numbers.js';
import { MAX_BODY_BYTES } from '../../engine/verify/bodyLimits.js';
import { sampleOf } from '../../engine/verify/samples/payloads.js';
import { readBody } from '../../engine/normalize/draft/jsonBody.js';
import { roundText } from '../../engine/normalize/draft/money.js';
import type { NormalizeContext } from '../../engine/normalize/draft/collector.js';
import { normalize, type ProviderName, PROVIDERS } from '../../engine/normalize/normalize.js';
import { profileSample } from '../../engine/normalize/profile/profileSample.js';
import { isProfile, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { valuesAt } from '../../engine/normalize/mapping/jsonPath.js';
import { type PosMapping, readMapping } from '../../engine/normalize/mapping/fieldMapping.js';
import { dateReadings, numberReadings } from '../../engine/normalize/pos/suggestMapping.js';
import { LocalClock } from '../../engine/base/time.js';
import { Calendar } from '../../engine/calendar/windowAssigner.js';
import type { Asked, EditorReply } from '../shared/editorApi.js';
import type { ShopPort } from '../shared/ports.js';
import type { SavedForm } from '../shared/node.js';
import { type NormalizeConfig, readConfig } from './config.js';
import { arrivalOf } from './message.js';
import { pseudonymsOf } from './pseudonyms.js';

const MAX_SHOWN = 20;
const STAND_IN_ZONE = 'Europe/Rome';

type PreviewShop = Pick<ShopPort, 'currency' | 'stores' | 'calendar' | 'privacyKey' | 'staff'>;

/** `asked`: the form, the provider, the pasted text, headers by short name; or the name of a provider whose example is wanted. */
export function preview(RED: NodeAPI, asked: Asked, now: number): EditorReply {
  const sample = PROVIDERS.find((known) => known === asked['sample']);
  if (sample !== undefined) return exampleOf(sample, now);
  const config = readConfig(asked['form'] as SavedForm);
  const text = textOr('', asked['text']);
  if (text.length > MAX_BODY_BYTES) return { outcome: 'tooLong' };
  const shop = deployedShop(RED, config.shop);
  const context = contextOf(shop ?? standIn(), config, now);
  const provider = config.provider ?? textOr('', asked['provider']);
  const arrival = arrivalOf({ _msgid: '', intake: { provider, headers: asked['headers'] } }, config.provider, now);
  const { events, refusals, ignored } = normalize(Buffer.from(text), arrival, context);
  return {
    outcome: 'preview', shop: shop === undefined ? 'standIn' : 'deployed', zone: context.calendar.clock.zone,
    events: events.slice(0, MAX_SHOWN), refusals: refusals.slice(0, MAX_SHOWN), ignored: ignored.slice(0, MAX_SHOWN),
    counts: { events: events.length, refusals: refusals.length, ignored: ignored.length },
    readings: provider === 'pos' || (isProfile(provider) && PROFILES[provider].receipts === 'mapped') ? readingsOf(text, context) : {},
  };
}

function exampleOf(provider: ProviderName, now: number): EditorReply {
  const { headers, body } = isProfile(provider) ? profileSample(PROFILES[provider], 'real', now) : sampleOf(provider, 'real', now);
  return { outcome: 'sample', headers, text: typeof body === 'string' ? body : JSON.stringify(body, null, 2) };
}

function contextOf(shop: PreviewShop, { stages, mapping, columns }: NormalizeConfig, now: number): NormalizeContext {
  const { currency, stores, calendar } = shop;
  const pos = readMapping(mapping, calendar.clock.zone);
  return { now, currency, stores, calendar, stages, pos, columns, ...pseudonymsOf(shop) };
}

function deployedShop(RED: NodeAPI, id: unknown): PreviewShop | undefined {
  const node = typeof id === 'string' ? RED.nodes.getNode(id) as { port?: ShopPort } | null : null;
  return node?.port;
}

/** A shop of nobody, until the real one is deployed: its pseudonyms are worth nothing. */
function standIn(): PreviewShop {
  return { currency: 'EUR', stores: [], calendar: new Calendar(new LocalClock(STAND_IN_ZONE), 0), privacyKey: randomBytes(32), staff: 'ignored' };
}

/** How else the first receipt's total and time could be read. */
function readingsOf(text: string, { pos, currency, calendar, now }: NormalizeContext): Record<string, unknown> {
  const read = readBody(text);
  if (read.outcome === 'refused') return {};
  const first: unknown = Array.isArray(read.value) ? read.value[0] : read.value;
  const valueOf = (field: keyof PosMapping['paths']): unknown => valuesAt(first, pos.paths[field] ?? [])[0];
  const [amount, time] = [valueOf('amount'), valueOf('time')];
  const zone = pos.date.zone ?? calendar.clock.zone;
  return {
    ...(isScalar(amount) ? { amount: { value: amount, reads: amountOf(amount, pos, currency), currency, options: numberReadings(amount, currency) } } : {}),
    ...(isScalar(time) ? { time: { value: time, reads: timeOf(time, pos), options: dateReadings(time, zone, now) } } : {}),
  };
}

/** As the form reads it now; `null` where it refuses. */
function amountOf(value: unknown, { number }: PosMapping, currency: string): string | null {
  const parsed = parseNumber(value, { ...number, currency });
  return (parsed.outcome === 'number' ? roundText(parsed.text, currency) : undefined) ?? null;
}

function timeOf(value: unknown, { date }: PosMapping): string | null {
  const parsed = parseDate(value, date);
  return parsed.outcome === 'instant' ? parsed.utc : null;
}

function textOr(otherwise: string, value: unknown): string {
  return typeof value === 'string' ? value : otherwise;
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
