/** The whole trial: a plant under traffic, faults from a seed, fair weather, and then the figures must agree. */
import { setTimeout as pause } from 'node:timers/promises';
import { DAY, HOUR, SECOND } from '../../engine/base/time.js';
import { chanceOf } from '../../launcher/simulator/chance.js';
import { request } from '../support/http.js';
import { compare, type Comparison } from './compare.js';
import { Echo } from './echo.js';
import { inject, type Scene } from './injectors.js';
import { Deck, type Fault, type Form, type Kind, KINDS, planOf } from './plan.js';
import { openPlant, type Plant, type RoleName } from './plant.js';
import { type Counts, SenderPool } from './post.js';
import { Stream } from './stream.js';
import { OPEN_ORDERS, REFUNDS, swing, type Swung } from './swings.js';
import { Watch } from './watch.js';
import { until } from '../support/waiting.js';

export interface Trial {
  readonly seed: number;
  readonly form: Form;
  /** How long faults are begun; the short form tries each kind a few times. */
  readonly forMs?: number;
  /** Other than all kinds. */
  readonly kinds?: readonly Kind[];
  /** So many faults, at most. */
  readonly faults?: number;
  readonly say: (line: string) => void;
}

export interface Result {
  readonly survived: Readonly<Record<Kind, number>>;
  readonly notRun: ReadonlyMap<Kind, string>;
  readonly counts: Counts;
  readonly cells: number;
  readonly alerts: string;
  /** Empty where all is well. */
  readonly findings: readonly string[];
}

/** Two faults at a time, steps a second, and how soon all has to be well in fair weather. */
const LANES = 2;
const SHORT_DECKS = 2;
const RATE = 15;
const HEAL_MS = 90 * SECOND;
/** A request that began under a wrong clock may be answered a little later. */
const CLOCK_SHADOW_MS = 10 * SECOND;

/** Runs it; everything it started is gone when it resolves. */
export async function runTrial(trial: Trial): Promise<Result> {
  const findings: string[] = [];
  const finding = (text: string): void => {
    findings.push(text);
    trial.say(`FINDING ${text}`);
  };
  const { zone, offsetMs } = noonZone(Date.now());
  const plant = await openPlant(zone, finding);
  try {
    return await new Run(trial, plant, zone, offsetMs, findings, finding).whole();
  } finally {
    await plant.close(findings.length > 0 ? 'keep' : 'remove');
    if (findings.length > 0) trial.say(`logs are kept in ${plant.folder}`);
  }
}

class Run {
  readonly #trial: Trial;
  readonly #plant: Plant;
  readonly #offsetMs: number;
  readonly #findings: string[];
  readonly #finding: (text: string) => void;
  readonly #stream: Stream;
  readonly #post: SenderPool;
  readonly #watch: Watch;
  readonly #echo: Echo;
  readonly #survived = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  readonly #notRun = new Map<Kind, string>();
  readonly #startedAt = Date.now();
  /** When the clock of the edge was last wrong. */
  #edgeClockWrongAt = -Infinity;
  #edgeClock: 'right' | 'wrong' = 'right';
  #phase: 'faults' | 'fair' = 'faults';

  constructor(trial: Trial, plant: Plant, zone: string, offsetMs: number, findings: string[], finding: (text: string) => void) {
    this.#trial = trial;
    this.#plant = plant;
    this.#offsetMs = offsetMs;
    this.#findings = findings;
    this.#finding = finding;
    this.#stream = new Stream(trial.seed, zone, () => Date.now());
    this.#post = new SenderPool(plant, chanceOf(trial.seed + 2), (since) => this.#wasClockWrong(since), finding);
    this.#watch = new Watch(plant.urls, [OPEN_ORDERS.name, REFUNDS.name]);
    this.#echo = new Echo(plant.urls.broker);
  }

