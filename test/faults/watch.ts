/**
 * How often did an alert fire, and did its notice go out? What is stored of each, read again and again, the alert node's history, and every notice
 * that comes over the broker. One firing has one instant (`since`): a second instant is a second firing, however often each is shown. One
 * change has one id: what goes out again has the same.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { Fault } from '../../engine/base/errors.js';
import { openRedisStore, type RedisStore } from '../../engine/store/redis/connection.js';
import { scoped, textOf } from '../../engine/store/store.js';
import { formatInstant } from '../../engine/base/time.js';
import { ROOT } from '../support/product.js';

const POLL_MS = 100;
const TENANT = 'shop';

export interface Firings {
  /** Instants of the firings that were seen, anywhere. */
  readonly since: ReadonlySet<string>;
  /** Firings that went out over the broker as they happened; the others were shown after a restart. */
  readonly sent: number;
  /** Notices that came again, under the same id. */
  readonly sentAgain: number;
}

/** A change in the alert node's history. */
export interface Change {
  readonly state: string;
  readonly since: string;
  readonly isSent: boolean;
}

interface Notice {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly cause: string;
  readonly since: string;
}

/** The rule about a KPI in the template that the front runs. */
export function ruleAbout(kpi: string): { readonly name: string; readonly threshold: number } {
  const flow = JSON.parse(readFileSync(join(ROOT, 'flows/front.json'), 'utf8')) as { rules?: { kpi: string; name: string; threshold: string }[] }[];
  const rule = flow.flatMap(({ rules }) => rules ?? []).find((each) => each.kpi === kpi);
  if (rule === undefined) throw new Error(`the template has no rule about ${kpi}`);
  return { name: rule.name, threshold: Number(rule.threshold) };
}

export class Watch {
  readonly #client: MqttClient;
  readonly #redis: RedisStore;
  readonly #store;
  readonly #rules: readonly string[];
  readonly #states = new Map<string, string>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #sent = new Map<string, number>();
  readonly #history: string[] = [];
  readonly #poll: NodeJS.Timeout;

  constructor(urls: { readonly broker: string; readonly redis: string }, rules: readonly string[]) {
    this.#rules = rules;
    this.#redis = openRedisStore(urls.redis, { clock: Date, random: Math.random });
    this.#store = scoped(this.#redis, `${TENANT}/`);
    this.#client = mqtt.connect(urls.broker, { clientId: 'watch', reconnectPeriod: 100 });
    this.#client.on('connect', () => { this.#client.subscribe(`bottega/${TENANT}/alert/#`, { qos: 1 }); });
    this.#client.on('error', () => undefined);
    this.#client.on('message', (_topic, payload, { retain }) => {
      if (payload.length > 0) this.#received(JSON.parse(payload.toString()) as Notice, retain ? 'kept' : 'live');
    });
    this.#poll = setInterval(() => { void this.#sample(); }, POLL_MS);
  }

  /** As it is stored now; '' where nothing is. */
  stateOf(rule: string): string {
    return this.#states.get(rule) ?? '';
  }

  firingsOf(rule: string): Firings {
    const sent = [...this.#sent].filter(([name]) => name.startsWith(`${rule}|`));
    return {
      since: this.#seen.get(rule) ?? new Set(),
      sent: sent.length,
      sentAgain: sent.reduce((sum, [, times]) => sum + times - 1, 0),
    };
  }

  /** Each change that people had to be notified of, in order, by the alert node's own history. */
  async changesOf(rule: string): Promise<Change[]> {
    const entries = await this.#store.scan({ gte: 'ah/', lt: 'ah0' }, 10_000);
    const changes = entries.map(({ value }) => JSON.parse(textOf(value) ?? '{}') as { audience: string; toldAt?: number; notice: Notice }); // vocabulary-ok: as stored
    return changes
      .filter(({ audience, notice }) => audience === 'tell' && notice.rule === rule && notice.cause !== 'repeat') // vocabulary-ok: as stored
      .map(({ toldAt, notice }) => ({ state: notice.state, since: notice.since, isSent: toldAt !== undefined })); // vocabulary-ok: as stored
  }

  /** What still waits to go out. */
  async untold(): Promise<number> {
    return (await this.#store.scan({ gte: 'u/', lt: 'u0' }, 1_000)).length;
  }

  /** For the report of a failure: all that was seen, in order. */
  get history(): readonly string[] {
    return this.#history;
  }

  /** Reasons of the dead letters, with how many there are of each. */
  async deadLetters(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { value } of await this.#store.scan({ gte: 'x/', lt: 'x0' }, 10_000)) {
      const reason = (JSON.parse(textOf(value) ?? '{}') as { reason?: string }).reason ?? '?';
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
    return counts;
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    this.#client.end(true);
    await this.#redis.close();
  }

  /** `kept`: what the broker shows to whoever comes. */
  #received(notice: Notice, kind: 'live' | 'kept'): void {
    if (notice.state === 'firing') this.#fired(notice.rule, notice.since);
    this.#note(`notice (${kind}) ${notice.rule} ${notice.state} ${notice.cause} since ${notice.since}`);
    if (kind === 'kept' || notice.cause === 'restart' || notice.cause === 'repeat' || notice.cause === 'command' || notice.state !== 'firing') return;
    const name = `${notice.rule}|${notice.id}`;
    this.#sent.set(name, (this.#sent.get(name) ?? 0) + 1);
  }

  async #sample(): Promise<void> {
    try {
      const entries = await this.#store.scan({ gte: 'al/', lt: 'al0' }, 1_000);
      for (const rule of this.#rules) this.#stored(rule, textOf(entries.find(({ key }) => key.endsWith(`/${rule}/_`))?.value));
    } catch (error) {
      // Redis is away: that is one of the faults.
      if (!(error instanceof Fault)) throw error;
    }
  }

  #stored(rule: string, text: string | undefined): void {
    if (text === undefined) return;
    const { state } = JSON.parse(text) as { state: { state: string; since: number } };
    const since = formatInstant(state.since);
    if (this.#states.get(rule) !== state.state) this.#note(`stored ${rule} ${state.state} since ${since}`);
    this.#states.set(rule, state.state);
    if (state.state === 'firing') this.#fired(rule, since);
  }

  #fired(rule: string, since: string): void {
    const seen = this.#seen.get(rule) ?? new Set();
    this.#seen.set(rule, seen.add(since));
  }

  #note(line: string): void {
    this.#history.push(`${new Date().toISOString()} ${line}`);
  }
}
