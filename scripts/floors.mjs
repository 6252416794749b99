/**
 * Floors of the source tree: which folder may import which, and which outside package has its home where. ARCHITECTURE.md draws the same picture.
 */
import { isBuiltin } from 'node:module';
import { posix, relative } from 'node:path';

/** Folders of `engine/`, from the ground up: one imports only from floors below its own. Folders of one floor do not know each other. */
export const FLOORS = [
  ['base'],
  ['store', 'calendar'],
  ['event', 'verify'],
  ['privacy', 'delivery'],
  ['normalize'],
  ['fact', 'deadletter'],
  ['kpi'],
  ['aggregate'],
  ['read', 'erasure'],
  ['query', 'emit', 'alert', 'export', 'doctor'],
  ['ruletest', 'library'],
  ['index'],
];

/** What the parts of the tree outside `engine/` may import, beside their own folder. Everybody may import `engine/`. */
const PARTS = [
  { files: /^nodes\/shared\//, imports: [] },
  { files: /^nodes\/\d\d-[a-z]+\//, imports: ['nodes/shared/'] },
  { files: /^nodes\/editor\//, imports: ['nodes/shared/'] },
  { files: /^cli\//, imports: ['nodes/'] },
  { files: /^launcher\//, imports: ['nodes/shared/'] },
];

/** Packages that one place alone may know. */
const HOMES = {
  'classic-level': /^engine\/store\/level\//,
  'memory-level': /^engine\/store\/level\//,
  'abstract-level': /^engine\/store\/level\//,
  ioredis: /^engine\/store\/redis\//,
  'csv-parse': /^engine\/normalize\/file\/csv\.ts$/,
  saxes: /^engine\/normalize\/file\/xml\.ts$/,
  'js-yaml': /^engine\/ruletest\/yaml\.ts$/,
  'date-holidays': /^engine\/calendar\/nationalHolidays\.ts$/,
  mqtt: /^nodes\/05-broker\//,
  pg: /^nodes\/83-database\//,
  aedes: /^nodes\/05-broker\//,
  'aedes-persistence-level': /^nodes\/05-broker\//,
  'openid-client': /^launcher\/access\/oidcProvider\.ts$/,
};

/** What any file of `engine/` may import from outside. The store's drivers may do more: they open files and sockets. */
const ENGINE_PACKAGES = ['ajv', 'ajv-formats', 'big.js', 'temporal-polyfill', 'jose', 'lru-cache', 'node:crypto', 'node:buffer', 'node:util'];
const DRIVERS = /^engine\/store\/(level|redis)\/|^engine\/calendar\/nationalHolidays\.ts$/;

/** Why a file must not import that, or `undefined` where it may. Paths are relative to the repository. */
export function importFault(file, source) {
  if (source.startsWith('.')) return floorFault(file, posix.join(posix.dirname(file), source));
  return packageFault(file, source);
}

/** The floor of a file of `engine/`, counted from the ground; `undefined` elsewhere. */
export function floorOf(file) {
  const name = /^engine\/([^/.]+)/.exec(file)?.[1];
  const floor = FLOORS.findIndex((folders) => folders.includes(name));
  return floor === -1 ? undefined : floor;
}

function floorFault(file, target) {
  if (file.startsWith('engine/')) return engineFault(file, target);
  const part = PARTS.find(({ files }) => files.test(file));
  if (part === undefined || target.startsWith('engine/')) return undefined;
  const own = `${file.split('/').slice(0, file.startsWith('nodes/') ? 2 : 1).join('/')}/`;
  return [own, ...part.imports].some((folder) => target.startsWith(folder)) ? undefined : `${file} must not import ${target}`;
}

function engineFault(file, target) {
  if (!target.startsWith('engine/')) return `${file} must not import ${target}: engine/ knows only itself`;
  const [from, to] = [floorOf(file), floorOf(target)];
  if (from === undefined) return `${file} stands on no floor: name its folder in scripts/floors.mjs`;
  if (to === undefined) return `${target} stands on no floor: name its folder in scripts/floors.mjs`;
  const isOwn = file.split('/')[1] === target.split('/')[1];
  return isOwn || to < from ? undefined : `${file} (floor ${from + 1}) must not import ${target} (floor ${to + 1})`;
}

function packageFault(file, source) {
  if (isBuiltin(source) && !source.startsWith('node:')) return `write node:${source}`;
  const name = isBuiltin(source) ? source : source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/');
  const home = HOMES[name];
  const isOurs = /^(engine|nodes|cli|launcher)\//.test(file);
  if (home !== undefined && isOurs) return home.test(file) ? undefined : `${file} must not import ${name}: its home is ${home.source}`;
  if (file.startsWith('engine/') && !ENGINE_PACKAGES.includes(name) && !(DRIVERS.test(file) && name.startsWith('node:'))) {
    return `${file} must not import ${name}: engine/ is pure`;
  }
  return undefined;
}

/** The rule, for `import`, `export … from`, `import()`, `import x = require()`, `import('…')` types and `require()`. */
export const floors = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(context.cwd, context.filename).split('\\').join('/');
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      const message = importFault(file, source.value);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSExternalModuleReference: (node) => check(node, node.expression),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};
