/** A real mosquitto on a free port, with any configuration, that can be stopped, killed and started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort } from './ports.js';
import { eventually } from './waiting.js';

export interface MosquittoOptions {
  /** Lines of mosquitto.conf after the listener. Default: anonymous clients, nothing kept, no delay. */
  readonly config?: readonly string[];
  /** Files of the broker's folder; `<folder>` in `config` names it. */
  readonly files?: Readonly<Record<string, string>>;
}

const BINARIES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const DEFAULT_CONFIG = ['allow_anonymous true', 'persistence false', 'set_tcp_nodelay true'];

export class Mosquitto {
  readonly port: number;
  readonly folder: string;
  #child: ChildProcess | undefined;
  #printed = '';

  private constructor(port: number, folder: string) {
    this.port = port;
    this.folder = folder;
  }

  static async start({ config = DEFAULT_CONFIG, files = {} }: MosquittoOptions = {}): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort(), mkdtempSync(join(tmpdir(), 'bottega-mosquitto-')));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(broker.folder, name), text);
    // As root, mosquitto would become another user that cannot read the folder.
    const lines = [`listener ${String(broker.port)} 127.0.0.1`, 'user root', ...config.map((line) => line.replaceAll('<folder>', broker.folder))];
    writeFileSync(join(broker.folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    await broker.run();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  logs(): string {
    return this.#printed;
  }

  /** Starts it (again); resolves when it accepts connections. */
  async run(): Promise<void> {
    const binary = BINARIES.find((path) => existsSync(path)) ?? 'mosquitto';
    const child = spawn(binary, ['-c', join(this.folder, 'mosquitto.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const collect = (chunk: Buffer): void => { this.#printed += chunk.toString(); };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    process.once('exit', this.#endWithTests);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${this.#printed}`);
      return await accepts(this.port) ? true : undefined;
    }, () => `mosquitto on port ${String(this.port)}: ${this.#printed}`);
  }

  /** SIGKILL: nothing is saved, nobody is warned. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    process.removeListener('exit', this.#endWithTests);
    if (child === undefined || child.exitCode !== null) return;
    const exited = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill(signal);
    await exited;
  }

  readonly #endWithTests = (): void => { this.#child?.kill('SIGKILL'); };
}
