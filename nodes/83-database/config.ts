/**
 * `DatabaseConfig` is which PostgreSQL gets the numbers: the saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { atVersion, filled } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface DatabaseConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** `postgres://…`; absent: nobody has asked for a database. */
  readonly url?: string;
  /** Name of the schema that holds all our tables and views. */
  readonly schema: string;
  readonly graceMs: number;
}

const VARIABLE = 'DATABASE_URL';
const GRACE_MS = 5_000;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(
  raw: SavedForm, secrets: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string | undefined>> = process.env,
): DatabaseConfig {
  const saved = upgrade(raw);
  const url = filled(secrets['url']) ?? filled(env[VARIABLE]);
  // Never the value: it holds a password.
  if (url !== undefined && !/^postgres(ql)?:\/\/\S+$/.test(url)) throw new ConfigError('url', 'must begin with postgres://', '…');
  const schema = filled(saved['schema']) ?? 'bottega';
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema)) throw new ConfigError('schema', 'must be lower-case letters, digits and _', schema);
  return { store: saved['store'], shop: saved['shop'], schema, graceMs: GRACE_MS, ...(url === undefined ? {} : { url }) };
}
