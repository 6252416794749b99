/**
 * `encodeKpiMessages` and `decodeKpiMessage` write and read KPI values as messages. `StaleGuard` says which of two is the newer one: they come from
 * several workers, and one may overtake another on its way.
 */
import { type KpiStatus, type KpiValue, labelOf, numberOf } from '../read/kpiValue.js';
import { kpiPath } from '../event/topic.js';
import { parseInstant } from '../base/time.js';
import { isWindowSize } from '../calendar/windowAssigner.js';

/** Messages overtake each other by moments. What comes later with a lower revision is no straggler: the store has begun anew. */
const STRAGGLERS_MS = 10_000;
const MAX_REMEMBERED = 50_000;

const RANK: Readonly<Record<KpiStatus, number>> = { live: 0, final: 1, corrected: 2 };

interface LastRevision {
  readonly revision: number;
  readonly rank: number;
  readonly receivedAt: number;
}

/** Remembers the newest of each number and window. */
export class StaleGuard {
  readonly #newest = new Map<string, LastRevision>();

  /** `overtaken`: a newer value of the same number and window was received moments ago. */
  accept(value: KpiValue, now: number): 'newer' | 'overtaken' {
    const { revision, status } = value;
    const key = numberOf(value);
    const before = this.#newest.get(key);
    const rank = RANK[status];
    const isOlder = before !== undefined && (revision < before.revision || (revision === before.revision && rank < before.rank));
    if (isOlder && now - before.receivedAt < STRAGGLERS_MS) return 'overtaken';
    this.#newest.delete(key);
    this.#newest.set(key, { revision, rank, receivedAt: now });
    if (this.#newest.size > MAX_REMEMBERED) this.#forgetOldest();
    return 'newer';
  }

  #forgetOldest(): void {
    for (const key of this.#newest.keys()) {
      this.#newest.delete(key);
      return;
    }
  }
}

/** `encodeKpiMessages` writes values as their messages. Groups of the same slices have the same numbers: all but the names of the group is written once. */
export function encodeKpiMessages(values: readonly KpiValue[]): string[] {
  const written = new Map<string, { readonly value: KpiValue; readonly head: string; readonly tail: string }>();
  const messages: string[] = [];
  for (const value of values) {
    const { name, window, store, channel, previous, comparison, adaptive, ...rest } = value;
    const number = `${name}/${window.size}/${window.start}`;
    let same = written.get(number);
    if (same === undefined || !isSameNumber(same.value, value)) {
      same = { value, head: JSON.stringify({ name, window }).slice(0, -1), tail: JSON.stringify(rest).slice(1, -1) };
      written.set(number, same);
    }
    const group = JSON.stringify({ store, channel }).slice(1, -1);
    const isPlain = previous === undefined && comparison === undefined && adaptive === undefined;
    const own = isPlain ? '}' : `,${JSON.stringify({ previous, comparison, adaptive }).slice(1)}`;
    // Joined: brokers keep many of them, and a text put together with + keeps all its parts.
    messages.push([same.head, ',', group, ',', same.tail, own].join(''));
  }
  return messages;
}

function isSameNumber(one: KpiValue, other: KpiValue): boolean {
  return one.value === other.value && one.count === other.count && one.status === other.status && one.revision === other.revision
    && one.updatedAt === other.updatedAt && one.unknown === other.unknown && one.coverage === other.coverage;
}

/** Longer than any value is written. What is nested deeper than so many letters allow could not be copied by the nodes after ours. */
const MAX_LENGTH = 2_000;

/** A KPI value as it is published under `…/kpi/<name>/<window>/<store>/<channel>`; `undefined` for anything else. */
export function decodeKpiMessage(topic: string, text: string): KpiValue | undefined {
  const value = text.length > MAX_LENGTH ? undefined : parseJson(text);
  if (!isKpi(value)) return undefined;
  return topic.endsWith(`/${kpiPath({ ...value, window: labelOf(value) })}`) ? value : undefined;
}

function isKpi(input: unknown): input is KpiValue {
  if (typeof input !== 'object' || input === null) return false;
  const { name, window, store, channel, value, unit, count, status, revision, updatedAt } = input as Partial<Record<keyof KpiValue, unknown>>;
  return [name, store, channel, unit].every((text) => typeof text === 'string')
    && (value === null || Number.isFinite(value)) && Number.isFinite(count) && Number.isSafeInteger(revision)
    && typeof status === 'string' && Object.hasOwn(RANK, status) && isInstant(updatedAt) && isWindow(window);
}

function isWindow(input: unknown): boolean {
  const { size, start, end } = (input ?? {}) as Partial<Record<keyof KpiValue['window'], unknown>>;
  return typeof size === 'string' && isWindowSize(size) && isInstant(start) && isInstant(end);
}

function isInstant(input: unknown): boolean {
  return typeof input === 'string' && parseInstant(input) !== undefined;
}

/** `undefined` where it is no JSON; JSON has no `undefined` of its own. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
