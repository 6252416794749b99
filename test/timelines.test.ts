/** Every case of every file in `test/timelines`, played as `bottega-check` plays it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsBeside } from '../cli/forms.js';
import { wallOf } from '../engine/ruletest/run.js';
import { play } from '../engine/ruletest/play.js';
import { readTimeline } from '../engine/ruletest/parse.js';

const FOLDER = join(__dirname, 'timelines');

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')).sort()) {
  const path = join(FOLDER, file);
  const { cases, setting } = readTimeline(readFileSync(path, 'utf8'), formsBeside(path));
  describe(`timeline: ${file.replace('.timeline.yaml', '')}`, () => {
    for (const one of cases) {
      it(one.name, async () => {
        const mismatches = await play(one, setting);
        const said = mismatches.map(({ line, at, text, expected, found }) => `${file}:${String(line)} ${wallOf(at, setting.shop.calendar.clock)} ${text}\n  expected ${expected}\n  found    ${found}`);
        assert.deepEqual(said, []);
      });
    }
  });
}
