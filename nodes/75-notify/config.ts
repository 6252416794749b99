/**
 * `NotifyConfig` is where notices go: the saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { atVersion, filled, readWhole } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface WebhookTarget {
  readonly channel: 'webhook';
  readonly url: string;
  /** `whsec_<base64>`. */
  readonly secret: string;
}

export interface MailTarget {
  readonly channel: 'email';
  readonly host: string;
  readonly port: number;
  /** TLS from the start, or begun by STARTTLS. */
  readonly security: 'tls' | 'starttls';
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  readonly password?: string;
  /** Path of a PEM file: the authority to trust beside the well-known ones. */
  readonly ca?: string;
}

export interface NotifyConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: not set up yet, or without its secret. */
  readonly target?: WebhookTarget | MailTarget;
}

type NotifyEnvironment = Readonly<Record<string, string | undefined>>;
type NotifySecrets = Readonly<Record<string, string>>;

const SECRET_VARIABLE = 'BOTTEGA_NOTIFY_SECRET';
const PASSWORD_VARIABLE = 'BOTTEGA_SMTP_PASSWORD';
const ADDRESS = /^[^\s@<>,;"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}$/;
const MAX_ADDRESSES = 20;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: SavedForm, secrets: NotifySecrets = {}, env: NotifyEnvironment = process.env): NotifyConfig {
  const saved = upgrade(raw);
  const channel = saved['channel'] ?? '';
  if (channel !== '' && channel !== 'webhook' && channel !== 'email') throw new ConfigError('channel', 'must be webhook or email', channel);
  const target = channel === '' ? undefined : channel === 'webhook' ? readWebhook(saved, secrets, env) : readMail(saved, secrets, env);
  return { store: saved['store'], shop: saved['shop'], ...(target === undefined ? {} : { target }) };
}

/** `isLocal` is a mail server on this computer: what goes there crosses no network. */
export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function readWebhook(saved: SavedForm, secrets: NotifySecrets, env: NotifyEnvironment): WebhookTarget | undefined {
  const url = readUrl(filled(saved['url']));
  const secret = filled(secrets['secret']) ?? filled(env[SECRET_VARIABLE]);
  if (url === undefined || secret === undefined) return undefined;
  // Never the value: it would be in the log.
  if (!/^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) throw new ConfigError('secret', 'must be whsec_ and at least 24 bytes in base64', '…');
  return { channel: 'webhook', url, secret };
}

function readUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new ConfigError('url', 'must begin with https:// or http://', text.split('?')[0]);
  if (url.username !== '' || url.password !== '') throw new ConfigError('url', 'must not hold user or password', url.host);
  // Where clouds keep the credentials of their machines.
  if (/^169\.254\.|^\[fe80:/.test(url.hostname)) throw new ConfigError('url', 'must not be a link-local address', url.host);
  return url.href;
}

function readMail(saved: SavedForm, secrets: NotifySecrets, env: NotifyEnvironment): MailTarget | undefined {
  const [host, from, to] = [filled(saved['host']), filled(saved['from']), filled(saved['to'])];
  if (host === undefined || from === undefined || to === undefined) return undefined;
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(host)) throw new ConfigError('host', 'must be the name of a mail server', host);
  const security = saved['security'] ?? 'tls';
  if (security !== 'tls' && security !== 'starttls') throw new ConfigError('security', 'must be tls or starttls', security);
  const port = saved['port'] ?? '';
  const ca = filled(saved['ca']);
  return {
    channel: 'email', host, security, from: readAddress('from', from), to: readAddresses(to), ...readLogin(secrets, env), ...(ca === undefined ? {} : { ca }),
    port: readWhole(port === '' ? PORTS[security] : port, 'port', 1, 65_535),
  };
}

const PORTS = { tls: 465, starttls: 587 } as const;

function readLogin(secrets: NotifySecrets, env: NotifyEnvironment): Pick<MailTarget, 'user' | 'password'> {
  const [user, password] = [filled(secrets['user']), filled(secrets['password']) ?? filled(env[PASSWORD_VARIABLE])];
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
}

function readAddresses(text: string): string[] {
  const addresses = text.split(/[,;\s]+/).filter((address) => address !== '').map((address) => readAddress('to', address));
  if (addresses.length > MAX_ADDRESSES) throw new ConfigError('to', `must be at most ${String(MAX_ADDRESSES)} addresses`, addresses.length);
  return addresses;
}

function readAddress(field: string, text: string): string {
  if (!ADDRESS.test(text)) throw new ConfigError(field, 'must be an e-mail address like nome@negozio.it', text);
  return text;
}
