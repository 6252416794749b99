/**
 * Does all of it work? Build, lint, types, every test against real programs, and the suites that depend on the runtime on other
 * versions of Node.js too; at the end one line `N passed, N failed`.
 */
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGroup } from './run-group.mjs';
import { ensurePrograms } from './system-programs.mjs';

const MINUTE = 60_000;
/** A run that hangs is a failure, not a wait. */
const LIMIT = { step: 3 * MINUTE, run: 15 * MINUTE };
const OTHER_NODES = 'test/fixtures/nodes';
const FOLDERS = ['engine', 'nodes', '.'];
/** What other versions of Node.js and of Node-RED could change. */
const ELSEWHERE = { engine: /^store\/.*\.test\.ts$/, nodes: /\.test\.ts$/, system: /^(launcher|contract|topics)\.test\.ts$/ };

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const { resolve: find } = createRequire(import.meta.url);
const startedAt = Date.now();
const scratch = mkdtempSync(join(tmpdir(), 'bottega-test-'));
const total = { passed: 0, failed: 0 };
const notes = [];

const missing = ensurePrograms();
if (missing !== undefined) fail(missing);
if (await step('build', process.execPath, ['scripts/build.mjs'])) {
  await step('lint', process.execPath, [bin('eslint', 'bin/eslint.js'), '.']);
  await step('rooms', process.execPath, ['scripts/check-nodes.mjs']);
  await step('types', process.execPath, [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.json']);
  await runSuites();
}
rmSync(scratch, { recursive: true, force: true });
for (const note of notes) console.log(note);
console.log(`${Math.round((Date.now() - startedAt) / 1_000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

async function runSuites() {
  const others = await otherNodes();
  for (const folder of FOLDERS) await mocha(folder, filesIn(`test/${folder}`, folder === '.' ? /^[^/]+\.test\.ts$/ : undefined));
  // The whole product mostly waits, for browsers and for windows to end: the other versions take their turn meanwhile.
  const elsewhere = runElsewhere(others);
  await mocha('system', filesIn('test/system'));
  (await elsewhere)();
}

/** What it prints comes at its end, in one piece. */
async function runElsewhere(others) {
  const path = join(scratch, 'elsewhere.txt');
  const output = openSync(path, 'w');
  for (const [version, node] of others) {
    for (const [folder, which] of Object.entries(ELSEWHERE)) {
      await mocha(`${folder} on Node.js ${version}`, filesIn(`test/${folder}`, which), node, output);
    }
  }
  closeSync(output);
  return () => { console.log(readFileSync(path, 'utf8')); };
}

/** One process per folder, file after file. A run that ends without its counts has crashed. */
async function mocha(title, files, node = process.execPath, output = 'inherit') {
  if (files.length === 0) return;
  heading(title, output);
  const counts = join(scratch, `${title.replace(/\W+/g, '-')}.json`);
  const slow = title.startsWith('system') ? ['--timeout', '240000'] : [];
  const args = [bin('mocha', 'bin/mocha.js'), '--reporter', resolve('scripts/reporter.cjs'), ...slow, ...files];
  const reported = () => existsSync(counts);
  const ended = await runGroup(node, args, { limit: LIMIT.run, reported, output, env: { ...process.env, BOTTEGA_COUNTS: counts, BOTTEGA_TEST_PACKAGE: '.' } });
  if (!existsSync(counts)) {
    fail(`${title}: ended without a report (${ended})`);
    return;
  }
  const { passes, failures, pending, left } = JSON.parse(readFileSync(counts, 'utf8'));
  total.passed += passes;
  total.failed += failures;
  if (pending > 0) fail(`${title}: ${pending} tests were skipped`);
  if (failures > 0) notes.push(`${title}: ${failures} failed`);
  else if (left.length > 0 || ended === 'SIGKILL') notes.push(`${title}: all tests passed; the run had to be ended, held by ${left.join(', ')}`);
  else if (ended !== 0) fail(`${title}: all tests passed, but the run ended with ${ended}`);
}

/** The versions in the fixture other than the running one: a product must not care which of them it meets. */
async function otherNodes() {
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const install = [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!await step('other versions of Node.js', command, install, OTHER_NODES)) return [];
  const running = process.versions.node.split('.')[0];
  return readdirSync(join(OTHER_NODES, 'node_modules'))
    .filter((name) => /^node\d+$/.test(name) && name !== `node${running}`)
    .map((name) => [name.slice(4), resolve(OTHER_NODES, 'node_modules', name, 'bin/node')]);
}

async function step(title, command, args, cwd = '.') {
  heading(title);
  const ended = await runGroup(command, args, { limit: LIMIT.step, cwd });
  if (ended === 0) total.passed += 1;
  else fail(`${title} failed (${ended})`);
  return ended === 0;
}

function fail(note) {
  total.failed += 1;
  notes.push(note);
  console.error(note);
}

function heading(title, output = 'inherit') {
  const line = `\n── ${title}\n`;
  if (output === 'inherit') process.stdout.write(line);
  else writeSync(output, line);
}

function filesIn(folder, which = /\.test\.ts$/) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => which.test(name.split(sep).join('/'))).sort().map((name) => join(folder, name));
}

function bin(name, path) {
  return join(dirname(find(`${name}/package.json`)), path);
}
