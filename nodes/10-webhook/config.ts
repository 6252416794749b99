/**
 * `WebhookConfig` says who may post here, and how they prove it: the saved form of a webhook, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { type ProviderName, PROVIDERS } from '../../engine/normalize/normalize.js';
import { profileOf } from '../../engine/normalize/profile/profiles.js';
import type { SenderProfile } from '../../engine/normalize/profile/profile.js';
import type { HubSpotVersions } from '../../engine/verify/hubspot.js';
import { type Origins, parseOrigins } from '../../engine/verify/pixel/origins.js';
import { LEAST_BYTES, type SecretScheme, strengthOf, usableSecrets } from '../../engine/verify/secretStrength.js';
import type { TrustedProxies } from '../../engine/verify/senderAddress.js';
import { secretLines } from '../../engine/verify/verdict.js';
import { atVersion, filled, readNumber } from '../shared/configFields.js';
import { trustedProxies } from '../shared/http/sender.js';
import type { SavedForm } from '../shared/node.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `WebhookProvider` names whose messages an endpoint takes. */
export type WebhookProvider = ProviderName;

/** `WebhookConfig`: `secrets` are current and previous, of the provider's own kind. Everything absent falls back to the environment, then to nothing. */
export interface WebhookConfig {
  readonly provider: WebhookProvider;
  readonly path: string;
  readonly secrets: readonly string[];
  /** Standard Webhooks secrets of a till. */
  readonly webhookSecrets: readonly string[];
  readonly keysUrl?: string;
  readonly issuer?: string;
  readonly versions: HubSpotVersions;
  /** Without slash at the end. */
  readonly publicUrl?: string;
  readonly deadlineMs: number;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Id of the store node that remembers token ids; absent: the process remembers. */
  readonly store?: string;
  /** For what pages send: nobody proves anything there. */
  readonly pixel?: PixelConfig;
  /** Of a sender that is data. */
  readonly profile?: SenderProfile;
  /** Ends of the URL that a sender without signature was given. */
  readonly urlSecrets: readonly string[];
  /** Whether what comes by a secret URL counts as it is, or only once it is fetched. */
  readonly urlTrust: 'token' | 'untrusted';
}

/** `PixelConfig` says whose pages may send, and how much. */
export interface PixelConfig {
  readonly origins: Origins;
  /** One of them, to pose as. */
  readonly example?: string;
  /** From one address. */
  readonly perMinute: number;
  /** From all of them. */
  readonly perSecond: number;
}

type WebhookEnvironment = Readonly<Record<string, string | undefined>>;

/** Where a secret comes from whose field was left empty: the first, and a till's of the other kind. */
const SECRET_VARIABLES: Readonly<Partial<Record<WebhookProvider, readonly string[]>>> = {
  shopify: ['SHOPIFY_WEBHOOK_SECRET'],
  hubspot: ['HUBSPOT_CLIENT_SECRET'],
  woocommerce: ['WOOCOMMERCE_WEBHOOK_SECRET'],
  pos: ['POS_JWT_SECRET', 'POS_WEBHOOK_SECRET'],
  events: ['BOTTEGA_API_TOKEN'],
  batch: ['BOTTEGA_API_TOKEN'],
};

