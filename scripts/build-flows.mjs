/**
 * How do the templates come about? Writes flows/*.json from their one description; with `--check` only says whether they are current.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/cjs/api';
import { readForm } from './node-form.mjs';
import { readFormFile } from './widget-form.mjs';

register();
const { buildFlows } = createRequire(import.meta.url)('../flows/build.ts');
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'flows');
let stale = 0;
for (const [file, text] of buildFlows(defaultsOf)) {
  const path = join(folder, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale += 1;
  if (process.argv.includes('--check')) console.error(`flows/${file} is not what flows/description.ts says: node scripts/build-flows.mjs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
process.exitCode = process.argv.includes('--check') && stale > 0 ? 1 : 0;

/** The defaults in the form of a node of ours. */
function defaultsOf(type) {
  const name = type.includes('bottega-') ? type.replace('bottega-', '') : '';
  const folder = readdirSync(join(root, 'nodes')).find((entry) => entry.replace(/^\d\d-/, '') === name && entry !== name);
  if (folder === undefined) return undefined;
  const file = join('nodes', folder, `${name}.html`);
  const defaults = existsSync(join(root, file)) ? readForm(readFormFile(file, root), type).definition?.defaults : undefined;
  return defaults && Object.fromEntries(Object.entries(defaults).map(([field, { value }]) => [field, value]));
}
