/** How are the files of docker/ tried without Docker? The script makes its secrets in a copy, and the real servers read the real configuration. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { Mosquitto } from './mosquitto.js';
import { eventually } from './waiting.js';
import { freePort } from './ports.js';

const DOCKER = resolve('docker');
const SCRIPT = 'make-secrets.sh';

/** A copy of docker/ in which the script works. */
export class DockerFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bottega-docker-'));

  constructor() {
    const isMade = (file: string): boolean => /\/(secrets|\.env)$/.test(file);
    cpSync(DOCKER, this.path, { recursive: true, filter: (file) => !isMade(file) });
    chmodSync(this.path, 0o755);
  }

  /** Answers what it says it makes, line by line. */
  makeSecrets(...args: string[]): string[] {
    return execFileSync('sh', [join(this.path, SCRIPT), ...args], { cwd: '/', encoding: 'utf8' }).split('\n').filter((line) => line !== '');
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text);
  }

  /** What `.env` sets. */
  settings(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.read('.env').matchAll(/^(\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  }

  setting(name: string): string {
    const value = this.settings()[name];
    if (value === undefined) throw new Error(`.env does not set ${name}`);
    return value;
  }

  /** The secret in the file of that name. */
  secret(name: string): string {
    return this.read(`secrets/${name}`).trim();
  }

  /** Where the files lie that a service finds in /run/secrets. */
  secretFiles(compose: Compose, service: string): Readonly<Record<string, string>> {
    const mounts = (compose.services[service]?.secrets ?? []).map((each) => (typeof each === 'string' ? { source: each, target: each } : each));
    return Object.fromEntries(mounts.map(({ source, target }) => [`/run/secrets/${target}`, join(this.path, compose.secrets[source]?.file ?? '')]));
  }

  /** Every file the script made: mode and content. */
  made(): Record<string, { mode: string; text: string }> {
    const files = ['.env', ...(readdirSync(join(this.path, 'secrets'), { recursive: true }) as string[]).map((file) => `secrets/${file}`)];
    return Object.fromEntries(files.filter((file) => statSync(join(this.path, file)).isFile()).map((file) => {
      return [file, { mode: (statSync(join(this.path, file)).mode & 0o777).toString(8), text: this.read(file) }];
    }));
  }

  get ca(): string {
    return this.read('secrets/ca.crt');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** A configuration as it stands, with the container's paths turned into ours. */
  here(file: string, data: string): string {
    const service = file.split('/')[0] ?? '';
    return this.read(file)
      .replaceAll('/run/secrets/ca.crt', join(this.path, 'secrets/ca.crt'))
      .replaceAll('/run/secrets/', `${join(this.path, 'secrets', service)}/`)
      .replaceAll('/mosquitto/config/', `${join(this.path, 'mosquitto')}/`)
      .replaceAll('/mosquitto/data', data)
      .replaceAll('dir /data', `dir ${data}`);
  }
}

/** The broker of the compose file, on a free port; its data outlives it. `more`: lines added to the configuration. */
export function startBroker(folder: DockerFolder, data: string, more: readonly string[] = []): Promise<Mosquitto> {
  const lines = folder.here('mosquitto/mosquitto.conf', data).split('\n').filter((line) => !line.startsWith('listener '));
  return Mosquitto.start({ config: [...lines, ...more] });
}

/** The Redis of the compose file, on a free port. */
export class ConfiguredRedis {
  readonly port: number;
  readonly #folder: DockerFolder;
  readonly #args: string[];
  #child: ChildProcess | undefined;

  private constructor(folder: DockerFolder, port: number, data: string) {
    this.#folder = folder;
    this.port = port;
    folder.write('redis.here.conf', folder.here('redis/redis.conf', data));
    this.#args = [join(folder.path, 'redis.here.conf'), '--tls-port', String(port), '--bind', '127.0.0.1'];
  }

  static async start(folder: DockerFolder, data: string): Promise<ConfiguredRedis> {
    const server = new ConfiguredRedis(folder, await freePort(), data);
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    this.#child = spawn('redis-server', this.#args, { stdio: 'ignore' });
    await eventually(async () => await this.as('health', 'ping') === 'PONG', 'redis-server');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** What redis-cli prints for one of the users. */
  as(user: string, ...command: string[]): Promise<string> {
    return this.cli(['--user', user], command, this.#folder.secret(`REDIS_${user.toUpperCase()}_PASSWORD`));
  }

  cli(options: readonly string[], command: readonly string[], password?: string): Promise<string> {
    const args = ['-p', String(this.port), '--tls', '--cacert', join(this.#folder.path, 'secrets/ca.crt'), '--no-auth-warning', ...options, ...command];
    const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) };
    return new Promise((resolve) => {
      execFile('redis-cli', args, { env, timeout: 5_000 }, (_error, stdout, stderr) => { resolve(`${stdout}${stderr}`.trim()); });
    });
  }
}

/** The protocol a handshake ends with, or the code of the error. */
export function handshake(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? error.message); });
  });
}

interface Mount {
  readonly source: string;
  readonly target: string;
}

export interface Service {
  readonly build: { readonly context: string; readonly dockerfile?: string; readonly args: Readonly<Record<string, string>> };
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly deploy: { readonly resources: { readonly limits: Readonly<Record<'cpus' | 'memory' | 'pids', string | number>> } };
  readonly networks: readonly string[];
  readonly secrets: readonly (string | Mount)[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };

/** The compose file with its variables filled in, as Docker Compose does it; throws where a required one is missing. */
export function readCompose(settings: Readonly<Record<string, string>>): Compose {
  const parsed = load(readFileSync(join(DOCKER, 'compose.yaml'), 'utf8'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as Yaml;
  return filledIn(parsed, settings) as unknown as Compose;
}

function filledIn(node: Yaml, settings: Readonly<Record<string, string>>): Yaml {
  if (typeof node === 'string') return node.replace(/\$\$|\$\{(\w+):([-?])([^}]*)\}/g, (whole, name: string, kind: string, word: string) => {
    if (whole === '$$') return '$';
    const value = settings[name] ?? '';
    if (value === '' && kind === '?') throw new Error(`required variable ${name} is missing a value: ${word}`);
    return value === '' ? word : value;
  });
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return (node as readonly Yaml[]).map((each) => filledIn(each, settings));
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, filledIn(value, settings)]));
}
