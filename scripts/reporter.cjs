/**
 * Reporter of mocha whose report grows: each test that begins or ends is a line of JSON in the file that `BOTTEGA_REPORT` names, so that a run
 * that is killed has still said what passed and what was running. It prints failures as they come, and one line per file.
 *
 * Lines: `{ begins, file }` a test or hook; `{ state, title, ms, file }` a test; `{ file, ms }` a file with all its hooks; `{ ended, open }`.
 */
const { appendFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters } = require('mocha');

/** What lives longer than this after the last test is named, and ended: it should have been closed by its test. */
const GRACE_MS = 30_000;

const NODE_RED_SETS = /^NODE_RED_/;

module.exports = class Reporter extends reporters.Base {
  #file = undefined;

  constructor(runner, options) {
    super(runner, options);
    runner.on('hook', (hook) => { this.#begin(hook); });
    runner.on('test', (test) => { this.#begin(test); });
    runner.on('pass', (test) => { this.#end(test, 'passed'); });
    runner.on('pending', (test) => { this.#end(test, 'skipped'); });
    runner.on('fail', (test) => {
      this.#end(test, 'failed');
      reporters.Base.list([test]);
    });
    runner.once('end', () => {
      this.#closeFile();
      write({ ended: true, open: [] });
      setTimeout(endWhatIsOpen, GRACE_MS).unref();
    });
  }

  #begin(runnable) {
    const file = fileOf(runnable);
    if (file !== undefined && file !== this.#file?.name) {
      this.#closeFile();
      this.#file = { name: file, since: Date.now(), environment: { ...process.env }, passed: 0, failed: 0, skipped: 0 };
    }
    write({ begins: runnable.fullTitle(), file });
  }

  #end(test, state) {
    if (this.#file !== undefined) this.#file[state] += 1;
    write({ state, title: test.fullTitle(), ms: test.duration ?? 0, file: fileOf(test) });
  }

  #closeFile() {
    if (this.#file === undefined) return;
    this.#checkEnvironment();
    const { name, since, passed, failed, skipped } = this.#file;
    const ms = Date.now() - since;
    write({ file: name, ms });
    const others = [failed > 0 ? `, ${failed} failed` : '', skipped > 0 ? `, ${skipped} skipped` : ''].join('');
    console.log(`  ${name}  ${passed} passed${others}  ${(ms / 1_000).toFixed(1)} s`);
    this.#file = undefined;
  }

  /** What a file leaves set, another would meet. */
  #checkEnvironment() {
    const { name, environment } = this.#file;
    const left = [...new Set([...Object.keys(environment), ...Object.keys(process.env)])]
      .filter((variable) => !NODE_RED_SETS.test(variable) && environment[variable] !== process.env[variable]);
    if (left.length === 0) return;
    this.#file.failed += 1;
    write({ state: 'failed', title: `${name} leaves ${left.join(', ')} changed in the environment`, ms: 0, file: name });
  }
};

function fileOf({ file }) {
  return file === undefined ? undefined : relative(process.cwd(), file);
}

function write(line) {
  if (process.env.BOTTEGA_REPORT !== undefined) appendFileSync(process.env.BOTTEGA_REPORT, `${JSON.stringify(line)}\n`);
}

function endWhatIsOpen() {
  const open = leftOpen();
  console.error(`left open after the last test: ${open.join(', ')}`);
  write({ ended: true, open });
  process.exit();
}

/** Node.js names the kinds only; its handles, where it still shows them, say which process or port. */
function leftOpen() {
  const handles = process._getActiveHandles?.() ?? [];
  const known = handles.map((handle) => `${handle.constructor.name} ${handle.spawnargs?.join(' ') ?? handle.remotePort ?? handle.fd ?? ''}`.trim());
  return [...process.getActiveResourcesInfo(), ...known];
}
