/**
 * `BrokerConfig` names the MQTT broker of the shop, the one built in or one elsewhere: the saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import type { Login } from './access/clientGuard.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `EmbeddedBrokerConfig` of the broker built in. */
export interface EmbeddedBrokerConfig {
  readonly kind: 'embedded';
  readonly port: number;
  /** `lan`: other machines may connect, with user and password. */
  readonly listen: ListenReach;
  /** The port with TLS, where there is one. */
  readonly tls?: { readonly port: number; readonly listen: ListenReach };
  /** The owner's: it may do everything. */
  readonly login?: Login;
}

export type ListenReach = 'here' | 'lan';

/** `Files` are paths of PEM files; read anew at each connection, so that they can be renewed. */
export interface Files {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** `ExternalConfig` of a broker elsewhere. */
export interface ExternalConfig {
  readonly kind: 'external';
  /** Without user and password. */
  readonly url: string;
  readonly login?: Login;
  readonly files: Files;
  readonly clientPrefix: string;
  /** 5 falls back to 4 where the broker refuses it. */
  readonly protocol: 5 | 4;
}

export type BrokerConfig = EmbeddedBrokerConfig | ExternalConfig;
/** Who logs in with `MQTT_PASSWORD`, unless `MQTT_USER` says otherwise. */
const USER = 'bottega';
type BrokerEnvironment = Readonly<Record<string, string | undefined>>;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** The port of MQTT over TLS. */
const TLS_PORT = 8_883;

/** `listen` `auto`: on the local network where `MQTT_PASSWORD` is set. `kind` `auto`: the broker of `MQTT_URL` where that is set, else the one built in. */
export function readConfig(raw: SavedForm, secrets: Readonly<Record<string, string>>, environment: BrokerEnvironment = process.env): BrokerConfig {
  const saved = upgrade(raw);
  const kind = saved['kind'] ?? 'auto';
  const given = textAt(environment, 'MQTT_URL');
  if (kind === 'embedded' || (kind === 'auto' && given === undefined)) return readEmbedded(saved, secrets, environment);
  if (kind === 'external') return readExternal(saved, secrets, textAt(saved, 'url') ?? given);
  if (kind === 'auto') return readExternal(saved, {}, given);
  throw new ConfigError('kind', 'must be auto, embedded or external', kind);
}

function readEmbedded(saved: SavedForm, secrets: Readonly<Record<string, string>>, environment: BrokerEnvironment): EmbeddedBrokerConfig {
  const port = portIn(saved, 'port', textAt(saved, 'port') ?? textAt(environment, 'MQTT_PORT') ?? 1883, 1);
  const given = loginGiven(environment);
  const listen = readListen(saved['listen'] ?? 'auto', given);
  const login = readLogin(secrets['user'], secrets['password']) ?? (saved['listen'] === 'here' ? undefined : given);
  if (listen === 'lan' && login === undefined) throw new ConfigError('user', 'must be given, with a password, to listen on the local network', '');
  return present({ kind: 'embedded' as const, port, listen, login, tls: readTls(saved, listen, environment) });
}

/** On the local network wherever that is not ruled out, since nobody gets in there without a login; 0: none. */
function readTls(saved: SavedForm, listen: ListenReach, environment: BrokerEnvironment): EmbeddedBrokerConfig['tls'] {
  const isHere = saved['listen'] === 'here';
  const fallback = listen === 'lan' ? TLS_PORT : 0;
  const port = portIn(saved, 'tlsPort', textAt(saved, 'tlsPort') ?? (isHere ? undefined : textAt(environment, 'MQTT_TLS_PORT')) ?? fallback, 0);
  return port === 0 ? undefined : { port, listen: isHere ? 'here' : 'lan' };
}

function portIn(saved: SavedForm, field: 'port' | 'tlsPort', text: string | number, least: 0 | 1): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < least || port > 65_535) {
    throw new ConfigError(field, `must be a whole number from ${String(least)} to 65535`, saved[field]);
  }
  return port;
}

function readListen(saved: unknown, given: Login | undefined): EmbeddedBrokerConfig['listen'] {
  if (saved === 'here' || saved === 'lan') return saved;
  if (saved !== 'auto') throw new ConfigError('listen', 'must be auto, here or lan', saved);
  return given === undefined ? 'here' : 'lan';
}

function loginGiven(environment: BrokerEnvironment): Login | undefined {
  const password = textAt(environment, 'MQTT_PASSWORD');
  return password === undefined ? undefined : { user: textAt(environment, 'MQTT_USER') ?? USER, password };
}

function readExternal(saved: SavedForm, secrets: Readonly<Record<string, string>>, address: string | undefined): ExternalConfig {
  const { url, login } = readUrl(address);
  const own = readLogin(secrets['user'], secrets['password']) ?? login;
  const clientPrefix = textAt(saved, 'clientPrefix') ?? 'bottega';
  if (!/^[A-Za-z0-9-]{1,12}$/.test(clientPrefix)) throw new ConfigError('clientPrefix', 'must be 1 to 12 letters, digits or hyphens', clientPrefix);
  const protocol = textAt(saved, 'protocol') ?? '5';
  if (protocol !== '5' && protocol !== '4') throw new ConfigError('protocol', 'must be 5 or 4', saved['protocol']);
  return present({ kind: 'external' as const, url, clientPrefix, files: readFiles(saved), protocol: protocol === '5' ? 5 as const : 4 as const, login: own });
}

function readUrl(address: string | undefined): { url: string; login: Login | undefined } {
  if (address === undefined || !URL.canParse(address)) throw new ConfigError('url', 'must be like mqtts://broker.example:8883', withoutLogin(address));
  const parsed = new URL(address);
  if (!['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new ConfigError('url', 'must begin with mqtt://, mqtts://, ws:// or wss://', withoutLogin(address));
  }
  const login = readLogin(decoded(parsed.username), decoded(parsed.password));
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, login };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new ConfigError('url', '"%" must be written as %25', '…');
    throw error;
  }
}

/** What an error may show of an address: nothing before the `@`. */
function withoutLogin(address: string | undefined): string | undefined {
  return address?.replace(/^.*@/, '');
}

function readLogin(user: string | undefined, password: string | undefined): Login | undefined {
  if ((user ?? '') === '' && (password ?? '') === '') return undefined;
  if (user === undefined || user === '') throw new ConfigError('user', 'must be given with the password', '');
  if (password === undefined || password === '') throw new ConfigError('password', 'must be given with the user', '');
  return { user, password };
}

function readFiles(saved: SavedForm): Files {
  const [ca, cert, key] = [textAt(saved, 'ca'), textAt(saved, 'cert'), textAt(saved, 'key')];
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError(cert === undefined ? 'cert' : 'key', 'must be given with the other of certificate and key', '');
  }
  return present({ ca, cert, key });
}

function textAt(place: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = place[field];
  if (typeof value === 'number') return String(value);
  // Node-RED leaves `${MQTT_PORT}` as it is where the variable is not set.
  return typeof value === 'string' && value.trim() !== '' && !/^\$\{\w+\}$/.test(value) ? value.trim() : undefined;
}
