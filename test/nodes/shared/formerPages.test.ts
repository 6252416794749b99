/** Which pages are those of a former template? */
import assert from 'node:assert/strict';
import { formerPages } from '../../../nodes/shared/formerPages.js';

const TABLE: readonly [what: string, node: Readonly<Record<string, unknown>>, count: number][] = [
  ['a header of then', { type: 'ui-template', format: '<template>\n  <div class="b-top">' }, 1],
  ['cards of then', { type: 'ui-template', format: '<section class="b-cards" aria-label="x">' }, 1],
  ['alerts of then', { type: 'ui-template', format: '<section :class="all ? \'b-panel\' : \'b-panel b-open\'">' }, 1],
  ['its style', { type: 'ui-template', format: ':root { --b-paper: #f5f2ec; }' }, 1],
  ['what a user wrote', { type: 'ui-template', format: '<div class="b-mine">{{ msg.payload }}</div>' }, 0],
  ['another node', { type: 'function', format: '<div class="b-top">' }, 0],
  ['one without code', { type: 'ui-template' }, 0],
];

describe('former pages', () => {
  for (const [what, node, count] of TABLE) it(what, () => { assert.equal(formerPages([node]), count); });
});
