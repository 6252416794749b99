/**
 * Build of the package: TypeScript to `dist`; html, locales and icons beside the built js, as Node-RED wants them; `widgets` to `resources`;
 * `flows` to `examples`. Nothing is done where no input has changed since the last build.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWidgets } from './build-widgets.mjs';
import { readFormFile, WIDGET_FORM } from './widget-form.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const mark = join(root, 'node_modules/.cache/bottega/build');
const inputs = [
  'engine', 'nodes', 'cli', 'launcher', 'flows', 'icons', 'widgets',
  'scripts/build.mjs', 'scripts/build-widgets.mjs', 'scripts/widget-form.mjs', 'scripts/node-form.mjs',
  'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json',
];

/** What the shop owner sees under Import > Examples. */
const EXAMPLE_NAMES = {
  retail: '1 Commercio al dettaglio', restaurant: '2 Ristorazione', artisan: '3 Artigianato', trial: '4 Prova in 2 minuti',
  edge: 'Più computer/Cassa del negozio', worker: 'Più computer/Conteggio', front: 'Più computer/Cruscotto e avvisi',
  dashboard1: 'Cruscotto (dashboard 1)', nodes: 'Un nodo alla volta', pages: 'Solo le pagine',
  cases: 'Casi particolari', tills: 'Due casse diverse', shopify: 'Due negozi Shopify', stores: 'Un secondo punto vendita', en: 'English',
};
const ENGLISH_NAMES = {
  retail: '1 Retail', restaurant: '2 Restaurant', artisan: '3 Workshop', trial: '4 Try it in 2 minutes',
  cases: 'Special cases', tills: 'Two different tills', shopify: 'Two Shopify shops', stores: 'A second store',
  edge: 'Several computers/The shop’s till', worker: 'Several computers/Counting', front: 'Several computers/Dashboard and alerts',
};

process.chdir(root);
const fingerprint = fingerprintOf(inputs.flatMap(filesBelow));
if (process.argv.includes('--force') || !isCurrent()) await build();

function isCurrent() {
  return existsSync('dist') && existsSync('resources') && existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint;
}

/** Builds aside and swaps at the end: what runs from `dist` meanwhile never sees half a build. */
async function build() {
  const target = `dist.${process.pid}`;
  const resources = `resources.${process.pid}`;
  rmSync(mark, { force: true });
  try {
    compile(target);
    copyForms(target);
    copyIcons(target);
    // npm does so when it links a command; whoever runs it from here has no npm in between.
    for (const command of ['check', 'store']) chmodSync(join(target, `cli/${command}.js`), 0o755);
    await buildWidgets(resources);
    for (const [built, place] of [[target, 'dist'], [resources, 'resources']]) {
      rmSync(place, { recursive: true, force: true });
      renameSync(built, place);
    }
  } finally {
    for (const half of [target, resources]) rmSync(half, { recursive: true, force: true });
  }
  copyExamples();
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, fingerprint);
}

function compile(target) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', target, '--noEmitOnError'], { stdio: 'inherit' });
  if (status !== 0) {
    rmSync(target, { recursive: true, force: true });
    process.exit(1);
  }
}

function copyForms(target) {
  for (const file of filesBelow('nodes')) {
    if (!/\.html$|\/form\.js$|\/locales\/.*\.json$/.test(file) || file === WIDGET_FORM) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    if (file.endsWith('.html')) writeFileSync(join(target, file), readFormFile(file));
    else cpSync(file, join(target, file));
  }
}

/** One `icons` folder beside any built node serves the whole module. */
function copyIcons(target) {
  if (existsSync('icons')) cpSync('icons', join(target, 'nodes/00-store/icons'), { recursive: true });
}

/** Removes and writes only the flows: the other folders of `examples` are sources. */
function copyExamples() {
  mkdirSync('examples', { recursive: true });
  for (const name of readdirSync('examples').filter(isFlowExample)) rmSync(join('examples', name), { recursive: true });
  for (const file of filesBelow('flows').filter((path) => path.endsWith('.json'))) {
    const [, ...names] = file.replace(/\.json$/, '').split(sep);
    const words = names[0] === 'en' ? { ...EXAMPLE_NAMES, ...ENGLISH_NAMES } : EXAMPLE_NAMES;
    cpSync(file, `${join('examples', ...names.map((name) => words[name] ?? name))}.json`);
  }
}

function isFlowExample(name) {
  return name.endsWith('.json') || Object.values(EXAMPLE_NAMES).some((path) => path.split('/')[0] === name);
}

function fingerprintOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** The file itself, or all files below a folder, in a fixed order. */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (/\.\w+$/.test(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]));
}
