/** The short form of `npm run fuzz`: some inputs for every intake and mapping, others at each run. */
import assert from 'node:assert/strict';
import { INTAKES } from './fuzz/intakes.js';
import { Judge } from './fuzz/judge.js';
import { ELSEWHERE } from './fuzz/questions.js';
import { check } from './fuzz/target.js';

/** Ten times what `npm run fuzz` allows: other tests have the processor meanwhile. */
const LIMIT_MS = 2_000;
const RUNS = 300;
const MS = 800;

describe('whatever is sent, configured or asked', () => {
  for (const fuzzed of [...INTAKES, ...ELSEWHERE]) {
    it(`is taken or refused: ${fuzzed.name}`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const { runs, failure } = await check(fuzzed, new Judge(LIMIT_MS), { seed, runs: RUNS, ms: MS });
      assert.ok(runs > 0);
      assert.equal(failure, undefined, `npm run fuzz -- --only '${fuzzed.name}' --seed ${String(seed)} --path ${failure?.path ?? ''}\n${failure?.message ?? ''}`);
    });
  }
});
