/**
 * `sheetOf` makes a Node-RED flow: tabs with groups, comments and nodes, named by people and numbered by the machine, always the same way.
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

/** A box around nodes; its first line says what happens inside. */
export interface Box {
  readonly label: string;
  readonly at: readonly [x: number, y: number];
  readonly size: readonly [w: number, h: number];
  readonly says: string;
  readonly why: string;
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
  const [x, y] = box.at;
  const note: FlowNode = {
    id: idOf(scope, 'note', box.label), type: 'comment', z: tab, g: id, name: box.says, info: box.why, x: x + 25 + Math.round((box.says.length * 7 + 50) / 2), y: y + 50, wires: [],
  };
  const nodes = Object.entries(box.nodes).map(([name, placed]) => placedNode(scope, tab, id, name, placed));
  const style = { stroke: '#D8CBB8', fill: '#FBF7EF', 'fill-opacity': '0.6', label: true, color: '#5B4A36' };
  const members = [note, ...nodes];
  return [
    { id, type: 'group', z: tab, name: box.label, style, nodes: members.map((node) => node.id), x, y, w: box.size[0], h: box.size[1] },
    ...members,
  ];
}

function placedNode(scope: string, tab: string, group: string, name: string, { type, at, fields, wires }: Placed): FlowNode {
  return {
    id: idOf(scope, name), type, z: tab, g: group, ...fields, x: at[0], y: at[1],
    wires: (wires ?? []).map((output) => output.map((target) => idOf(scope, target))),
  };
}
