import assert from 'node:assert/strict';
import { WatchedValue } from '../../../engine/base/watched.js';

describe('WatchedValue', () => {
  it('calls each watcher at once and at each change, until it stops', () => {
    const value = new WatchedValue<{ state: string }>({ state: 'opening' });
    const seen: string[] = [];
    const listener = ({ state }: { state: string }): void => { seen.push(state); };
    const [stopFirst, stopSecond] = [value.watch(listener), value.watch(listener)];
    value.set({ state: 'opening' });
    assert.deepEqual(seen, ['opening', 'opening'], 'the same again is no change');
    value.set({ state: 'ok' });
    stopFirst();
    value.set({ state: 'away' });
    assert.deepEqual([seen.slice(2), value.get()], [['ok', 'ok', 'away'], { state: 'away' }]);
    stopSecond();
    value.set({ state: 'ok' });
    assert.equal(seen.length, 5);
  });
});
