/**
 * Who may import what? The walls of the architecture as one table, and the lint rule that holds them for every kind of import.
 */
import { isBuiltin } from 'node:module';
import { posix, relative } from 'node:path';

/** First match wins. `within`: folders of this repository; `packages`: what may come from outside, `*` = anything but `WALLED`. */
const WALLS = [
  { files: /^engine\/store\/level\.ts$/, within: ['engine/'], packages: ['classic-level', 'memory-level', 'abstract-level', 'node:*'] },
  { files: /^engine\/store\/redis\.ts$/, within: ['engine/'], packages: ['ioredis', 'node:*'] },
  { files: /^engine\/normalize\/batch\/csv\.ts$/, within: ['engine/'], packages: ['csv-parse'] },
  { files: /^engine\/normalize\/batch\/xml\.ts$/, within: ['engine/'], packages: ['saxes'] },
  { files: /^engine\/timeline\/yaml\.ts$/, within: ['engine/'], packages: ['js-yaml'] },
  { files: /^engine\/holidays\.ts$/, within: ['engine/'], packages: ['date-holidays', 'node:module'] },
  { files: /^engine\//, within: ['engine/'], packages: ['ajv', 'ajv-formats', 'big.js', 'temporal-polyfill', 'jose', 'node:crypto', 'node:buffer', 'node:util'] },
  { files: /^nodes\/05-broker\//, within: ['engine/', 'nodes/*', 'nodes/05-broker/'], packages: ['mqtt', 'aedes', 'aedes-persistence-level', '*'] },
  { files: /^nodes\/\d\d-[a-z]+\//, within: ['engine/', 'nodes/*', '<own folder>'], packages: ['*'] },
  { files: /^nodes\//, within: ['engine/', 'nodes/*'], packages: ['*'] },
  { files: /^cli\//, within: ['engine/', 'nodes/', 'cli/'], packages: ['node:*'] },
  { files: /^launcher\//, within: ['engine/', 'launcher/'], packages: ['*'] },
];

/** Each of these has one home; nobody else may know it. */
const WALLED = ['ioredis', 'classic-level', 'memory-level', 'abstract-level', 'mqtt', 'aedes', 'aedes-persistence-level'];

/** Why a file must not import that, or `undefined` where it may. Paths are relative to the repository. */
export function wallBetween(file, source) {
  const wall = WALLS.find(({ files }) => files.test(file));
  if (wall === undefined) return undefined;
  return source.startsWith('.') ? wallInside(wall, file, source) : wallOutside(wall, source);
}

function wallInside({ within }, file, source) {
  const target = posix.join(posix.dirname(file), source);
  const may = within.some((place) => {
    if (place === '<own folder>') return target.startsWith(`${posix.dirname(file).split('/').slice(0, 2).join('/')}/`);
    return place.endsWith('*') ? posix.dirname(target) === place.slice(0, -2) : target.startsWith(place);
  });
  return may ? undefined : `${file} must not import ${target}`;
}

function wallOutside({ packages }, source) {
  const name = isBuiltin(source) ? `node:${source.replace(/^node:/, '')}` : source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/');
  if (isBuiltin(source) && !source.startsWith('node:')) return `write node:${source}`;
  if (packages.includes(name) || (name.startsWith('node:') && packages.includes('node:*'))) return undefined;
  return packages.includes('*') && !WALLED.includes(name) ? undefined : `${name} has no business here`;
}

/** The rule, for `import`, `export … from`, `import()`, `import x = require()`, `import('…')` types and `require()`. */
export const importWalls = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(context.cwd, context.filename).split('\\').join('/');
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      const message = wallBetween(file, source.value);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => { check(node, node.source); },
      ExportNamedDeclaration: (node) => { check(node, node.source); },
      ExportAllDeclaration: (node) => { check(node, node.source); },
      ImportExpression: (node) => { check(node, node.source); },
      TSExternalModuleReference: (node) => { check(node, node.expression); },
      TSImportType: (node) => { check(node, node.source ?? node.argument?.literal); },
      'CallExpression[callee.name="require"]': (node) => { check(node, node.arguments[0]); },
    };
  },
};
