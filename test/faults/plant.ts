/** What is fifty shops' installation in small? Edge, three workers, front, broker and Redis, each a process, each link a proxy. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/product.js';
import { Senders } from '../support/sign.js';
import { Program } from './program.js';
import { Proxy } from './proxy.js';
import { type DiskFault, openVolume } from './volume.js';
import { accepts, freePort } from '../support/ports.js';

export const ROLES = ['edge', 'worker1', 'worker2', 'worker3', 'front'] as const;
export type RoleName = (typeof ROLES)[number];

export const LINKS = [
  'sender-edge', 'edge-broker', 'worker1-broker', 'worker2-broker', 'worker3-broker', 'front-broker', 'worker1-redis', 'worker2-redis', 'worker3-redis', 'front-redis',
] as const;
export type LinkName = (typeof LINKS)[number];

const SECRETS = {
  SHOPIFY_WEBHOOK_SECRET: 'prova-shopify-0123456789abcdef',
  HUBSPOT_CLIENT_SECRET: 'prova-hubspot-0123456789abcdef',
  WOOCOMMERCE_WEBHOOK_SECRET: 'prova-woo-0123456789abcdef',
  POS_JWT_SECRET: 'prova-jwt-0123456789abcdef0123456789abcdef',
  POS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  BOTTEGA_API_TOKEN: 'prova-token-0123456789abcdef',
  BOTTEGA_PRIVACY_KEY: 'prova-riservatezza-0123456789abcdef0123456789abcdef',
};

export interface Plant {
  readonly folder: string;
  readonly roles: Readonly<Record<RoleName, Program>>;
  readonly broker: Program;
  readonly redis: Program;
  readonly links: Readonly<Record<LinkName, Proxy>>;
  readonly disk: DiskFault;
  readonly senders: Senders;
  /** Not through a proxy: what observes has good weather. */
  readonly urls: { readonly broker: string; readonly redis: string; readonly edge: string; readonly front: string };
  readonly ports: { readonly redis: number };
  /** Through the proxy of the senders. */
  readonly intake: string;
  readonly token: string;
  clockFile(role: RoleName): string;
  /** The broker forgets everything at its next start. */
  forgetBroker(): void;
  close(verdict: 'keep' | 'remove'): Promise<void>;
}

/** Builds, starts everything and waits until all is ready. `zone`: of the shop. */
export async function openPlant(zone: string, finding: (text: string) => void): Promise<Plant> {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`);
  const folder = mkdtempSync(join(tmpdir(), 'bottega-faults-'));
  const ports = await portsOf(['broker', 'redis', ...ROLES]);
  const disk = openVolume(join(folder, 'edge'));
  const broker = brokerProgram(folder, ports['broker'] ?? 0, finding);
  const redis = redisProgram(folder, ports['redis'] ?? 0, finding);
  const links = Object.fromEntries(await Promise.all(LINKS.map(async (name) => [name, await Proxy.open(name, ports[name.split('-')[1] ?? ''] ?? 0)]))) as Record<LinkName, Proxy>;
  const intake = `http://127.0.0.1:${String(links['sender-edge'].port)}`;
  const roles = Object.fromEntries(ROLES.map((name) => [name, roleProgram({ name, folder, port: ports[name] ?? 0, links, intake, zone, finding })])) as Record<RoleName, Program>;
  const programs = [broker, redis, ...Object.values(roles)];
  for (const program of programs) program.start();
  const url = (name: string): string => `127.0.0.1:${String(ports[name])}`;
  const plant: Plant = {
    folder, roles, broker, redis, links, disk, intake, senders: new Senders(SECRETS, intake), token: SECRETS.BOTTEGA_API_TOKEN, ports: { redis: ports['redis'] ?? 0 },
    urls: { broker: `mqtt://${url('broker')}`, redis: `redis://${url('redis')}`, edge: `http://${url('edge')}`, front: `http://${url('front')}` },
    clockFile: (role) => clockFile(folder, role),
    forgetBroker: () => { rmSync(join(folder, 'broker', 'mosquitto.db'), { force: true }); },
    async close(verdict) {
      await Promise.all(programs.map((program) => program.kill()));
      await Promise.all(Object.values(links).map((link) => link.close()));
      disk.release();
      if (verdict === 'remove') rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(programs.map((program) => program.ready()));
    return plant;
  } catch (error) {
    await plant.close('keep');
    throw error;
  }
}

async function portsOf(names: readonly string[]): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
}

/** It saves what it keeps at a clean end only, so that a kill is a broker that has lost everything since then. */
function brokerProgram(folder: string, port: number, finding: (text: string) => void): Program {
  const home = join(folder, 'broker');
  mkdirSync(home);
  const config = join(home, 'mosquitto.conf');
  writeFileSync(config, [
    `listener ${String(port)} 127.0.0.1`, 'allow_anonymous true', 'set_tcp_nodelay true', 'persistence true', `persistence_location ${home}/`, 'autosave_interval 0', 'user root', '',
  ].join('\n'));
  return new Program({ name: 'broker', command: [programAt('mosquitto'), '-c', config], logs: folder, isReady: () => accepts(port), finding });
}

/**
 * `appendfsync always`: what a worker receipts must outlive a kill. With `everysec` that is not so even though the page cache survives: while
 * an fsync is under way Redis keeps back its writes for up to two seconds, and answers all the same (flushAppendOnlyFile in aof.c).
 */
function redisProgram(folder: string, port: number, finding: (text: string) => void): Program {
  const home = join(folder, 'redis');
  mkdirSync(home);
  const settings = ['--bind', '127.0.0.1', '--dir', home, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  // It listens before it has read its log: PING says LOADING until then.
  const isReady = (): boolean => spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout.trim() === 'PONG';
  return new Program({ name: 'redis', command: ['redis-server', '--port', String(port), ...settings], logs: folder, isReady, finding });
}

interface RolePlan {
  readonly name: RoleName;
  readonly folder: string;
  readonly port: number;
  readonly links: Readonly<Record<LinkName, Proxy>>;
  readonly intake: string;
  readonly zone: string;
  readonly finding: (text: string) => void;
}

function roleProgram({ name, folder, port, links, intake, zone, finding }: RolePlan): Program {
  const to = (place: 'broker' | 'redis'): string => String(links[`${name}-${place}` as LinkName].port);
  const variables = {
    ...SECRETS, PORT: String(port), BOTTEGA_ROLE: name.replace(/\d$/, ''), BOTTEGA_DATA: join(folder, name), TZ_SHOP: zone, BOTTEGA_PUBLIC_URL: intake,
    MQTT_URL: `mqtt://127.0.0.1:${to('broker')}`,
    ...(name === 'edge' ? {} : { REDIS_URL: `redis://127.0.0.1:${to('redis')}` }),
    NODE_OPTIONS: `--require ${join(ROOT, 'test/faults/clock.cjs')}`, BOTTEGA_TEST_CLOCK: clockFile(folder, name),
  };
  const command = [process.execPath, join(ROOT, 'dist/launcher/start.js')] as const;
  return new Program({ name, command, variables, logs: folder, isReady: (printed) => /^ready /m.test(printed), finding });
}

function clockFile(folder: string, role: RoleName): string {
  return join(folder, `${role}.clock`);
}

/** Servers live in `sbin`, which is not on everybody's path. */
function programAt(name: string): string {
  const { stdout } = spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin command -v ${name}`], { encoding: 'utf8' });
  return stdout.trim() === '' ? name : stdout.trim();
}
