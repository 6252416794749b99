import assert from 'node:assert/strict';
import { isRecord, parseJson, present } from '../../../engine/base/json.js';

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
