/** Where does a benchmark write? In a directory of its own below the system's temporary one (`TMPDIR` chooses the disk). */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  readonly path: string;
  remove(): void;
}

export function place(): Place {
  const path = mkdtempSync(join(tmpdir(), 'bottega-bench-'));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}

/** Bytes of all files below. */
export function bytesBelow(path: string): number {
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    const inside = join(path, entry.name);
    return sum + (entry.isDirectory() ? bytesBelow(inside) : statSync(inside).size);
  }, 0);
}
