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
const flows = new Map([...SECTORS, ...ROLES].map((sector) => [sector, JSON.parse(readFileSync(join(ROOT, `flows/${sector}.json`), 'utf8')) as Node[]]));

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

  it('share the way among the roles: what leaves one over MQTT comes in at the next', () => {
    const typesIn = (role: string): string[] => [...new Set((flows.get(role) ?? []).map(({ type }) => type).filter((type) => type.startsWith('bottega-')))].sort();
    const common = ['bottega-broker', 'bottega-monitor', 'bottega-shop', 'bottega-store'];
    assert.deepEqual(typesIn('edge'), [...common, 'bottega-deadletter', 'bottega-dedupe', 'bottega-normalize', 'bottega-outbox', 'bottega-webhook'].sort());
    assert.deepEqual(typesIn('worker'), [...common, 'bottega-deadletter', 'bottega-inbox', 'bottega-window'].sort());
    assert.deepEqual(typesIn('front'), [...common, 'bottega-alert', 'bottega-listen', 'bottega-notify', 'bottega-query'].sort());
  });

  for (const command of ['acknowledge', 'silence', 'retire']) {
    it(`lets the owner ${command} on the page of alerts`, () => {
      for (const sector of [...SECTORS, 'front']) {
        const pages = (flows.get(sector) ?? []).filter(({ type, format = '' }) => type === 'ui-template' && format.includes('id="b-alerts"'));
        const [name] = pages.map(({ format = '' }) => new RegExp(`\\b(\\w+)\\(alert(?:, until)?\\) {\\s+this\\.send\\(\\{ payload: \\{ ${command}: alert\\.rule, store: alert\\.store`).exec(format)?.[1] ?? 'none');
        assert.ok(pages.length > 0 && pages.every(({ format = '' }) => new RegExp(`<button[^>]+@click="${name ?? ''}\\(alert`).test(format)), `${sector} ${name ?? ''}`);
      }
    });
  }

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

      it('computes nothing in function nodes', () => {
        assert.deepEqual(nodes.filter(({ type }) => type === 'function'), []);
      });

      it('explains every box in a comment, and keeps the nodes inside', () => {
        for (const box of nodes.filter(({ type }) => type === 'group')) {
          const members = (box.nodes ?? []).map((id) => byId.get(id));
          assert.ok(members.some((node) => node?.type === 'comment' && (node.info ?? '').length > 20), box.name);
          for (const node of members) assert.ok(node !== undefined && isInside(node, box), `${node?.name ?? ''} in ${box.name ?? ''}`);
        }
      });

      it('brings widgets with everything written into them', () => {
        const widgets = nodes.filter(({ type }) => type === 'ui-template');
        assert.equal(widgets.length, sector === 'edge' || sector === 'worker' ? 0 : 19);
        for (const { format = '', name = '' } of widgets) assert.doesNotMatch(format, /OPTIONS|\.\.\.shared|<!-- include|https?:|@import/, name);
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
