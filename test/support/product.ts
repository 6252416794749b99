/** How do tests run the product? As a user does: `dist/launcher/start.js` in its own process, on free ports, in a directory of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Answer, post, request } from './http.js';
import { freePort } from './ports.js';
import { Senders } from './sign.js';
import type { SignedRequest } from '../../launcher/simulator/sign.js';

export const ROOT = resolve(__dirname, '../..');

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProduct {
  readonly url: string;
  readonly mqttPort: number;
  readonly pid: number;
  readonly secrets: Readonly<Record<string, string>>;
  readonly senders: Senders;
  post(signed: SignedRequest): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** With the API token. */
  kpi(query: string): Promise<Answer>;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

export type Variables = Readonly<Record<string, string>>;

/** A directory that is gone after the tests. */
export function temporaryData(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'bottega-'));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}

/** Starts and waits for the line `ready <url>`. Rejects with what was said where it ends before. */
export async function startProduct(data: string, variables: Variables = {}, command?: readonly string[]): Promise<RunningProduct> {
  buildPackage();
  const mqttPort = await freePort();
  const child = launch({ PORT: '0', MQTT_PORT: String(mqttPort), BOTTEGA_DATA: data, ...variables }, command);
  const ended = endOf(child);
  const url = await Promise.race([readyLine(child), ended.then(({ code, stderr }) => { throw new Error(`ended with ${String(code)}: ${stderr}`); })]);
  const secrets = { ...JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')), ...variables } as Record<string, string>;
  return {
    url, mqttPort, secrets, pid: child.pid ?? 0,
    senders: new Senders(secrets, variables['BOTTEGA_PUBLIC_URL'] ?? url),
    post: (signed) => post(url, signed),
    get: (path) => request(url + path),
    kpi: (query) => request(`${url}/kpi?${query}`, { headers: { authorization: `Bearer ${secrets['BOTTEGA_API_TOKEN'] ?? ''}` } }),
    stop: (signal = 'SIGTERM') => { child.kill(signal); return ended; },
  };
}

/** Starts and kills so many milliseconds later, ready or not. */
export async function killWhileStarting(data: string, afterMs: number): Promise<void> {
  const child = launch({ PORT: '0', MQTT_PORT: String(await freePort()), BOTTEGA_DATA: data });
  const ended = endOf(child);
  setTimeout(() => { child.kill('SIGKILL'); }, afterMs);
  await ended;
}

/** Runs the launcher to its end: for starts that must fail. */
export function runToEnd(variables: Variables): Promise<Ended> {
  buildPackage();
  return endOf(launch(variables));
}

/** Nothing of the shell that runs the tests reaches the product. */
function launch(variables: Variables, command: readonly string[] = [process.execPath, join(ROOT, 'dist/launcher/start.js')]): ChildProcess {
  const [program = '', ...args] = command;
  const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...variables };
  return spawn(program, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => { said.stdout += chunk.toString(); });
  child.stderr?.on('data', (chunk: Buffer) => { said.stderr += chunk.toString(); });
  const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null];
  return { code, signal, ...said };
}

function readyLine(child: ChildProcess): Promise<string> {
  return new Promise((found) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) found(line.slice('ready '.length));
    });
  });
}

let built = false;

/** Builds what runs from `dist`, where something changed; once per run. */
export function buildPackage(): void {
  if (built) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed: ${stdout}${stderr}`);
  built = true;
}
