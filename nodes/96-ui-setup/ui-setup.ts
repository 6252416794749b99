/**
 * The set-up on a page of Dashboard 2: what is connected and what is not, with the address, the steps and a trial for each sender; with no wire.
 */
import type { NodeAPI } from 'node-red';
import { registerWidget, type WidgetSpec } from '../shared/widget/widget.js';
import { readConfig, type SetupConfig } from './config.js';
import { setupSource } from './source.js';

const specOf = (RED: NodeAPI): WidgetSpec<SetupConfig> => ({
  type: 'ui-bottega-setup',
  readConfig,
  props: () => ({}),
  source: (parts) => setupSource(parts, editorOf(RED)),
});

/** Where the editor lies on the same server; `null` where it is switched off. */
function editorOf({ settings }: NodeAPI): string | null {
  const { httpAdminRoot, disableEditor } = settings as { readonly httpAdminRoot?: string | false; readonly disableEditor?: boolean };
  if (httpAdminRoot === false || disableEditor === true) return null;
  return `${(httpAdminRoot ?? '').replace(/\/+$/, '')}/`;
}

export = (RED: NodeAPI): void => {
  registerWidget(RED, specOf(RED));
};
