/** How long did each hop take, as the installation itself has seen it? The histograms of `/metrics`, before and after. */
import { SECOND } from '../engine/base/time.js';
import { report } from './report.js';
import type { Installation } from './traffic.js';

export const SHARES = [0.5, 0.9, 0.99] as const;
const HOPS = ['intake', 'outbox', 'inbox', 'kpi'] as const;
const BUCKET = /^bottega_hop_seconds_bucket\{(?=[^}]*\bhop="(\w+)")[^}]*\ble="([^"]+)"[^}]*\} (\S+)/gm;

/** Observations at most as long as a bucket's bound in seconds, by hop and bound. */
export type Hops = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** None where the installation shows /metrics to nobody outside. */
export async function hopsOf({ url }: Installation): Promise<Hops> {
  const answer = await fetch(`${url}/metrics`);
  const text = await answer.text();
  if (answer.status !== 200) process.stderr.write(`/metrics answers ${String(answer.status)}: no times of the hops\n`);
  const hops = new Map<string, Map<number, number>>();
  for (const [, hop = '', bound = '', count] of answer.status === 200 ? text.matchAll(BUCKET) : []) {
    const buckets = hops.get(hop) ?? new Map<number, number>();
    hops.set(hop, buckets.set(bound === '+Inf' ? Infinity : Number(bound), Number(count)));
  }
  return hops;
}

/** Of a process that was started anew meanwhile, all it observed. */
export function sayHops(before: Hops, after: Hops): void {
  for (const hop of HOPS) {
    const [old, now] = [before.get(hop), after.get(hop)];
    const since = (old?.get(Infinity) ?? 0) > (now?.get(Infinity) ?? 0) ? undefined : old;
    const buckets = [...now ?? []].map(([bound, count]) => [bound, count - (since?.get(bound) ?? 0)] as const).sort(([a], [b]) => a - b);
    const observed = buckets.at(-1)?.[1] ?? 0;
    report({ bench: `load/hop/${hop}/observed`, unit: 'observations', value: observed });
    if (observed === 0) continue;
    for (const share of SHARES) report({ bench: `load/hop/${hop}/p${String(share * 100)}`, unit: 'ms', value: quantile(buckets, share) * SECOND });
  }
}

/** As Prometheus' histogram_quantile: evenly spread inside a bucket, and never above the last finite bound. */
function quantile(buckets: readonly (readonly [bound: number, count: number])[], share: number): number {
  const rank = share * (buckets.at(-1)?.[1] ?? 0);
  let [low, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (bound === Infinity) break;
    if (count >= rank) return count === below ? bound : low + (bound - low) * ((rank - below) / (count - below));
    [low, below] = [bound, count];
  }
  return low;
}
