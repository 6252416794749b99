/** How do tests run a stock Node-RED with our package in it? As a user has it: default settings, the tarball installed from the palette's folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nodeRedFor } from '../../launcher/runtime.js';
import { request } from './http.js';
import { ROOT } from './product.js';
import { until } from './waiting.js';
import { freePort } from './ports.js';

export interface StockNodeRed {
  readonly url: string;
  /** Everything printed until now. */
  logs(): string;
  stop(): void;
}

/** Packs the built package; answers the tarball's path. */
export function packInto(folder: string): string {
  npm(ROOT, 'run', 'build', '--silent');
  npm(ROOT, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack left no tarball');
  return join(folder, tarball);
}

/** A user directory with nothing but the tarball in it. */
export function installInto(userDir: string, tarball: string): void {
  mkdirSync(userDir, { recursive: true });
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'user-dir', private: true }));
  npm(userDir, 'install', tarball, '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline');
}

/** A package of this repository in a user directory, as if it had been installed from the palette. */
export function linkInto(userDir: string, name: string): void {
  const target = join(userDir, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), target);
  const path = join(userDir, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { dependencies?: Record<string, string> };
  writeFileSync(path, JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, [name]: '*' } }));
}

/** This package as it is built, in a user directory, without a tarball. */
export function linkOurs(userDir: string): void {
  const { name } = readManifest();
  const target = join(userDir, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(ROOT, target);
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'user-dir', private: true, dependencies: { [name]: '*' } }));
}

export async function startNodeRed(name: 'node-red' | 'node-red-4', userDir: string, variables: Readonly<Record<string, string>>): Promise<StockNodeRed> {
  const red = join(dirname(createRequire(__filename).resolve(`${name}/package.json`)), 'red.js');
  const port = String(await freePort());
  const env = { PATH: process.env['PATH'] ?? '', HOME: userDir, ...variables };
  const child: ChildProcess = spawn(nodeFor(name), [red, '--userDir', userDir, '--port', port], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  await until(() => said, (text) => text.includes('Started flows') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`Node-RED ended: ${said}`);
  return { url: `http://127.0.0.1:${port}`, logs: () => said, stop: () => { child.kill('SIGKILL'); } };
}

/** Replaces all flows, as Import and Deploy do. */
export async function deploy(url: string, flow: unknown): Promise<void> {
  const { status, text } = await request(`${url}/flows`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(flow) });
  if (status !== 204) throw new Error(`deploy answered ${String(status)} ${text}`);
}

/** The running Node.js where it can carry that Node-RED, else one of the fixture's. */
function nodeFor(name: 'node-red' | 'node-red-4'): string {
  if (name === 'node-red-4' || nodeRedFor(process.versions.node) === name) return process.execPath;
  const path = join(ROOT, 'test/fixtures/nodes/node_modules/node24/bin/node');
  if (!existsSync(path)) throw new Error('run `npm ci` in test/fixtures/nodes first: Node-RED 5 needs a newer Node.js');
  return path;
}

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: 180_000 });
}

type Manifest = { readonly name: string; readonly 'node-red': Readonly<Record<'nodes' | 'plugins', Readonly<Record<string, string>>>> };

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
}
