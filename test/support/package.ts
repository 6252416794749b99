/**
 * What does Node-RED load in a test? The package as its source is now, built aside, so that no test waits for or disturbs `dist`.
 *
 * `BOTTEGA_TEST_PACKAGE=<folder>` takes a built package (or `.` for this one) instead.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(__dirname, '../..');

const { readFormFile } = createRequire(__filename)('../../scripts/widget-form.mjs') as { readFormFile: (file: string, root: string) => string };

let built: string | undefined;

/** The package's folder; built once per process, removed at its end. */
export function packageFolder(): string {
  const given = process.env['BOTTEGA_TEST_PACKAGE'];
  built ??= given === undefined || given === '' ? build() : resolve(ROOT, given);
  return built;
}

function build(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bottega-package-'));
  process.on('exit', () => { rmSync(folder, { recursive: true, force: true }); });
  for (const file of ['engine', 'nodes', 'launcher'].flatMap(filesBelow)) place(file, join(folder, 'dist', file));
  if (existsSync(join(ROOT, 'icons'))) cpSync(join(ROOT, 'icons'), join(folder, 'dist/nodes/00-store/icons'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifestOf(folder), undefined, 2));
  return folder;
}

function place(file: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (file.endsWith('.html')) writeFileSync(target, readFormFile(file, ROOT));
  else if (!file.endsWith('.ts')) cpSync(join(ROOT, file), target);
  else if (!file.endsWith('.d.ts')) writeFileSync(target.replace(/\.ts$/, '.js'), transpile(file));
}

/** Types are checked elsewhere. Named `.cts` because only then the compiler keeps `import()` in CommonJS. */
function transpile(file: string): string {
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, file), 'utf8'), {
    fileName: file.replace(/\.ts$/, '.cts'),
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node20, esModuleInterop: true },
  });
  return outputText;
}

/** Nodes that are not written yet are left out, or Node-RED would drop the whole package. */
function manifestOf(folder: string): unknown {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { 'node-red': { nodes: Record<string, string> } };
  const nodes = Object.fromEntries(Object.entries(manifest['node-red'].nodes).filter(([, file]) => existsSync(join(folder, file))));
  return { ...manifest, 'node-red': { ...manifest['node-red'], nodes } };
}

function filesBelow(path: string): string[] {
  if (!existsSync(join(ROOT, path))) return [];
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => (
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]
  ));
}
