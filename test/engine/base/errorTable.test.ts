/** The table of faults, refusals and reasons: every code of the source stands in it, and every row of it in the source. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_TABLE } from '../../../engine/base/errorTable/index.js';
import type { ErrorRow, ErrorRows } from '../../../engine/base/errorTable/row.js';
import { eventSchema } from '../../../engine/event/schema.js';
import { UNREADABLE } from '../../../engine/normalize/file/file.js';

const ROOT = join(__dirname, '../../..');
const SECTIONS = Object.entries(ERROR_TABLE as Readonly<Record<string, ErrorRows>>);
const ROWS = SECTIONS.flatMap(([section, rows]) => Object.entries(rows).map(([code, row]): [string, string, ErrorRow] => [section, code, row]));
const CODES = new Set(ROWS.map(([, code]) => code));
const REFUSED = ['proofs', 'requests', 'content', 'questions'];

/** All source but the table itself, without its lines of comment. */
const SOURCE = ['engine', 'nodes'].flatMap((folder) => (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.ts') && !file.includes('errorTable'))
  .map((file) => readFileSync(join(ROOT, file), 'utf8').replace(/^ *(\/\*\*|\*|\/\/).*$/gm, '')).join('\n');

describe('error table', () => {
  // Rules of refusals, codes of faults, ignored reasons and flags are types made from the table; these alone are plain text.
  it('knows each reason and rule that the source writes as plain text', () => {
    const written = [
      ...SOURCE.matchAll(/\.secondary\([^;\n]*, '([\w.]+)'\)/g),
      ...SOURCE.matchAll(/outcome: 'refused', reason: '([\w.]+)'/g),
      ...SOURCE.matchAll(/\{ path: [^{}\n]*, rule: '([\w.]+)'/g),
    ].map(([, code = '']) => code);
    assert.ok(written.length > 50, String(written.length));
    assert.deepEqual([...new Set(written)].filter((code) => !CODES.has(code)), []);
  });

  it('has no row that the source does not write', () => {
    const keywords = keywordsOf(eventSchema);
    const unused = [...CODES].filter((code) => !SOURCE.includes(`'${code}'`) && !MADE.has(code) && !keywords.has(code));
    assert.deepEqual(unused, []);
  });

  it('knows each keyword of the event schema, whose name is the rule', () => {
    const known = new Set(Object.keys(ERROR_TABLE.content));
    assert.deepEqual([...keywordsOf(eventSchema)].filter((keyword) => !known.has(keyword)), []);
  });

  it('says the HTTP status that is answered', () => {
    for (const code of UNREADABLE) assert.deepEqual(ERROR_TABLE.content[code as 'json'].status, [400], code);
    for (const [code, { status }] of Object.entries(ERROR_TABLE.proofs)) assert.deepEqual(status, [401], code);
    const answered = [...SOURCE.matchAll(/\brefused\((\d{3}), '[^']*', '([\w.]+)'/g)].map(([, status = '', code = '']) => [code, Number(status)] as const);
    assert.ok(answered.length >= 4, String(answered.length));
    for (const [code, status] of answered) {
      const rows = ROWS.filter(([section, name]) => name === code && REFUSED.includes(section));
      assert.ok(rows.some(([, , row]) => row.status?.includes(status) === true), `${code} ${String(status)}`);
    }
  });

  it('says in both languages what it is and what to do, without a stop at the end', () => {
    for (const [section, code, { en, it }] of ROWS) {
      for (const text of [...en, ...it]) assert.match(text, /^\S.*[^.\s]$/, `${section} ${code}: ${text}`);
      assert.ok(en[0] !== it[0], code);
    }
  });

  it('is what docs/errors.md and docs/errors.it.md say', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/build-errors.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
});

/** Codes that the source puts together: `rate.${by}`, `replay.${state}`. */
const MADE = new Set(['rate.address', 'rate.all', 'replay.started', 'replay.busy']);

/** Keywords that find nothing wrong themselves: what they hold does, but for conditions. */
const HOLDERS = new Set(['$schema', 'title', 'properties', 'patternProperties', 'items', 'allOf', 'if', 'then']);

/** What a JSON Schema can find wrong: its keywords, without names of fields. */
function keywordsOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [keyword, inner] of Object.entries(schema as Readonly<Record<string, unknown>>)) {
    if (keyword === 'if') continue;
    const isList = ['properties', 'patternProperties', 'allOf', 'anyOf'].includes(keyword);
    for (const each of isList ? Object.values(inner as object) as readonly unknown[] : [inner]) keywordsOf(each, found);
    if (!HOLDERS.has(keyword) && !/^\d+$/.test(keyword)) found.add(keyword);
  }
  return found;
}
