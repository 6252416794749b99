/**
 * Report of a whole test run: one file of JSON lines per run of mocha, written while it goes on, and what has been counted in them until now.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SLOWEST = 12;

/** TestReport reads what the reporter writes, and adds the steps that are not tests. */
export class TestReport {
  #folder;
  #runs = new Map();
  #passed = 0;
  #failures = [];
  #notes = [];

  constructor(folder) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** Where a run of mocha writes its lines. */
  fileOf(title) {
    const path = join(this.#folder, `${title.replace(/\W+/g, '-')}.ndjson`);
    this.#runs.set(title, path);
    return path;
  }

  /** Where a job's output is kept until it has ended. */
  outputOf(title) {
    return join(this.#folder, `${title.replace(/\W+/g, '-')}.txt`);
  }

  /** A number that grows while tests begin and end. */
  progressOf(title) {
    const path = this.#runs.get(title);
    return path !== undefined && existsSync(path) ? statSync(path).size : 0;
  }

  pass() {
    this.#passed += 1;
  }

  /** One failure that is not a failed test. */
  fail(note) {
    this.#failures.push(note);
  }

  note(text) {
    this.#notes.push(text);
  }

  /** What one run of mocha has said until now. */
  countsOf(title) {
    return countsIn(this.#runs.get(title));
  }

  /** Over all runs, and steps, until now. */
  total() {
    const all = [...this.#runs.values()].map(countsIn);
    const sum = (pick) => all.reduce((total, counts) => total + pick(counts), 0);
    return { passed: this.#passed + sum(({ passed }) => passed), failed: this.#failures.length + sum(({ failed }) => failed.length) };
  }

  /** All that went wrong, the slowest files, and `N passed, N failed` as the last line. */
  print(seconds) {
    const runs = [...this.#runs].map(([title, path]) => [title, countsIn(path)]);
    const files = runs.flatMap(([title, { files }]) => [...files].map(([file, ms]) => ({ file, ms, title }))).sort((a, b) => b.ms - a.ms);
    if (files.length > 0) console.log('\nslowest files:');
    for (const { file, ms, title } of files.slice(0, SLOWEST)) console.log(`  ${(ms / 1_000).toFixed(1).padStart(6)} s  ${file} (${title})`);
    for (const [title, { failed }] of runs) for (const name of failed) console.log(`failed: ${name} (${title})`);
    for (const note of [...this.#notes, ...this.#failures]) console.log(note);
    const { passed, failed } = this.total();
    console.log(`${seconds} s; the whole report: ${this.#folder}`);
    console.log(`${passed} passed, ${failed} failed`);
  }
}

/** Counts in a report that may be cut off anywhere. */
function countsIn(path) {
  const counts = { passed: 0, failed: [], skipped: [], files: new Map(), running: undefined, hasEnded: false, open: [] };
  for (const line of linesOf(path)) {
    if (line.begins !== undefined) counts.running = line;
    else if (line.state === 'passed') counts.passed += 1;
    else if (line.state === 'failed') counts.failed.push(line.title);
    else if (line.state === 'skipped') counts.skipped.push(line.title);
    else if (line.ended) Object.assign(counts, { hasEnded: true, open: line.open });
    else counts.files.set(line.file, line.ms);
  }
  return counts;
}

function linesOf(path) {
  if (path === undefined || !existsSync(path)) return [];
  // The last line is not whole where the process was killed while writing it.
  return readFileSync(path, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
}
