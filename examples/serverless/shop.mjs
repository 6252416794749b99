/**
 * The shop of both functions: opened once per execution environment, and again where that failed.
 */
import { openShop, openStore } from '@bottega/node-red-dashboard-2-kpi';

let opened;

/** Answers the shop in `REDIS_URL`; rejects with the store's faults. */
export function shopOf(environment = process.env) {
  opened ??= open(environment).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Ends the connection: for tests and local programs; Lambda just freezes it. */
export async function closeShop() {
  const closing = opened;
  opened = undefined;
  await (await closing)?.store.close();
}

async function open({ REDIS_URL: url, BOTTEGA_TENANT: tenant = 'shop', TZ_SHOP: zone = 'Europe/Rome', BOTTEGA_CURRENCY: currency = 'EUR' }) {
  const store = await openStore({ kind: 'redis', url }, { now: Date.now, random: Math.random });
  try {
    const shop = await openShop(store, { tenant, zone, currency }, Date.now);
    return { store, applyEvents: (events) => shop.applyEvents(events), readWindows: (question) => shop.readWindows(question) };
  } catch (error) {
    await store.close();
    throw error;
  }
}
