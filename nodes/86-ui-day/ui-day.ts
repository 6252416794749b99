/**
 * The day on a page of Dashboard 2: what has come in against what is usual by now, and where the day will end, live, with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type DayConfig, readConfig } from './config.js';
import { dayView } from './view.js';

const spec: WidgetSpec<DayConfig> = {
  type: 'ui-bottega-day',
  readConfig,
  props: ({ kpi, target }) => ({ kpi, ...(target === undefined ? {} : { target }) }),
  view: dayView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
