/** Window nodes of one shop: what they count together, and what they are refused for. */
import assert from 'node:assert/strict';
import type { CustomKpi } from '../../../engine/kpi/customKpis.js';
import { joinShop, type NodeDefinitions } from '../../../nodes/60-window/shopDefinitions.js';
import type { StorePort } from '../../../nodes/shared/ports.js';

const port = (): StorePort => ({}) as StorePort;
const kpi = (name: string, value: CustomKpi['value'] = 'amount'): CustomKpi => ({ name, type: 'sale', value, show: 'sum', where: [] });
const node = (id: string, kpis: readonly CustomKpi[] = [], settings: Record<string, string> = { grace: '5 s' }): NodeDefinitions => ({ id, name: `node ${id}`, kpis, settings });
const names = (kpis: readonly CustomKpi[]): string[] => kpis.map(({ name }) => name);

const quiet = { onChange: () => undefined, onMoved: () => undefined };
const unwanted = (): never => { throw new Error('nothing to say'); };
const never = { onChange: unwanted, onMoved: unwanted };

describe('window nodes of one shop', () => {
  it('count what any of them defines, and say so to the others', () => {
    const store = port();
    let changes = 0;
    let moved = 0;
    const first = joinShop(store, 'shop', node('1', [kpi('tables')]), { onChange: () => { changes += 1; }, onMoved: (slices) => { moved += slices.length; } });
    const second = joinShop(store, 'shop', node('2', [kpi('bags'), kpi('tables')]), quiet);
    assert.deepEqual([names(first.kpis()), names(second.kpis()), changes], [['bags', 'tables'], ['bags', 'tables'], 1]);
    second.moved([{ level: 'hour', start: 0, store: 'milano', channel: 'pos', add: {} }]);
    second.leave();
    assert.deepEqual([names(first.kpis()), changes, moved], [['tables'], 2, 1]);
  });

  it('have nothing to do with those of another shop or store', () => {
    const store = port();
    joinShop(store, 'shop', node('1', [kpi('tables')]), never);
    assert.deepEqual(names(joinShop(store, 'other', node('2', [kpi('tables', 'one')], { grace: '9 s' }), never).kpis()), ['tables']);
    assert.deepEqual(names(joinShop(port(), 'shop', node('3'), never).kpis()), []);
  });

  it('are refused by name where one number would mean two things', () => {
    const store = port();
    joinShop(store, 'shop', node('1', [kpi('tables')]), quiet);
    assert.throws(() => joinShop(store, 'shop', node('2', [kpi('bags'), kpi('tables', 'one')]), never), { name: 'ConfigError', field: 'kpis[1].name', message: /"node 1"/ });
    assert.throws(() => joinShop(store, 'shop', node('3', [], { grace: '9 s' }), never), { name: 'ConfigError', field: 'grace', message: /"node 1".*5 s/ });
  });

  it('are themselves again after a deploy, whichever of the two incarnations comes first', () => {
    const store = port();
    const before = joinShop(store, 'shop', node('1', [kpi('tables')]), quiet);
    const after = joinShop(store, 'shop', node('1', [kpi('tables', 'one')], { grace: '9 s' }), quiet);
    before.leave();
    assert.deepEqual(after.kpis(), [kpi('tables', 'one')]);
  });
});
