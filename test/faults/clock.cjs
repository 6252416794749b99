/**
 * How does one process get a wrong clock? Preloaded with NODE_OPTIONS=--require, it shifts `Date` by the milliseconds written in the file
 * that BOTTEGA_TEST_CLOCK names, read anew at each SIGUSR2. Timers go on as they were, as they do when a real clock is set.
 */
const { existsSync, readFileSync } = require('node:fs');

const file = process.env.BOTTEGA_TEST_CLOCK;
if (file !== undefined) {
  const TrueDate = Date;
  let offset = 0;
  const read = () => { offset = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0; };
  const now = () => TrueDate.now() + offset;
  globalThis.Date = class Date extends TrueDate {
    constructor(...given) {
      if (given.length === 0) super(now());
      else super(...given);
    }

    static now() {
      return now();
    }
  };
  process.on('SIGUSR2', read);
  read();
}
