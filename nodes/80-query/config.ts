/**
 * Which numbers does this query node answer with, and does it serve them over HTTP? The saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { usableSecrets } from '../../engine/verify/secretStrength.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface QueryConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Path of `GET`, absent where the node only answers messages. */
  readonly path?: string;
  /** Bearer token of the endpoint, absent where nobody gave one: then every request is refused. */
  readonly token?: string;
  readonly graceMs: number;
  /** `shared`: only from a store that the counting processes share; an own one beside them would know nothing, and say so as zeros. */
  readonly answers: 'always' | 'shared';
  /** What a message asks that says nothing else. */
  readonly question: Readonly<Record<string, string>>;
}

const ENVIRONMENT_TOKEN = 'BOTTEGA_API_TOKEN';

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: SavedForm, secrets: Readonly<Record<string, string>>): QueryConfig {
  const saved = upgrade(raw);
  const path = readPath(saved['path'] ?? '');
  const [token] = usableSecrets('shared', [secrets['token'] ?? '', process.env[ENVIRONMENT_TOKEN] ?? '']);
  return {
    store: saved['store'],
    shop: saved['shop'],
    graceMs: readGrace(saved['grace'] ?? 5),
    answers: readAnswers(saved['answers'] ?? 'always'),
    question: readQuestion(saved),
    ...(path === '' ? {} : { path }),
    ...(token === undefined ? {} : { token }),
  };
}

function readPath(saved: unknown): string {
  if (typeof saved !== 'string' || !/^(\/[\w.-]+)*$/.test(saved)) throw new ConfigError('path', 'must be empty or begin with /', saved);
  return saved;
}

function readGrace(saved: unknown): number {
  const seconds = Number(saved);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 300) throw new ConfigError('grace', 'must be a number from 0 to 300', saved);
  return seconds * 1_000;
}

function readAnswers(saved: unknown): QueryConfig['answers'] {
  if (saved !== 'always' && saved !== 'shared') throw new ConfigError('answers', 'must be always or shared', saved);
  return saved;
}

function readQuestion(saved: SavedForm): Record<string, string> {
  const question: Record<string, string> = {};
  for (const field of ['name', 'window', 'group', 'compare'] as const) {
    const value = saved[field === 'name' ? 'kpi' : field];
    if (typeof value === 'string' && value !== '') question[field] = value;
  }
  return question;
}
