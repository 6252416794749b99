/**
 * How does one process run out of disk without harm to others? A small volume of its own, filled with ballast; where mounting is not
 * allowed, a limit on the size of its files; where that is not possible either, it is said that the fault was not tried.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type DiskFault =
  | { readonly by: 'volume' | 'fileSize'; fill(pid: number): void; empty(pid: number): void; release(): void }
  | { readonly by: 'nothing'; readonly why: string; release(): void };

const MEBIBYTE = 1024 * 1024;
const SIZE_MB = 96;

/** Makes `folder`, on a volume of its own if that is possible. */
export function openVolume(folder: string): DiskFault {
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(SIZE_MB)}m,mode=0700`, 'tmpfs', folder]);
  if (status === 0) return onVolume(folder);
  const limits = spawnSync('prlimit', ['--pid', String(process.pid), '--fsize']);
  if (limits.status === 0) return byFileSize();
  return { by: 'nothing', why: 'neither mount (root) nor prlimit (util-linux) can be used here', release: () => undefined };
}

function onVolume(folder: string): DiskFault {
  const ballast = join(folder, 'ballast');
  return {
    by: 'volume',
    fill: () => { writeUntilFull(ballast); },
    empty: () => { rmSync(ballast, { force: true }); },
    // Lazily: whoever still has a file open there is being killed.
    release: () => { spawnSync('umount', ['-l', folder]); },
  };
}

/** Node.js ignores SIGXFSZ, so a write beyond the limit fails with EFBIG. Only the soft limit moves: it can be lifted without rights. */
function byFileSize(): DiskFault {
  const limit = (pid: number, bytes: string): void => { spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]); };
  return { by: 'fileSize', fill: (pid) => { limit(pid, '0'); }, empty: (pid) => { limit(pid, 'unlimited'); }, release: () => undefined };
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = MEBIBYTE; size >= 1;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        size = Math.floor(size / 16);
      }
    }
  } finally {
    closeSync(file);
  }
}
