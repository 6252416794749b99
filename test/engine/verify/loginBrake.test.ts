/**
 * How long does the brake make whom wait? Timelines of attempts: at second, by whom, with which secret, and what comes of it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Claimant, LoginBrake, MAX_DELAY_MS } from '../../../engine/verify/loginBrake.js';

const at = (address: string): Claimant => ({ by: 'address', address });
const known = (browser: string): Claimant => ({ by: 'browser', browser });

/** A wrong guess where one is compared; else how many seconds there are to wait. */
function guess(brake: LoginBrake, second: number, who: Claimant, secret: string): string {
  const verdict = brake.judge(second * 1_000, who);
  return verdict.outcome === 'try' ? brake.fail(second * 1_000, who, secret) : `wait ${String(verdict.retryAfterMs / 1_000)}`;
}

describe('login brake', () => {
  it('is felt by an address after five wrong guesses, twice as long with each further one, up to half a minute', () => {
    const brake = new LoginBrake();
    const timeline: readonly (readonly [second: number, expected: string])[] = [
      [0, 'counted'], [0, 'counted'], [0, 'counted'], [0, 'counted'], [0, 'counted'], [0, 'wait 1'], [0.5, 'wait 0.5'], [1, 'counted'], [2, 'wait 1'], [3, 'counted'],
      [3, 'wait 4'], [7, 'counted'], [15, 'counted'], [15, 'wait 16'], [31, 'counted'], [31, 'wait 30'], [61, 'counted'], [61, 'wait 30'], [91, 'counted'],
      [91 + 15 * 60, 'counted'], [91 + 15 * 60, 'counted'],
    ];
    timeline.forEach(([second, expected], index) => { assert.equal(guess(brake, second, at('a'), `guess ${String(index)}`), expected, `at ${String(second)} s`); });
  });

  it('leaves other addresses alone, and forgets an address that was right', () => {
    const brake = new LoginBrake();
    for (let n = 0; n < 5; n++) guess(brake, 0, at('a'), String(n));
    assert.equal(guess(brake, 0, at('b'), 'x'), 'counted');
    brake.succeed(1_000, at('a'));
    assert.equal(guess(brake, 1, at('a'), 'y'), 'counted');
    assert.equal(guess(brake, 1, at('a'), 'z'), 'counted');
  });

  it('is not felt by a program that sends one old secret for ever', () => {
    const brake = new LoginBrake();
    assert.deepEqual(Array.from({ length: 100 }, (_, second) => guess(brake, second, at('till'), 'old')).slice(0, 3), ['counted', 'repeated', 'repeated']);
    assert.equal(brake.judge(100_000, at('till')).outcome, 'try');
  });

  it('is felt over all addresses by guesses that come from ever new ones', () => {
    const brake = new LoginBrake();
    const outcomes = Array.from({ length: 200 }, (_, n) => guess(brake, n / 10, at(`bot ${String(n)}`), String(n)));
    assert.deepEqual(outcomes.slice(0, 20), Array<string>(20).fill('counted'));
    assert.match(outcomes[20] ?? '', /^wait/);
    // Two hundred guesses in twenty seconds: 20 for nothing, then a handful.
    assert.ok(outcomes.filter((outcome) => outcome === 'counted').length <= 30, outcomes.join());
  });

  it('slows guesses from anywhere down to one in ten seconds, and is forgotten when they end', () => {
    const brake = new LoginBrake();
    let compared = 0;
    for (let second = 0; second < 3_600; second++) if (guess(brake, second, at(`bot ${String(second)}`), String(second)) === 'counted') compared += 1;
    assert.ok(compared < 420, String(compared));
    assert.equal(guess(brake, 3_600 + 400, at('owner'), 'mistyped'), 'counted');
  });

  it('does not make an address wait for others where somebody was right before', () => {
    const brake = new LoginBrake();
    brake.succeed(0, at('branch'));
    for (let n = 0; n < 100; n++) guess(brake, n, at(`bot ${String(n)}`), String(n));
    assert.notEqual(brake.judge(99_000, at('newcomer')).outcome, 'try');
    assert.equal(brake.judge(99_000, at('branch')).outcome, 'try');
  });

  it('never locks out a browser that was in before, though all behind its proxy guess without end', () => {
    const brake = new LoginBrake();
    for (let second = 0; second < 1_000; second++) {
      guess(brake, second, at('proxy'), String(second));
      assert.equal(brake.judge(second * 1_000, known('owner')).outcome, 'try');
    }
    for (let n = 0; n < 5; n++) guess(brake, 1_000, known('owner'), `x${String(n)}`);
    assert.equal(guess(brake, 1_000, known('owner'), 'more'), 'wait 1');
  });

  it('never makes anybody wait longer than half a minute, nor longer for attempts meanwhile', () => {
    const attempts = fc.array(fc.record({ pause: fc.nat(20_000), address: fc.constantFrom('a', 'b', 'c'), secret: fc.nat(50) }), { maxLength: 120 });
    fc.assert(fc.property(attempts, (steps) => {
      const brake = new LoginBrake();
      let now = 0;
      for (const { pause, address, secret } of steps) {
        now += pause;
        const verdict = brake.judge(now, at(address));
        if (verdict.outcome === 'try') { brake.fail(now, at(address), String(secret)); continue; }
        assert.ok(verdict.retryAfterMs > 0 && verdict.retryAfterMs <= MAX_DELAY_MS);
        assert.equal(brake.judge(now + verdict.retryAfterMs, at(address)).outcome, 'try');
      }
    }));
  });

  it('keeps a bounded number of addresses; those it forgot still feel the delay over all', () => {
    const brake = new LoginBrake();
    for (let n = 0; n < 30; n++) guess(brake, 0, at('first'), String(n));
    for (let n = 0; n < 10_050; n++) brake.fail(0, at(`bot ${String(n)}`), 'x');
    assert.equal(brake.judge(0, at('first')).outcome, 'wait');
  });
});
