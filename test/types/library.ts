/**
 * What the compiler promises users of the library. Never run: `tsc` checks it, and each `@ts-expect-error` fails it where the error is gone.
 */
import {
  type AlertRule, type AlertState, type Applied, evaluateRule, type KpiValue, openShop, openStore, ruleOf, type Shop, type ShopEvent, type Store,
} from '../../engine/index.js';

const runtime = { now: (): number => 0, random: (): number => 0 };

export async function stores(): Promise<Store[]> {
  // @ts-expect-error -- a Redis needs its address
  await openStore({ kind: 'redis' }, runtime);
  // @ts-expect-error -- no such kind of store
  await openStore({ kind: 'postgres', url: '' }, runtime);
  // @ts-expect-error -- the engine has no clock of its own
  await openStore({ kind: 'memory' });
  return Promise.all([
    openStore({ kind: 'memory' }, { now: Date.now, random: Math.random }),
    openStore({ kind: 'level', directory: 'data' }, runtime),
    openStore({ kind: 'redis', url: 'redis://127.0.0.1' }, runtime),
  ]);
}

export async function shops(store: Store): Promise<Shop> {
  // @ts-expect-error -- a shop has a name
  await openShop(store, {}, runtime.now);
  // @ts-expect-error -- not an option
  await openShop(store, { tenant: 'shop', timezone: 'Europe/Rome' }, runtime.now);
  return openShop(store, { tenant: 'shop', zone: 'Europe/Rome', customKpis: [] }, runtime.now);
}

export async function numbers(shop: Shop): Promise<readonly KpiValue[]> {
  const applied: Applied = await shop.applyEvents([{ anything: 'goes in' }]);
  // @ts-expect-error -- what was applied is not to be changed
  applied.changed = 1;
  // @ts-expect-error -- no window of that size
  await shop.readWindows({ size: '2h' });
  // @ts-expect-error -- not a dimension
  await shop.readWindows({ size: '1h', groupBy: ['customer'] });
  const rows = await shop.readWindows({ size: '1h', from: 0, to: 1, groupBy: ['store', 'channel'] });
  // @ts-expect-error -- a number may be unknown
  const value: number | undefined = rows[0]?.value;
  return value === undefined ? rows : [];
}

export function alerts(values: readonly KpiValue[], before: AlertState | undefined): AlertState {
  const rule: AlertRule = ruleOf({ name: 'low', kpi: 'revenue', size: '1h', when: { op: 'below', threshold: 1, recovery: 2 } });
  // @ts-expect-error -- a threshold that is left needs the value at which it is back
  ruleOf({ name: 'low', kpi: 'revenue', size: '1h', when: { op: 'below', threshold: 1 } });
  const { state, transitions, wakeAt } = evaluateRule(rule, before, values, 0);
  // @ts-expect-error -- time alone may change nothing any more
  const next: number = wakeAt;
  return next > 0 && transitions.some(({ audience }) => audience === 'people') ? state : evaluateRule(rule, state, [], 1).state;
}

/** An event's fields are read-only and named. */
export function fieldsOf(event: ShopEvent): string {
  // @ts-expect-error -- not a field of an event
  const missing: unknown = event.timestamp;
  return missing === undefined ? `${event.id} ${event.data.amount ?? ''}` : '';
}
