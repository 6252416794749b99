/**
 * Where does the shop's memory lie? The saved form, parsed once.
 */
import { resolve } from 'node:path';
import { ConfigError } from '../../engine/errors.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface StoreConfig {
  readonly kind: 'embedded';
  /** Empty: beside Node-RED's own files (see `directoryOf`). */
  readonly directory: string;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  const version = saved['version'] ?? VERSION;
  if (typeof version !== 'number' || version > VERSION) throw new ConfigError('version', `must be at most ${String(VERSION)}`, version);
  return saved;
}

export function readConfig(raw: Saved): StoreConfig {
  const saved = upgrade(raw);
  const kind = saved['kind'] ?? 'embedded';
  if (kind !== 'embedded') throw new ConfigError('kind', 'must be embedded', kind);
  const directory = saved['directory'] ?? '';
  if (typeof directory !== 'string' || directory.includes('\0')) throw new ConfigError('directory', 'must be a path', directory);
  return { kind, directory: directory.trim() };
}

/** The absolute directory; a relative one is taken from Node-RED's user directory. */
export function directoryOf({ directory }: StoreConfig, userDir: string | undefined): string {
  return resolve(userDir ?? process.env['BOTTEGA_DATA'] ?? '.bottega', directory === '' ? 'bottega-store' : directory);
}
