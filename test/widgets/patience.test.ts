/** When does a widget ask again? After an answer that does not come, and after a silence that cannot be. */
import assert from 'node:assert/strict';
import { Patience } from '../../widgets/shared/patience.js';

describe('patience of a widget', () => {
  /** [seconds, what happens, whether it asks again] */
  const LINES: Readonly<Record<string, readonly (readonly [s: number, does: 'asked' | 'answered' | 'nothing', over: boolean])[]>> = {
    'asks again, less and less often, while nobody answers': [
      [0, 'asked', false], [4, 'nothing', false], [5, 'nothing', true], [5, 'asked', false], [14, 'nothing', false], [15, 'nothing', true], [15, 'asked', false], [35, 'nothing', true],
      [35, 'asked', false], [75, 'nothing', true], [75, 'asked', false], [134, 'nothing', false], [135, 'nothing', true], [135, 'asked', false], [195, 'nothing', true],
    ],
    'rests once it is answered, as long as something comes each minute': [[0, 'asked', false], [1, 'answered', false], [60, 'answered', false], [200, 'nothing', false], [210, 'nothing', true]],
    'begins anew after an answer': [[0, 'asked', false], [5, 'asked', false], [6, 'answered', false], [10, 'asked', false], [15, 'nothing', true]],
    'waits for nothing before it has asked': [[1_000, 'nothing', false]],
  };
  for (const [name, line] of Object.entries(LINES)) {
    it(name, () => {
      const patience = new Patience();
      for (const [s, does, over] of line) {
        if (does !== 'nothing') patience[does](s * 1_000);
        assert.equal(patience.isOver(s * 1_000), over, `after ${String(s)} s`);
      }
    });
  }
});
