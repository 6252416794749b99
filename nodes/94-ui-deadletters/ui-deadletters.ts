/**
 * The dead letters on a page of Dashboard 2: what could not be used and why, opened, sent in again and discarded there; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { type DeadLettersConfig, readConfig } from './config.js';
import { lettersSource } from './source.js';

const spec: WidgetSpec<DeadLettersConfig> = {
  type: 'ui-bottega-deadletters',
  readConfig,
  props: () => ({}),
  source: lettersSource,
};

export = (RED: NodeAPI): void => {
  registerWidget(RED, spec);
};
