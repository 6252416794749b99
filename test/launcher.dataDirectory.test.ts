/** Who may read the data directory? Nobody but its owner, also where it was there before. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDirectory } from '../launcher/dataDirectory.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('launcher: data directory', () => {
  const home = mkdtempSync(join(tmpdir(), 'bottega-'));
  after(() => { rmSync(home, { recursive: true, force: true }); });
  const said: string[] = [];
  const open = (path: string): void => { openDataDirectory(path, (line) => said.push(line)); };

  it('is made for its owner only, with the directories above it', () => {
    const path = join(home, 'fresh/data');
    open(path);
    assert.deepEqual([modeOf(path), modeOf(join(home, 'fresh')), said], [0o700, 0o700, []]);
  });

  it('is taken from others where it is there already, with what we keep in it; what is not ours stays as it is', () => {
    const path = join(home, 'old');
    mkdirSync(join(path, 'bottega-store'), { recursive: true });
    writeFileSync(join(path, 'flows.json'), '[]');
    writeFileSync(join(path, 'notes.txt'), '');
    const elsewhere = join(home, 'elsewhere');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, join(path, 'secrets.json'));
    const modes = { '': 0o755, 'bottega-store': 0o775, 'flows.json': 0o644, 'notes.txt': 0o644 };
    for (const [name, mode] of Object.entries(modes)) chmodSync(join(path, name), mode);
    chmodSync(elsewhere, 0o644);
    open(path);
    assert.deepEqual([...Object.keys(modes).map((name) => modeOf(join(path, name))), modeOf(elsewhere), said], [0o700, 0o700, 0o600, 0o644, 0o644, []]);
  });

  it('that belongs to everybody is left alone', () => {
    const path = join(home, 'tmp');
    mkdirSync(path);
    chmodSync(path, 0o1777);
    open(path);
    assert.equal(statSync(path).mode & 0o7777, 0o1777);
  });

  it('that cannot be is the file system\'s error', () => {
    assert.throws(() => { open(join(home, 'elsewhere/data')); }, { code: 'ENOTDIR' });
  });
});