const DEADLINE_S = 4;
/** Thousands of rows take longer than one order, and who sends them can wait. */
const BATCH_DEADLINE_S = 30;
const PIXELS_PER_MINUTE = 60;
const PIXELS_PER_SECOND = 50;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError` with field, rule and value. `secrets` are the node's credentials. */
export function readConfig(raw: SavedForm, secrets: Readonly<Record<string, string>>, env: WebhookEnvironment = process.env): WebhookConfig {
  const saved = upgrade(raw);
  const provider = readProvider(saved['provider'] ?? 'shopify');
  const publicUrl = readUrl('publicUrl', filled(saved['publicUrl']) ?? filled(env['BOTTEGA_PUBLIC_URL']));
  const store = filled(saved['store']);
  return {
    provider,
    path: readPath(filled(saved['path']) ?? `/in/${provider}`),
    ...readSender(provider, saved, secrets, env),
    versions: saved['oldSignatures'] === true ? 'any' : 'v3',
    trustedProxies: trustedProxies(env),
    deadlineMs: readDeadline(saved['deadline'] ?? (provider === 'batch' ? BATCH_DEADLINE_S : DEADLINE_S)),
    ...(publicUrl !== undefined && { publicUrl: publicUrl.replace(/\/+$/, '') }),
    ...(store !== undefined && { store }),
    ...readTill(provider, saved, secrets, env),
    ...(provider === 'pixel' && { pixel: readPixel(saved, env) }),
  };
}

/** `isOpen`: whether anybody can get in at all. */
export function isOpen(config: WebhookConfig): boolean {
  const { pixel, secrets, urlSecrets, webhookSecrets, keysUrl } = config;
  return pixel !== undefined || keysUrl !== undefined || [secrets, urlSecrets, webhookSecrets].some(({ length }) => length > 0);
}

/** `leastOfShort` is how many bytes a secret of this endpoint should have, where one has fewer; `undefined` where all are long enough. */
export function leastOfShort(config: Pick<WebhookConfig, 'provider' | 'secrets' | 'urlSecrets' | 'webhookSecrets'>): number | undefined {
  const { provider, secrets, urlSecrets, webhookSecrets } = config;
  const isShort = (scheme: SecretScheme, known: readonly string[]): boolean => known.some((secret) => strengthOf(scheme, secret) === 'short');
  if (isShort(schemeOf(provider), secrets)) return LEAST_BYTES[schemeOf(provider)];
  if (isShort('shared', urlSecrets)) return LEAST_BYTES.shared;
  return isShort('standard', webhookSecrets) ? LEAST_BYTES.standard : undefined;
}

/** A public key is as long as it is, and no secret. */
function schemeOf(provider: WebhookProvider): SecretScheme {
  const scheme = profileOf(provider)?.secret?.scheme;
  if (scheme !== undefined) return scheme === 'publicKey' ? 'shared' : scheme;
  return provider === 'pos' ? 'hs256' : 'shared';
}

/** `variablesOf` the environment that hold the secrets of a sender. */
export function variablesOf(provider: WebhookProvider): readonly string[] {
  const profile = profileOf(provider);
  const names = profile === undefined ? SECRET_VARIABLES[provider] ?? [] : [profile.secret?.variable, profile.urlSecret?.variable];
  return names.filter((name) => name !== undefined);
}

type Sender = Pick<WebhookConfig, 'secrets' | 'urlSecrets' | 'urlTrust' | 'profile'>;

function readSender(provider: WebhookProvider, saved: SavedForm, secrets: Readonly<Record<string, string>>, env: WebhookEnvironment): Sender {
  const profile = profileOf(provider);
  return {
    secrets: readSecrets(provider, secrets, env),
    urlSecrets: readUrlSecrets(profile, secrets, env),
    urlTrust: saved['trustUrl'] === true ? 'token' : 'untrusted',
    ...(profile !== undefined && { profile }),
  };
}

function readSecrets(provider: WebhookProvider, secrets: Readonly<Record<string, string>>, env: WebhookEnvironment): string[] {
  const profile = profileOf(provider);
  if (profile !== undefined && profile.secret === undefined) return [];
  const typed = [secrets['secret'], secrets['previousSecret']];
  const fallback = env[variablesOf(provider)[0] ?? ''];
  // The lines of a public key belong together.
  if (profile?.secret?.scheme === 'publicKey') return [filled(typed[0]) ?? filled(fallback) ?? ''].filter((key) => key !== '');
  return secretsOf(schemeOf(provider), typed, fallback);
}

/** A sender that has both kinds may come either way, where both have a secret. */
function readUrlSecrets(profile: SenderProfile | undefined, secrets: Readonly<Record<string, string>>, env: WebhookEnvironment): string[] {
  if (profile?.urlSecret === undefined) return [];
  const typed = profile.secret === undefined ? [secrets['secret'], secrets['previousSecret']] : [secrets['urlSecret']];
  const found = secretsOf('shared', typed, env[profile.urlSecret.variable]);
  // The value is nobody's business but the sender's.
  if (!found.every((secret) => /^\w[\w.-]{0,199}$/.test(secret))) throw new ConfigError('urlSecret', 'must hold letters, digits and - _ . only', '…');
  return found;
}

type Till = Pick<WebhookConfig, 'webhookSecrets' | 'keysUrl' | 'issuer'>;

function readTill(provider: WebhookProvider, saved: SavedForm, secrets: Readonly<Record<string, string>>, env: WebhookEnvironment): Till {
  if (provider !== 'pos') return { webhookSecrets: [] };
  const keysUrl = readUrl('keysUrl', filled(saved['keysUrl']) ?? filled(env['POS_JWKS_URL']));
  const issuer = filled(saved['issuer']);
  return {
    webhookSecrets: secretsOf('standard', [secrets['webhookSecret']], env['POS_WEBHOOK_SECRET']),
    ...(keysUrl !== undefined && { keysUrl }),
    ...(issuer !== undefined && { issuer }),
  };
}

function readPixel(saved: SavedForm, env: WebhookEnvironment): PixelConfig {
  const typed = filled(saved['origins']) ?? filled(env['BOTTEGA_PIXEL_ORIGINS']) ?? '';
  const origins = parseOrigins(typed);
  if (origins === undefined) throw new ConfigError('origins', 'must be addresses such as https://www.shop.example, one per line', typed);
  const example = exampleOf(typed);
  return {
    origins,
    perMinute: readNumber(saved['perMinute'] ?? PIXELS_PER_MINUTE, 'perMinute', 1, 100_000),
    perSecond: readNumber(saved['perSecond'] ?? PIXELS_PER_SECOND, 'perSecond', 1, 10_000),
    ...(example !== undefined && { example }),
  };
}

function exampleOf(typed: string): string | undefined {
  const [first = ''] = typed.split(/[\s,]+/);
  if (first === '' || first === 'null') return first === '' ? undefined : first;
  const name = first.replace('*.', 'www.').replace(/\/$/, '');
  return name.includes('://') ? name : `https://${name}`;
}

/** What is empty (nothing behind `whsec_`, a variable nobody has set) is none. */
function secretsOf(scheme: SecretScheme, typed: readonly (string | undefined)[], fallback: string | undefined): string[] {
  const lines = usableSecrets(scheme, secretLines(typed.map((text) => text ?? '').join('\n')));
  return lines.length > 0 ? lines : usableSecrets(scheme, secretLines(fallback ?? ''));
}

function readProvider(saved: unknown): WebhookProvider {
  const provider = PROVIDERS.find((known) => known === saved);
  if (provider === undefined) throw new ConfigError('provider', `must be one of ${PROVIDERS.join(', ')}`, saved);
  return provider;
}

/** Only letters that mean themselves to Express and in a URL. */
function readPath(path: string): string {
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw new ConfigError('path', 'must begin with / and hold letters, digits and - _ . ~', path);
  return path;
}

function readUrl(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new ConfigError(field, 'must be a URL that begins with http', text);
  return text;
}

function readDeadline(saved: unknown): number {
  const seconds = Number(saved);
  if (!(seconds >= 0.1 && seconds <= 60)) throw new ConfigError('deadline', 'must be a number of seconds from 0.1 to 60', saved);
  return Math.round(seconds * 1_000);
}
