/** Mocha's usual report, and the counts as JSON in the file that `BOTTEGA_COUNTS` names, for the sum over all runs. */
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.BOTTEGA_COUNTS !== undefined) writeFileSync(process.env.BOTTEGA_COUNTS, JSON.stringify({ passes, failures, pending }));
    });
  }
};
