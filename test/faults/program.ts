/** How is one program of the plant kept running? Started, killed, frozen; started again where it ended by itself, which is a finding. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/product.js';
import { until } from '../support/waiting.js';

export interface ProgramPlan {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly variables?: Readonly<Record<string, string>>;
  /** Where its output is kept. */
  readonly logs: string;
  /** Whether it is ready, asked until it is; its output so far is given. */
  readonly isReady: (printed: string) => Promise<boolean> | boolean;
  readonly finding: (text: string) => void;
}

/** What may be said only where something broke that must not. */
const ALARM = /unhandled rejection|uncaught exception|FATAL ERROR/i;
const START_MS = 60_000;
const AGAIN_MS = 500;

/** Nothing of the plant outlives the tests. */
const running = new Set<ChildProcess>();
process.once('exit', () => { for (const child of running) child.kill('SIGKILL'); });

export class Program {
  readonly name: string;
  readonly #plan: ProgramPlan;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #wanted: 'up' | 'down' = 'down';
  #printed = '';

  constructor(plan: ProgramPlan) {
    this.name = plan.name;
    this.#plan = plan;
    this.#log = createWriteStream(join(plan.logs, `${plan.name}.log`));
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get printed(): string {
    return this.#printed;
  }

  /** Starts it; does not wait. */
  start(): void {
    this.#wanted = 'up';
    const [program, ...args] = this.#plan.command;
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...this.#plan.variables };
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#printed = '';
    this.#log.write(`${new Date().toISOString()} ── start ${String(child.pid)}\n`);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { this.#read(chunk.toString()); });
    child.once('exit', (code, signal) => { this.#ended(child, `${String(code)} ${String(signal)}`); });
    running.add(child);
  }

  async ready(withinMs = START_MS): Promise<void> {
    const isReady = await until(() => this.#plan.isReady(this.#printed), (answer) => answer, withinMs);
    if (!isReady) throw new Error(`${this.name} is not ready after ${String(withinMs)} ms: ${this.#printed.slice(-2_000)}`);
  }

  /** Resolves when the process is gone; it stays down until the next `start`. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#wanted = 'down';
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #read(text: string): void {
    this.#printed = (this.#printed + text).slice(-50_000);
    for (const line of text.split('\n').filter((each) => each !== '')) this.#log.write(`${new Date().toISOString()} ${line}\n`);
    if (ALARM.test(text)) this.#plan.finding(`${this.name} said: ${text.slice(0, 1_000)}`);
  }

  #ended(child: ChildProcess, how: string): void {
    running.delete(child);
    this.#log.write(`${new Date().toISOString()} ── end ${how}\n`);
    if (this.#wanted === 'down' || this.#child !== child) return;
    this.#plan.finding(`${this.name} ended by itself (${how}): ${this.#printed.slice(-1_000)}`);
    setTimeout(() => { if (this.#wanted === 'up') this.start(); }, AGAIN_MS);
  }
}
