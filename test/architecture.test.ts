/** ARCHITECTURE.md and CONTRIBUTING.md against the tree: floors, folders, files, scripts and links that there are. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { anchorOf, headingsOf, linksOf, namesUnder, pagePairs, textOf } from './support/markdown.js';
import { ROOT } from './support/product.js';

const PAGE = 'ARCHITECTURE.md';
const GUIDES = [PAGE, 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'];

describe('ARCHITECTURE.md', () => {
  it('draws the floors that lint holds', async () => {
    const { FLOORS } = await import(join(ROOT, 'scripts/floors.mjs')) as { FLOORS: readonly (readonly string[])[] };
    const drawn = [...textOf(PAGE).matchAll(/^ {2}f(\d+)\["(\d+) · ([a-z, ]+)"\]$/gm)].map(([, node, floor, folders = '']) => [Number(node), Number(floor), folders.split(', ')]);
    assert.deepEqual(drawn, FLOORS.map((folders, index) => [index + 1, index + 1, [...folders]]));
    assert.match(textOf(PAGE), new RegExp(`^ {2}${FLOORS.map((_, index) => `f${String(index + 1)}`).join(' --> ')}$`, 'm'));
  });

  it('has a line for each folder of the engine', () => {
    const folders = readdirSync(join(ROOT, 'engine'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `engine/${name}`);
    assert.deepEqual(namesUnder(PAGE, /^Floors$/).sort(), folders.sort());
  });

  it('numbers the way of one event, each step with its files', () => {
    const way = textOf(PAGE).split(/^## /m).find((section) => section.startsWith('The way of one event')) ?? '';
    const steps = way.split('\n').filter((line) => /^\d+\. /.test(line));
    assert.ok(steps.length >= 15, way);
    assert.deepEqual(steps.map((step) => Number.parseInt(step, 10)), steps.map((_, index) => index + 1));
    for (const step of steps) assert.match(step, /`(engine|nodes)\/[\w/.-]+\.ts`/, step);
  });
});

describe('guides for contributors', () => {
  it('name files and folders that exist', () => {
    const named = GUIDES.flatMap((page) => [...textOf(page).matchAll(/`((?:engine|nodes|flows|scripts|test|cli|launcher|docker|docs)\/[\w/.-]*)`/g)].map(([, path = '']) => `${page}: ${path}`));
    assert.ok(named.length > 60, String(named.length));
    assert.deepEqual(named.filter((name) => !existsSync(join(ROOT, name.split(': ')[1] ?? ''))), []);
  });

  it('name scripts that exist, as every page does', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
    const pages = [...GUIDES, ...[...pagePairs()].flat(), '.github/pull_request_template.md', '.github/workflows/ci.yml'];
    const named = pages.flatMap((page) => [...textOf(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = '']) => script));
    assert.ok(named.length > 10, String(named.length));
    assert.deepEqual([...new Set(named)].filter((script) => !(script in scripts)), []);
  });

  it('have forms and workflows that are YAML, and test every supported pair of Node.js and Node-RED', () => {
    const below = (folder: string): string[] => (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).filter((name) => name.endsWith('.yml')).map((name) => `${folder}/${name}`);
    const files = new Map(below('.github').map((file) => [file, load(textOf(file))]));
    assert.ok(files.size >= 6, [...files.keys()].join());
    for (const [file, content] of files) assert.ok(typeof content === 'object' && content !== null, file);
    const { jobs } = files.get('.github/workflows/ci.yml') as { jobs: { matrix: { strategy: { matrix: { include: readonly { node: number; 'node-red': string }[] } } } } };
    const pairs = jobs.matrix.strategy.matrix.include.map((pair) => `${String(pair.node)} ${pair['node-red']}`);
    assert.deepEqual(pairs, ['20 node-red-4', '22 node-red-4', '22 node-red', '24 node-red-4', '24 node-red']);
  });

  it('link to files and headings that exist', () => {
    for (const { page, file, anchor } of GUIDES.flatMap(linksOf)) {
      const target = file === '' ? page : file;
      assert.ok(existsSync(join(ROOT, target)), `${page}: ${target}`);
      if (anchor !== '') assert.ok(headingsOf(target).some(([, title]) => anchorOf(title) === anchor), `${page}: ${target}#${anchor}`);
    }
  });
});
