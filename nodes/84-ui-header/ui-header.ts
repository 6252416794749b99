/**
 * The header of a page of Dashboard 2: the shop's name, whether it is open, the other pages, whether what is seen is live, light or dark; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type HeaderConfig, readConfig } from './config.js';
import { headerSource } from './source.js';

const spec: WidgetSpec<HeaderConfig> = {
  type: 'ui-bottega-header',
  readConfig,
  props: () => ({}),
  source: headerSource,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
