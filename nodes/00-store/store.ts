/**
 * Where is the shop's memory kept? In an embedded database: no server to install, safe against power cuts.
 */
import type { NodeAPI } from 'node-red';
import type { FaultCode } from '../../engine/errors.js';
import { scoped } from '../../engine/store/store.js';
import { resourceUp } from '../metrics.js';
import type { Health, StorePort } from '../ports.js';
import { registerRoom, type Room, type RoomContext } from '../runtime.js';
import { directoryOf, readConfig, type StoreConfig } from './config.js';
import { acquire, OPENING, release } from './sharedStore.js';

const room: Room<StoreConfig> = {
  type: 'bottega-store',
  readConfig,
  open(context) {
    const shared = acquire(directoryOf(context.config, context.RED.settings.userDir));
    const unwatch = shared.pulse.watch(teller(context));
    const port: StorePort = {
      of: (tenant) => scoped(shared.store, `${tenant}/`),
      health: () => shared.pulse.health(),
      watch: (listener) => shared.pulse.watch(listener),
    };
    return {
      port,
      close: () => {
        unwatch();
        return release(shared);
      },
    };
  },
};

/** Says each change of health once: the same cause, tried again and again, is one line in the log. */
function teller(context: RoomContext<StoreConfig>): (health: Health) => void {
  let said = '';
  return (health) => {
    resourceUp.set({ resource: 'store' }, health.state === 'ok' ? 1 : 0);
    const key = health.state === 'ok' ? 'open' : KEYS[health.cause] ?? (health.message === OPENING ? 'opening' : 'away');
    const values = health.state === 'ok' ? {} : { message: health.message };
    if (health.state === 'ok') context.status.ok(key);
    else context.status.waiting(key, values);
    const line = context.text(`status.${key}`, values);
    if (line === said) return;
    said = line;
    if (health.state === 'ok' || key === 'opening') context.node.log(line);
    else context.node.warn(line);
  };
}

const KEYS: Partial<Record<FaultCode, string>> = { 'store.full': 'full', 'store.locked': 'locked', 'store.closed': 'closed' };

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
