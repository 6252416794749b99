/** How is each fault done, and undone? One function per kind; it resolves when the fault is over, not when the product has recovered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DAY, HOUR } from '../../engine/base/time.js';
import { HALF_BODY, HALF_HEADERS, IdleSenders } from '../support/idleSenders.js';
import { saleEvent } from '../support/payloads.js';
import type { Echo } from './echo.js';
import type { Fault, Kind } from './plan.js';
import type { LinkName, Plant, RoleName } from './plant.js';
import type { Program } from './program.js';
import type { Weather } from './proxy.js';

export interface Scene {
  readonly plant: Plant;
  readonly echo: Echo;
  /** Called around the time in which the clock of a process is wrong. */
  readonly clockStepped: (role: RoleName, state: 'wrong' | 'right') => void;
}

/** `notRun`: this machine does not allow it. */
export type Outcome = { readonly outcome: 'survived' } | { readonly outcome: 'notRun'; readonly why: string };

const SURVIVED: Outcome = { outcome: 'survived' };
const DELAY_MS = 300;

type Inject = (scene: Scene, fault: Fault) => Promise<Outcome | undefined>;

const INJECTORS: Readonly<Record<Kind, Inject>> = {
  'kill.edge': killRole,
  'kill.worker': killRole,
  'kill.front': killRole,
  freeze,
  'broker.restart.kept': ({ plant }) => restart(plant.broker, 'SIGTERM'),
  async 'broker.restart.forgotten'({ plant }) {
    await plant.broker.kill();
    plant.forgetBroker();
    plant.broker.start();
    return undefined;
  },
  async 'broker.away'({ plant }, { holdMs }) {
    await plant.broker.kill('SIGTERM');
    await pause(holdMs);
    plant.broker.start();
    return undefined;
  },
  'redis.restart': ({ plant }) => restart(plant.redis, 'SIGKILL'),
  'redis.pause': pauseRedis,
  'link.delay': ({ plant }, fault) => weather(plant, fault, { kind: 'delay', ms: DELAY_MS }),
  'link.cut': ({ plant }, fault) => weather(plant, fault, { kind: 'cut' }),
  'link.halfOpen': ({ plant }, fault) => weather(plant, fault, { kind: 'halfOpen' }),
  'disk.full': fillDisk,
  'clock.forward': (scene, fault) => stepClock(scene, fault, HOUR),
  'clock.back': (scene, fault) => stepClock(scene, fault, -HOUR),
  async 'inbox.twice'({ echo }, { holdMs }) {
    return await echo.repeat(holdMs) > 0 ? undefined : { outcome: 'notRun', why: 'no batch came by' };
  },
  'senders.idle': keepPlaces,
  'names.many': inventNames,
  'flow.damaged': damageFlow,
  'close.slowStore': closeBehindSlowStore,
};

/** Injects, holds and heals. */
export async function inject(scene: Scene, fault: Fault): Promise<Outcome> {
  return await INJECTORS[fault.kind](scene, fault) ?? SURVIVED;
}

/** Every other time also while it starts on what the kill left. */
async function killRole({ plant }: Scene, { target, holdMs }: Fault): Promise<undefined> {
  const role = plant.roles[target as RoleName];
  await role.kill();
  role.start();
  if (holdMs % 2 === 1) {
    await pause(holdMs);
    await role.kill();
    role.start();
  }
  await role.ready();
}

async function freeze({ plant }: Scene, { target, holdMs }: Fault): Promise<undefined> {
  const role = plant.roles[target as RoleName];
  role.signal('SIGSTOP');
  await pause(holdMs);
  role.signal('SIGCONT');
}

async function restart(program: Program, signal: NodeJS.Signals): Promise<undefined> {
  await program.kill(signal);
  program.start();
  await program.ready();
}

async function pauseRedis({ plant }: Scene, { holdMs }: Fault): Promise<Outcome | undefined> {
  const cli = spawn('redis-cli', ['-p', String(plant.ports.redis), 'CLIENT', 'PAUSE', String(holdMs), 'ALL'], { stdio: 'ignore' });
  const [code] = await once(cli, 'exit') as [number];
  await pause(holdMs);
  return code === 0 ? undefined : { outcome: 'notRun', why: `redis-cli ended with ${String(code)}` };
}

