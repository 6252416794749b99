/**
 * The shop node: the shop's stores, clock and currency, for every node that needs to know.
 */
import type { NodeAPI } from 'node-red';
import { ConfigError, messageOf } from '../../engine/base/errors.js';
import { Opening } from '../../engine/calendar/openingHours.js';
import { LocalClock } from '../../engine/base/time.js';
import { Calendar } from '../../engine/calendar/windowAssigner.js';
import type { ShopPort } from '../shared/ports.js';
import { registerNode, type NodeSpec } from '../shared/node.js';
import { readConfig, type ShopConfig } from './config.js';
import { serveFormScript } from './formScript.js';
import { keptSecret, privacyKeyOf } from './privacyKey.js';

const spec: NodeSpec<ShopConfig> = {
  type: 'bottega-shop',
  credentials: { privacyKey: { type: 'password' } },
  readConfig,
  open({ RED, config }) {
    const { tenant, currency, stores, records, names, staff, sector } = config;
    const calendar = new Calendar(new LocalClock(config.zone), config.cutoffMinutes, config.calendar.shifts);
    const port: ShopPort = {
      tenant, currency, stores, records, names, staff, sector, calendar,
      opening: new Opening(calendar, config.calendar.opening),
      privacyKey: privacyKeyOf(config.privacySecret ?? kept(RED)),
    };
    return { port };
  },
};

function kept(RED: NodeAPI): string {
  try {
    return keptSecret(RED.settings.userDir ?? process.env['BOTTEGA_DATA'] ?? '.bottega');
  } catch (error) {
    throw new ConfigError('privacyKey', `cannot be kept on disk (${messageOf(error)})`, undefined);
  }
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
  serveFormScript(RED);
};
