/**
 * `RedisUrl` says which Redis is meant and how it is reached.
 *
 *     redis://[user[:password]@]host[:port][/database]          one server
 *     redis+unix://[user[:password]@]/path/of/the.sock          one server, through its socket
 *     redis+cluster://[user[:password]@]host[:port],host[:port] Redis Cluster: any of its nodes, better several
 *     rediss://…  rediss+cluster://…                            the same over TLS
 */
import { ConfigError } from '../../base/errors.js';
import { present } from '../../base/json.js';

/** `Address` of one server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `RedisUrl`, taken apart. */
export interface RedisUrl {
  readonly kind: 'single' | 'socket' | 'cluster';
  readonly transport: 'plain' | 'tls';
  readonly addresses: readonly Address[];
  /** Of the socket; else empty. */
  readonly path: string;
  readonly database: number;
  readonly username?: string;
  readonly password?: string;
}

const PORT = 6379;
const SHAPE = /^(rediss?)(?:\+(cluster|unix))?:\/\/(?:([^@/?]*)@)?([^/?#]*)(\/[^?#]*)?$/;

/** `parseRedisUrl` throws `ConfigError`; it never repeats the URL, which may hold a password. */
export function parseRedisUrl(url: string): RedisUrl {
  const [, scheme, variant, login, hosts = '', path = ''] = SHAPE.exec(url) ?? [];
  if (scheme === undefined) throw broken('must be redis://, rediss://, redis+cluster://, rediss+cluster:// or redis+unix://');
  const transport = scheme === 'rediss' ? 'tls' : 'plain';
  if (variant === 'unix') return { kind: 'socket', transport: 'plain', addresses: [], path: socketOf(transport, hosts, path), database: 0, ...loginOf(login) };
  const kind = variant === 'cluster' ? 'cluster' : 'single';
  const addresses = hosts.split(',').map(addressOf);
  if (kind === 'single' && addresses.length > 1) throw broken('several hosts are a cluster: redis+cluster:// or rediss+cluster://');
  const database = databaseOf(path);
  if (kind === 'cluster' && database !== 0) throw broken('a cluster has no databases but 0');
  return { kind, transport, addresses, path: '', database, ...loginOf(login) };
}

function socketOf(transport: RedisUrl['transport'], hosts: string, path: string): string {
  if (transport === 'tls' || hosts !== '' || path.length < 2) throw broken('must be redis+unix:// and an absolute path');
  return decoded(path);
}

function addressOf(text: string): Address {
  const [, six, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? name;
  const number = port === undefined ? PORT : Number(port);
  if (host === undefined || number < 1 || number > 65_535) throw broken('must name a host and, if at all, a port from 1 to 65535');
  return { host, port: number };
}

function databaseOf(path: string): number {
  if (!/^(\/\d{0,4})?$/.test(path)) throw broken('what follows the host must be the number of a database');
  return Number(path.slice(1));
}

function loginOf(login: string | undefined): { username?: string; password?: string } {
  if (login === undefined || login === '') return {};
  const colon = login.indexOf(':');
  const [user = '', password] = colon === -1 ? [login, undefined] : [login.slice(0, colon), login.slice(colon + 1)];
  return present({ username: user === '' ? undefined : decoded(user), password: password === undefined ? undefined : decoded(password) });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw broken('"%" must be written as %25');
    throw error;
  }
}

function broken(rule: string): ConfigError {
  return new ConfigError('url', rule, '…');
}
