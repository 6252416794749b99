/**
 * `Settings` are what the environment asked for. Every variable has a default; one that breaks a rule stops the start with its name, rule and value.
 */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../../engine/base/errors.js';
import { readBackupPlan } from '../../engine/store/backupPlan.js';
import { parseRedisUrl } from '../../engine/store/redis/url.js';
import { tlsOptions } from '../../engine/base/tls.js';
import { readKeyRing } from '../../engine/store/sealed/keyRing.js';
import { parseProxies, type TrustedProxies } from '../../engine/verify/senderAddress.js';
import { readNameLimits } from '../../engine/aggregate/nameLimits.js';
import { isZone } from '../../engine/base/time.js';
import { type FrameAncestors, parseFrameAncestors } from './frameAncestors.js';
import { type OidcSettings, readOidc } from './oidcSettings.js';

export const TEMPLATES = ['retail', 'restaurant', 'artisan'] as const;
export type Template = (typeof TEMPLATES)[number];

/** What the templates, the nodes' statuses and the alerts speak; the editor and the pages follow the browser. */
export const LANGUAGES = ['it', 'en'] as const;
export type SpokenIn = (typeof LANGUAGES)[number];

/** Who does it: one process everything; or an edge collects events, workers count them, a front shows the numbers and warns. */
export const ROLES = ['all', 'edge', 'worker', 'front'] as const;
export type Role = (typeof ROLES)[number];

/** Who may open editor and dashboard: whoever sits at this machine, whoever knows the password, whom the OpenID provider vouches for. */
export type Access =
  | { readonly by: 'loopback' }
  | { readonly by: 'password'; readonly password: string; readonly oidc?: OidcSettings }
  | { readonly by: 'provider'; readonly oidc: OidcSettings };

/** `TlsFiles`: paths of PEM files; the certificate with those that vouch for it, the key without a passphrase. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Settings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** A second port, where senders alone are served: no editor, no dashboard. Absent: they are served on the first. */
  readonly intakePort?: number;
  /** Node-RED's user directory; the embedded store lies in it too. */
  readonly data: string;
  readonly role: Role;
  /** The flow of the first start, of the role `all`; every other role has one of its own. */
  readonly template: Template;
  readonly language: SpokenIn;
  readonly access: Access;
  readonly zone: string;
  readonly mqttPort: number;
  readonly mqttUrl?: string;
  /** Absent: the embedded store. */
  readonly redisUrl?: string;
  /** Its own certificate; absent: HTTP without TLS, for this machine or a proxy. */
  readonly tls?: TlsFiles;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Whose pages may show ours in a frame. */
  readonly frameAncestors: FrameAncestors;
  /** What senders that sign the URL sign; absent: the address listened on. */
  readonly publicUrl?: string;
}

export type LauncherEnvironment = Readonly<Record<string, string | undefined>>;

/** Throws `ConfigError`. A variable set to nothing counts as not set. */
export function readEnvironment(environment: LauncherEnvironment): Settings {
  const read = (name: string, fallback: string): string => given(environment, name) ?? fallback;
  const role = oneOf('BOTTEGA_ROLE', read('BOTTEGA_ROLE', 'all'), ROLES);
  demandForRole(role, environment);
  // The nodes read them: here they stop the start where they are no limits.
  readNameLimits(environment);
  readBackupPlan(environment);
  // Everything that opens or dials.
  tlsOptions(environment);
  // The store node.
  readKeyRing(environment, (path) => readFileSync(path, 'utf8'));
  demandPassword('MQTT_PASSWORD', given(environment, 'MQTT_PASSWORD'));
  // The broker node reads it; 0: none.
  portAt('MQTT_TLS_PORT', read('MQTT_TLS_PORT', '0'), 0);
  const host = read('HOST', '127.0.0.1');
  const mqttUrl = given(environment, 'MQTT_URL');
  const redisUrl = given(environment, 'REDIS_URL');
  const publicUrl = given(environment, 'BOTTEGA_PUBLIC_URL');
  return {
    host,
    ...portsIn(environment),
    data: read('BOTTEGA_DATA', './.bottega'),
    role,
    template: oneOf('BOTTEGA_TEMPLATE', read('BOTTEGA_TEMPLATE', 'retail'), TEMPLATES),
    language: oneOf('BOTTEGA_LANGUAGE', read('BOTTEGA_LANGUAGE', 'it'), LANGUAGES),
    access: accessTo(host, given(environment, 'BOTTEGA_PASSWORD'), readOidc((name) => given(environment, name))),
    zone: zoneAt('TZ_SHOP', read('TZ_SHOP', 'Europe/Rome')),
    trustedProxies: proxiesAt('BOTTEGA_TRUSTED_PROXIES', read('BOTTEGA_TRUSTED_PROXIES', '')),
    frameAncestors: ancestorsAt('BOTTEGA_FRAME_ANCESTORS', read('BOTTEGA_FRAME_ANCESTORS', 'none')),
    mqttPort: portAt('MQTT_PORT', read('MQTT_PORT', '1883'), 1),
    ...(mqttUrl === undefined ? {} : { mqttUrl: urlAt('MQTT_URL', mqttUrl, ['mqtt:', 'mqtts:', 'ws:', 'wss:']) }),
    ...(redisUrl === undefined ? {} : { redisUrl: redisUrlAt('REDIS_URL', redisUrl) }),
    ...tlsFilesIn(environment),
    ...(publicUrl === undefined ? {} : { publicUrl: urlAt('BOTTEGA_PUBLIC_URL', publicUrl, ['http:', 'https:']) }),
  };
}

