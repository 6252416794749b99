/**
 * What did the environment ask for? Every variable has a default; one that breaks a rule stops the start with its name, rule and value.
 */
import { ConfigError } from '../engine/errors.js';
import { isZone } from '../engine/time.js';

export const TEMPLATES = ['retail', 'restaurant', 'artisan'] as const;
export type Template = (typeof TEMPLATES)[number];

/** Who may open editor and dashboard: whoever sits at this machine, or whoever knows the password. */
export type Access = { readonly by: 'loopback' } | { readonly by: 'password'; readonly password: string };

export interface Settings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Node-RED's user directory; the embedded store lies in it too. */
  readonly data: string;
  readonly template: Template;
  readonly access: Access;
  readonly zone: string;
  readonly mqttPort: number;
  readonly mqttUrl?: string;
  /** What senders that sign the URL sign; absent: the address listened on. */
  readonly publicUrl?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `ConfigError`. A variable set to nothing counts as not set. */
export function readEnvironment(environment: Environment): Settings {
  const read = (name: string, fallback: string): string => given(environment, name) ?? fallback;
  refuseUnavailable(environment);
  const host = read('HOST', '127.0.0.1');
  const mqttUrl = given(environment, 'MQTT_URL');
  const publicUrl = given(environment, 'BOTTEGA_PUBLIC_URL');
  return {
    host,
    port: portAt('PORT', read('PORT', '1880'), 0),
    data: read('BOTTEGA_DATA', './.bottega'),
    template: oneOf('BOTTEGA_TEMPLATE', read('BOTTEGA_TEMPLATE', 'retail'), TEMPLATES),
    access: accessTo(host, given(environment, 'BOTTEGA_PASSWORD')),
    zone: zoneAt('TZ_SHOP', read('TZ_SHOP', 'Europe/Rome')),
    mqttPort: portAt('MQTT_PORT', read('MQTT_PORT', '1883'), 1),
    ...(mqttUrl === undefined ? {} : { mqttUrl: urlAt('MQTT_URL', mqttUrl, ['mqtt:', 'mqtts:', 'ws:', 'wss:']) }),
    ...(publicUrl === undefined ? {} : { publicUrl: urlAt('BOTTEGA_PUBLIC_URL', publicUrl, ['http:', 'https:']) }),
  };
}

/** True for the names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** "http://host:port", with brackets around an IPv6 address. */
export function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** A variable that this version cannot honor must not be taken for honored. */
function refuseUnavailable(environment: Environment): void {
  const role = given(environment, 'BOTTEGA_ROLE') ?? 'all';
  if (role !== 'all') throw new ConfigError('BOTTEGA_ROLE', 'this version runs the role all only', role);
  if (given(environment, 'REDIS_URL') !== undefined) {
    throw new ConfigError('REDIS_URL', 'this version keeps its store in BOTTEGA_DATA only; unset it', '…');
  }
}

const MIN_PASSWORD = 8;

function accessTo(host: string, password: string | undefined): Access {
  if (password === undefined) {
    if (isLoopback(host)) return { by: 'loopback' };
    throw new ConfigError('BOTTEGA_PASSWORD', 'needed while HOST is not a loopback address, for editor and dashboard', host);
  }
  if (password.length < MIN_PASSWORD) throw new ConfigError('BOTTEGA_PASSWORD', `at least ${String(MIN_PASSWORD)} characters`, '…');
  return { by: 'password', password };
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

/** A URL may carry a password: the error does not repeat it. */
function urlAt(name: string, text: string, schemes: readonly string[]): string {
  if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
    throw new ConfigError(name, `a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`, '…');
  }
  return text.replace(/\/+$/, '');
}
