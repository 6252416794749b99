/**
 * `openDataDirectory` makes the data directory this user's own: flows, secrets and the store in it are nobody else's business, also where it is there
 * already and others may read it.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../engine/base/errors.js';

/** What everybody but the owner may do with something. */
const OTHERS = 0o077;
/** Everybody's, as /tmp is: somebody has pointed us at what is not ours alone. */
const STICKY = 0o1000;
/** What we and Node-RED put there. */
const OURS = /^(secrets\.json|logins\.json|role|\.?flows.*|bottega-.*|\.config.*)$/;

/** `openDataDirectory` throws the file system's error where the directory cannot be made; that rights cannot be taken from others is only said. */
export function openDataDirectory(path: string, log: (line: string) => void): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    // What lies deeper is shut off by the directories above it.
    for (const name of readdirSync(path)) if (OURS.test(name)) withdraw(join(path, name));
    withdraw(path);
  } catch (error) {
    log(`others may read the data directory: ${messageOf(error)}`);
  }
}

function withdraw(path: string): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink() || (entry.mode & STICKY) !== 0 || (entry.mode & OTHERS) === 0) return;
  chmodSync(path, entry.mode & 0o700);
}
