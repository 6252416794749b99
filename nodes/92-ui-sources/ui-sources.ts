/**
 * The senders on a page of Dashboard 2: when each was last seen, who is missed, who is refused, and what is wrong, in an owner's words; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { readConfig, type SourcesConfig } from './config.js';
import { sourcesSource } from './source.js';

const spec: WidgetSpec<SourcesConfig> = {
  type: 'ui-bottega-sources',
  readConfig,
  props: () => ({}),
  source: sourcesSource,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
