/**
 * `npm start` and `npm run demo`: the product in one process, one line `ready <url>` once webhooks are accepted, a clean stop on a signal.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../engine/base/errors.js';
import { secretsInFiles } from '../engine/base/secretFiles.js';
import { PROFILE_VARIABLES } from '../engine/normalize/profile/profiles.js';
import { SECOND } from '../engine/base/time.js';
import { readDemo } from './simulator/demo.js';
import { type Product, startProduct } from './product.js';
import { secretsPath } from './secrets.js';
import { readEnvironment, type Role, type Settings } from './settings/settings.js';
import { simulate } from './simulator/simulate.js';

/** Node-RED gives its nodes 15 s to close; whoever supervises us rarely waits longer. */
const STOP_WITHIN_MS = 14 * SECOND;

/** Roles that senders post to, and roles with a dashboard. */
const RECEIVES: readonly Role[] = ['all', 'edge'];
const SHOWS: readonly Role[] = ['all', 'front'];

const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const log = (line: string): void => { process.stderr.write(`${line}\n`); };

void main(process.argv.slice(2));

async function main(typed: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  // Whatever is written from here on is this user's only.
  process.umask(0o077);
  let product: Product | undefined;
  stopping.signal.addEventListener('abort', () => { void stop(product); }, { once: true });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => { stopping.abort(); });
  surviveFaults();
  try {
    Object.assign(process.env, secretsInFiles(process.env, (path) => readFileSync(path, 'utf8'), PROFILE_VARIABLES));
    const settings = readEnvironment(process.env);
    const demo = readDemo(typed);
    if (demo !== undefined && !RECEIVES.includes(settings.role)) {
      throw new ConfigError('BOTTEGA_ROLE', `the simulated shop needs one of ${RECEIVES.join(', ')}`, settings.role);
    }
    if (demo !== undefined && settings.tls !== undefined) {
      throw new ConfigError('BOTTEGA_TLS_CERT', 'not with the simulated shop, which sends without TLS', settings.tls.cert);
    }
    product = await startProduct(settings, log);
    announce(settings, product);
    if (demo !== undefined) await simulate({ ...product, settings, say, log }, demo, stopping.signal);
  } catch (error) {
    log(startError(error));
    process.exit(1);
  }
}

function announce(settings: Settings, { url }: Product): void {
  process.stdout.write(`ready ${url}\n`);
  if (SHOWS.includes(settings.role)) process.stdout.write(`dashboard ${url}/dashboard\n`);
  process.stdout.write(`editor ${url}/\n`);
  log(`generated secrets: ${secretsPath(settings.data)}`);
}

/** Before it has started nothing was acknowledged, and there is nothing to wait for. */
async function stop(product: Product | undefined): Promise<void> {
  setTimeout(() => {
    log('some node did not close in time; what was acknowledged is stored all the same');
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
  try {
    await product?.stop();
    process.exit(0);
  } catch (error) {
    log(`stopping failed: ${messageOf(error)}`);
    process.exit(1);
  }
}

/** What the system says of a folder that cannot be one, or not ours. */
const UNUSABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'ENOENT', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/** One line that says what to change. */
function startError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, path } = error as { code?: string; path?: string };
  if (path !== undefined && UNUSABLE.has(code ?? '')) return `BOTTEGA_DATA: ${path} cannot be written (${String(code)})`;
  return listenError(error as ListenError) ?? `cannot start: ${causes(error)}`;
}

interface ListenError {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

function listenError({ code, address, port }: ListenError): string | undefined {
  const { HOST = '', BOTTEGA_INTAKE_PORT: intake = '' } = process.env;
  const place = `${address ?? HOST}:${String(port ?? '')}`;
  const variable = String(port) === intake.trim() ? 'BOTTEGA_INTAKE_PORT' : 'PORT';
  const known: Readonly<Record<string, string>> = {
    EADDRINUSE: `${variable}: ${place} is taken by another program`,
    EADDRNOTAVAIL: `HOST: ${place} is no address of this machine`,
    ENOTFOUND: `HOST: ${HOST} is no address of this machine`,
    ...(port === undefined ? {} : { EACCES: `${variable}: not allowed to listen on ${place}` }),
  };
  return known[code ?? ''];
}

/**
 * A promise that nobody waited for is some node's unanswered call: what is stored is stored in whole commits and a sender without an answer
 * sends again, so the process stays up. An exception that nobody caught has unwound code half-way: the process ends, as if killed.
 */
function surviveFaults(): void {
  process.on('unhandledRejection', (reason) => { log(`[error] unhandled rejection: ${causes(reason)}`); });
  process.on('uncaughtException', (error) => {
    log(`[error] uncaught exception, exiting: ${causes(error)}`);
    process.exit(1);
  });
}

function causes(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? text : `${text}\n  caused by ${causes(cause)}`;
}
