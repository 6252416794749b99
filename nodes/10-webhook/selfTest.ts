/**
 * `probe` tries an endpoint from the signature to the last node: it posts a signed example, as its sender would, and reports the answer.
 */
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import { isFormSender } from '../../engine/normalize/profile/content.js';
import type { SenderProfile } from '../../engine/normalize/profile/profile.js';
import { profileSample } from '../../engine/normalize/profile/profileSample.js';
import { isProfile, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { proofHeaders } from '../../engine/verify/samples/signProof.js';
import { sampleOf, SAMPLE_SHOP, type SampleProvider } from '../../engine/verify/samples/payloads.js';
import {
  hubspotRequest, shopifyRequest, type SignedRequest, standardRequest, tillRequest, tokenRequest, woocommerceRequest,
} from '../../engine/verify/samples/sign.js';
import { messageOf } from '../../engine/base/errors.js';
import { formatInstant } from '../../engine/base/time.js';
import { secureFetch } from '../shared/http/secureFetch.js';
import type { SenderTrial, TrialWay } from '../shared/senderPort.js';
import { isOpen, type PixelConfig, type WebhookConfig } from './config.js';
import type { SenderActivity } from './senderActivity.js';

/** Longer than any endpoint may take. */
const PATIENCE_MS = 65_000;
const MAX_ANSWER_BYTES = 65_536;
const MAX_ERRORS = 5;

/** `ProbeTerms`: `publicUrl` is what senders call the server (HubSpot signs it, a till's token names it). */
export interface ProbeTerms {
  readonly publicUrl: string;
  readonly activity: SenderActivity;
  readonly way: TrialWay;
  readonly now: number;
}

export async function probe(RED: NodeAPI, config: WebhookConfig, { publicUrl, activity, way, now }: ProbeTerms): Promise<SenderTrial> {
  const path = `${rootOf(RED)}${config.path}${secretTail(config)}`;
  const signed = signedSample(config, `${publicUrl}${path}`, now);
  if (signed === undefined) return { outcome: isOpen(config) ? 'foreignKey' : 'noSecret' };
  const trial = activity.begin();
  const startedAt = performance.now();
  try {
    const marked = { ...signed, headers: { ...signed.headers, ...trial.headers } };
    const { status, text } = await post(`${way === 'here' ? ownUrl(RED) : publicUrl}${path}`, marked, way);
    return { outcome: 'answered', status, tookMs: Math.round(performance.now() - startedAt), arrival: trial.end(), ...countsIn(text) };
  } catch (error) {
    trial.end();
    if (way === 'here') throw error;
    return { outcome: 'away', fault: faultOf(error) };
  }
}

/** `signedSample` is `undefined` where only the sender has the key. */
export function signedSample(config: WebhookConfig, url: string, now: number): SignedRequest | undefined {
  const { provider, path, pixel, secrets: [secret], webhookSecrets: [webhookSecret] } = config;
  if (isProfile(provider)) return profileRequest(PROFILES[provider], config, url, now);
  const sample = sampleOf(provider, 'harmless', now);
  const body = typeof sample.body === 'string' ? sample.body : JSON.stringify(sample.body);
  if (pixel !== undefined) return pageRequest(path, pixel, body);
  if (secret !== undefined) return requestBy({ ...config, provider }, secret, { ...sample, body, url, now });
  // Only a till has secrets of a second kind.
  return webhookSecret === undefined ? undefined : standardRequest(webhookSecret, nameAt(now), now, body);
}

/** What a sender without signature was given. */
function secretTail({ secrets, urlSecrets: [urlSecret] }: WebhookConfig): string {
  return secrets.length === 0 && urlSecret !== undefined ? `/${urlSecret}` : '';
}

function profileRequest(profile: SenderProfile, { path, secrets: [secret], urlSecrets }: WebhookConfig, url: string, now: number): SignedRequest | undefined {
  const { headers, body: said } = profileSample(profile, 'harmless', now);
  const body = typeof said === 'string' ? said : JSON.stringify(said);
  const type = isFormSender(profile) ? 'application/x-www-form-urlencoded' : 'application/json';
  const proof = profile.proof === undefined || secret === undefined ? {} : proofHeaders(profile.proof, secret, { url, body, id: nameAt(now), now });
  if (proof === undefined || (secret === undefined && urlSecrets.length === 0)) return undefined;
  return { path, body, headers: { 'content-type': type, ...namedHeaders(profile, headers), ...proof } };
}

/** The topic under the name that the sender has for it. */
function namedHeaders(profile: SenderProfile, { topic }: Readonly<Record<string, string>>): Record<string, string> {
  const name = profile.receipts === undefined ? profile.topic.header : undefined;
  return name === undefined || topic === undefined ? {} : { [name]: topic };
}

interface Unsigned {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly url: string;
  readonly now: number;
}

type CodedSender = Pick<WebhookConfig, 'issuer'> & { readonly provider: SampleProvider };

function requestBy({ provider, issuer }: CodedSender, secret: string, { headers, body, url, now }: Unsigned): SignedRequest | undefined {
  const { topic = '', source = '' } = headers;
  const id = nameAt(now);
  switch (provider) {
    case 'shopify': return shopifyRequest({ secret, topic, shop: SAMPLE_SHOP, webhookId: id, triggeredAt: formatInstant(now), body });
    case 'hubspot': return hubspotRequest(secret, url, now, body);
    case 'woocommerce': return woocommerceRequest(secret, { topic, source, id, body });
    case 'pos': return tillRequest({ secret, issuer: issuer ?? 'urn:bottega:prova', audience: url, id, issuedAt: now }, body);
    case 'events': case 'batch': return tokenRequest(secret, body);
    case 'pixel': return undefined;
  }
}

function nameAt(now: number): string {
  return `prova-${String(now)}`;
}

/** As a page of the shop would send it. */
function pageRequest(path: string, { example }: PixelConfig, body: string): SignedRequest {
  return { path, body, headers: { 'content-type': 'text/plain', ...(example !== undefined && { origin: example }) } };
}

/** `rootOf` is what all paths of nodes begin with. */
export function rootOf(RED: NodeAPI): string {
  return String(RED.settings.httpNodeRoot ?? '').replace(/\/+$/, '');
}

function ownUrl({ server }: NodeAPI): string {
  const { address, port } = server.address() as AddressInfo;
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  return `${'setSecureContext' in server ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** To ourselves: the certificate names the public host, not this address. */
async function post(url: string, { headers, body }: SignedRequest, way: TrialWay): Promise<{ status: number; text: string }> {
  const trust = way === 'here' ? 'ourselves' : 'certificate';
  const terms = { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS), maxBytes: MAX_ANSWER_BYTES, trust } as const;
  const response = await secureFetch(url, terms);
  return { status: response.status, text: await response.text() };
}

/** What lies beneath "fetch failed". */
function faultOf(error: unknown): string {
  return messageOf(error instanceof TypeError && error.cause !== undefined ? error.cause : error);
}

/** Our own answers are JSON of counts and errors; anything else is another program's and stays here. */
function countsIn(text: string): { counts?: unknown; errors?: unknown } {
  const answer = parsed(text);
  if (typeof answer !== 'object' || answer === null) return {};
  const { errors, ...counts } = answer as Readonly<Record<string, unknown>>;
  return { counts, ...(Array.isArray(errors) && { errors: errors.slice(0, MAX_ERRORS) }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
