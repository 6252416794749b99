/** Are the flows for one node at a time, the trial and the older dashboard whole, explained, and without hidden logic? */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Node = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

const FLOWS = join(__dirname, '../flows');
const FILES = ['trial', 'dashboard1', ...readdirSync(join(FLOWS, 'nodes')).map((file) => `nodes/${file.replace('.json', '')}`)];
const NODES = readdirSync(join(__dirname, '../nodes')).filter((name) => /^\d\d-/.test(name)).map((name) => name.slice(3));
const CONFIGURATION = ['store', 'broker', 'shop'];

describe('example flows', () => {
  it('are there for every node that stands on a tab', () => {
    const shown = FILES.filter((file) => file.startsWith('nodes/')).map((file) => file.slice('nodes/'.length));
    assert.deepEqual(shown.sort(), NODES.filter((node) => !CONFIGURATION.includes(node)).sort());
  });

  for (const file of FILES) {
    describe(file, () => {
      const nodes = JSON.parse(readFileSync(join(FLOWS, `${file}.json`), 'utf8')) as Node[];
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const listIn = (node: Node, field: string): string[] => ((node[field] ?? []) as unknown[]).flat() as string[];

      it('has one node per id, no wire into nothing, and brings its configuration', () => {
        assert.equal(byId.size, nodes.length);
        for (const node of nodes) {
          for (const id of [...listIn(node, 'wires'), ...listIn(node, 'links'), ...listIn(node, 'nodes')]) assert.ok(byId.has(id), `${node.id} → ${id}`);
          for (const field of CONFIGURATION) if (/^(ui-)?bottega-/.test(node.type) && node[field]) assert.equal(byId.get(node[field] as string)?.type, `bottega-${field}`);
        }
      });

      it('has no function nodes, and says in every box, behind it or in a comment, what it is for; its nodes are inside', () => {
        assert.equal(nodes.some(({ type }) => type === 'function'), false);
        for (const box of nodes.filter(({ type }) => type === 'group')) {
          const members = listIn(box, 'nodes').map((id) => byId.get(id));
          assert.ok((box['info'] as string | undefined ?? '').length > 10 || members.some((node) => node?.type === 'comment' && String(node['info']).length > 20), String(box['name']));
          for (const node of members) assert.ok(node !== undefined && isInside(node, box), `${String(node?.['name'])} in ${String(box['name'])}`);
        }
      });

      it('shows what it is about', () => {
        if (file.startsWith('nodes/')) assert.ok(nodes.some(({ type }) => type === `bottega-${file.slice('nodes/'.length)}` || type === file.slice('nodes/'.length).replace('ui-', 'ui-bottega-')));
      });
    });
  }

  it('keep what is tried out of the numbers of a real shop', () => {
    for (const file of FILES.filter((each) => each !== 'dashboard1')) {
      const shops = (JSON.parse(readFileSync(join(FLOWS, `${file}.json`), 'utf8')) as Node[]).filter(({ type }) => type === 'bottega-shop');
      for (const shop of shops) assert.match(String(shop['tenant']), /^(esempio|prova)$/, file);
    }
  });
});

function isInside(node: Node, box: Node): boolean {
  const [x, y, left, top, width, height] = [node['x'], node['y'], box['x'], box['y'], box['w'], box['h']].map(Number) as [number, number, number, number, number, number];
  return x > left && x < left + width && y > top && y < top + height;
}
