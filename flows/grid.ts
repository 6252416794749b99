/**
 * `stacked` puts boxes under each other on one grid: the same edges, the same columns, and space under each node for its status.
 */
import type { Said } from './texts/texts.js';
import type { Box, Placed } from './sheet.js';

/** `COLUMNS` of all boxes: the first wires fan in from one side, hence the wide gap after it. */
export const COLUMNS = [160, 480, 700, 900] as const;
/** `ROW` is as high as a node with its status. */
export const ROW = 60;
const [LEFT, TOP, WIDTH, GAP] = [20, 40, 1040, 20];
/** Of a box, above the middle of its first row and below that of its last. */
const [HEAD, FOOT] = [60, 60];

/** `Drawn` is a box before it has its place; nodes stand in rows, from 0, which may be a half. */
export interface Drawn {
  readonly said: Said;
  readonly nodes: Readonly<Record<string, Omit<Placed, 'at'> & { readonly column: number; readonly row: number }>>;
}

/** `stacked` from top to bottom. */
export function stacked(drawn: readonly Drawn[]): Box[] {
  let top = TOP;
  return drawn.map(({ said, nodes }) => {
    const rows = Math.max(...Object.values(nodes).map(({ row }) => row));
    const height = HEAD + rows * ROW + FOOT;
    const y = top;
    top += height + GAP;
    const placed = Object.entries(nodes).map(([name, { column, row, ...node }]): [string, Placed] => [name, { ...node, at: [COLUMNS[column] ?? LEFT, y + HEAD + row * ROW] }]);
    return { ...said, said: 'title', at: [LEFT, y], size: [WIDTH, height], nodes: Object.fromEntries(placed) };
  });
}
