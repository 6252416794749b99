/** Whatever is sent: no provider throws, what comes out is canonical, accounted for and the same again, and can be counted. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldExactly } from '../../engine/aggregate/exactly.js';
import { openGenerations, refold } from '../../engine/aggregate/applyEvents.js';
import { lettersOf } from '../../engine/deadletter/deadLetter.js';
import { parseEvent, type ShopEvent } from '../../engine/event/event.js';
import { MEASURES } from '../../engine/kpi/builtinKpis.js';
import { numbersAt, memoryStore } from '../support/shopStore.js';
import { ConfigError } from '../../engine/base/errors.js';
import { MAX_BODY_BYTES } from '../../engine/verify/bodyLimits.js';
import { readMapping } from '../../engine/normalize/mapping/fieldMapping.js';
import type { NormalizeContext } from '../../engine/normalize/draft/collector.js';
import { normalize, type NormalizedBody, normalizeSteps, PROVIDERS } from '../../engine/normalize/normalize.js';
import { PixelEndpoint } from '../../nodes/10-webhook/pixel.js';
import { contextOf, NOW } from '../fixtures/normalizing.js';
import { BODIES, FILE_TYPES, FILES, MAPPINGS, PROFILE_BODIES, QUERIES, TOPICS } from './examples.js';
import type { Judge } from './judge.js';
import { changedJson, changedText, type Examples, jsonRecipes, jsonText, textRecipes } from './mutation.js';
import { type FuzzTarget, target } from './target.js';

const context = contextOf();
const MINUTE = 60_000;
/** WooCommerce does not say when: the later one holds, as do visits of pages. */
const DATED_BY_ARRIVAL: ReadonlySet<string> = new Set(['order.deleted', 'order.restored']);

interface Sending {
  readonly provider: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly context?: NormalizeContext;
}

/** Normalizes it and checks what must hold of any outcome; answers the events. */
function outcomeOf(judge: Judge, payload: unknown, { provider, headers = {}, context: shop = context }: Sending): NormalizedBody {
  const intake = { provider, headers: { 'shop-domain': 'lampade.myshopify.com', ...headers } };
  const outcome = judge.timedSteps(() => normalizeSteps(payload, { ...intake, receivedAt: NOW }, shop));
  for (const event of outcome.events) assert.deepEqual(parseEvent(event, shop), { outcome: 'event', event });
  assert.equal(new Set(outcome.refusals.map(({ item }) => item)).size, outcome.refused);
  const sender = { provider, topic: '', receivedAt: NOW, name: (bytes: Uint8Array) => String(bytes.length), seal: (bytes: Uint8Array) => `sealed ${String(bytes.length)}` };
  assert.equal(lettersOf(outcome, payload, sender).length, outcome.refused + outcome.ignored.length + (outcome.erasures?.length ?? 0));
  // Sent again, a minute before: then nothing lies further ahead.
  const isDatedByArrival = provider === 'pixel' || DATED_BY_ARRIVAL.has(headers['topic'] ?? '');
  const again = normalize(payload, { ...intake, receivedAt: isDatedByArrival ? NOW : NOW - MINUTE }, shop);
  assert.deepEqual(again.events.map(({ id }) => id), outcome.events.map(({ id }) => id), 'the same bytes make the same ids');
  return outcome;
}

/** More of one input would say nothing more, and take long. */
const MAX_COUNTED = 300;

/** Counts events as a window node does, and reads them: nothing throws, and every number is one. */
async function count(judge: Judge, { events }: NormalizedBody): Promise<void> {
  if (events.length === 0) return;
  const store = await memoryStore();
  try {
    const { calendar, currency } = context;
    const generations = await openGenerations(store, MEASURES);
    const folding = { now: NOW, currency, calendar, graceMs: 5_000, ...generations };
    const folded = await judge.timedWork(() => foldExactly(store, events.slice(0, MAX_COUNTED), folding));
    await refold(store, '', folding);
    assert.ok(folded.inexact.size === 0 || events.length > 0);
    const at = instantOf(events[0]);
    for (const [name, value] of Object.entries(await numbersAt(store, '1d', { at }))) assert.ok(value === null || Number.isFinite(value), `${name} is ${String(value)}`);
  } finally {
    await store.close();
  }
}

