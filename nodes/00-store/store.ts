/**
 * The store node keeps the shop's state: in an embedded database with nothing to install, or in a Redis that many processes share.
 */
import { readFileSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import type { FaultCode } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { readKeyRing } from '../../engine/store/sealed/keyRing.js';
import { readBackupPlan } from '../../engine/store/backupPlan.js';
import { scoped } from '../../engine/store/store.js';
import { answerEditor, serveEditor } from '../shared/editorApi.js';
import { former, formerPackageIn } from '../shared/formerPackage.js';
import { watchFormerPages } from '../shared/formerPages.js';
import { resourceUp } from '../shared/metrics.js';
import type { Health, StorePort } from '../shared/ports.js';
import { registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import { serveBackup } from './backupApi.js';
import { BackupSchedule } from './backupSchedule.js';
import { directoryOf, homeOf, readConfig, type StoreConfig } from './config.js';
import { EmbeddedStore } from './levelBackend.js';
import { probe, probeForm } from './probe.js';
import { RedisBackend } from './redisBackend.js';
import { acquire, type Backend, OPENING, release, type SharedStore } from './storeRegistry.js';

type StoreContext = NodeContext<StoreConfig>;

const spec: NodeSpec<StoreConfig> = {
  type: 'bottega-store',
  credentials: { user: { type: 'text' }, password: { type: 'password' } },
  readConfig,
  open(context) {
    const shared = open(context);
    const { backend } = shared;
    const show = showing(context, backend);
    const unwatch = [backend.watch(show), backend.watchWarnings(show)];
    const port: StorePort = {
      of: (tenant) => scoped(shared.store, `${tenant}/`),
      reach: context.config.kind === 'redis' ? 'shared' : 'own',
      warnings: () => backend.warnings(),
      ...present({ clock: backend.clock }),
      health: () => backend.health(),
      watch: (listener) => backend.watch(listener),
    };
    answerEditor(context.node, () => probe(port, context.now));
    const home = homeOf(context.RED.settings.userDir);
    const backup = backend.backup?.bind(backend);
    if (backup !== undefined) unwatch.push(serveBackup(context.RED, home, (folder) => backup(home, folder)));
    else if ((process.env['BOTTEGA_BACKUP_DIR'] ?? '') !== '') context.node.warn(context.text('noBackup'));
    return {
      port,
      close: () => {
        for (const end of unwatch) end();
        return release(shared);
      },
    };
  },
};

function open({ config, RED, node }: StoreContext): SharedStore {
  const ring = readKeyRing(process.env, (path) => readFileSync(path, 'utf8'));
  if (config.kind === 'redis') return acquire(`redis ${config.url} ${config.ca ?? ''}`, () => new RedisBackend(config, ring, homeOf(RED.settings.userDir)));
  const directory = directoryOf(config, RED.settings.userDir);
  const plan = readBackupPlan(process.env);
  const schedule = plan === undefined ? undefined : (store: EmbeddedStore): BackupSchedule => (
    new BackupSchedule(plan, (folder) => store.backup(homeOf(RED.settings.userDir), folder), (text) => { node.warn(text); }));
  return acquire(directory, (after) => new EmbeddedStore(directory, ring, after, schedule));
}

/** Shows each change; in the log the same cause, tried again and again, is one line. */
function showing({ status, text, node, now, config }: StoreContext, backend: Backend): () => void {
  let said = '';
  return () => {
    const health = backend.health();
    resourceUp.set({ resource: 'store' }, health.state === 'ok' ? 1 : 0);
    const [key, values] = health.state === 'ok' ? wordsOfOpen(config, backend, text) : wordsOfWaiting(health, text, now());
    const isWell = key === 'open' || key === 'connected';
    if (isWell) status.ok(key, values);
    else status.waiting(key, values);
    const line = text(`status.${key}`, { ...values, seconds: '…' });
    if (line === said) return;
    said = line;
    if (isWell || key === 'opening') node.log(line);
    else node.warn(line);
  };
}

type StatusTexts = [key: string, values: Record<string, string>];
type Text = StoreContext['text'];

function wordsOfOpen(config: StoreConfig, backend: Backend, text: Text): StatusTexts {
  if (config.kind === 'embedded') return [backend.warnings().length === 0 ? 'open' : 'damaged', {}];
  const advice = backend.warnings().map(({ cause }) => text(`advice.${cause}`)).join('; ');
  return advice === '' ? ['connected', { place: config.place }] : ['advice', { place: config.place, advice }];
}

function wordsOfWaiting({ cause, message, retryAt }: Extract<Health, { state: 'waiting' }>, text: Text, now: number): StatusTexts {
  if (message === OPENING) return ['opening', {}];
  // Redis' own name of the error comes first in its message: "OOM: …".
  const name = /^[A-Z_]+(?=: )/.exec(message)?.[0];
  const key = name === undefined ? KEYS[cause] : undefined;
  if (key !== undefined) return [key, {}];
  const known = name === undefined ? '' : text(`redis.${name}`);
  const named = known === '' || known.endsWith(`redis.${name ?? ''}`) ? message : known;
  const seconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1_000));
  return retryAt === undefined ? ['away', { message: named }] : ['retrying', { message: named, seconds: String(seconds) }];
}

const KEYS: Partial<Record<FaultCode, string>> = {
  'store.full': 'full', 'store.locked': 'locked', 'store.corrupt': 'corrupt', 'store.closed': 'closed', 'store.key': 'key',
};

/** Of all our types this one is registered first. */
function warnOfFormerPackage(RED: NodeAPI): void {
  const command = formerPackageIn(RED.settings.userDir);
  if (command !== undefined) RED.log.warn(RED._('store.formerPackage', { name: former.name, command }));
}

export = (RED: NodeAPI): void => {
  warnOfFormerPackage(RED);
  watchFormerPages(RED);
  registerNode(RED, spec);
  serveEditor(RED, 'store', (asked) => probeForm(asked, Date.now));
};
