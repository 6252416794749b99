import assert from 'node:assert/strict';
import { KINDS } from '../faults/plan.js';
import { reportOf, runTrial, type Trial } from '../faults/run.js';

const SEED = 20_261_122;

describe('faults', () => {
  it('edge, three workers, front, broker and Redis keep every cell exact through each kind of fault', async () => {
    const lines: string[] = [];
    const trial: Trial = { seed: SEED, form: 'short', say: (line) => { lines.push(line); } };
    const result = await runTrial(trial);
    const report = reportOf(trial, result);
    assert.deepEqual(result.findings, [], `${lines.join('\n')}\n${report}\nrepeat: npm run test:faults -- --seed ${String(SEED)}`);
    console.log(report.replaceAll(/^/gm, '      '));
    // A machine may not let us fill a disk: then the report says so.
    for (const kind of KINDS) assert.ok(result.survived[kind] > 0 || (kind === 'disk.full' && result.notRun.has(kind)), `${kind} was never tried`);
    assert.ok(result.counts.acknowledged > 200, 'there was no load to speak of');
    assert.ok(result.counts.refused + result.counts.unanswered > 0, 'no fault hit a delivery');
    assert.ok(result.cells > 500, 'there was little to compare');
  });
});
