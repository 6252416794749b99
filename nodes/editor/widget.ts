/**
 * Plugin of all widgets. In the editor, widget.html is what their forms share; in Dashboard 2, it hands a browser's message over to the widget it is for.
 */
import type { NodeAPI } from 'node-red';
import { handOver, type Viewer } from '../shared/widget/dashboard.js';

/** The part of Node-RED's plugin registry that is used; its types do not have it. */
interface Plugins {
  registerPlugin(id: string, definition: object): void;
}

export = (RED: NodeAPI): void => {
  const { plugins } = RED as unknown as { readonly plugins: Plugins };
  plugins.registerPlugin('bottega-widgets', {
    type: 'node-red-dashboard-2',
    hooks: {
      // `undefined` ends it: the message is no input of a flow.
      onAction: (viewer: Viewer, id: string, message: unknown) => (handOver(viewer, id, message) === 'ours' ? undefined : message),
    },
  });
};
