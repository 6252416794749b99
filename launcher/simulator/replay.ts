/**
 * `replay` posts a month as fast as the product takes it; `summaryOf` says what came of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { formatInstant, SECOND } from '../../engine/base/time.js';
import type { LauncherEnvironment } from '../settings/settings.js';
import type { SimulatedSender } from './send.js';
import type { SimulatedDelivery } from './shop.js';

/** So many requests under way. */
const LANES = 48;
const POLL_EVERY_MS = 200;

export interface Replayed {
  readonly stored: number;
  readonly refused: number;
  readonly tookMs: number;
}

/** Several lanes, so that also the order in which things are sent is not quite the order in which they arrive. */
export async function replay(deliveries: readonly SimulatedDelivery[], sender: SimulatedSender, signal: AbortSignal): Promise<Replayed> {
  const startedAt = Date.now();
  const total = { stored: 0, refused: 0 };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let delivery = deliveries[next++]; delivery !== undefined && !signal.aborted; delivery = deliveries[next++]) total[await sender.send(delivery)] += 1;
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { ...total, tookMs: Date.now() - startedAt };
}

/** Resolves when what was accepted has been counted, too: until then it waits in the outbox. */
export async function counted(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(30 * SECOND) })).text();
    const waiting = [...text.matchAll(/^bottega_outbox_depth\{.*\} (\d+)/gm)].reduce((sum, [, depth]) => sum + Number(depth), 0);
    if (waiting === 0) return;
    await pause(POLL_EVERY_MS, undefined, { signal });
  }
}

const SHOWN = ['revenue', 'orders', 'average_ticket', 'refunds', 'incomplete_orders', 'service_time', 'footfall', 'social_conversion', 'support_time'];

/** The lines that are said at the end: what was sent, and the numbers of the last days as the product itself answers them. */
export async function summaryOf(
  url: string, { BOTTEGA_API_TOKEN = '' }: LauncherEnvironment, span: { from: number; to: number }, sent: Replayed,
): Promise<string[]> {
  const { stored, refused, tookMs } = sent;
  const seconds = Math.max(1, Math.round(tookMs / SECOND));
  const query = new URLSearchParams({ window: '1d', from: formatInstant(span.from), to: formatInstant(span.to), name: SHOWN.join(',') });
  const headers = { authorization: `Bearer ${BOTTEGA_API_TOKEN}` };
  const response = await fetch(`${url}/kpi?${query.toString()}`, { headers, signal: AbortSignal.timeout(30 * SECOND) });
  const rate = String(Math.round(stored / seconds));
  const first = `history: ${String(stored)} deliveries stored in ${String(seconds)} s (${rate} a second), ${String(refused)} refused`;
  // An edge counts nothing, and answers nothing.
  if (!response.ok) return [first];
  const { rows } = await response.json() as { rows: readonly ReplayRow[] };
  const days = new Set(rows.map(({ window }) => window.start)).size;
  return [
    first,
    ...SHOWN.flatMap((name) => lineOf(name, rows.filter((row) => row.name === name && row.value !== null), days)),
  ];
}

interface ReplayRow {
  readonly name: string;
  readonly window: { readonly start: string };
  readonly value: number | null;
  readonly unit: string;
}

/** The best day and the worst say more of a month than its sum. */
function lineOf(name: string, rows: readonly ReplayRow[], days: number): string[] {
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value])).sort((a, b) => a - b);
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined) return [];
  const middle = values[Math.floor(values.length / 2)] ?? least;
  const unit = rows[0]?.unit ?? '';
  return [`  ${name.padEnd(18)} ${String(days)} days: from ${String(least)} to ${String(most)}, median ${String(middle)} ${unit}`];
}
