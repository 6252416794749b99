/**
 * `StoreConfig` says where the shop's state is kept, in a directory or in Redis: the saved form, parsed once.
 */
import { resolve } from 'node:path';
import { ConfigError } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { parseRedisUrl } from '../../engine/store/redis/url.js';
import { atVersion, filled } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `LevelConfig` of the embedded store. */
export interface LevelConfig {
  readonly kind: 'embedded';
  /** Empty: beside Node-RED's own files (see `directoryOf`). */
  readonly directory: string;
}

/** `RedisConfig` of a Redis or a cluster. */
export interface RedisConfig {
  readonly kind: 'redis';
  /** With user and password: for the connection only, never to be shown. */
  readonly url: string;
  /** What may be shown: "redis.example:6379". */
  readonly place: string;
  /** Path of a PEM file with the authority that signed the server's certificate. */
  readonly ca?: string;
}

export type StoreConfig = LevelConfig | RedisConfig;
type StoreEnvironment = Readonly<Record<string, string | undefined>>;
type StoreSecrets = Readonly<Record<string, string>>;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig`: `kind` `auto` is the Redis of `REDIS_URL` where that is set, else the embedded store. */
export function readConfig(raw: SavedForm, secrets: StoreSecrets = {}, environment: StoreEnvironment = process.env): StoreConfig {
  const saved = upgrade(raw);
  const kind = saved['kind'] ?? 'auto';
  const given = textAt(environment, 'REDIS_URL');
  if (kind === 'embedded' || (kind === 'auto' && given === undefined)) return readEmbedded(saved);
  if (kind === 'auto') return readRedis(saved, given, {});
  if (kind !== 'redis') throw new ConfigError('kind', 'must be auto, embedded or redis', kind);
  const own = textAt(saved, 'url');
  // The form is exported with the flow; what is secret belongs in its own fields.
  if (own?.includes('@') === true) throw new ConfigError('url', 'must be without user and password: they have fields of their own', '…');
  return readRedis(saved, own ?? given, secrets);
}

/** `directoryOf` gives the absolute directory; a relative one is taken from Node-RED's user directory. */
export function directoryOf({ directory }: LevelConfig, userDir: string | undefined): string {
  return resolve(homeOf(userDir), directory === '' ? 'bottega-store' : directory);
}

/** `homeOf` is where a store may keep what it has to remember itself. */
export function homeOf(userDir: string | undefined): string {
  return resolve(userDir ?? process.env['BOTTEGA_DATA'] ?? '.bottega');
}

function readEmbedded(saved: SavedForm): LevelConfig {
  const directory = saved['directory'] ?? '';
  if (typeof directory !== 'string' || directory.includes('\0')) throw new ConfigError('directory', 'must be a path', directory);
  return { kind: 'embedded', directory: directory.trim() };
}

function readRedis(saved: SavedForm, address: string | undefined, secrets: StoreSecrets): RedisConfig {
  if (address === undefined) throw new ConfigError('url', 'must be like redis://redis.example:6379, or REDIS_URL must be set', '');
  const url = withLogin(address, secrets['user'] ?? '', secrets['password'] ?? '');
  const { addresses, path } = parseRedisUrl(url);
  const place = path === '' ? addresses.map(({ host, port }) => `${host}:${String(port)}`).join(', ') : path;
  return present({ kind: 'redis' as const, url, place, ca: textAt(saved, 'ca') });
}

/** A password without user is the one of Redis' default user. */
function withLogin(address: string, user: string, password: string): string {
  if (user === '' && password === '') return address;
  if (password === '') throw new ConfigError('password', 'must be given with the user', '');
  const rest = address.replace(/^([a-z+]+:\/\/)[^@/]*@/, '$1');
  return rest.replace('://', `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
}

function textAt(place: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = filled(place[field]);
  // Node-RED leaves `${REDIS_URL}` as it is where the variable is not set.
  return value === undefined || /^\$\{\w+\}$/.test(value) ? undefined : value;
}
