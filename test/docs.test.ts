/** The pages of the documentation against the code, and both languages against each other: links, pictures, names, variables, words. (Commands: system/readme.test.ts.) */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KPIS, OTHER_SOURCES } from '../engine/kpi/builtinKpis.js';
import { DESCRIPTIONS } from '../engine/kpi/descriptions.js';
import { SLIDING, TUMBLING } from '../engine/calendar/windowAssigner.js';
import { anchorOf, blocksOf, headingsOf, linksOf, namesUnder, pagePairs, textOf } from './support/markdown.js';
import { ROOT } from './support/product.js';

const PAIRS = [...pagePairs()];
const PAGES = PAIRS.flat();
const READMES = ['README.md', 'README.it.md'];
const NUMBERS = ['docs/numbers.md', 'docs/numbers.it.md'];
const REFERENCE = ['docs/reference.md', 'docs/reference.it.md'];
const DEPENDENCY_PAGES = ['docs/dependencies.md', 'docs/dependencies.it.md'];
const ENVIRONMENT = /^(Environment|Ambiente)$/;
const DEPENDENCIES = /^(Why these dependencies|Perché queste dipendenze)$/;
/** Quoted in capitals, and no variables: words of Redis, LevelDB and JWT. */
const NO_VARIABLE = /^(ERR|LEVEL)_/;

describe('pages of the documentation', () => {
  it('are there in both languages, with the same sections, pictures and commands', () => {
    const italian = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.it.md')).map((name) => `docs/${name}`);
    assert.deepEqual(italian.sort(), PAIRS.map(([, page]) => page).filter((page) => page.startsWith('docs/')).sort());
    for (const [english, other] of PAIRS) {
      assert.deepEqual(headingsOf(other).map(([level]) => level), headingsOf(english).map(([level]) => level), other);
      assert.deepEqual(pictures(other), pictures(english), other);
      assert.deepEqual(blocksOf(other).map(({ language }) => language), blocksOf(english).map(({ language }) => language), other);
    }
  });

  it('link to files, pictures and headings that exist', () => {
    for (const { page, file, anchor } of PAGES.flatMap(linksOf)) {
      const target = file === '' ? page : file;
      assert.ok(existsSync(join(ROOT, target)), `${page}: ${target}`);
      if (anchor !== '') assert.ok(headingsOf(target).some(([, title]) => anchorOf(title) === anchor), `${page}: ${target}#${anchor}`);
    }
  });

  it('show every picture there is, and none that is empty', () => {
    const shown = new Set(PAGES.flatMap(pictures));
    const there = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.png')).map((name) => `docs/${name}`);
    assert.deepEqual([...shown].sort(), there.sort());
    for (const file of there) assert.ok(statSync(join(ROOT, file)).size > 10_000, file);
  });

  it('say in English what is said in the code: no word that was given up', async () => {
    const { givenUpWordsIn } = await import(join(ROOT, 'scripts/vocabulary.mjs')) as { givenUpWordsIn: (text: string) => readonly { line: number; word: string }[] };
    const english = [...PAIRS.map(([page]) => page), 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docker/README.md', 'docs/make-pictures.mjs'];
    const found = english.flatMap((page) => givenUpWordsIn(textOf(page)).map(({ line, word }) => ({ page, word, line: textOf(page).split('\n')[line - 1] ?? '' })));
    assert.deepEqual(found, []);
  });

  it('hold JSON that is JSON', () => {
    for (const { text } of PAGES.flatMap(blocksOf).filter(({ language }) => language === 'json')) assert.doesNotThrow(() => { JSON.parse(text); }, text);
  });

  it('know each KPI by name, and no other', () => {
    const known = [...KPIS, OTHER_SOURCES].map(({ name }) => name).sort();
    for (const page of NUMBERS) assert.deepEqual(namesUnder(page, /^KPIs?$/).filter((name) => /^[a-z_0-9]+$/.test(name)).sort(), known, page);
  });

  it('define each KPI as the forms do', () => {
    for (const [index, page] of NUMBERS.entries()) {
      const defined = new Map([...textOf(page).matchAll(/^\| `([a-z_0-9]+)` \| (.+) \|$/gm)].map(([, name = '', text = '']) => [name, text]));
      for (const [name, { en, it: italian }] of Object.entries(DESCRIPTIONS)) assert.equal(defined.get(name), index === 0 ? en : italian, `${page}: ${name}`);
    }
  });

  it('know each window', () => {
    for (const page of NUMBERS) {
      assert.deepEqual(namesUnder(page, /^(Windows|Finestre)$/).filter((name) => name !== 'window').sort(), [...TUMBLING, ...SLIDING, 'auto'].sort(), page);
    }
  });

  it('know each environment variable that the product reads, and no other', () => {
    const engine = ['aggregate/nameLimits', 'base/tls', 'store/sealed/keyRing', 'store/backupPlan'].map((name) => `engine/${name}.ts`);
    const files = [...['launcher', 'nodes'].flatMap((folder) => filesBelow(folder)), ...engine];
    const read = files.flatMap(variablesIn);
    const known = [...new Set(read)].sort();
    assert.ok(known.length >= 20, known.join());
    for (const page of REFERENCE) assert.deepEqual(namesUnder(page, ENVIRONMENT).filter((name) => /^[A-Z_]+$/.test(name)).sort(), known, page);
  });

  it('give a reason for each dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    for (const page of DEPENDENCY_PAGES) assert.deepEqual(namesUnder(page, DEPENDENCIES).sort(), Object.keys(dependencies).sort(), page);
  });

  it('name each example as the editor lists it', () => {
    for (const page of READMES) for (const name of ['1 Commercio al dettaglio', '2 Ristorazione', '3 Artigianato']) assert.ok(textOf(page).includes(`*${name}*`), `${page}: ${name}`);
  });
});

function pictures(page: string): string[] {
  return linksOf(page).map(({ file }) => file).filter((file) => file.endsWith('.png'));
}

function filesBelow(folder: string): string[] {
  return (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).filter((file) => /\.(ts|html)$/.test(file)).map((file) => join(folder, file));
}

/** In quotes, alone: 'MQTT_URL'; or for Node-RED to replace: ${MQTT_URL}. */
function variablesIn(file: string): string[] {
  if (dirname(file).includes('simulator')) return [];
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/'([A-Z]+(?:_[A-Z]+)+|PORT|HOST)'|\$\{([A-Z]+(?:_[A-Z]+)+)\}|\b([A-Z]+_[A-Z_]*(?:SECRET|KEY|TOKEN)): \w+/g)]
    .map(([, quoted, replaced, made]) => quoted ?? replaced ?? made ?? '').filter((name) => !NO_VARIABLE.test(name));
}
