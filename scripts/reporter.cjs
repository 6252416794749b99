/**
 * Mocha's usual report, and the counts as JSON in the file that `BOTTEGA_COUNTS` names, for the sum over all runs.
 * A process that does not end by itself after its last test is ended, and says what kept it.
 */
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

const GRACE_MS = 15_000;

module.exports = class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      this.#write([]);
      setTimeout(() => {
        const left = leftOpen();
        console.error(`left open after the last test: ${left.join(', ')}`);
        this.#write(left);
        process.exit();
      }, GRACE_MS).unref();
    });
  }

  #write(left) {
    const { passes, failures, pending } = this.stats;
    if (process.env.BOTTEGA_COUNTS !== undefined) writeFileSync(process.env.BOTTEGA_COUNTS, JSON.stringify({ passes, failures, pending, left }));
  }
};

/** Node.js names the kinds only; its handles, where it still shows them, say which process or port. */
function leftOpen() {
  const handles = process._getActiveHandles?.() ?? [];
  const known = handles.map((handle) => `${handle.constructor.name} ${handle.spawnargs?.join(' ') ?? handle.remotePort ?? handle.fd ?? ''}`.trim());
  return [...process.getActiveResourcesInfo(), ...known];
}
