/**
 * The alerts on a page of Dashboard 2: what is open, with its sentence and what to do, acknowledged and silenced there, the rules and what was; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type AlertsConfig, readConfig } from './config.js';
import { alertsSource } from './source.js';

const spec: WidgetSpec<AlertsConfig> = {
  type: 'ui-bottega-alerts',
  readConfig,
  props: ({ shows }) => ({ shows }),
  source: alertsSource,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
