/**
 * The card of one number on a page of Dashboard 2: value, trend, line, definition and the state of its data, live, with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type KpiCardConfig, readConfig } from './config.js';
import { cardView } from './view.js';

const spec: WidgetSpec<KpiCardConfig> = {
  type: 'ui-bottega-kpi',
  readConfig,
  props: ({ kpi, window, compare, better, line }) => ({ kpi, window, compare, better, line }),
  view: cardView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
