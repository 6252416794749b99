/**
 * `bottega-database` gives the shop's facts and numbers to a PostgreSQL that others read: Grafana, Power BI, Metabase, an accountant.
 */
import type { NodeAPI } from 'node-red';
import { tlsOptions } from '../../engine/base/tls.js';
import { DAY, formatInstant, parseInstant } from '../../engine/base/time.js';
import { ChangeReader } from '../../engine/export/changeReader.js';
import { readDefinitions } from '../../engine/kpi/storedDefinitions.js';
import type { ShopContext } from '../../engine/read/windowReader.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { Ticker } from '../shared/ticker.js';
import { type DatabaseConfig, readConfig } from './config.js';
import { Exporter } from './exporter.js';
import { DatabaseWriter } from './writer.js';

const TURN_MS = 1_000;

const spec: NodeSpec<DatabaseConfig> = {
  type: 'bottega-database',
  credentials: { url: { type: 'password' } },
  readConfig,
  open({ RED, config, status, now }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const port = portOf<StorePort>(RED, config.store, 'store');
    const { url, schema, graceMs } = config;
    if (url === undefined) {
      status.idle('off');
      return {};
    }
    const { calendar, currency, tenant } = shop;
    const store = port.of(tenant);
    const context = async (): Promise<ShopContext> => {
      const { kpis, incompleteAfterMs, records = [] } = await readDefinitions(store);
      return { calendar, currency, graceMs, kpis, incompleteAfterMs, records };
    };
    const dayOf = (instant: string): string => formatInstant(calendar.dayNumber(parseInstant(instant) ?? 0) * DAY).slice(0, 10);
    const writer = new DatabaseWriter({ url, schema, tenant, currency, tls: tlsOptions(process.env), dayOf });
    const exporter = new Exporter({ store, reader: new ChangeReader(store, context), writer, status, now, random: Math.random });
    const ticker = new Ticker(TURN_MS, 'now', () => exporter.turn(), () => undefined);
    return {
      async close() {
        const stopped = ticker.stop();
        await exporter.close();
        await stopped;
      },
    };
  },
};

export = (RED: NodeAPI): void => { registerNode(RED, spec); };
