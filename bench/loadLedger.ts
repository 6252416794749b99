/** `ShopLedger` is what the senders of a load run sent; the growth of the installation's `/kpi` must equal it. */
import { formatInstant, HOUR, SECOND } from '../engine/base/time.js';
import { report } from './report.js';
import type { Installation } from './traffic.js';

const SETTLE_MS = 30 * SECOND;

/** Cents, but for orders and for tickets closed. */
export interface ShopLedger {
  revenue: number;
  refunds: number;
  orders: number;
  tickets: number;
}

/** `baseline` is what was sent; the ratio is 1 where /kpi agrees to the cent. */
export async function reportLedger(installation: Installation, since: number, before: ShopLedger, sent: ShopLedger): Promise<'yes' | 'no'> {
  const counted = await settled(installation, since, before, sent);
  for (const name of ['revenue', 'refunds', 'orders', 'tickets'] as const) {
    const [value, baseline] = [counted[name], sent[name]];
    report({ bench: `load/kpi/${name}`, unit: name === 'orders' || name === 'tickets' ? name : 'cents', value, baseline, ...ratioOf(value, baseline) });
  }
  const agreed = isEqual(counted, sent) ? 'yes' : 'no';
  process.stderr.write(agreed === 'yes' ? 'the figures agree to the cent\n' : 'THE FIGURES DO NOT AGREE\n');
  return agreed;
}

/** A short run may have sent none of a kind. */
function ratioOf(value: number, baseline: number): { readonly ratio?: number } {
  return baseline === 0 ? {} : { ratio: value / baseline };
}

async function settled(installation: Installation, since: number, before: ShopLedger, sent: ShopLedger): Promise<ShopLedger> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = await ledgerOf(installation, since);
    const counted = {
      revenue: now.revenue - before.revenue, refunds: now.refunds - before.refunds, orders: now.orders - before.orders, tickets: now.tickets - before.tickets,
    };
    if (isEqual(counted, sent) || Date.now() > deadline) return counted;
    await pause(SECOND);
  }
}

function isEqual(a: ShopLedger, b: ShopLedger): boolean {
  return a.revenue === b.revenue && a.refunds === b.refunds && a.orders === b.orders && a.tickets === b.tickets;
}

/** Totals of the hours that the run can touch. */
export async function ledgerOf(installation: Installation, since: number): Promise<ShopLedger> {
  const total = async (name: string, of: 'value' | 'count'): Promise<number> =>
    (await rowsOf(installation, name, since)).reduce((sum, row) => sum + (row[of] ?? 0), 0);
  const [revenue, refunds, orders, tickets] = await Promise.all([
    total('revenue', 'value'), total('refunds', 'value'), total('orders', 'value'), total('support_time', 'count'),
  ]);
  return { revenue: Math.round(revenue * 100), refunds: Math.round(refunds * 100), orders, tickets };
}

async function rowsOf({ url, secrets }: Installation, name: string, since: number): Promise<{ value: number | null; count: number }[]> {
  const from = encodeURIComponent(formatInstant(Math.floor(since / HOUR) * HOUR));
  const to = encodeURIComponent(formatInstant(Math.ceil((Date.now() + 1) / HOUR) * HOUR));
  const headers = { authorization: `Bearer ${secrets['BOTTEGA_API_TOKEN'] ?? ''}` };
  const answer = await fetch(`${url}/kpi?name=${name}&window=1h&from=${from}&to=${to}`, { headers });
  if (answer.status !== 200) throw new Error(`/kpi answers ${String(answer.status)} ${await answer.text()}`);
  const { rows } = await answer.json() as { rows: { value: number | null; count: number }[] };
  return rows;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
