/**
 * `SourceRow`s and `Latency` of a snapshot for the dashboard: pure sums over counters, histograms and what the store knows.
 */
import { ownOf } from '../../engine/base/json.js';
import { MINUTE, parseInstant } from '../../engine/base/time.js';
import { trustOf } from '../../engine/normalize/profile/profile.js';
import { PROFILE_NAMES, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { providerOf } from '../../engine/kpi/systemOfRecord.js';
import type { SourceLastSeen } from '../shared/lastSeen.js';

/** `SourceRow` is one sender. `source`: a CloudEvents source, or a provider's name where only its counters are known. Counts are since the process started. */
export interface SourceRow {
  readonly source: string;
  readonly trust?: 'signed' | 'token' | 'untrusted';
  /** Why nothing of it counts; its words are in the table of errors. */
  readonly refusal?: 'shop.unknown';
  readonly lastAt?: string;
  readonly ageMs?: number;
  readonly perMinute: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** `Latency` in seconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** `SnapshotReading` is the cumulative numbers at an instant (epoch ms): events per source and outcome, observations per hop up to each bucket's bound. */
export interface SnapshotReading {
  readonly at: number;
  readonly events: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly hops: ReadonlyMap<string, readonly LatencyBucket[]>;
}

/** `LatencyBucket`: `count` observations of at most `le` seconds. */
export interface LatencyBucket {
  readonly le: number;
  readonly count: number;
}

const NONE: ReadonlyMap<string, number> = new Map();
/** What becomes of a sender's events; other outcomes are counted inside the line. */
const OF_SENDERS = ['accepted', 'duplicate', 'rejected', 'ignored', 'refused'];

/** `sourceRows` are one per source seen, and one per counted sender whose sources are not known one by one. */
export function sourceRows(seen: readonly SourceLastSeen[], current: SnapshotReading, earlier: SnapshotReading, now: number): SourceRow[] {
  const providers = new Map<string, string[]>();
  for (const { source } of seen) providers.set(providerOf(source), [...providers.get(providerOf(source)) ?? [], source]);
  // A provider's counts belong to its source only where it has just one.
  const counted = (source: string): string => (providers.get(providerOf(source))?.length === 1 ? providerOf(source) : source);
  const rows = seen.map((mark) => ({ ...rowOf(mark.source, counted(mark.source), current, earlier), ...ageOf(mark, now) }));
  const isSender = (counts: ReadonlyMap<string, number>): boolean => OF_SENDERS.some((outcome) => counts.has(outcome));
  const alone = [...current.events].filter(([name, counts]) => isSender(counts) && providers.get(name)?.length !== 1).map(([name]) => name);
  return [...rows, ...alone.map((name) => rowOf(name, name, current, earlier))].sort((a, b) => (a.source < b.source ? -1 : 1));
}

/** `refusedRows` are shops that speak and are not let in; `rejected` says how often. */
export function refusedRows(refused: readonly { readonly source: string; readonly count: number }[]): SourceRow[] {
  const none = { perMinute: 0, accepted: 0, duplicates: 0, ignored: 0 };
  return refused.map(({ source, count }) => ({ source, refusal: 'shop.unknown', rejected: count, ...none }));
}

/** `latencies` are quantiles of what was observed between two readings; hops without observations are left out. */
export function latencies(current: SnapshotReading, earlier: SnapshotReading): Record<string, Latency> {
  const found: Record<string, Latency> = {};
  for (const [hop, buckets] of current.hops) {
    const before = earlier.hops.get(hop) ?? [];
    const between = buckets.map(({ le, count }, index) => ({ le, count: count - (before[index]?.count ?? 0) }));
    if ((between.at(-1)?.count ?? 0) > 0) found[hop] = { p50: quantile(between, 0.5), p95: quantile(between, 0.95), p99: quantile(between, 0.99) };
  }
  return found;
}

/** `quantile` is linear within the bucket, as Prometheus' histogram_quantile; beyond the last bound, that bound. */
export function quantile(buckets: readonly LatencyBucket[], share: number): number {
  const rank = share * (buckets.at(-1)?.count ?? 0);
  const index = buckets.findIndex(({ count }) => count >= rank);
  const upper = buckets[index];
  const lower = index > 0 ? buckets[index - 1] : { le: 0, count: 0 };
  if (upper === undefined || lower === undefined) return 0;
  if (!Number.isFinite(upper.le)) return lower.le;
  const inside = upper.count - lower.count;
  return inside === 0 ? upper.le : lower.le + (upper.le - lower.le) * ((rank - lower.count) / inside);
}

/** `keepMinute` keeps the readings of the last minute and the one before them, the oldest first. */
export function keepMinute(readings: readonly SnapshotReading[], next: SnapshotReading): SnapshotReading[] {
  const all = [...readings, next];
  const from = all.findLastIndex(({ at }) => at <= next.at - MINUTE);
  return all.slice(Math.max(0, from));
}

/** `withoutAges` is what a snapshot says apart from the passing of time. */
export function withoutAges(snapshot: object): string {
  return JSON.stringify(snapshot, (key, value: unknown) => (key === 'ageMs' || key === 'oldestAgeMs' ? undefined : value));
}

function rowOf(source: string, counter: string, current: SnapshotReading, earlier: SnapshotReading): SourceRow {
  const counts = current.events.get(counter) ?? NONE;
  const before = earlier.events.get(counter) ?? NONE;
  const of = (outcome: string, from = counts): number => from.get(outcome) ?? 0;
  // A source's name is only what somebody wrote: how it is believed is known where its provider came in by a webhook of ours.
  const trust = current.events.has(providerOf(source)) ? ownOf(TRUST, providerOf(source)) : undefined;
  return {
    source,
    ...(trust === undefined ? {} : { trust }),
    perMinute: of('accepted') - of('accepted', before),
    accepted: of('accepted'), duplicates: of('duplicate'), rejected: of('rejected'), ignored: of('ignored'),
  };
}

function ageOf({ recordedAt }: SourceLastSeen, now: number): Pick<SourceRow, 'lastAt' | 'ageMs'> {
  return { lastAt: recordedAt, ageMs: Math.max(0, now - (parseInstant(recordedAt) ?? now)) };
}

/** How each provider of ours is believed. */
const TRUST: Readonly<Record<string, SourceRow['trust']>> = {
  shopify: 'signed', hubspot: 'signed', woocommerce: 'signed', pos: 'signed', events: 'token', batch: 'token', pixel: 'untrusted',
  ...Object.fromEntries(PROFILE_NAMES.map((name) => [name, trustOf(PROFILES[name])])),
};
