/**
 * Conventional commits with folders as scopes. `node scripts/commit-lint.mjs origin/main..HEAD` checks the commits of a range, `-` the message on
 * standard input (for a commit-msg hook); exits 1 where a rule is broken, and names it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TYPES = ['feat', 'fix', 'perf', 'refactor', 'style', 'test', 'docs', 'build', 'ci', 'chore', 'revert'];
const MAX_SUBJECT = 120;
const MAX_LINE = 160;
/** Scopes that are no folder. */
const OTHERS = ['deps', 'actions', 'release'];
/** Made by git itself. */
const GENERATED = /^(Merge |Revert "|fixup! |squash! )/;

/** The folders of the tree, a node's without its number: `engine`, `window`, `normalize`, `bench` … */
export function scopes() {
  const folders = (path) => (existsSync(join(ROOT, path)) ? readdirSync(join(ROOT, path), { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const nodes = folders('nodes').map((name) => name.replace(/^\d\d-/, ''));
  return new Set([...OTHERS, ...folders('.'), ...folders('engine'), ...nodes, ...folders('launcher'), ...folders('test')]);
}

/** Every rule that a commit's message breaks. */
export function faultsOf(message, known = scopes()) {
  const [subject = '', ...rest] = message.replace(/\n+$/, '').split('\n');
  return GENERATED.test(subject) ? [] : [...faultsOfSubject(subject, known), ...faultsOfBody(rest)];
}

function faultsOfSubject(subject, known) {
  const [, type, scope, says = ''] = /^([a-z]+)(?:\(([^)]*)\))?!?: (.+)$/.exec(subject) ?? [];
  const faults = [];
  if (type === undefined) faults.push('must begin with type(scope): what changes');
  else if (!TYPES.includes(type)) faults.push(`${type} is none of ${TYPES.join(', ')}`);
  for (const one of scope?.split(',') ?? []) if (!known.has(one.trim())) faults.push(`${one.trim() || 'an empty scope'} is no folder`);
  if (says.endsWith('.')) faults.push('the first line has no stop at its end');
  if (subject.length > MAX_SUBJECT) faults.push(`the first line has ${subject.length} characters, at most ${MAX_SUBJECT}`);
  return faults;
}

function faultsOfBody([blank = '', ...lines]) {
  const faults = blank === '' ? [] : ['the second line is blank'];
  if (lines.some((line) => line.length > MAX_LINE && line.includes(' '))) faults.push(`a line of the body has more than ${MAX_LINE} characters`);
  return faults;
}

function messagesIn(range) {
  if (range === '-') return [readFileSync(0, 'utf8').replace(/^#.*\n?/gm, '')];
  const log = execFileSync('git', ['log', '--no-merges', '--format=%B%x00', range], { encoding: 'utf8' });
  return log.split('\0').map((message) => message.replace(/^\n/, '')).filter((message) => message.trim() !== '');
}

function main([range = 'origin/main..HEAD']) {
  const known = scopes();
  const messages = messagesIn(range);
  let broken = 0;
  for (const message of messages) {
    for (const fault of faultsOf(message, known)) {
      broken += 1;
      console.error(`${message.split('\n', 1)[0]}\n  ${fault}`);
    }
  }
  console.log(`${messages.length} commits, ${broken} rules broken`);
  process.exitCode = broken === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
