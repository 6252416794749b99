/**
 * Test run: build, lint, types and every test against real programs, also on other versions of Node.js; with `--fast` lint, types, unit,
 * property and node tests only, with `--engines` what needs a database server or a JVM. Jobs run on lanes, side by side. What is killed or
 * interrupted has still said what passed; the last line is `N passed, N failed`.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endAllGroups, runGroup } from './run-group.mjs';
import { ENGINES, ensurePrograms } from './system-programs.mjs';
import { buildJob, elsewhereJobs, engineJobs, fastJobs, installNodesJob, staticJobs, systemJobs } from './test-jobs.mjs';
import { TestReport } from './test-report.mjs';

/** No test begins or ends for so long: it hangs. Longer than any test may take, or mocha could not name the one that does. */
const SILENCE_MS = 12 * 60_000;
/** What has ended its last test has this long to end: Node.js 20 now and then never comes back from closing its last handles. */
const END_MS = 60_000;
/** More at a time would make tests wait for each other; fewer would wait with them for browsers and for windows to end. */
const LANES = Math.min(Math.max(availableParallelism(), 2), 4);

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const isFast = process.argv.includes('--fast');
const isEngines = process.argv.includes('--engines');
const startedAt = Date.now();
const report = new TestReport(resolve(`node_modules/.cache/bottega/${isFast ? 'test-fast' : isEngines ? 'test-engines' : 'test'}`));
/** Nothing that a shop has set for its own product reaches the tests. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BOTTEGA_|(SHOPIFY|HUBSPOT|POS|MQTT|REDIS|SMTP)_|PORT$|HOST$)/.test(name)));
const progress = { ended: 0, jobs: 0 };
const running = new Set();

process.on('exit', () => {
  endAllGroups();
  for (const title of running) report.fail(`${title}: interrupted${whileRunning(title)}`);
  report.print(secondsSince(startedAt));
  process.exitCode = report.total().failed === 0 ? process.exitCode : 1;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('uncaughtException', (error) => {
  report.fail(error.stack);
  process.exit(1);
});

const missing = ensurePrograms(isEngines ? ENGINES : undefined);
if (missing !== undefined) report.fail(missing);
await (isFast ? runAll([...staticJobs(true), ...fastJobs()]) : isEngines ? runEngines() : runEverything());

async function runEverything() {
  const built = (await runAll([installNodesJob(), buildJob()])).get('build') === 0;
  if (!built) return runAll(staticJobs(false));
  // The product mostly waits, for browsers and for windows to end: what only works has the other lane meanwhile.
  return runAll(systemJobs(), [...staticJobs(false), ...fastJobs(), ...elsewhereJobs()]);
}

async function runEngines() {
  const built = (await runAll([buildJob()])).get('build') === 0;
  return built ? runAll(engineJobs()) : undefined;
}

/** Runs jobs on all lanes, each lane with a queue it prefers; answers how each job ended. */
async function runAll(...queues) {
  const ends = new Map();
  progress.jobs += queues.flat().length;
  const lane = async (_, index) => {
    const own = queues[index % queues.length];
    const next = () => own.shift() ?? queues.find((queue) => queue.length > 0)?.shift();
    for (let job = next(); job !== undefined; job = next()) ends.set(job.title, await runJob(job));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ends;
}

/** What it prints comes at its end, in one piece, under what has been counted in all until then. */
async function runJob(job) {
  const began = Date.now();
  const output = report.outputOf(job.title);
  const file = openSync(output, 'w');
  const variables = job.kind === 'tests' ? { BOTTEGA_REPORT: report.fileOf(job.title), BOTTEGA_TEST_PACKAGE: isFast ? '' : '.' } : {};
  running.add(job.title);
  const ended = await runGroup(job.command, job.args, {
    silenceMs: () => (report.countsOf(job.title).hasEnded ? END_MS : SILENCE_MS),
    progress: () => report.progressOf(job.title), cwd: job.cwd, output: file, env: { ...environment, ...variables },
  });
  running.delete(job.title);
  closeSync(file);
  if (job.kind === 'tests') judgeTests(job.title, ended);
  else if (ended === 0) report.pass();
  else report.fail(`${job.title} failed (${ended})`);
  progress.ended += 1;
  const { passed, failed } = report.total();
  console.log(`\n── ${job.title}  ${secondsSince(began)} s   (${progress.ended} of ${progress.jobs}; until now ${passed} passed, ${failed} failed)`);
  process.stdout.write(readFileSync(output, 'utf8'));
  return ended;
}

/** Failed tests are counted by themselves; here is what they do not say. */
function judgeTests(title, ended) {
  const { failed, skipped, hasEnded, open } = report.countsOf(title);
  const how = ended === 'silent' ? `no test began or ended for ${SILENCE_MS / 60_000} minutes` : ended;
  if (!hasEnded) report.fail(`${title}: ended before its last test (${how})${whileRunning(title)}`);
  else if (open.length > 0) report.fail(`${title}: the run did not end by itself, held by ${open.join(', ')}`);
  else if (ended === 'silent') report.note(`${title}: all tests had ended, but Node.js never came back from closing its handles`);
  else if (failed.length === 0 && ended !== 0) report.fail(`${title}: all tests passed, but the run ended with ${ended}`);
  if (skipped.length > 0) report.fail(`${title}: ${skipped.length} tests were skipped`);
}

function whileRunning(title) {
  const { running: at, passed } = report.countsOf(title);
  return at === undefined ? '' : `, in "${at.begins}" of ${at.file ?? 'no file'}, after ${passed} passed`;
}

function secondsSince(at) {
  return Math.round((Date.now() - at) / 1_000);
}
