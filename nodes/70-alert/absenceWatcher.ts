/**
 * `AbsenceWatcher` finds sources that are absent: each minute, by when each was last seen and what it sent in the same hours of the last weeks.
 */
import type { AbsenceRule, Rule } from '../../engine/alert/rule.js';
import { ALWAYS } from '../../engine/alert/activeTime.js';
import type { ActiveAlert } from '../../engine/alert/state.js';
import {
  comparedHours, CYCLE_MS, isExpected, judgeAbsence, LEAST_ABSENCE_MS, RECENT_MS, type SentHistory, type SourceReading,
} from '../../engine/alert/absence.js';
import { prefixRange, type Store, textOf } from '../../engine/store/store.js';
import { HOUR, MINUTE, parseInstant } from '../../engine/base/time.js';
import type { ShopPort } from '../shared/ports.js';
import type { AlertInput } from './evaluator.js';
import { hourKey, hoursPrefix, sentIn } from '../../engine/aggregate/sourceActivity.js';

const MAX_SOURCES = 200;

interface WatchedSource {
  readonly name: string;
  readonly lastSeenAt: number;
}

/** `WatcherDeps`: `apply` takes the readings; `alerts` are those of the node. */
export interface WatcherDeps {
  readonly store: Store;
  readonly rules: readonly Rule[];
  readonly shop: Pick<ShopPort, 'calendar' | 'opening'>;
  apply(inputs: readonly AlertInput[]): Promise<unknown>;
  alerts(): readonly Pick<ActiveAlert, 'rule' | 'store' | 'state'>[];
}

export class AbsenceWatcher {
  readonly #deps: WatcherDeps;
  readonly #rules: readonly AbsenceRule[];
  /** The hour of a source's first count; it only grows with time. */
  readonly #knownSince = new Map<string, number>();
  /** Until when a source that is missed is known to be expected. */
  readonly #expectedUntil = new Map<string, number>();

  constructor(deps: WatcherDeps) {
    this.#deps = deps;
    this.#rules = deps.rules.filter((rule) => rule.kind === 'absence');
  }

  /** Answers when to read them again; `undefined` without rules about sources. */
  async advance(now: number): Promise<number | undefined> {
    if (this.#rules.length === 0) return undefined;
    const sources = await this.#sources();
    const inputs: AlertInput[] = this.#removed(sources);
    for (const source of sources) {
      for (const rule of this.#rules) {
        if (rule.source !== undefined && rule.source !== source.name) continue;
        inputs.push(inputOf(rule, source.name, await this.#onSource(rule, source, now)));
      }
    }
    if (inputs.length > 0) await this.#deps.apply(inputs);
    return (Math.floor(now / MINUTE) + 1) * MINUTE;
  }

  /** `absentSince` are the sources from which nothing came since then; `undefined` where one of them is still sending. */
  async absentSince(since: number): Promise<readonly string[] | undefined> {
    const sources = await this.#sources();
    return sources.length > 0 && sources.every(({ lastSeenAt }) => lastSeenAt < since) ? sources.map(({ name }) => name) : undefined;
  }

  /** Missed sources that the store does not know any more. */
  #removed(sources: readonly WatchedSource[]): AlertInput[] {
    const names = new Set(sources.map(({ name }) => name));
    return this.#deps.alerts().flatMap(({ rule, store, state }) => {
      const name = decodeURIComponent(store);
      if (rule.kind !== 'absence' || state.state !== 'noData' || names.has(name) || sources.length >= MAX_SOURCES) return [];
      return [inputOf(rule, name, { state: 'removed', lastSeenAt: state.absence?.lastSeenAt ?? state.since })];
    });
  }

  async #onSource(rule: AbsenceRule, { name, lastSeenAt }: WatchedSource, now: number): Promise<SourceReading> {
    if (now - lastSeenAt < LEAST_ABSENCE_MS) return { state: 'active', lastSeenAt };
    const { calendar: { clock }, opening } = this.#deps.shop;
    const reading = judgeAbsence(lastSeenAt, now, await this.#history(name, lastSeenAt, now, RECENT_MS), clock, rule.hours === 'opening' ? opening : ALWAYS);
    if (reading.state === 'absent' || now - lastSeenAt < RECENT_MS || !this.#isMissed(rule, name)) return reading;
    return await this.#isExpected(name, lastSeenAt, now) ? reading : { state: 'unexplained', lastSeenAt };
  }

  /** Asked once an hour: it takes the history of a whole week. */
  async #isExpected(name: string, lastSeenAt: number, now: number): Promise<boolean> {
    if ((this.#expectedUntil.get(name) ?? 0) > now) return true;
    const history = await this.#history(name, lastSeenAt, now, CYCLE_MS);
    const isStill = isExpected(lastSeenAt, now, history, this.#deps.shop.calendar.clock);
    if (isStill) this.#expectedUntil.set(name, now + HOUR);
    return isStill;
  }

  #isMissed(rule: AbsenceRule, name: string): boolean {
    return this.#deps.alerts().some((one) => one.rule === rule && one.state.state === 'noData' && decodeURIComponent(one.store) === name);
  }

  async #history(name: string, lastSeenAt: number, now: number, reachMs: number): Promise<SentHistory> {
    const starts = comparedHours(lastSeenAt, now, this.#deps.shop.calendar.clock, reachMs).flatMap(({ before }) => before);
    const counts = await this.#deps.store.read(starts.map((start) => hourKey(name, start)));
    const sent = new Map(starts.map((start, index) => [start, sentIn(counts[index])]));
    return { knownSince: await this.#since(name, now), sent: (start) => sent.get(start) ?? 0 };
  }

  async #since(name: string, now: number): Promise<number> {
    const known = this.#knownSince.get(name);
    if (known !== undefined) return known;
    const [first] = await this.#deps.store.scan(prefixRange(hoursPrefix(name)), 1);
    if (first === undefined) return now;
    const since = Number(first.key.slice(hoursPrefix(name).length)) * 1_000;
    this.#knownSince.set(name, Math.floor(since / HOUR) * HOUR);
    return since;
  }

  async #sources(): Promise<WatchedSource[]> {
    const entries = await this.#deps.store.scan(prefixRange('src/'), MAX_SOURCES);
    return entries.flatMap(({ value }) => {
      const { source, recordedAt } = JSON.parse(textOf(value) ?? '{}') as { source?: unknown; recordedAt?: unknown };
      const lastSeenAt = typeof recordedAt === 'string' ? parseInstant(recordedAt) : undefined;
      return typeof source === 'string' && lastSeenAt !== undefined ? [{ name: source, lastSeenAt }] : [];
    });
  }
}

function inputOf(rule: AbsenceRule, name: string, reading: SourceReading): AlertInput {
  return { rule, store: encodeURIComponent(name), input: { kind: 'source', reading } };
}
