/**
 * Layout check: no circle of files or of folders, no type name twice, no word that was given up. Prints the floors and every broken rule.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLOORS } from './floors.mjs';
import { givenUpWordsIn } from './vocabulary.mjs';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const SOURCES = ['engine', 'nodes', 'cli', 'launcher', 'widgets'];
/** Where only the words count: beside TypeScript also scripts, widgets and English pages. The list of the words itself is none of them. */
const WORDED = ['test', 'bench', 'flows', 'scripts', 'docs', 'README.md', 'nodes/06-shop/form.js'];
const IN_ENGLISH = /\.(ts|mjs|cjs|js|py|vue|css|md)$/;
const NOT_WORDED = /\.it\.md$|\.d\.ts$|^scripts\/vocabulary\.mjs$/;
const broken = [];
const files = SOURCES.flatMap(sourcesBelow);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

checkRoot();
checkCircles();
checkTypeNames();
checkWords();
FLOORS.forEach((folders, floor) => console.log(`floor ${String(floor + 1).padStart(2)}  ${folders.join(', ')}`));
for (const rule of broken) console.error(rule);
console.log(`${files.length} files on ${FLOORS.length} floors, ${broken.length} rules broken`);
process.exit(broken.length === 0 ? 0 : 1);

function checkRoot() {
  for (const file of files) if (/^engine\/[^/]+\.ts$/.test(file) && file !== 'engine/index.ts') broken.push(`${file}: only index.ts stands at the root of engine/`);
}

function checkCircles() {
  for (const circle of circlesIn(imports)) broken.push(`a circle of files: ${circle.join(' -> ')} -> ${circle[0]}`);
  const folders = new Map();
  for (const [file, targets] of imports) {
    const from = posix.dirname(file);
    for (const target of targets) if (posix.dirname(target) !== from) folders.set(from, [...(folders.get(from) ?? []), posix.dirname(target)]);
  }
  for (const circle of circlesIn(folders)) broken.push(`a circle of folders: ${edgesOf(circle).join('; ')}`);
}

/** The two files behind each step of a circle of folders. */
function edgesOf(circle) {
  return circle.map((from, index) => {
    const to = circle[(index + 1) % circle.length];
    const [file, targets] = [...imports].find(([each, all]) => posix.dirname(each) === from && all.some((target) => posix.dirname(target) === to));
    return `${file} -> ${targets.find((target) => posix.dirname(target) === to)}`;
  });
}

/** One circle for each way back to a place that is still on the path. */
function circlesIn(graph) {
  const done = new Set();
  const circles = [];
  const visit = (place, path) => {
    const at = path.indexOf(place);
    if (at !== -1) circles.push(path.slice(at));
    if (at !== -1 || done.has(place)) return;
    for (const next of new Set(graph.get(place) ?? [])) visit(next, [...path, place]);
    done.add(place);
  };
  for (const place of graph.keys()) visit(place, []);
  return circles;
}

function checkTypeNames() {
  const homes = new Map();
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type) (\w+)/gm)) {
      homes.set(name, [...(homes.get(name) ?? []), file]);
    }
  }
  for (const [name, places] of homes) if (places.length > 1) broken.push(`type ${name} stands in ${places.join(' and ')}`);
}

function checkWords() {
  const worded = WORDED.flatMap(filesBelow).filter((file) => IN_ENGLISH.test(file) && !NOT_WORDED.test(file));
  for (const file of [...files, ...worded]) {
    for (const { line, word, instead } of givenUpWordsIn(readFileSync(file, 'utf8'))) broken.push(`${file}:${line}: "${word}" was given up for ${instead}`);
  }
}

function importsOf(file) {
  const known = new Set(files);
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\(|require\()\s*'(\.[^']*)'/g)]
    .map(([, source]) => posix.join(posix.dirname(file), source).replace(/\.js$/, '.ts'))
    .filter((target) => known.has(target));
}

function sourcesBelow(folder) {
  return filesBelow(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
}

/** A file is itself; of a folder that is not there, nothing; what was installed is not ours. */
function filesBelow(place) {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true }).map((name) => posix.join(place, name.split('\\').join('/')));
  return names.filter((name) => !name.split('/').includes('node_modules')).sort();
}
