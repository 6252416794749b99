/**
 * Jobs of a test run: steps (lint, types, build) and runs of mocha over some files, with what they take, so that the longest begin first.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';

const OTHER_NODES = 'test/fixtures/nodes';
const CACHE = 'node_modules/.cache/bottega';
/** What other versions of Node.js and of Node-RED could change. */
const ELSEWHERE = { engine: /^store\/.*\.test\.ts$/, nodes: /\.test\.ts$/, system: /^(launcher|contract|topics)\.test\.ts$/ };
/** Some hundred starts of mocha would cost more than they spread: folders are cut into so many runs. */
const SHARES = { engine: 2, nodes: 4 };
/** System tests that take longest, measured; each file is a run of its own. */
const LONGEST = [
  'kill', 'faults', 'readme', 'roles', 'import', 'dashboardAccessibility', 'editor', 'package', 'month', 'launcher', 'dashboardPages', 'dashboard',
];

const { resolve: find } = createRequire(import.meta.url);

/** Before anything else that needs the built package. */
export function buildJob() {
  return step('build', ['scripts/build.mjs']);
}

/** The versions of Node.js in the fixture, for `otherNodes`. */
export function installNodesJob() {
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  return { title: 'other versions of Node.js', kind: 'step', command, args: [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], cwd: OTHER_NODES };
}

/** `isQuick`: what has not changed since the last time is not checked again. */
export function staticJobs(isQuick) {
  const cached = isQuick ? ['--cache', '--cache-strategy', 'content', '--cache-location', join(CACHE, 'eslint')] : [];
  const incremental = isQuick ? ['--incremental', '--tsBuildInfoFile', join(CACHE, 'types.tsbuildinfo')] : [];
  return [
    step('lint', [bin('eslint', 'bin/eslint.js'), ...cached, '.']),
    step('types', [bin('typescript', 'bin/tsc'), '--noEmit', ...incremental, '-p', 'tsconfig.json']),
    step('format', ['scripts/format.mjs', '--check']),
    step('layout', ['scripts/check-layout.mjs']),
    step('node folders', ['scripts/check-nodes.mjs']),
  ];
}

/** Unit, property and node tests, on the running Node.js. */
export function fastJobs() {
  return [...shares('nodes'), ...shares('engine'), run('widgets', filesIn('test/widgets')), run('root', filesIn('test', /^[^/]+\.test\.ts$/))];
}

/** The whole product, each file for itself; the longest first. */
export function systemJobs() {
  const rank = (file) => (LONGEST.indexOf(nameOf(file)) + LONGEST.length + 1) % (LONGEST.length + 1);
  return filesIn('test/system').sort((a, b) => rank(a) - rank(b)).map((file) => run(`system ${nameOf(file)}`, [file], { timeout: ['--timeout', '480000'] }));
}

/** What needs a database server or a JVM. */
export function engineJobs() {
  return filesIn('test/engines').map((file) => run(`engines ${nameOf(file)}`, [file], { timeout: ['--timeout', '480000'] }));
}

/** What depends on the runtime, on the versions of the fixture other than the running one: a product must not care which of them it meets. */
export function elsewhereJobs() {
  return otherNodes().flatMap(([version, node]) => Object.entries(ELSEWHERE).flatMap(([folder, which]) => (
    spread(filesIn(`test/${folder}`, which), folder === 'nodes' ? SHARES.nodes : 1)
      .map((files, index) => run(`${folder} on Node.js ${version}, ${index + 1}`, files, { node }))
  )));
}

function otherNodes() {
  const running = process.versions.node.split('.')[0];
  const installed = join(OTHER_NODES, 'node_modules');
  if (!existsSync(installed)) return [];
  return readdirSync(installed)
    .filter((name) => /^node\d+$/.test(name) && name !== `node${running}`)
    .map((name) => [name.slice(4), resolve(installed, name, 'bin/node')]);
}

function shares(folder) {
  return spread(filesIn(`test/${folder}`), SHARES[folder]).map((files, index) => run(`${folder} ${index + 1}`, files));
}

/** In turns, so that each share has some of every folder. */
function spread(files, howMany) {
  return Array.from({ length: howMany }, (_, share) => files.filter((_file, index) => index % howMany === share)).filter((share) => share.length > 0);
}

function run(title, files, { node = process.execPath, timeout = [] } = {}) {
  const args = [bin('mocha', 'bin/mocha.js'), '--reporter', resolve('scripts/reporter.cjs'), ...timeout, ...files];
  return { title, kind: 'tests', command: node, args, cwd: '.' };
}

function step(title, args) {
  return { title, kind: 'step', command: process.execPath, args, cwd: '.' };
}

function nameOf(file) {
  return file.slice(file.lastIndexOf(sep) + 1).replace(/\.test\.ts$/, '');
}

function filesIn(folder, which = /\.test\.ts$/) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => which.test(name.split(sep).join('/'))).sort().map((name) => join(folder, name));
}

function bin(name, path) {
  return join(dirname(find(`${name}/package.json`)), path);
}