async function weather(plant: Plant, { target, holdMs }: Fault, bad: Weather): Promise<undefined> {
  const link = plant.links[target as LinkName];
  link.weather = bad;
  await pause(holdMs);
  link.weather = { kind: 'fair' };
}

async function fillDisk({ plant }: Scene, { holdMs }: Fault): Promise<Outcome | undefined> {
  const { disk } = plant;
  if (disk.by === 'nothing') return { outcome: 'notRun', why: disk.why };
  disk.fill(plant.roles.edge.pid);
  await pause(holdMs);
  disk.empty(plant.roles.edge.pid);
  return undefined;
}

async function stepClock({ plant, clockStepped }: Scene, { target, holdMs }: Fault, by: number): Promise<undefined> {
  const role = target as RoleName;
  const set = (offset: number): void => {
    writeFileSync(plant.clockFile(role), String(offset));
    plant.roles[role].signal('SIGUSR2');
  };
  clockStepped(role, 'wrong');
  set(by);
  await pause(holdMs);
  set(0);
  clockStepped(role, 'right');
}

/** More than there are places for one address, and bodies that never end. */
const IDLE = 600;

/** Connections that say little and stay: trade goes on beside them. */
async function keepPlaces({ plant }: Scene, { holdMs }: Fault): Promise<undefined> {
  const idle = new IdleSenders(plant.urls.edge);
  try {
    await Promise.all([idle.open(IDLE, HALF_BODY), idle.open(IDLE, HALF_HEADERS)]);
    await pause(holdMs);
  } finally {
    idle.close();
  }
  return undefined;
}

/** Two injections are more than the 200 that may count. */
const NAMES = 120;
/** Before everything that is compared. */
const NAMES_AGE_MS = 5 * DAY;

/** A sender that takes the order's number for the store. Its answers are nobody's concern: it may be cut off as anybody. */
async function inventNames({ plant }: Scene, { holdMs }: Fault): Promise<undefined> {
  const at = Date.now() - NAMES_AGE_MS;
  const events = Array.from({ length: NAMES }, (_each, index) => {
    const name = `ordine-${String(holdMs)}-${String(index)}`;
    return saleEvent({ id: name, at, amount: '1.00', data: { store: name, channel: 'pos' } });
  });
  const { path, headers, body } = plant.senders.events(events);
  await fetch(plant.intake + path, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) }).catch(unlessCutOff);
  await pause(holdMs);
  return undefined;
}

function unlessCutOff(error: unknown): void {
  if (!(error instanceof TypeError) && (error as Error).name !== 'TimeoutError') throw error;
}

/** As a power cut leaves it: half a flow, beside the backup that Node-RED makes when one is deployed. */
async function damageFlow({ plant }: Scene, { target }: Fault): Promise<undefined> {
  const role = plant.roles[target as RoleName];
  const folder = join(plant.folder, target);
  const flow = join(folder, 'flows.json');
  await role.ready();
  await role.kill();
  copyFileSync(flow, join(folder, '.flows.json.backup'));
  const text = readFileSync(flow, 'utf8');
  writeFileSync(flow, text.slice(0, Math.floor(text.length / 2)));
  role.start();
  await role.ready();
  const aside = readdirSync(folder).filter((name) => name.startsWith('flows.json.damaged-'));
  if (aside.length === 0 || readFileSync(flow, 'utf8') !== text) throw new Error('the damaged flow was not replaced by its backup');
  for (const name of aside) rmSync(join(folder, name));
  return undefined;
}

/** A worker is stopped while its store says nothing any more: it ends by itself all the same. */
async function closeBehindSlowStore({ plant }: Scene, { target }: Fault): Promise<undefined> {
  const [role, link] = [plant.roles[target as RoleName], plant.links[`${target}-redis` as LinkName]];
  await role.ready();
  link.weather = { kind: 'halfOpen' };
  try {
    await role.kill('SIGTERM');
    if (/did not close in time/.test(role.printed)) throw new Error(`${target} did not close behind a store that is silent`);
  } finally {
    link.weather = { kind: 'fair' };
    role.start();
  }
  await role.ready();
  return undefined;
}
