/**
 * The self-test of the store: writes a line that expires, reads it back, and inspects Redis' settings.
 */
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { openRedisStore, type RedisStore, type RedisStoreOptions } from '../../engine/store/redis/connection.js';
import { scoped, type Store } from '../../engine/store/store.js';
import { MINUTE } from '../../engine/base/time.js';
import { tlsOptions } from '../../engine/base/tls.js';
import type { Asked, EditorReply } from '../shared/editorApi.js';
import { within } from '../shared/within.js';
import type { Health, StorePort, Warning } from '../shared/ports.js';
import type { SavedForm } from '../shared/node.js';
import { readConfig, type RedisConfig } from './config.js';

const PATIENCE_MS = 6_000;
/** No shop's. */
const TENANT = 'prova';

/** `probe` tries the store as it is deployed. */
export function probe(port: StorePort, now: () => number): Promise<EditorReply> {
  return tried(port.of(TENANT), now, () => port.health(), () => Promise.resolve(port.warnings().map(causeOf)));
}

/** `probeForm` tries the Redis of a form that is not deployed. The form sends along what was typed; a password that is only stored is not used for it. */
export async function probeForm({ form, secrets }: Asked, now: () => number): Promise<EditorReply> {
  const config = readConfig(form as SavedForm, (secrets ?? {}) as Readonly<Record<string, string>>);
  // A directory would have to be made, and may be another node's: that is for the deploy.
  if (config.kind !== 'redis') return { outcome: 'notDeployed' };
  const store = openRedisStore(config.url, { clock: Date, random: Math.random, ...await tlsOf(config) });
  try {
    return await tried(scoped(store, `${TENANT}/`), now, () => store.health(), () => gravest(store));
  } finally {
    await store.close();
  }
}

async function tried(store: Store, now: () => number, health: () => Health, warnings: () => Promise<readonly string[]>): Promise<EditorReply> {
  const startedAt = now();
  const work = keep(store, startedAt).then(async (): Promise<EditorReply> => {
    const tookMs = now() - startedAt;
    return { outcome: 'works', tookMs, warnings: await warnings() };
  }, () => waiting(health()));
  return within(PATIENCE_MS, work, waiting(health()));
}

async function keep(store: Store, now: number): Promise<void> {
  await store.commit([{ key: 'line', value: String(now), expiresAt: now + MINUTE }]);
  const [kept] = await store.read(['line']);
  if (kept === undefined) throw new Error('what was written is not there');
}

/** Redis' own name of its error comes first in the message: "OOM: …". The rest may name what nobody should see. */
function waiting(health: Health): EditorReply {
  if (health.state === 'ok') return { outcome: 'waiting', code: 'store.away' };
  const name = /^[A-Z_]+(?=: )/.exec(health.message)?.[0];
  return present({ outcome: 'waiting' as const, code: health.cause, name });
}

async function gravest(store: RedisStore): Promise<readonly string[]> {
  const { advice } = await store.inspect();
  return [...new Set(advice.filter(({ weight }) => weight === 'must').map(({ setting }) => `store.${setting}`))];
}

function causeOf({ cause }: Warning): string {
  return cause;
}

async function tlsOf({ ca }: RedisConfig): Promise<Pick<RedisStoreOptions, 'tls'>> {
  if (ca === undefined) return { tls: tlsOptions(process.env) };
  const pem = await readFile(ca, 'utf8').catch(() => undefined);
  if (pem === undefined) throw new ConfigError('ca', 'must be a file that can be read', ca);
  return { tls: { ...tlsOptions(process.env), ca: pem } };
}
