import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isRecord, isTooDeep, ownOf, parseJson, present } from '../../../engine/base/json.js';

describe('parseJson', () => {
  const cases: readonly [text: string, value: unknown][] = [['{"a":1}', { a: 1 }], ['null', null], ['0', 0], ['', undefined], ['{', undefined], ['undefined', undefined]];
  for (const [text, value] of cases) it(`${JSON.stringify(text)} is ${String(value)}`, () => { assert.deepEqual(parseJson(text), value); });
});

describe('isRecord', () => {
  const cases: readonly [value: unknown, is: boolean][] = [[{}, true], [Object.create(null), true], [[], false], [null, false], ['{}', false], [undefined, false]];
  for (const [value, is] of cases) it(`${typeof value} ${JSON.stringify([value])} ${is ? 'is' : 'is not'} a record`, () => { assert.equal(isRecord(value), is); });
});

describe('present', () => {
  it('leaves out what is undefined and keeps every other nothing', () => {
    const all: { readonly a: string; readonly b: string | undefined; readonly c?: number } = { a: '', b: undefined, c: 0 };
    const kept: { readonly a: string; readonly b?: string; readonly c?: number } = present(all);
    assert.deepEqual(Object.keys(kept), ['a', 'c']);
    assert.deepEqual(present({ none: null, no: false }), { none: null, no: false });
  });
});

describe('isTooDeep', () => {
  const cases: readonly [text: string, deepest: number][] = [
    ['1', 0], ['{}', 1], ['[[]]', 2], ['{"a":[{"b":1}],"c":[]}', 3], ['[],[],[]', 1], ['"[[["', 0], ['["[",{"]":"}"}]', 2], ['"\\"[["', 0], ['"\\\\"[[', 2], ['"[[[', 0], ['[[[', 3],
  ];
  for (const [text, deepest] of cases) {
    it(`${text} is ${String(deepest)} levels deep`, () => { assert.deepEqual([isTooDeep(text, deepest), deepest > 0 && isTooDeep(text, deepest - 1)], [false, deepest > 0]); });
  }

  const depthOf = (value: unknown): number => (typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0);
  it('finds the depth of any value', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(8), (value, limit) => { assert.equal(isTooDeep(JSON.stringify(value), limit), depthOf(value) > limit); }));
  });
});

describe('ownOf', () => {
  it('knows what a table says, and nothing that every object does', () => {
    const table: Readonly<Record<string, string>> = { a: 'b' };
    assert.deepEqual(['a', 'b', 'constructor', '__proto__', 'toString'].map((name) => ownOf(table, name)), ['b', undefined, undefined, undefined, undefined]);
  });
});
