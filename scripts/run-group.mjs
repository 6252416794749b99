/**
 * A process group: a command with everything it starts. It is ended when it has been silent for too long, never for the time it takes in all;
 * what is left of the group when the command ends is ended too.
 */
import { spawn } from 'node:child_process';

const CHECK_MS = 1_000;

const running = new Set();

/**
 * Answers the exit code, the signal's name, or `silent`. `progress` answers a number that grows while there is progress; `silenceMs` how long it may
 * stay the same; `output`: a file instead of ours.
 */
export function runGroup(command, args, options) {
  const { silenceMs, progress, cwd = '.', env = process.env, output = 'inherit' } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', output, output], cwd, env, detached: true });
    running.add(child.pid);
    let last = { progress: progress(), at: Date.now() };
    let isSilent = false;
    const timer = setInterval(() => {
      const now = progress();
      if (now !== last.progress) last = { progress: now, at: Date.now() };
      if (Date.now() - last.at <= silenceMs()) return;
      isSilent = true;
      endGroup(child.pid);
    }, CHECK_MS);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      endGroup(child.pid);
      running.delete(child.pid);
      resolve(isSilent ? 'silent' : signal ?? code);
    });
  });
}

/** For a run that is interrupted: nothing it started lives on. */
export function endAllGroups() {
  for (const pid of running) endGroup(pid);
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