function instantOf(event: ShopEvent | undefined): number {
  return event === undefined ? NOW : Date.parse(event.time);
}

const headersOf = (topic: string): Readonly<Record<string, string>> => ({ topic, 'source': 'https://a.example/', 'triggered-at': '2026-11-22T11:59:00Z' });

const bodies: FuzzTarget[] = Object.entries<Examples>({ ...BODIES, ...PROFILE_BODIES }).map(([provider, examples]) => {
  const inputs = fc.record({ recipe: jsonRecipes(examples), topic: fc.constantFrom(...(TOPICS[provider] ?? ['x'])) });
  return target(provider, inputs, async ({ recipe, topic }, judge) => {
    const text = jsonText(changedJson(examples, recipe));
    if (text.length > MAX_BODY_BYTES) return;
    await count(judge, outcomeOf(judge, Buffer.from(text), { provider, headers: headersOf(topic) }));
  });
});

/** The till's own mapping, as mistaken as what it maps. */
const mapped = target('pos mapping', fc.record({ mapping: jsonRecipes(MAPPINGS), recipe: jsonRecipes(BODIES.pos) }), async ({ mapping, recipe }, judge) => {
  const saved = changedJson(MAPPINGS, mapping) as Record<string, unknown> | null;
  const pos = judge.timed(() => unlessRefused(() => readMapping(saved ?? {}, 'Europe/Rome'))) ?? context.pos;
  const text = jsonText(changedJson(BODIES.pos, recipe));
  if (text.length <= MAX_BODY_BYTES) await count(judge, outcomeOf(judge, text, { provider: 'pos', context: { ...context, pos } }));
});

const files = target('batch', fc.record({ recipe: textRecipes(FILES), type: fc.constantFrom(...FILE_TYPES) }), async ({ recipe, type }, judge) => {
  const text = changedText(FILES, recipe);
  if (text.length > MAX_BODY_BYTES) return;
  await count(judge, outcomeOf(judge, Buffer.from(text), { provider: 'batch', headers: type === undefined ? {} : { 'content-type': type } }));
});

/** Bytes, text, and what nodes before ours may leave in a message. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 6 }).map((value) => jsonText(value)),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }),
);
const strangers = target('anything', fc.record({ payload: anything, provider: fc.constantFrom(...PROVIDERS, 'nobody', '__proto__') }), ({ payload, provider }, judge) => {
  outcomeOf(judge, payload, { provider, headers: headersOf('orders/create') });
});

/** A page's picture: what the query says goes the way of a body. */
const pictures = target('pixel.gif', fc.record({ recipe: textRecipes(QUERIES), referer: fc.option(fc.oneof(fc.webUrl(), fc.string()), { nil: undefined }) }), async ({ recipe, referer }, judge) => {
  const sent: Buffer[] = [];
  const config = { origins: 'any' as const, perMinute: 100_000, perSecond: 10_000 };
  const handler = { deliver: (signed: { readonly body: Buffer }): void => { sent.push(signed.body); } };
  const endpoint = new PixelEndpoint({ now: () => NOW, config: { trustedProxies: [] } }, config, { refused: () => undefined } as never, handler);
  const headers = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/130.0', ...(referer === undefined ? {} : { referer }) };
  const request = { method: 'GET', headers, socket: { remoteAddress: '127.0.0.1' }, url: `/in/pixel.gif${changedText(QUERIES, recipe)}` };
  judge.timed(() => { endpoint.picture(request as never, { writeHead: () => ({ end: () => undefined }) } as never); });
  const [body] = sent;
  if (body !== undefined) await count(judge, outcomeOf(judge, body, { provider: 'pixel' }));
});

/** `undefined` where a form is refused by name. */
export function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

export const INTAKES: readonly FuzzTarget[] = [...bodies, mapped, files, strangers, pictures];
