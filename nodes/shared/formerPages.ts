/**
 * `watchFormerPages` says at the start that the dashboard's pages are those of a former template: they work as they are, but no update reaches them.
 */
import type { NodeAPI } from 'node-red';

/** `formerPages` are `ui-template` nodes whose code a template of ours brought, before it had widgets. What a user wrote is none. */
export function formerPages(nodes: readonly Readonly<Record<string, unknown>>[]): number {
  return nodes.filter(({ type, format }) => type === 'ui-template' && typeof format === 'string' && OURS.test(format)).length;
}

const OURS = /class="b-(?:top|cards|panel|two)\b|:class="all \? 'b-panel'|--b-paper/;

/** `watchFormerPages` once per process, when the flows have started. */
export function watchFormerPages(RED: NodeAPI): void {
  RED.events.once('flows:started', () => {
    const nodes: Record<string, unknown>[] = [];
    RED.nodes.eachNode((node) => { if (node.type === 'ui-template') nodes.push(node as unknown as Record<string, unknown>); });
    const count = formerPages(nodes);
    if (count > 0) RED.log.warn(RED._('store.formerPages', { count }));
  });
}
