/**
 * `readMetrics`, `readDead` and `readOutbox` collect the monitor's numbers from the process's metrics and from the store.
 */
import { decodeRecord } from '../../engine/delivery/outboxStore.js';
import { type Entry, prefixRange, type Store, textOf } from '../../engine/store/store.js';
import { parseWaiting, WAITING_VOIDS } from '../../engine/fact/waitingVoids.js';
import { formatInstant } from '../../engine/base/time.js';
import { events, hopSeconds, outboxDepth, resourceUp } from '../shared/metrics.js';
import type { LatencyBucket, SnapshotReading } from './snapshot.js';

export interface Dead {
  readonly count: number;
  /** There are more than were counted. */
  readonly more?: true;
  /** The newest first; their sealed contents lie elsewhere. */
  readonly last: readonly object[];
  /** Why, and from whom: the commonest first. */
  readonly reasons: readonly ReasonCount[];
}

/** `WaitingVoids` are voids of a till that name a receipt which has not come: without effect, the newest first. */
export interface WaitingVoids {
  readonly count: number;
  /** There are more than were counted. */
  readonly more?: true;
  readonly last: readonly { readonly store: string; readonly at: string; readonly refersTo: string }[];
}

export interface ReasonCount {
  readonly provider: string;
  readonly reason: string;
  readonly count: number;
}

export interface OutboxNumbers {
  readonly depth: number;
  readonly oldestAgeMs?: number;
}

const MAX_COUNTED = 1_000;
const LAST = 20;
const MAX_REASONS = 30;
const MAX_OUTBOXES = 10;

export async function readMetrics(now: number): Promise<SnapshotReading> {
  const counts = new Map<string, Map<string, number>>();
  for (const { labels, value } of (await events.get()).values) {
    const source = String(labels.source);
    counts.set(source, (counts.get(source) ?? new Map<string, number>()).set(String(labels.outcome), value));
  }
  const hops = new Map<string, LatencyBucket[]>();
  for (const { labels, value, metricName } of (await hopSeconds.get()).values) {
    if (metricName !== 'bottega_hop_seconds_bucket') continue;
    const hop = String(labels.hop);
    hops.set(hop, [...hops.get(hop) ?? [], { le: Number(String((labels as { le?: unknown }).le).replace('+Inf', 'Infinity')), count: value }]);
  }
  return { at: now, events: counts, hops };
}

export async function readDead(store: Pick<Store, 'scan'>): Promise<Dead> {
  const entries = await store.scan({ ...prefixRange('x/'), reverse: true }, MAX_COUNTED);
  const letters = entries.map(recordOf);
  return { count: letters.length, ...(letters.length === MAX_COUNTED ? { more: true } : {}), last: letters.slice(0, LAST), reasons: countReasons(letters) };
}

export async function readWaitingVoids(store: Pick<Store, 'scan'>): Promise<WaitingVoids> {
  const entries = await store.scan({ ...WAITING_VOIDS, reverse: true }, MAX_COUNTED);
  const last = entries.slice(0, LAST).map(parseWaiting).map(({ store: of, issuedAt, refersTo }) => ({ store: of, at: formatInstant(issuedAt), refersTo }));
  return { count: entries.length, ...(entries.length === MAX_COUNTED ? { more: true } : {}), last };
}

/** `readOutbox`: depth as the outboxes count it; age of the oldest event among all of them. */
export async function readOutbox(store: Pick<Store, 'scan'>, now: number): Promise<OutboxNumbers> {
  const depth = (await outboxDepth.get()).values.reduce((sum, { value }) => sum + value, 0);
  const ages: number[] = [];
  let gte = 'o/';
  for (let visited = 0; visited < MAX_OUTBOXES; visited++) {
    const [first] = await store.scan({ ...prefixRange('o/'), gte }, 1);
    if (first === undefined) break;
    const stored = decodeRecord(0, textOf(first.value) ?? '');
    if (stored !== undefined) ages.push(now - stored.appendedAt);
    // '0' follows '/': the first key of the next outbox.
    gte = `${first.key.split('/').slice(0, 2).join('/')}0`;
  }
  return { depth, ...(ages.length === 0 ? {} : { oldestAgeMs: Math.max(0, ...ages) }) };
}

/** `fullOutboxes` are those that say of themselves that they take no more. */
export async function fullOutboxes(): Promise<string[]> {
  const { values } = await resourceUp.get();
  return values.filter(({ labels, value }) => String(labels.resource).startsWith('outbox') && value === 0).map(({ labels }) => String(labels.resource));
}

function countReasons(letters: readonly Record<string, unknown>[]): ReasonCount[] {
  const counts = new Map<string, ReasonCount>();
  for (const letter of letters) {
    const [provider, reason] = [String(letter['provider']), String(letter['reason'])];
    const name = `${provider}\n${reason}`;
    counts.set(name, { provider, reason, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, MAX_REASONS);
}

function recordOf({ value }: Entry): Record<string, unknown> {
  const parsed: unknown = JSON.parse(textOf(value) ?? 'null');
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
