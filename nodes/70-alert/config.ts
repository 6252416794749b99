/**
 * `AlertConfig` is what the shop wants to be notified of: the saved form, parsed once.
 */
import { readRules } from '../../engine/alert/ruleForm.js';
import type { Rule } from '../../engine/alert/rule.js';
import { ConfigError } from '../../engine/base/errors.js';
import { SECOND } from '../../engine/base/time.js';
import { atVersion, readNumber } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 2;

export interface AlertConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: states are not published. */
  readonly broker?: unknown;
  /** Absent: as Node-RED is set, else Italian. */
  readonly language?: 'it' | 'en';
  /** What fires within so long is sent together; 0 = each for itself. */
  readonly groupMs: number;
  readonly rules: readonly Rule[];
  /** The rules as they were typed, to be read again once it is known which KPIs are counted. */
  readonly rows: unknown;
}

const GROUP_S = 5;

/** `upgrade` brings a form saved by a former release to the present version: `live` was a tick box, and each alert was sent for itself. */
export function upgrade(saved: SavedForm): SavedForm {
  const current = atVersion(saved, VERSION);
  if ((current['version'] ?? VERSION) === VERSION || !Array.isArray(current['rules'])) return current;
  const rules = current['rules'].map((row: unknown) => {
    const { live, ...rest } = (row ?? {}) as Record<string, unknown>;
    return { ...rest, evaluate: live === true ? 'live' : 'finished' };
  });
  return { ...current, version: VERSION, rules };
}

export function readConfig(raw: SavedForm): AlertConfig {
  const saved = upgrade(raw);
  const language = saved['language'] ?? '';
  if (language !== '' && language !== 'it' && language !== 'en') throw new ConfigError('language', 'must be it or en', language);
  return {
    store: saved['store'], shop: saved['shop'],
    rules: readRules(saved['rules'] ?? []), rows: saved['rules'] ?? [],
    groupMs: readNumber(saved['group'] ?? GROUP_S, 'group', 0, 300) * SECOND,
    ...(saved['broker'] === undefined || saved['broker'] === '' ? {} : { broker: saved['broker'] }),
    ...(language === '' ? {} : { language }),
  };
}
