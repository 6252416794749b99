/**
 * Which sources have gone mute? Each minute, by when each was last heard and what it sent in the same hours of the last weeks.
 */
import type { AbsenceRule, Rule } from '../../engine/alert/rule.js';
import { ALWAYS } from '../../engine/alert/activeTime.js';
import { type SourceReading, hoursOf, judgeAbsence, LEAST_SILENCE_MS } from '../../engine/alert/absence.js';
import { prefixRange, type Store, textOf } from '../../engine/store/store.js';
import { HOUR, MINUTE, parseInstant } from '../../engine/base/time.js';
import type { ShopPort } from '../shared/ports.js';
import type { AlertInput } from './evaluator.js';
import { hourKey, hoursPrefix, sentIn } from '../../engine/aggregate/sourceActivity.js';

const MAX_SOURCES = 200;

interface WatchedSource {
  readonly name: string;
  readonly heardAt: number;
}

export class AbsenceWatcher {
  readonly #store: Store;
  readonly #rules: readonly AbsenceRule[];
  readonly #shop: Pick<ShopPort, 'calendar' | 'opening'>;
  readonly #apply: (happenings: readonly AlertInput[]) => Promise<unknown>;
  /** The hour of a source's first count; it only grows with time. */
  readonly #knownSince = new Map<string, number>();

  constructor(store: Store, rules: readonly Rule[], shop: Pick<ShopPort, 'calendar' | 'opening'>, apply: (news: readonly AlertInput[]) => Promise<unknown>) {
    this.#store = store;
    this.#rules = rules.filter((rule) => rule.kind === 'mute');
    this.#shop = shop;
    this.#apply = apply;
  }

  /** Answers when to look again; `undefined` without rules about sources. */
  async advance(now: number): Promise<number | undefined> {
    if (this.#rules.length === 0) return undefined;
    const happenings: AlertInput[] = [];
    for (const source of await this.#sources()) {
      for (const rule of this.#rules) {
        if (rule.source !== undefined && rule.source !== source.name) continue;
        happenings.push({ rule, store: encodeURIComponent(source.name), input: { kind: 'source', hearing: await this.#onSource(rule, source, now) } });
      }
    }
    if (happenings.length > 0) await this.#apply(happenings);
    return (Math.floor(now / MINUTE) + 1) * MINUTE;
  }

  async #onSource(rule: AbsenceRule, { name, heardAt }: WatchedSource, now: number): Promise<SourceReading> {
    if (now - heardAt < LEAST_SILENCE_MS) return { state: 'quiet', heardAt };
    const { clock } = this.#shop.calendar;
    const starts = hoursOf(heardAt, now, clock).flatMap(({ before }) => before);
    const counts = await this.#store.read(starts.map((start) => hourKey(name, start)));
    const sent = new Map(starts.map((start, index) => [start, sentIn(counts[index])]));
    const history = { knownSince: await this.#since(name, now), sent: (start: number) => sent.get(start) ?? 0 };
    return judgeAbsence(heardAt, now, history, clock, rule.hours === 'opening' ? this.#shop.opening : ALWAYS);
  }

  async #since(name: string, now: number): Promise<number> {
    const known = this.#knownSince.get(name);
    if (known !== undefined) return known;
    const [first] = await this.#store.scan(prefixRange(hoursPrefix(name)), 1);
    if (first === undefined) return now;
    const since = Number(first.key.slice(hoursPrefix(name).length)) * 1_000;
    this.#knownSince.set(name, Math.floor(since / HOUR) * HOUR);
    return since;
  }

  async #sources(): Promise<WatchedSource[]> {
    const entries = await this.#store.scan(prefixRange('src/'), MAX_SOURCES);
    return entries.flatMap(({ value }) => {
      const { source, recordedAt } = JSON.parse(textOf(value) ?? '{}') as { source?: unknown; recordedAt?: unknown };
      const heardAt = typeof recordedAt === 'string' ? parseInstant(recordedAt) : undefined;
      return typeof source === 'string' && heardAt !== undefined ? [{ name: source, heardAt }] : [];
    });
  }
}
