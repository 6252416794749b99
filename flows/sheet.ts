/**
 * `sheetOf` makes a Node-RED flow: tabs with groups and nodes, named by people and numbered by the machine, always the same way.
 */
import { createHash } from 'node:crypto';

/** A node as Node-RED imports it. */
export type FlowNode = { readonly id: string; readonly type: string } & Record<string, unknown>;

/** A node on a tab: where it stands, what its form holds, and the names of the nodes each of its outputs leads to. */
export interface Placed {
  readonly type: string;
  readonly at: readonly [x: number, y: number];
  readonly fields?: Record<string, unknown>;
  readonly wires?: readonly (readonly string[])[];
}

/** A box around nodes. What happens inside stands in its title, and why behind it; `comment`: in a note among the nodes, for who sees it for the first time. */
export interface Box {
  readonly label: string;
  readonly at: readonly [x: number, y: number];
  readonly size: readonly [w: number, h: number];
  readonly says: string;
  readonly why: string;
  readonly said: 'title' | 'comment';
  readonly nodes: Readonly<Record<string, Placed>>;
}

/** The same name is the same id, in every build and on every machine. */
export function idOf(...names: readonly string[]): string {
  return createHash('sha256').update(names.join('/')).digest('hex').slice(0, 16);
}

/** A tab with its boxes, ready to import. Wires name nodes of the same tab. */
export function sheetOf(scope: string, label: string, info: string, boxes: readonly Box[]): FlowNode[] {
  const tab = { id: idOf(scope, label), type: 'tab', label, disabled: false, info };
  return [tab, ...boxes.flatMap((box) => boxOf(scope, tab.id, box))];
}

function boxOf(scope: string, tab: string, box: Box): FlowNode[] {
  const id = idOf(scope, 'box', box.label);
  const nodes = Object.entries(box.nodes).map(([name, placed]) => placedNode(scope, tab, id, name, placed));
  const style = { stroke: '#D8CBB8', fill: '#FBF7EF', 'fill-opacity': '0.6', label: true, color: '#5B4A36' };
  const members = box.said === 'comment' ? [noteOf(scope, tab, id, box), ...nodes] : nodes;
  const title = box.said === 'comment' ? { name: box.label } : { name: `${box.label}: ${box.says}`, info: box.why };
  const [[x, y], [w, h]] = [box.at, box.size];
  return [{ id, type: 'group', z: tab, ...title, style, nodes: members.map((node) => node.id), x, y, w, h }, ...members];
}

function noteOf(scope: string, tab: string, group: string, { label, says, why, at: [x, y] }: Box): FlowNode {
  const width = says.length * 7 + 50;
  return { id: idOf(scope, 'note', label), type: 'comment', z: tab, g: group, name: says, info: why, x: x + 25 + Math.round(width / 2), y: y + 50, wires: [] };
}

function placedNode(scope: string, tab: string, group: string, name: string, { type, at, fields, wires }: Placed): FlowNode {
  return {
    id: idOf(scope, name), type, z: tab, g: group, ...fields, x: at[0], y: at[1],
    wires: (wires ?? []).map((output) => output.map((target) => idOf(scope, target))),
  };
}
