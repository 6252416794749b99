/** Are the templates what their description says, whole, and without hidden logic? */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Node {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
  readonly g?: string;
  readonly x?: number;
  readonly y?: number;
  readonly w?: number;
  readonly h?: number;
  readonly wires?: readonly (readonly string[])[];
  readonly links?: readonly string[];
  readonly nodes?: readonly string[];
  readonly info?: string;
  readonly format?: string;
}

const ROOT = join(__dirname, '..');
const SECTORS = ['retail', 'restaurant', 'artisan'];
const ROLES = ['edge', 'worker', 'front'];
const NAMES = [...SECTORS, ...ROLES, 'trial'];
const flows = new Map([...NAMES, ...NAMES.map((name) => `en/${name}`)].map((name) => [name, JSON.parse(readFileSync(join(ROOT, `flows/${name}.json`), 'utf8')) as Node[]]));
/** More than these on the way of an event, and nobody sees it at a glance. */
const MAX_NODES = 20;
const ROW_PX = 20;

describe('flow templates', () => {
  it('are what their description builds', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/build-flows.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('have the same nodes and wires in every sector', () => {
    const [retail = '', ...others] = SECTORS.map((sector) => shapeOf(flows.get(sector) ?? []));
    assert.match(retail, /bottega-normalize>bottega-dedupe/);
    for (const other of others) assert.equal(other, retail);
  });

  it('say the same in both languages: but for words and ids, a template is one', () => {
    for (const name of NAMES) {
      const [italian, english] = [flows.get(name), flows.get(`en/${name}`)].map((nodes = []) => nodes.map(({ type, x, y }) => [type, x, y]));
      assert.deepEqual(english, italian, name);
    }
  });

  it('can stand beside each other: only store and broker are shared', () => {
    const seen = new Map<string, string>();
    for (const [name, nodes] of flows) {
      for (const { id, type } of nodes) {
        if (type === 'bottega-store' || type === 'bottega-broker') continue;
        assert.equal(seen.get(id), undefined, `${type} of ${name}`);
        seen.set(id, name);
      }
    }
  });

  it('share the way among the roles: what leaves one over MQTT comes in at the next', () => {
    const typesIn = (role: string): string[] => [...new Set((flows.get(role) ?? []).map(({ type }) => type).filter((type) => type.startsWith('bottega-')))].sort();
    const common = ['bottega-broker', 'bottega-monitor', 'bottega-shop', 'bottega-store'];
    assert.deepEqual(typesIn('edge'), [...common, 'bottega-deadletter', 'bottega-dedupe', 'bottega-normalize', 'bottega-outbox', 'bottega-webhook'].sort());
    assert.deepEqual(typesIn('worker'), [...common, 'bottega-database', 'bottega-deadletter', 'bottega-inbox', 'bottega-window'].sort());
    assert.deepEqual(typesIn('front'), [...common, 'bottega-alert', 'bottega-listen', 'bottega-notify', 'bottega-query'].sort());
  });

  it('of pages alone are those of the trade, for who has the way of an event already', () => {
    for (const sector of SECTORS) {
      const nodes = JSON.parse(readFileSync(join(ROOT, `flows/pages/${sector}.json`), 'utf8')) as Node[];
      const whole = new Map((flows.get(sector) ?? []).map((node) => [node.id, node]));
      assert.ok(nodes.some(({ type }) => type === 'ui-bottega-day'));
      for (const node of nodes) {
        assert.deepEqual(node, whole.get(node.id));
        assert.doesNotMatch(node.type, /^bottega-/);
      }
    }
  });

  for (const [sector, nodes] of flows) {
    describe(sector, () => {
      const byId = new Map(nodes.map((node) => [node.id, node]));

      it('has one node per id and no wire, link or box into nothing', () => {
        assert.equal(byId.size, nodes.length);
        for (const node of nodes) {
          for (const target of [...(node.wires ?? []).flat(), ...node.links ?? [], ...node.nodes ?? []]) assert.ok(byId.has(target), `${node.id} → ${target}`);
        }
      });

      it('refers to configuration that it brings', () => {
        for (const node of nodes as unknown as Record<string, unknown>[]) {
          for (const field of ['store', 'shop', 'broker', 'group', 'page', 'ui', 'theme', 'z', 'g']) {
            const value = node[field];
            if (field === 'group' && /^bottega-(query|inbox)$/.test(String(node['type']))) continue;
            if (typeof value === 'string' && value !== '') assert.ok(byId.has(value), `${String(node['type'])}.${field} = ${value}`);
          }
        }
      });

      it('computes nothing in function nodes, and brings no code in templates of pages', () => {
        assert.deepEqual(nodes.filter(({ type }) => ['function', 'ui-template', 'change', 'exec'].includes(type)), []);
      });

      it('has a way of at most twenty nodes, and pages of widgets without a wire', () => {
        const tabs = nodes.filter(({ type }) => type === 'tab').map((tab) => nodes.filter(({ z, type }) => z === tab.id && type !== 'group'));
        const [way = [], pages = []] = tabs.filter((placed) => !placed.some(({ type }) => type === 'link out'));
        assert.ok(way.length <= MAX_NODES, String(way.length));
        assert.equal(pages.length > 0, !/edge|worker/.test(sector));
        for (const { type, wires } of pages) assert.deepEqual([/^ui-bottega-/.test(type), wires], [true, []]);
      });

      it('says on each tab and box what it is for, and keeps the nodes inside', () => {
        for (const tab of nodes.filter(({ type }) => type === 'tab')) assert.ok((tab.info ?? '').length > 100, tab.name);
        for (const box of nodes.filter(({ type }) => type === 'group')) {
          assert.match(box.name ?? '', /^.{4,}: .{10,}$/);
          assert.ok((box.info ?? '').length > 10, box.name);
          for (const id of box.nodes ?? []) {
            const node = byId.get(id);
            assert.ok(node !== undefined && isInside(node, box), `${node?.name ?? ''} in ${box.name ?? ''}`);
          }
        }
      });

      it('stands on one grid: same edges, no box over another, no node over another\'s status, no wires that cross', () => {
        for (const tab of nodes.filter(({ type }) => type === 'tab')) {
          const boxes = nodes.filter(({ type, z }) => type === 'group' && z === tab.id);
          assert.equal(new Set(boxes.map(({ x, w }) => `${String(x)} ${String(w)}`)).size, 1);
          boxes.reduce<Partial<Node>>((above, box) => {
            assert.equal(box.y, (above.y ?? 0) + (above.h ?? 0) + ROW_PX);
            return box;
          }, { y: ROW_PX, h: 0 });
          const placed = nodes.filter(({ type, z }) => z === tab.id && type !== 'group');
          for (const node of placed) {
            const hidden = placed.filter((other) => other !== node && isOver(other, node));
            assert.deepEqual(hidden.map(({ name }) => name), [], node.name);
          }
          const lines = placed.flatMap((from) => (from.wires ?? []).flat().map((to) => [from, byId.get(to) ?? from] as const));
          for (const [index, one] of lines.entries()) for (const other of lines.slice(index + 1)) assert.ok(!cross(one, other), `${one[0].name ?? ''} × ${other[0].name ?? ''}`);
        }
      });
    });
  }
});

/** Which types lead to which. */
function shapeOf(nodes: readonly Node[]): string {
  const typeOf = new Map(nodes.map(({ id, type }) => [id, type]));
  const edges = nodes.flatMap(({ type, wires }) => (wires ?? []).flatMap((output, index) => output.map((to) => `${type}.${String(index)}>${typeOf.get(to) ?? ''}`)));
  return [...new Set(edges)].sort().join('\n').replaceAll('.0>', '>');
}

function isInside({ x = 0, y = 0 }: Node, box: Node): boolean {
  const [left = 0, top = 0, width = 0, height = 0] = [box.x, box.y, box.w, box.h];
  return x > left && x < left + width && y > top + 30 && y < top + height;
}

/** Half the width of a node with a long name, and how far its status reaches to the right and down. */
const NODE = { half: 100, status: 200, height: 15, below: 40 } as const;

function isOver(other: Node, { x = 0, y = 0 }: Node): boolean {
  const [left, right] = [x - NODE.half, x - NODE.half + NODE.status];
  const [theirX, theirY] = [other.x ?? 0, other.y ?? 0];
  return theirX + NODE.half > left && theirX - NODE.half < right && theirY - NODE.height < y + NODE.below && theirY + NODE.height > y - NODE.height;
}

type Line = readonly [from: Node, to: Node];

/** Wires that meet at a node do not cross there. */
function cross(one: Line, other: Line): boolean {
  if (one[0] === other[0] || one[1] === other[1] || one[0] === other[1] || one[1] === other[0]) return false;
  const side = ([a, b]: Line, { x = 0, y = 0 }: Node): number => Math.sign(((b.x ?? 0) - (a.x ?? 0)) * (y - (a.y ?? 0)) - ((b.y ?? 0) - (a.y ?? 0)) * (x - (a.x ?? 0)));
  return side(one, other[0]) * side(one, other[1]) < 0 && side(other, one[0]) * side(other, one[1]) < 0;
}
