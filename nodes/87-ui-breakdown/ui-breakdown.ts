/**
 * The parts of one number on a page of Dashboard 2: what each channel, store or means of payment adds to it, live, with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type BreakdownConfig, readConfig } from './config.js';
import { breakdownView } from './view.js';

const spec: WidgetSpec<BreakdownConfig> = {
  type: 'ui-bottega-breakdown',
  readConfig,
  props: ({ kpi, by, better, top }) => ({ kpi, by, better, top }),
  view: breakdownView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
