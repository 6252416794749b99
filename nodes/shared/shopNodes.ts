/**
 * `ShopNodes` are nodes of a shop that others reach without a wire: what an unwired output refuses goes to its dead letters, and those go in again
 * at its normalize and window nodes. A wire outranks them.
 */
import type { Node, NodeMessage } from 'node-red';

/** `Station` in the way of an event where messages can come in without a wire. */
export type Station = 'deadletter' | 'normalize' | 'window';

/** `SECOND` output, from which refusals leave. */
export const SECOND = 1;

/** Across all nodes of the process: who sends may stand in the flow before whom it reaches, or on another tab. */
const nodesAt = new Map<string, Set<Node>>();

/** `offerStation` makes a node known to those of its shop until the answer is called. */
export function offerStation(tenant: string, place: Station, node: Node): () => void {
  const key = `${tenant}/${place}`;
  const nodes = nodesAt.get(key) ?? new Set();
  nodesAt.set(key, nodes.add(node));
  return () => {
    if (nodes.delete(node) && nodes.size === 0 && nodesAt.get(key) === nodes) nodesAt.delete(key);
  };
}

/**
 * `sendTo` hands a message over as Node-RED's links do, so that whoever waits for it waits for that node too. Of several it goes to the one of the
 * `wanted` id, if that is there. `nobody`: the shop has no such node.
 */
export function sendTo(tenant: string, place: Station, message: NodeMessage, wanted?: string): 'sent' | 'nobody' {
  const node = nodeAt(tenant, place, wanted);
  node?.receive(message);
  return node === undefined ? 'nobody' : 'sent';
}

/** `reaches` says whether a message would arrive: by a wire from that output, or at a node of the shop. */
export function reaches(node: Node, output: number, tenant: string, place: Station): boolean {
  return isWired(node, output) || nodeAt(tenant, place) !== undefined;
}

/** `isWired` says whether a wire leaves that output, counted from 0. */
export function isWired(node: Node, output: number): boolean {
  return ((node as { wires?: readonly (readonly string[])[] }).wires?.[output]?.length ?? 0) > 0;
}

/** Of several the same one each time. */
function nodeAt(tenant: string, place: Station, wanted?: string): Node | undefined {
  const nodes = [...nodesAt.get(`${tenant}/${place}`) ?? []].sort((a, b) => (a.id < b.id ? -1 : 1));
  return nodes.find(({ id }) => id === wanted) ?? nodes[0];
}
