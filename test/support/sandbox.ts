/** How are the commands of the READMEs run without harm? In a copy of the repository, with a home of its own, every server on a free port. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, ROOT } from './product.js';
import { until } from './waiting.js';

/** Made by commands, or not needed by any. */
const LEFT_OUT = new Set(['node_modules', '.git', '.bottega', 'test', '.ci']);

/** Something that goes on until it is stopped. */
export interface Running {
  /** All it has said until now. */
  said(): string;
  stop(): Promise<Ended>;
}

export class Sandbox {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), 'bottega-readme-')));
  /** The copy of the repository, and the user's home. */
  readonly path = join(this.#root, 'node-red-kpi');
  readonly home = join(this.#root, 'home');
  readonly #running = new Set<Running>();
  readonly #reach = reach();

  constructor() {
    for (const folder of [this.path, this.home, join(this.#root, 'bin')]) mkdirSync(folder);
    build();
    for (const name of readdirSync(ROOT).filter((each) => !LEFT_OUT.has(each))) {
      cpSync(join(ROOT, name), join(this.path, name), { recursive: true, filter: (file) => !/docker\/(secrets|\.env)$/.test(file) });
    }
    this.#linkModules();
    this.#standInForCi();
  }

  /** Runs to the end, as `sh -eu`; what fails is in the answer. */
  async run(commands: string, variables: Readonly<Record<string, string>> = {}, cwd = this.path): Promise<Ended> {
    return endOf(this.#spawn(commands, variables, cwd));
  }

  /** Runs until it says what is waited for. Throws with what it said where it ends before. */
  async start(commands: string, variables: Readonly<Record<string, string>>, says: RegExp): Promise<Running> {
    const child = this.#spawn(commands, variables, this.path);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    const ended = endOf(child);
    const running: Running = {
      said: () => text,
      stop: () => {
        this.#running.delete(running);
        signal(child, 'SIGTERM');
        return ended;
      },
    };
    this.#running.add(running);
    await until(() => text, (said) => says.test(said) || child.exitCode !== null);
    if (!says.test(text)) throw new Error(`${commands} did not say ${String(says)} but: ${text}`);
    return running;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** A process group of its own: a shell, npm and the product end together. */
  #spawn(commands: string, variables: Readonly<Record<string, string>>, cwd: string): ChildProcess {
    const env = {
      PATH: `${join(this.#root, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: this.home, LANG: 'C.UTF-8', CI: 'true',
      ...this.#reach, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error',
      GIT_AUTHOR_NAME: 'R', GIT_AUTHOR_EMAIL: 'r@example.it', GIT_COMMITTER_NAME: 'R', GIT_COMMITTER_EMAIL: 'r@example.it', ...variables,
    };
    return spawn('sh', ['-euc', commands], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  /** Link by link, because the build keeps its mark in this folder. */
  #linkModules(): void {
    const [from, to] = [join(ROOT, 'node_modules'), join(this.path, 'node_modules')];
    mkdirSync(join(to, '.cache'), { recursive: true });
    for (const name of readdirSync(from).filter((each) => each !== '.cache' && each !== '.package-lock.json')) symlinkSync(join(from, name), join(to, name));
    cpSync(join(from, '.cache/bottega'), join(to, '.cache/bottega'), { recursive: true });
  }

  /** `npm ci` has been run by whoever runs these tests, on this very lockfile: here it is answered by the linked modules. Any other npm is npm. */
  #standInForCi(): void {
    const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
    const script = join(this.#root, 'bin/npm');
    writeFileSync(script, `#!/bin/sh\nif [ "$*" = ci ]; then exit 0; fi\nexec '${npm}' "$@"\n`);
    chmodSync(script, 0o755);
  }
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => { said.stdout += chunk.toString(); });
  child.stderr?.on('data', (chunk: Buffer) => { said.stderr += chunk.toString(); });
  const [code, by] = await once(child, 'close') as [number | null, NodeJS.Signals | null];
  return { code, signal: by, ...said };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
}

/** How npm gets at its registry from here: its own settings, certificates and proxies. */
function reach(): Record<string, string> {
  const [cache = '', userconfig = ''] = ['cache', 'userconfig'].map((name) => spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim());
  const passed = Object.entries(process.env).filter(([name]) => /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no)_proxy|npm_config_(registry|cafile))$/i.test(name));
  return { ...Object.fromEntries(passed.map(([name, value]) => [name, value ?? ''])), npm_config_cache: cache, npm_config_userconfig: userconfig };
}

function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0 || !existsSync(join(ROOT, 'dist'))) throw new Error(`the build failed: ${stdout}${stderr}`);
}
