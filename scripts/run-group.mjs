/**
 * How does a run end with everything it started? It is a process group of its own, and what is left of the group at its end is ended too.
 */
import { spawn } from 'node:child_process';

/** What has given its report has this long to end: Node.js 20 now and then never comes back from closing its last handles. */
const END_MS = 20_000;
const LOOK_MS = 1_000;

const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(1);
  });
}

/** Answers the exit code, or the signal's name; `limit` is in ms. `reported`: whether all that matters has been said; `output`: a file instead of ours. */
export function runGroup(command, args, options) {
  const { limit, reported = notYet, cwd = '.', env = process.env, output = 'inherit' } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', output, output], cwd, env, detached: true });
    running.add(child.pid);
    const startedAt = Date.now();
    let reportedAt = Infinity;
    const timer = setInterval(() => {
      if (reportedAt === Infinity && reported()) reportedAt = Date.now();
      if (Date.now() - startedAt > limit || Date.now() - reportedAt > END_MS) endGroup(child.pid);
    }, LOOK_MS);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      endGroup(child.pid);
      running.delete(child.pid);
      resolve(signal ?? code);
    });
  });
}

function notYet() {
  return false;
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
