/**
 * A table on a page of Dashboard 2: periods, stores or channels by numbers, with a total that is no sum of averages, to sort and to take away; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { readConfig, type TableConfig } from './config.js';
import { tableView } from './view.js';

const spec: WidgetSpec<TableConfig> = {
  type: 'ui-bottega-table',
  readConfig,
  props: ({ kpis }) => ({ kpis }),
  view: tableView,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
