/**
 * A real PostgreSQL for a test: a server of its own on a free port, in a directory of its own. It refuses to run as root, so there it runs as the
 * system's user `postgres`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './ports.js';
import { eventually } from './waiting.js';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';

/** One server. `rows` asks the database `url` names. */
export interface PostgresServer {
  readonly url: string;
  rows<T = Record<string, unknown>>(sql: string, ...values: readonly unknown[]): Promise<T[]>;
  start(): Promise<void>;
  /** Resolves when the process has gone; the directory stays. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a server with one database, `shop`, whose owner is `owner`. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = await programs();
  const account = await accountOf();
  const directory = await mkdtemp(join(tmpdir(), 'bottega-postgres-'));
  await chmod(directory, 0o700);
  if (account.uid !== undefined && account.gid !== undefined) await chown(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  const port = await freePort();
  const url = `postgres://owner@127.0.0.1:${String(port)}/shop`;
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-locale'], { ...account, cwd: directory });
  const args = ['-D', data, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1', '-c', 'shared_buffers=32MB', '-c', 'timezone=UTC'];
  let child: ChildProcess | undefined;
  const server: PostgresServer = {
    url,
    async rows<T>(sql: string, ...values: readonly unknown[]) {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(sql, [...values])).rows as T[];
      } finally {
        await client.end();
      }
    },
    async start() {
      child = spawn(join(bin, 'postgres'), args, { ...account, cwd: directory, stdio: 'ignore' });
      await eventually(() => run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'owner', '-d', 'postgres']), `PostgreSQL on ${String(port)}`);
    },
    /** As a power cut: every process of the server at once. */
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGQUIT');
      await gone;
    },
    async dispose() {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  await run(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'owner', 'shop']);
  return server;
}

async function programs(): Promise<string> {
  const versions = (await readdir(INSTALLED)).sort((a, b) => Number(b) - Number(a));
  return join(INSTALLED, versions[0] ?? '', 'bin');
}

async function accountOf(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (part) => Number((await run('id', [part, 'postgres'])).stdout)));
  return { uid, gid } as Account;
}
