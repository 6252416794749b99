/**
 * `alertsSource` reads the alerts of a viewer's store, and hands his commands to the alert node.
 */
import { ALL } from '../../engine/read/rollup.js';
import type { Notice } from '../shared/alertPort.js';
import { AlertReader, type AlertsRead } from '../shared/widget/alertReader.js';
import { groupChosen } from '../shared/widget/config.js';
import type { WidgetParts, WidgetSource } from '../shared/widget/widget.js';
import type { AlertsConfig } from './config.js';

/** `AlertsData` is what the browser gets. */
export type AlertsData = AlertsRead;

export function alertsSource({ config, shop, broker, changed }: WidgetParts<AlertsConfig>): WidgetSource {
  const reader = new AlertReader(shop.tenant, broker, changed);
  return {
    view: (choice) => {
      const { store } = groupChosen(config, choice);
      return { key: store, read: async () => ofStore(store, await reader.read()) };
    },
    command: (command) => reader.command(command),
    close: () => { reader.close(); },
  };
}

/** What is about all stores, or about a source, concerns every store. */
function ofStore(store: string, read: AlertsRead): AlertsData {
  const concerns = (notice: Notice): boolean => store === ALL || notice.store === ALL || notice.store === store || notice.source !== undefined;
  return { ...read, alerts: read.alerts.filter(concerns), history: read.history.filter(concerns) };
}