  async whole(): Promise<Result> {
    try {
      const trading = this.#trade();
      const swinging = swing(this.#stream, this.#post, this.#watch, () => this.#phase === 'fair', HEAL_MS);
      await this.#faults();
      this.#phase = 'fair';
      this.#say('fair weather');
      await trading;
      const swung = await swinging;
      const { cells } = await this.#settle(swung);
      return { survived: this.#survived, notRun: this.#notRun, counts: this.#post.counts, cells, alerts: this.#alerts(swung), findings: this.#findings };
    } finally {
      this.#post.close();
      this.#echo.close();
      await this.#watch.close();
    }
  }

  async #trade(): Promise<void> {
    while (this.#phase === 'faults') {
      // Who waits for answers does not sell more meanwhile: the queue stays bounded.
      if (this.#post.waiting < 40 * RATE) this.#post.post(this.#stream.next());
      await pause(SECOND / RATE);
    }
  }

  async #faults(): Promise<void> {
    const { seed, form, forMs = Infinity, kinds = KINDS } = this.#trial;
    const { faults = form === 'short' ? SHORT_DECKS * kinds.length : Infinity } = this.#trial;
    const deck = new Deck(planOf(seed, form, kinds), faults);
    const until = Date.now() + forMs;
    const lane = async (): Promise<void> => {
      while (Date.now() < until) {
        const fault = deck.draw();
        if (fault === undefined) return;
        await this.#fault(fault);
        deck.discard(fault);
        await pause(fault.restMs);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async #fault(fault: Fault): Promise<void> {
    const { kind, target, holdMs } = fault;
    const scene: Scene = { plant: this.#plant, echo: this.#echo, clockStepped: (role, state) => { this.#clockStepped(role, state); } };
    this.#say(`${kind} ${target} ${String(holdMs)} ms`);
    try {
      const result = await inject(scene, fault);
      if (result.outcome === 'survived') this.#survived[kind] += 1;
      else this.#notRun.set(kind, result.why);
      if (result.outcome === 'notRun') this.#say(`NOT RUN ${kind}: ${result.why}`);
    } catch (error) {
      this.#finding(`${kind} on ${target}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** All well, the queue empty, the outbox empty, the figures equal: each within its time, or a finding. */
  async #settle(swung: Swung): Promise<Comparison> {
    const { roles, broker, redis } = this.#plant;
    await this.#within('every process is ready', Promise.all([broker, redis, ...Object.values(roles)].map((program) => program.ready(HEAL_MS))));
    const waiting = await until(() => this.#post.waiting, (count) => count === 0, HEAL_MS);
    if (waiting > 0) this.#finding(`${String(waiting)} requests are still not answered 2xx`);
    const depth = await until(() => this.#outboxDepth(), (count) => count === 0, HEAL_MS);
    if (depth !== 0) this.#finding(`the outbox still holds ${String(depth)} events`);
    const comparison = await until(() => this.#compare(), ({ differences }) => differences.length === 0, HEAL_MS / 3);
    for (const { cell, expected, found } of comparison.differences.slice(0, 20)) this.#finding(`${cell} is ${String(found)}, must be ${expected}`);
    if (comparison.differences.length > 20) this.#finding(`and ${String(comparison.differences.length - 20)} more cells`);
    await this.#checkAlerts(swung);
    if (this.#findings.length > 0) await this.#explain();
    return comparison;
  }

  async #within(what: string, work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => { this.#finding(`${what}: ${error instanceof Error ? error.message : String(error)}`); });
  }

  async #outboxDepth(): Promise<number> {
    try {
      return Number(/bottega_outbox_depth\{[^}]*\} (\d+)/.exec((await request(`${this.#plant.urls.edge}/metrics`)).text)?.[1] ?? NaN);
    } catch (error) {
      if (error instanceof TypeError) return NaN;
      throw error;
    }
  }

  async #compare(): Promise<Comparison> {
    const { urls: { front: url }, token } = this.#plant;
    try {
      return await compare(this.#stream, { url, token, from: this.#stream.from, to: Date.now(), offsetMs: this.#offsetMs });
    } catch (error) {
      return { cells: 0, differences: [{ cell: error instanceof Error ? error.message : String(error), expected: 'an answer', found: NaN }] };
    }
  }

  async #checkAlerts({ openOrders, refunds, stuck }: Swung): Promise<void> {
    if (stuck !== undefined) this.#finding(stuck);
    const untold = await until(() => this.#watch.untold(), (count) => count === 0, HEAL_MS);
    if (untold > 0) this.#finding(`${String(untold)} notices never went out`);
    for (const [{ name }, times] of [[OPEN_ORDERS, openOrders], [REFUNDS, refunds]] as const) {
      const { since } = await until(() => this.#watch.firingsOf(name), (firings) => firings.since.size >= times, HEAL_MS / 3);
      if (since.size !== times) this.#finding(`${name} fired ${String(since.size)} times, must be ${String(times)}: ${[...since].join(', ')}`);
    }
    await this.#checkNotices([[OPEN_ORDERS.name, 'firing', openOrders], [OPEN_ORDERS.name, 'resolved', openOrders], [REFUNDS.name, 'firing', refunds]]);
  }

  /**
   * Each change is one entry of the history, and has gone out. A notice may come again under the same id where the front was killed after the
   * words were out and before that was stored: not more often than it was killed.
   */
  async #checkNotices(expected: readonly (readonly [rule: string, state: string, times: number])[]): Promise<void> {
    for (const [rule, state, times] of expected) {
      const changes = (await this.#watch.changesOf(rule)).filter((change) => change.state === state);
      const distinct = new Set(changes.map(({ since }) => since)).size;
      if (changes.length !== times || distinct !== times) this.#finding(`${rule}: ${String(changes.length)} changes to ${state} (${String(distinct)} instants), must be ${String(times)}`);
      for (const { since } of changes.filter(({ isSent }) => !isSent)) this.#finding(`${rule}: ${state} since ${since} never went out`);
    }
    const again = this.#sentAgain();
    if (again > this.#survived['kill.front']) this.#finding(`${String(again)} notices came again, and the front was killed ${String(this.#survived['kill.front'])} times only`);
  }

  #sentAgain(): number {
    return [OPEN_ORDERS, REFUNDS].reduce((sum, { name }) => sum + this.#watch.firingsOf(name).sentAgain, 0);
  }

  #alerts({ openOrders, refunds }: Swung): string {
    const sent = [OPEN_ORDERS, REFUNDS].reduce((sum, { name }) => sum + this.#watch.firingsOf(name).sent, 0);
    const again = this.#sentAgain();
    return `${String(2 * openOrders + refunds)} changes of alerts, each once and sent; ${String(sent)} of ${String(openOrders + refunds)} firings came over the broker as they fired, `
      + `${String(again)} of them again after a kill of the front`;
  }

  async #explain(): Promise<void> {
    this.#finding(`dead letters: ${JSON.stringify(await this.#watch.deadLetters())}`);
    for (const line of this.#watch.history) this.#trial.say(line);
  }

  #clockStepped(role: RoleName, state: 'wrong' | 'right'): void {
    if (role !== 'edge') return;
    this.#edgeClock = state;
    this.#edgeClockWrongAt = Date.now();
  }

  #wasClockWrong(since: number): boolean {
    return this.#edgeClock === 'wrong' || since - CLOCK_SHADOW_MS < this.#edgeClockWrongAt;
  }

  #say(line: string): void {
    this.#trial.say(`${String(Math.round((Date.now() - this.#startedAt) / 100) / 10).padStart(6)} s  ${line}`);
  }
}

/** A zone in which it is about noon: no business day ends during the trial. */
function noonZone(now: number): { zone: string; offsetMs: number } {
  const ahead = 12 - Math.floor((now % DAY) / HOUR);
  // Etc/GMT-3 is three hours ahead of UTC.
  return { zone: ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${String(Math.abs(ahead))}`, offsetMs: ahead * HOUR };
}

/** What a person reads at the end. */
export function reportOf({ seed }: Trial, { survived, notRun, counts, cells, alerts, findings }: Result): string {
  const lines = KINDS.map((kind) => {
    const why = notRun.get(kind);
    return `  ${kind.padEnd(26)} ${String(survived[kind])}${why === undefined ? '' : `, NOT RUN at least once: ${why}`}`;
  });
  const total = Object.values(survived).reduce((sum, count) => sum + count, 0);
  const { acknowledged, duplicates, refused, unanswered, clock, givenUp } = counts;
  return [
    `seed ${String(seed)}: ${String(total)} faults ${findings.length === 0 ? 'survived' : 'injected'}`, ...lines,
    `  ${String(acknowledged)} deliveries acknowledged (${String(duplicates)} answers named duplicates), ${String(refused)} refused and ${String(unanswered)} cut off and sent again, `
      + `${String(clock)} refused by an edge with a wrong clock, ${String(givenUp)} given up`,
    `  ${String(cells)} cells of /kpi ${findings.length === 0 ? 'equal the ledger to the cent' : 'compared'}; ${alerts}`,
    ...(findings.length === 0 ? [] : [`${String(findings.length)} FINDINGS:`, ...findings.map((text) => `  - ${text}`)]),
  ].join('\n');
}