/** True for the names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** "http://host:port", with brackets around an IPv6 address; "https:" with a certificate of one's own. */
export function addressOf(host: string, port: number, tls?: TlsFiles): string {
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

function given(environment: LauncherEnvironment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** Workers share their memory and their broker with each other; a front receives the numbers over the broker. */
const NEEDED: Readonly<Record<Role, readonly string[]>> = { all: [], edge: [], worker: ['MQTT_URL', 'REDIS_URL'], front: ['MQTT_URL'] };

/** A variable that a role cannot honor must not be taken for honored. */
function demandForRole(role: Role, environment: LauncherEnvironment): void {
  for (const name of NEEDED[role]) {
    if (given(environment, name) === undefined) throw new ConfigError(name, `needed while BOTTEGA_ROLE is ${role}`, '');
  }
  const template = given(environment, 'BOTTEGA_TEMPLATE');
  if (role !== 'all' && template !== undefined && template !== 'retail') {
    throw new ConfigError('BOTTEGA_TEMPLATE', `for the role all only: ${role} has a flow of its own, to be adapted in the editor`, template);
  }
}

/** No version has ever taken a shorter one. */
const MIN_PASSWORD = 8;

function accessTo(host: string, password: string | undefined, oidc: OidcSettings | undefined): Access {
  if (password === undefined) {
    if (oidc !== undefined) return { by: 'provider', oidc };
    if (isLoopback(host)) return { by: 'loopback' };
    throw new ConfigError('BOTTEGA_PASSWORD', 'needed while HOST is not a loopback address, for editor and dashboard', host);
  }
  // Whether it is new, so that more is asked of it, the data directory knows.
  if (password.length < MIN_PASSWORD) throw new ConfigError('BOTTEGA_PASSWORD', 'at least 12 characters', '…');
  return { by: 'password', password, ...(oidc === undefined ? {} : { oidc }) };
}

function portsIn(environment: LauncherEnvironment): Pick<Settings, 'port' | 'intakePort'> {
  const port = portAt('PORT', given(environment, 'PORT') ?? '1880', 0);
  const intake = given(environment, 'BOTTEGA_INTAKE_PORT');
  if (intake === undefined) return { port };
  const intakePort = portAt('BOTTEGA_INTAKE_PORT', intake, 1);
  if (intakePort === port) throw new ConfigError('BOTTEGA_INTAKE_PORT', 'another port than PORT', intake);
  return { port, intakePort };
}

function tlsFilesIn(environment: LauncherEnvironment): Pick<Settings, 'tls'> {
  const [cert, key] = [given(environment, 'BOTTEGA_TLS_CERT'), given(environment, 'BOTTEGA_TLS_KEY')];
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw new ConfigError('BOTTEGA_TLS_CERT', 'needed where BOTTEGA_TLS_KEY is set', '');
  if (key === undefined) throw new ConfigError('BOTTEGA_TLS_KEY', 'needed where BOTTEGA_TLS_CERT is set', '');
  return { tls: { cert, key } };
}

function demandPassword(name: string, password: string | undefined): void {
  if (password !== undefined && password.length < MIN_PASSWORD) throw new ConfigError(name, `at least ${String(MIN_PASSWORD)} characters`, '…');
}

function portAt(name: string, text: string, least: number): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < least || port > 65_535) throw new ConfigError(name, `a port between ${String(least)} and 65535`, text);
  return port;
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new ConfigError(name, `one of ${allowed.join(', ')}`, text);
  return found;
}

function zoneAt(name: string, text: string): string {
  if (!isZone(text)) throw new ConfigError(name, 'an IANA time zone such as Europe/Rome', text);
  return text;
}

function proxiesAt(name: string, text: string): TrustedProxies {
  const proxies = parseProxies(text);
  if (proxies === undefined) throw new ConfigError(name, 'addresses, networks such as 10.0.0.0/8, loopback or private, with commas between them', text);
  return proxies;
}

function ancestorsAt(name: string, text: string): FrameAncestors {
  const ancestors = parseFrameAncestors(text);
  if (ancestors === undefined) throw new ConfigError(name, 'none, self, or origins such as https://example.com, with commas between them', text);
  return ancestors;
}

function redisUrlAt(name: string, text: string): string {
  try {
    parseRedisUrl(text);
    return text;
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(name, error.rule, '…');
    throw error;
  }
}

/** A URL may carry a password: the error does not repeat it. */
function urlAt(name: string, text: string, schemes: readonly string[]): string {
  if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
    throw new ConfigError(name, `a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`, '…');
  }
  return text.replace(/\/+$/, '');
}
