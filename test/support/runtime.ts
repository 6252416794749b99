/**
 * How does a flow behave in a real Node-RED? Starts one in a process of its own, on a free port, with the package's nodes and the given flows.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageFolder, ROOT } from './package.js';
import { eventually } from './waiting.js';

export type Version = 4 | 5;

/** One node of a flow, as Node-RED saves it. `z` defaults to the one tab of the test. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

export interface StartOptions {
  /** Default: 5 where the Node binary allows it, else 4. */
  readonly version?: Version;
  /** Another `node` binary than the one that runs the tests. */
  readonly nodePath?: string;
  /** JSON-able entries of `settings.js`, over the defaults below. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lines of JavaScript at the top of `settings.js`, which may change the object `settings` and `require` the package's files with `dist('nodes/x.js')`. */
  readonly settingsScript?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Credentials by node id. */
  readonly credentials?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Node types of the test's own: JavaScript of a node's file, by file name without extension. */
  readonly nodes?: Readonly<Record<string, string>>;
  /** Node-RED's user directory, kept after `stop`; default: a new one, removed. */
  readonly userDir?: string;
}

export interface Runtime {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly userDir: string;
  /** Everything printed until now, both streams. */
  logs(): string;
  /** Waits for a printed line that matches. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  /** Replaces the flows (the tab included) through the editor's API (which must be at `/`), and waits until they run. */
  deploy(flows: readonly FlowNode[], type?: 'full' | 'nodes' | 'flows'): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export const TAB = 'tab';
const STOP_MS = 20_000;

/** The Node-RED versions a Node binary runs: 5 needs 22.9. */
export function versionsFor(nodePath = process.execPath): Version[] {
  const printed = nodePath === process.execPath ? process.version : spawnSync(nodePath, ['-v'], { encoding: 'utf8' }).stdout;
  const [major = 0, minor = 0] = printed.replace('v', '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 9) ? [4, 5] : [4];
}

/** The running Node, and each `nodeNN` installed as a fixture: the places a suite should run in. */
export function places(): { readonly name: string; readonly version: Version; readonly nodePath: string }[] {
  const fixtures = ['node22', 'node24'].map((name) => join(ROOT, 'test/fixtures/nodes/node_modules', name, 'bin/node'));
  const own = versionsFor().map((version) => ({ name: nameOf(version, process.execPath), version, nodePath: process.execPath }));
  if (own.some(({ version }) => version === 5)) return own;
  const newer = fixtures.find((path) => existsSync(path));
  return newer === undefined ? own : [...own, { name: nameOf(5, newer), version: 5, nodePath: newer }];
}

/** Starts Node-RED and waits until it listens and its flows run. Throws with everything it printed where it does not. */
export async function start(flows: readonly FlowNode[], options: StartOptions = {}): Promise<Runtime> {
  const nodePath = options.nodePath ?? process.execPath;
  const version = options.version ?? Math.max(...versionsFor(nodePath)) as Version;
  const userDir = options.userDir ?? mkdtempSync(join(tmpdir(), 'bottega-runtime-'));
  writeUserDir(userDir, flows, options);
  const child = spawn(nodePath, [redOf(version), '-u', userDir, '-s', join(userDir, 'settings.js')], {
    env: { ...withoutTestLoader(process.env), NODE_RED_DISABLE_TELEMETRY: 'true', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const runtime = new RunningRuntime(child, userDir, options.userDir === undefined);
  await runtime.ready();
  return runtime;
}

function nameOf(version: Version, nodePath: string): string {
  const node = nodePath === process.execPath ? process.version : spawnSync(nodePath, ['-v'], { encoding: 'utf8' }).stdout.trim();
  return `Node-RED ${String(version)} on Node ${node.slice(1)}`;
}

function redOf(version: Version): string {
  const name = version === 5 ? 'node-red' : 'node-red-4';
  return join(dirname(createRequire(__filename).resolve(`${name}/package.json`)), 'red.js');
}

/** The test runner's own loader must not reach the runtime under test. */
function withoutTestLoader(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...rest } = env;
  return rest;
}

function writeUserDir(userDir: string, flows: readonly FlowNode[], options: StartOptions): void {
  const settings = {
    uiHost: '127.0.0.1', uiPort: 0, flowFile: 'flows.json', credentialSecret: false, lang: 'en-US', nodesDir: [packageFolder()],
    telemetry: { enabled: false, updateNotification: false }, editorTheme: { tours: false },
    ...options.settings,
  };
  const script = [
    `const dist = (file) => require(${JSON.stringify(`${packageFolder()}/dist/`)} + file);`,
    `const settings = ${JSON.stringify(settings)};`,
    options.settingsScript ?? '',
    'module.exports = settings;',
  ];
  writeFileSync(join(userDir, 'settings.js'), script.join('\n'));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(withTab(flows)));
  if (options.credentials !== undefined) writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(options.credentials));
  mkdirSync(join(userDir, 'nodes'), { recursive: true });
  for (const [name, source] of Object.entries(options.nodes ?? {})) {
    writeFileSync(join(userDir, 'nodes', `${name}.js`), source);
    // Node-RED reads no node file without its html.
    writeFileSync(join(userDir, 'nodes', `${name}.html`), '');
  }
}

/** Adds the test's tab, and places on it each node that says nothing else. Nodes without `wires` are configuration nodes. */
function withTab(flows: readonly FlowNode[]): FlowNode[] {
  const placed = flows.map((node) => (node['z'] === undefined && node['wires'] !== undefined ? { x: 0, y: 0, z: TAB, ...node } : node));
  return flows.some(({ id }) => id === TAB) ? placed : [{ id: TAB, type: 'tab', label: 'test' }, ...placed];
}

class RunningRuntime implements Runtime {
  readonly userDir: string;
  port = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #temporary: boolean;
  #printed = '';

  constructor(child: ChildProcess, userDir: string, temporary: boolean) {
    this.#child = child;
    this.userDir = userDir;
    this.#temporary = temporary;
    child.stdout?.on('data', (chunk: Buffer) => { this.#printed += chunk.toString(); });
    child.stderr?.on('data', (chunk: Buffer) => { this.#printed += chunk.toString(); });
    this.#exited = new Promise((resolve, reject) => {
      child.once('exit', (code) => { resolve(code); });
      child.once('error', reject);
    });
    process.once('exit', this.#endWithTests);
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  logs(): string {
    return this.#printed;
  }

  async logged(pattern: RegExp): Promise<RegExpExecArray> {
    const matched = await eventually(() => pattern.exec(this.#printed) ?? this.#gone(), () => `${String(pattern)} in:\n${this.#printed}`);
    if (matched === 'gone') throw new Error(`Node-RED ended before ${String(pattern)}:\n${this.#printed}`);
    return matched;
  }

  async ready(): Promise<void> {
    try {
      const [, port] = await this.logged(/Server now running at http:\/\/127\.0\.0\.1:(\d+)/);
      await this.logged(/Started flows/);
      this.port = Number(port);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async deploy(flows: readonly FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const before = this.#printed.length;
    const response = await fetch(`${this.url}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': type },
      body: JSON.stringify(withTab(flows)),
    });
    if (!response.ok) throw new Error(`deploy answered ${String(response.status)}: ${await response.text()}`);
    // The editor is answered before the flows run.
    await eventually(() => /Started (modified )?(flows|nodes)/.exec(this.#printed.slice(before)) ?? undefined, () => this.#printed.slice(before));
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => { this.#child.kill('SIGKILL'); }, STOP_MS);
    const code = await this.#exited;
    clearTimeout(timer);
    this.#clean();
    return code;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    this.#clean();
  }

  #gone(): 'gone' | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? undefined : 'gone';
  }

  #clean(): void {
    process.removeListener('exit', this.#endWithTests);
    if (this.#temporary) rmSync(this.userDir, { recursive: true, force: true });
  }

  /** A test that fails before `stop` must not leave an orphan that answers a later test. */
  readonly #endWithTests = (): void => { this.#child.kill('SIGKILL'); };
}
