/**
 * Which Redis do tests talk to? Real servers of their own, on free ports in directories of their own; also a cluster of three masters.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.js';
import { eventually } from './waiting.js';

const run = promisify(execFile);

/** One server. `cli` runs a command on it by redis-cli and answers what that prints. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly directory: string;
  cli(...args: string[]): Promise<string>;
  start(): Promise<void>;
  /** Resolves when the process has gone; the directory stays. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process and removes the directory. */
  dispose(): Promise<void>;
}

/** How to talk to a server that asks for more than a port. */
export interface ServerOptions {
  readonly settings?: readonly string[];
  readonly cliOptions?: readonly string[];
  readonly tls?: Certificates;
}

/** PEM files of an authority and of a certificate for 127.0.0.1 that it signed, and their texts. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly caText: string;
  readonly certText: string;
  readonly keyText: string;
  dispose(): Promise<void>;
}

/** Starts a server without persistence, unless `settings` (as on its command line) say otherwise. */
export async function startRedis({ settings = [], cliOptions = [], tls }: ServerOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bottega-redis-'));
  const port = await freePort();
  const [listen, cliTls] = listenOptions(port, tls);
  const args = [...listen, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no', ...settings];
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${String(port)}`,
    directory,
    cli: async (...command) => (await run('redis-cli', ['-p', String(port), ...cliTls, ...cliOptions, ...command])).stdout.trim(),
    async start() {
      child = spawn('redis-server', args, { stdio: 'ignore' });
      await eventually(async () => /^(PONG|NOAUTH)/.test(await server.cli('ping')), `redis-server on ${String(port)}`);
    },
    async kill(signal = 'SIGKILL') {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
    async dispose() {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** A new authority and a certificate of it, made by openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'bottega-tls-'));
  const [ca, caKey, cert, key] = ['ca.pem', 'ca.key', 'server.pem', 'server.key'].map((name) => join(directory, name)) as [string, string, string, string];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', [...request, '-subj', '/CN=Test authority', '-keyout', caKey, '-out', ca]);
  await run('openssl', [...request, '-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE',
    '-CA', ca, '-CAkey', caKey, '-keyout', key, '-out', cert]);
  const [caText, certText, keyText] = await Promise.all([ca, cert, key].map((file) => readFile(file, 'utf8'))) as [string, string, string];
  return { ca, cert, key, caText, certText, keyText, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/** Three masters that share all slots. */
export interface RedisCluster {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  /** Runs a command on the node that serves its key. */
  cli(...args: string[]): Promise<string>;
  dispose(): Promise<void>;
}

export async function startCluster(): Promise<RedisCluster> {
  const servers = await Promise.all([0, 1, 2].map(async () => {
    const busPort = String(await freePort());
    return startRedis({ settings: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000', '--cluster-port', busPort], cliOptions: ['-c'] });
  }));
  const [first, ...others] = servers;
  if (first === undefined) throw new Error('no server');
  const shares = [['0', '5460'], ['5461', '10922'], ['10923', '16383']];
  await Promise.all(servers.map((server, index) => server.cli('cluster', 'addslotsrange', ...(shares[index] ?? []))));
  // Nodes with equal epochs would quarrel about it before they agree.
  await Promise.all(servers.map((server, index) => server.cli('cluster', 'set-config-epoch', String(index + 1))));
  const busOf = async (server: RedisServer): Promise<string> => (await server.cli('config', 'get', 'cluster-port')).split('\n')[1] ?? '';
  for (const other of others) await first.cli('cluster', 'meet', '127.0.0.1', String(other.port), await busOf(other));
  await Promise.all(servers.map((server) => eventually(async () => {
    const info = await server.cli('cluster', 'info');
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  }, 'the cluster')));
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${String(port)}`).join(',')}`,
    servers,
    cli: (...args) => first.cli(...args),
    dispose: async () => { await Promise.all(servers.map((server) => server.dispose())); },
  };
}

/** How the server and redis-cli name the port. */
function listenOptions(port: number, tls: Certificates | undefined): [server: string[], cli: string[]] {
  if (tls === undefined) return [['--port', String(port)], []];
  const server = ['--port', '0', '--tls-port', String(port), '--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.ca];
  return [[...server, '--tls-auth-clients', 'no'], ['--tls', '--cacert', tls.ca, '--cert', tls.cert, '--key', tls.key]];
}
