/** What becomes of a flow's files that are damaged? The backup takes their place, they stay beside it, and nothing is taken for an empty flow. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedFiles, type FlowState, isFlowWhole, mendFlow } from '../launcher/flowFile.js';

const GOOD = '[{"id":"n1","type":"bottega-shop"}]';
const OLDER = '[{"id":"n0","type":"bottega-shop"}]';
const NOW = new Date('2026-11-28T15:40:00.123Z');
const ASIDE = 'flows.json.damaged-20261128T154000Z';

describe('launcher: files of the flow', () => {
  let data: string;
  beforeEach(() => { data = mkdtempSync(join(tmpdir(), 'bottega-flow-')); });
  afterEach(() => { rmSync(data, { recursive: true, force: true }); });
  const put = (name: string, text: string | undefined): void => { if (text !== undefined) writeFileSync(join(data, name), text); };
  const read = (name: string): string | undefined => (existsSync(join(data, name)) ? readFileSync(join(data, name), 'utf8') : undefined);

  const cases: [what: string, flow: string | undefined, backup: string | undefined, state: FlowState, then: string | undefined][] = [
    ['a good flow', GOOD, OLDER, 'whole', GOOD],
    ['one with a byte order mark', `\uFEFF${GOOD}`, OLDER, 'whole', `\uFEFF${GOOD}`],
    ['one of the second version', `{"rev":"1","flows":${GOOD}}`, OLDER, 'whole', `{"rev":"1","flows":${GOOD}}`],
    ['none yet', undefined, undefined, 'absent', undefined],
    ['half a flow', GOOD.slice(0, 12), OLDER, 'restored', OLDER],
    ['an empty file', '', OLDER, 'restored', OLDER],
    ['no JSON', '\0\0\0\0', OLDER, 'restored', OLDER],
    ['no list', '{"nodes":1}', OLDER, 'restored', OLDER],
    ['a list of something else', '[1,2]', OLDER, 'restored', OLDER],
    ['nothing in the list', '[]', OLDER, 'restored', OLDER],
    ['null', 'null', OLDER, 'restored', OLDER],
    ['a flow that is gone', undefined, OLDER, 'restored', OLDER],
    ['half a flow and no backup', GOOD.slice(0, 12), undefined, 'damaged', GOOD.slice(0, 12)],
    ['half a flow and half a backup', GOOD.slice(0, 12), OLDER.slice(0, 12), 'damaged', GOOD.slice(0, 12)],
    ['nothing in the list, nor in the backup', '[]', '[]', 'damaged', '[]'],
    ['a flow that is gone and half a backup', undefined, OLDER.slice(0, 12), 'absent', undefined],
  ];
  for (const [what, flow, backup, state, then] of cases) {
    it(`${what}: ${state}`, () => {
      put('flows.json', flow);
      put('.flows.json.backup', backup);
      const mended = mendFlow(data, NOW);
      assert.deepEqual([mended.state, read('flows.json'), isFlowWhole(data)], [state, then, state === 'whole' || state === 'restored']);
      const isKept = flow !== undefined && state !== 'whole';
      assert.deepEqual(damagedFiles(data), isKept ? [ASIDE] : []);
      if (isKept) assert.equal(read(ASIDE), flow);
      assert.equal(mended.remarks.length, state === 'restored' || state === 'damaged' ? 1 : 0);
      if (isKept) assert.match(mended.remarks[0] ?? '', new RegExp(`^flows\\.json is damaged, and kept as ${ASIDE}`));
    });
  }

  it('puts the same damage aside once, however often it starts', () => {
    put('flows.json', '[{');
    mendFlow(data, NOW);
    assert.equal(mendFlow(data, new Date(NOW.getTime() + 60_000)).state, 'damaged');
    assert.deepEqual(readdirSync(data).sort(), ['flows.json', ASIDE]);
  });

  it('restores credentials likewise; without them the flow runs, and what is missing is said', () => {
    put('flows.json', GOOD);
    put('flows_cred.json', '{"$":');
    put('.flows_cred.json.backup', '{"$":"abc"}');
    const restored = mendFlow(data, NOW);
    assert.deepEqual([restored.state, read('flows_cred.json'), damagedFiles(data)], ['whole', '{"$":"abc"}', ['flows_cred.json.damaged-20261128T154000Z']]);
    put('flows_cred.json', '');
    put('.flows_cred.json.backup', '');
    const lost = mendFlow(data, new Date(NOW.getTime() + 60_000));
    assert.equal(lost.state, 'whole');
    assert.match(lost.remarks[0] ?? '', /passwords that were typed in the editor must be typed again/);
  });
});
