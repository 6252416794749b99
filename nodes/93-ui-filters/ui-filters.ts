/**
 * The filters of a page of Dashboard 2: store, channel, period and comparison, chosen by each viewer for himself and kept in the address; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type FiltersConfig, readConfig } from './config.js';
import { filtersView } from './view.js';

const spec: WidgetSpec<FiltersConfig> = {
  type: 'ui-bottega-filters',
  readConfig,
  props: ({ asks, period }) => ({ asks, period }),
  view: filtersView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
