/**
 * The chart of one number on a page of Dashboard 2: hours or days as bars or line beside what they were before, or a map of hours by weekdays.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type ChartConfig, readConfig } from './config.js';
import { chartView } from './view.js';

const spec: WidgetSpec<ChartConfig> = {
  type: 'ui-bottega-chart',
  readConfig,
  props: ({ kpi, shape }) => ({ kpi, shape }),
  view: chartView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
