/** The parts of Dashboard 2 that widgets use, as a node type for the test helper: a group that notes what was registered, on a base that notes what was emitted. */
import type { NodeAPI } from 'node-red';
import type { Viewer } from '../../nodes/shared/widget/dashboard.js';
import type { WidgetMessage, WidgetState } from '../../nodes/shared/widget/wire.js';

export interface RegisteredWidget {
  readonly id: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** `widgets` and `emitted` of the group in the last load. */
export class FakeDashboard {
  readonly widgets: RegisteredWidget[] = [];
  readonly emitted: { readonly event: string; readonly message: WidgetMessage }[] = [];

  /** Give it to `helper.load` among the node modules. */
  readonly module = (RED: NodeAPI): void => {
    const { widgets, emitted } = this;
    function Group(this: object, saved: object): void {
      RED.nodes.createNode(this as never, saved as never);
      const known = new Map<string, { src: object }>();
      const base = { emit: (event: string, message: WidgetMessage) => { emitted.push({ event, message }); }, ui: { widgets: known } };
      Object.assign(this, {
        register: (node: { id: string }, props: RegisteredWidget['props']) => { widgets.push({ id: node.id, props: { ...props } }); known.set(node.id, { src: {} }); },
        getBase: () => base,
      });
    }
    RED.nodes.registerType('ui-group', Group);
  };
}

/** A browser that notes what it is sent. */
export class FakeViewer implements Viewer {
  connected = true;
  readonly messages: WidgetMessage[] = [];

  emit(_event: string, message: WidgetMessage): void {
    this.messages.push(message);
  }

  get states(): WidgetState[] {
    return this.messages.filter((message) => message.kind === 'state');
  }
}
