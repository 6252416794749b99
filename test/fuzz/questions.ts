/** Whatever is asked, configured or published: forms are read or refused by name, questions answered or refused, MQTT messages decoded or rejected. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openGenerations } from '../../engine/aggregate/applyEvents.js';
import { type AlertRule, type Rule } from '../../engine/alert/rule.js';
import { readRules } from '../../engine/alert/ruleForm.js';
import { parseAcknowledgement } from '../../engine/delivery/acknowledgements.js';
import { decodeKpiMessage, StaleGuard } from '../../engine/emit/kpiMessage.js';
import { isRecord } from '../../engine/base/json.js';
import { parseEvent } from '../../engine/event/event.js';
import { DEFAULT_SETTINGS, MEASURES } from '../../engine/kpi/builtinKpis.js';
import { kpisOf, measureOf } from '../../engine/kpi/customKpis.js';
import { writeDefinitions } from '../../engine/kpi/storedDefinitions.js';
import { evaluateRule } from '../../engine/library/evaluateRule.js';
import { dateReadings, numberReadings } from '../../engine/normalize/pos/suggestMapping.js';
import { toCsv } from '../../engine/query/kpiQuery.js';
import { Baseline } from '../../engine/read/baseline/baseline.js';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import { Opening } from '../../engine/calendar/openingHours.js';
import { MAX_BODY_BYTES } from '../../engine/verify/bodyLimits.js';
import { verifyShopify, verifyStandardWebhook, verifyWooCommerce } from '../../engine/verify/hmac.js';
import { verifyHubSpot } from '../../engine/verify/hubspot.js';
import { verifyJwt } from '../../engine/verify/jwt.js';
import { senderAddressOf } from '../../engine/verify/senderAddress.js';
import { timestampOf } from '../../engine/verify/timestamp.js';
import { standardRequest, tillRequest, shopifyRequest, hubspotRequest } from '../../engine/verify/samples/sign.js';
import * as store from '../../nodes/00-store/config.js';
import * as broker from '../../nodes/05-broker/config.js';
import * as shop from '../../nodes/06-shop/config.js';
import * as webhook from '../../nodes/10-webhook/config.js';
import * as normalize from '../../nodes/20-normalize/config.js';
import { preview as previewMapping } from '../../nodes/20-normalize/preview.js';
import * as dedupe from '../../nodes/30-dedupe/config.js';
import * as outbox from '../../nodes/40-outbox/config.js';
import * as deadletter from '../../nodes/45-deadletter/config.js';
import { decodeEvents, decodeFootfall } from '../../nodes/50-inbox/decode.js';
import * as inbox from '../../nodes/50-inbox/config.js';
import * as listen from '../../nodes/55-listen/config.js';
import * as windows from '../../nodes/60-window/config.js';
import * as alert from '../../nodes/70-alert/config.js';
import { preview as previewRules } from '../../nodes/70-alert/preview.js';
import * as notify from '../../nodes/75-notify/config.js';
import { answer } from '../../nodes/shared/answer.js';
import * as query from '../../nodes/80-query/config.js';
import * as database from '../../nodes/83-database/config.js';
import * as monitor from '../../nodes/90-monitor/config.js';
import type { SavedForm } from '../../nodes/shared/node.js';
import { event, NOW } from '../support/events.js';
import { calendar, memoryStore, receive } from '../support/shopStore.js';
import { BODIES, COUNT_TOPICS, COUNTS, NUMBERS, QUESTIONS, RULES } from './examples.js';
import { unlessRefused } from './intakes.js';
import { changedJson, changedText, type Examples, jsonRecipes, jsonText, textRecipes } from './mutation.js';
import { type FuzzTarget, target } from './target.js';

type ReadForm = (saved: SavedForm, secrets: Readonly<Record<string, string>>) => unknown;

const FORMS: Readonly<Record<string, ReadForm>> = {
  'bottega-store': (saved, secrets) => store.readConfig(saved, secrets, {}), 'bottega-broker': (saved, secrets) => broker.readConfig(saved, secrets, {}),
  'bottega-shop': (saved, secrets) => shop.readConfig(saved, secrets, {}), 'bottega-webhook': (saved, secrets) => webhook.readConfig(saved, secrets, {}),
  'bottega-normalize': normalize.readConfig, 'bottega-dedupe': dedupe.readConfig, 'bottega-outbox': outbox.readConfig, 'bottega-deadletter': deadletter.readConfig,
  'bottega-inbox': inbox.readConfig, 'bottega-listen': listen.readConfig, 'bottega-alert': alert.readConfig, 'bottega-query': query.readConfig, 'bottega-monitor': monitor.readConfig,
  'bottega-database': (saved, secrets) => database.readConfig(saved, secrets, {}),
  'bottega-notify': (saved, secrets) => notify.readConfig(saved, secrets, {}),
  // What a window node does with its own KPIs before anything is counted.
  'bottega-window': (saved) => { const { kpis } = windows.readConfig(saved); return [kpisOf(kpis), kpis.map(measureOf)]; },
};

/** Fields that the templates leave empty. */
const FILLED: Examples = {
  shop: {
    type: 'bottega-shop', zone: 'Europe/Rome', opens: 'hours', hours: ['09:00-12:30, 15:30-19:30', '', '09:00-19:00', '', '', '10:00-02:00', ''], patron: 'milano', closures: [{ name: 'Ferie', from: '2026-08-10', to: '2026-08-20' }],
    exceptions: [{ date: '2026-12-08', hours: '10:00-13:00' }], shifts: [{ name: 'Mattina', from: '06:00', to: '14:00' }], records: [{ store: 'a', channel: 'pos', source: 'urn:a' }],
  },
  window: {
    type: 'bottega-window', sizes: ['1h', 'auto'], kpis: [
      { name: 'pizze', type: 'sale', value: 'quantity', show: 'sum', where: [{ field: 'channel', op: 'is', value: 'pos' }, { field: 'duration', op: 'above', value: '10' }] },
      { name: 'a_testa', type: 'sale', value: 'amount', show: 'per', per: 'pizze', where: [] },
    ],
  },
  broker: { type: 'bottega-broker', kind: 'external', url: 'mqtts://user:secret@broker.example:8883', ca: '/a', protocol: '4' },
  store: { type: 'bottega-store', kind: 'redis', url: 'rediss://redis.example:6379/1', ca: '/a' }, till: { type: 'bottega-webhook', provider: 'pos', keysUrl: 'https://a.example/keys', issuer: 'urn:a', deadline: '4' },
  pixel: { type: 'bottega-webhook', provider: 'pixel', origins: 'https://*.shop.example, shop.example', perMinute: '60' },
  mail: { type: 'bottega-notify', channel: 'email', host: 'mail.example', port: '465', from: 'a@b.example', to: 'c@d.example; e@f.example', security: 'starttls' },
  hook: { type: 'bottega-notify', channel: 'webhook', url: 'https://hook.example/x' }, normalize: { type: 'bottega-normalize', columns: 'Importo finale=amount', shops: 'lampade.myshopify.com', version: 1, mapping: { returns: 'reso' } },
  alerts: { type: 'bottega-alert', version: 1, rules: RULES['live'] },
};
const SECRETS: Examples = { none: {}, some: { user: 'bottega', password: 'a%zz', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', previousSecret: 'a', token: 't', privacyKey: 'k', webhookSecret: 'whsec_' } };

/** The nodes of all templates, and those above: one form each. */
const SAVED: Examples = { ...FILLED, ...templateForms() };

function templateForms(): Examples {
  const folder = join(__dirname, '../../flows');
  const flows = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { id: string; type: string }[]);
  return Object.fromEntries(flows.flat().filter(({ type }) => type in FORMS).map(({ z: _flow, wires: _wires, ...form }: Record<string, unknown>) => [`${String(form['type'])} ${String(form['name'])}`, form]));
}

const forms = target('saved forms', fc.record({ recipe: jsonRecipes(SAVED), secrets: jsonRecipes(SECRETS) }), ({ recipe, secrets }, judge) => {
  const saved = changedJson(SAVED, recipe);
  // Node-RED keeps objects only, each with its type, and secrets as text.
  if (typeof saved !== 'object' || saved === null) return;
  const read = FORMS[(SAVED[recipe.example] as SavedForm).type];
  const texts = Object.entries(changedJson(SECRETS, secrets) ?? {}).filter(([, value]) => typeof value === 'string') as [string, string][];
  judge.timed(() => unlessRefused(() => read?.(saved as SavedForm, Object.fromEntries(texts))));
});

const context = { now: NOW, currency: 'EUR' };
const questions = target('/kpi', jsonRecipes(QUESTIONS), async (recipe, judge) => {
  const raw = changedJson(QUESTIONS, recipe);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return;
  const memory = await memoryStore();
  try {
    await openGenerations(memory, MEASURES);
    await memory.commit(writeDefinitions([], DEFAULT_SETTINGS));
    await receive(memory, [event(), event({ subject: 'order/2', time: '2026-11-21T10:00:00Z' })]);
    const { names, staff } = shop.readConfig({ id: 'a', type: 'bottega-shop' }, {}, {});
    const asked = { tenant: 'shop', names, staff, currency: 'EUR', calendar, opening: new Opening(calendar), stores: [], records: [], sector: 'retail' as const, privacyKey: Buffer.alloc(32) };
    const source = { shop: asked, store: memory, graceMs: 5_000, comparison: new Baseline(memory, asked, () => undefined) };
    const answered = await judge.timedWork(() => answer(raw as Record<string, unknown>, source, NOW));
    if (answered.outcome === 'rows') judge.timed(() => toCsv(answered.rows));
  } finally {
    await memory.close();
  }
});

const opening = new Opening(calendar);

/** Rules as typed, then whatever is published, one after the other. */
const alerts = target('alert rules', fc.record({ recipe: jsonRecipes(RULES), values: fc.array(jsonRecipes(NUMBERS), { maxLength: 4 }) }), ({ recipe, values }, judge) => {
  const rows = changedJson(RULES, recipe);
  const rules = judge.timed(() => unlessRefused(() => readRules(rows))) ?? [];
  judge.timed(() => previewRules({ form: { rules: rows, windows: [], language: 'en' } }));
  const published = values.flatMap((value) => publishedIn(changedJson(NUMBERS, value)));
  for (const rule of rules.filter(isAboutNumbers)) {
    const about = published.map((value) => ({ ...value, name: rule.kpi }));
    const { state } = judge.timed(() => evaluateRule(rule, undefined, about, NOW, opening));
    judge.timed(() => evaluateRule(rule, state, about, NOW + 3_600_000, opening));
  }
});

function isAboutNumbers(rule: Rule): rule is AlertRule {
  return rule.kind !== 'absence';
}

/** As a broker would hand it over; nothing where it is no number. */
function publishedIn(value: unknown): KpiValue[] {
  const { name, window, store: one, channel, adaptive } = (value ?? {}) as Partial<KpiValue>;
  const decoded = decodeKpiMessage(`a/kpi/${String(name)}/${adaptive === undefined ? String(window?.size) : 'auto'}/${String(one)}/${String(channel)}`, jsonText(value));
  return decoded === undefined ? [] : [decoded];
}

const listened = target('MQTT of listen', fc.record({ recipe: jsonRecipes(NUMBERS), topic: fc.constantFrom('', '/', 'bottega/shop/kpi/revenue/1h/_/_') }), ({ recipe, topic }, judge) => {
  const value = changedJson(NUMBERS, recipe);
  const text = jsonText(value);
  if (text.length > MAX_BODY_BYTES) return;
  judge.timed(() => decodeKpiMessage(topic, text));
  const guard = new StaleGuard();
  for (const number of publishedIn(value)) judge.timed(() => { assert.deepEqual([guard.accept(number, NOW), guard.accept(number, NOW)], ['newer', 'newer']); });
});

const decoding = { ...context, name: (text: string) => String(text.length), seal: (text: string) => `sealed ${String(text.length)}` };
const received = target('MQTT of inbox', fc.record({ recipe: jsonRecipes(BODIES.events), mark: jsonRecipes({ mark: { outboxid: 'a', outboxoffset: 3 } }), cut: fc.nat({ max: 20 }) }), ({ recipe, mark, cut }, judge) => {
  const sent = changedJson(BODIES.events, recipe);
  const marked = typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? { ...sent, ...(changedJson({ mark: { outboxid: 'a', outboxoffset: 3 } }, mark) as object) } : sent;
  const text = jsonText(marked);
  if (text.length > MAX_BODY_BYTES) return;
  // Now and then what a broker lost the end of.
  const { events, rejected } = judge.timed(() => decodeEvents('bottega/shop/events/asti/pos/sale', Buffer.from(cut === 1 ? text.slice(0, -1) : text), decoding));
  for (const { event: one } of events) assert.deepEqual(parseEvent(one, context), { outcome: 'event', event: one });
  assert.ok(events.length + rejected.length > 0 || text === '[]');
  judge.timed(() => parseAcknowledgement(text));
});

const counted = target('MQTT of footfall', fc.record({ recipe: textRecipes(COUNTS), topic: fc.constantFrom(...COUNT_TOPICS) }), async ({ recipe, topic }, judge) => {
  const payload = Buffer.from(changedText(COUNTS, recipe));
  const { events, rejected } = await judge.timedWork(() => decodeFootfall(topic, payload, 'u', decoding));
  assert.equal(events.length + rejected.length, 1);
  for (const { event: one } of events) assert.deepEqual(parseEvent(one, context), { outcome: 'event', event: one });
});

const RED = { nodes: { getNode: () => null } };
const PREVIEWS: Examples = {
  pos: { form: SAVED['normalize'], provider: 'pos', text: jsonText(BODIES.pos.receipt), headers: {} },
  shopify: { form: { type: 'bottega-normalize' }, provider: 'shopify', text: jsonText(BODIES.shopify.order), headers: { topic: 'orders/paid' } },
};
const previews = target('preview of a mapping', fc.record({ asked: jsonRecipes(PREVIEWS), value: fc.oneof(fc.string(), fc.double(), fc.jsonValue()) }), ({ asked, value }, judge) => {
  const question = changedJson(PREVIEWS, asked);
  if (hasForm(question)) judge.timed(() => unlessRefused(() => previewMapping(RED as never, question, NOW)));
  judge.timed(() => [numberReadings(value, 'EUR'), dateReadings(value, 'Europe/Rome', NOW)]);
});

/** What has no form is for a deployed node to answer. */
function hasForm(question: unknown): question is { readonly form: object } {
  return isRecord(question) && isRecord(question['form']);
}

const SECRET = 'a'.repeat(32);
const BODY = '{"a":1}';
const PROOFS: Examples = {
  shopify: shopifyRequest({ secret: SECRET, topic: 'orders/paid', shop: 'a.myshopify.com', webhookId: 'a', triggeredAt: '2026-11-22T12:00:00Z', body: BODY }).headers,
  hubspot: hubspotRequest(SECRET, 'https://a.example/in/hubspot', NOW, BODY).headers,
  token: tillRequest({ secret: SECRET, issuer: 'urn:a', audience: 'https://a.example', id: 'a', issuedAt: NOW }, BODY).headers,
  standard: standardRequest('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'a', NOW, BODY).headers,
};

/** Headers come as text from Node.js; whatever text they hold, a proof is right or refused. */
const proofs = target('proofs', jsonRecipes(PROOFS), async (recipe, judge) => {
  const headers = Object.fromEntries((Object.entries(changedJson(PROOFS, recipe) ?? {}) as [string, unknown][])
    .map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : jsonText(value)]));
  const signed = { method: 'POST', url: 'https://a.example/in/hubspot', headers, body: Buffer.from(BODY) };
  judge.timed(() => [verifyShopify(signed, [SECRET]), verifyWooCommerce(signed, [SECRET]), verifyHubSpot(signed, [SECRET], NOW, 'any'), verifyStandardWebhook(signed, [SECRET], NOW)]);
  judge.timed(() => ['shopify', 'hubspot', 'pos'].map((provider) => timestampOf(provider as 'pos', signed)));
  judge.timed(() => senderAddressOf('127.0.0.1', { ...headers, 'x-forwarded-for': Object.values(headers)[0] }, []));
  await judge.timedWork(() => verifyJwt(signed, { secrets: [SECRET], audiences: ['https://a.example'] }, NOW));
});

export const ELSEWHERE: readonly FuzzTarget[] = [forms, questions, alerts, listened, received, counted, previews, proofs];
