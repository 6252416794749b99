/**
 * `joinDashboard` puts a widget on a page of FlowFuse Dashboard 2, which need not be there: without it the widget says what is missing.
 *
 * Dashboard registers a widget's own socket events per connection, and loses them for those that were open before a deploy. `widget-action` it
 * keeps for all, and hands it to plugins before anything else: that is how a browser's messages reach us (see nodes/editor/widget.ts).
 */
import type { Node, NodeAPI } from 'node-red';
import { ConfigError, messageOf } from '../../../engine/base/errors.js';
import { isRecord } from '../../../engine/base/json.js';
import type { WidgetConfig } from './config.js';
import { eventOf, type ViewerRights, type WidgetMessage } from './wire.js';

/** `Viewer` is one connection of a browser: a socket of Socket.IO. */
export interface Viewer {
  readonly connected: boolean;
  /** `role`: as what who opened it signed in, where somebody asked him to. */
  readonly data?: { readonly bottega?: { readonly role: 'owner' | 'viewer' } };
  emit(event: string, message: WidgetMessage): unknown;
}

/** The parts of Dashboard 2 (`ui_base.js`, `ui_group.js` of 1.31) that are used. */
interface DashboardBase {
  emit(event: string, message: WidgetMessage): void;
  readonly ui?: { readonly widgets: ReadonlyMap<string, { readonly src?: unknown }> };
}

interface DashboardGroup {
  register(node: Node, props: Readonly<Record<string, unknown>>, events: object): void;
  getBase(): DashboardBase | null;
}

type Receiver = (viewer: Viewer, message: unknown) => void;

/** Across all nodes of the process: Dashboard knows widgets by their node's id alone. */
const receivers = new Map<string, Receiver>();

/** `JoinedWidget`: `served` or not, is the file in which the browser finds it known to Dashboard? */
export interface JoinedWidget {
  readonly file: 'served' | 'unknown';
  leave(): void;
}

/** `rightsOf` a viewer. Without a sign-in of ours, whoever sees the page may do what it offers. */
export function rightsOf({ data }: Viewer): ViewerRights {
  return data?.bottega?.role === 'viewer' ? 'view' : 'all';
}

/** `handOver` gives a message of a browser to its widget. `foreign`: it is none of ours. */
export function handOver(viewer: Viewer, id: string, message: unknown): 'ours' | 'foreign' {
  if (!isRecord(message) || message['bottega'] === undefined) return 'foreign';
  receivers.get(id)?.(viewer, message);
  return 'ours';
}

/** Throws a `ConfigError` that says what is missing. `props` are what the browser gets of the form. */
export function joinDashboard(
  RED: NodeAPI, node: Node, { group, layout }: WidgetConfig, props: Readonly<Record<string, unknown>>, receive: Receiver,
): JoinedWidget {
  const base = register(RED, node, group, { ...props, ...layout });
  receivers.set(node.id, receive);
  // Pages that are open already ask anew.
  base.emit(eventOf(node.id), { kind: 'open' });
  const file = base.ui?.widgets.get(node.id)?.src === undefined ? 'unknown' : 'served';
  return { file, leave: () => { if (receivers.get(node.id) === receive) receivers.delete(node.id); } };
}

function register(RED: NodeAPI, node: Node, group: unknown, props: Readonly<Record<string, unknown>>): DashboardBase {
  const found = typeof group === 'string' ? RED.nodes.getNode(group) as unknown as DashboardGroup | null : null;
  if (typeof found?.register !== 'function') {
    throw new ConfigError('group', 'must name a group of FlowFuse Dashboard 2: npm install @flowfuse/node-red-dashboard', group);
  }
  try {
    const base = found.getBase();
    if (base === null) throw new Error('the page has no dashboard');
    found.register(node, { ...props, id: node.id, type: node.type, z: (node as { z?: string }).z, group }, {});
    return base;
  } catch (error) {
    throw new ConfigError('group', `must stand on a page of a dashboard (${messageOf(error)})`, group);
  }
}
