/**
 * Forms in a timeline file are read as the nodes themselves do: what a node would refuse at deploy is refused here.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../engine/base/errors.js';
import { Opening } from '../engine/calendar/openingHours.js';
import { LocalClock } from '../engine/base/time.js';
import type { Forms } from '../engine/ruletest/parse.js';
import { Calendar } from '../engine/calendar/windowAssigner.js';
import { readConfig as readShop } from '../nodes/06-shop/config.js';
import { readConfig as readWindow } from '../nodes/60-window/config.js';
import { AbsenceWatcher } from '../nodes/70-alert/absenceWatcher.js';
import { readFlow } from './flow.js';

/** `file` is the timeline's own path: a flow it names lies beside it. */
export function formsBeside(file: string): Forms {
  return {
    shop(saved) {
      const { zone, cutoffMinutes, currency, stores, records, calendar: rules } = readShop({ id: 'shop', type: 'bottega-shop', ...saved }, {});
      const calendar = new Calendar(new LocalClock(zone), cutoffMinutes, rules.shifts);
      return { calendar, currency, records, stores: stores.map(({ id }) => id), opening: new Opening(calendar, rules.opening) };
    },
    window: (saved) => readWindow({ id: 'window', type: 'bottega-window', ...saved }),
    watchAbsence: (deps) => new AbsenceWatcher(deps),
    flow: (name, shop) => readFlow(textOf(resolve(dirname(file), name)), shop),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError('flow', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, path);
  }
}
