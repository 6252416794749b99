/**
 * How does a run end with everything it started? It is a process group of its own, and what is left of the group at its end is ended too.
 */
import { spawn } from 'node:child_process';

const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(1);
  });
}

/** Answers the exit code, or the signal's name; `limit` is in ms. */
export function runGroup(command, args, { limit, cwd = '.', env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd, env, detached: true });
    running.add(child.pid);
    const timer = setTimeout(() => { endGroup(child.pid); }, limit);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      endGroup(child.pid);
      running.delete(child.pid);
      resolve(signal ?? code);
    });
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
