/**
 * Are the programs there that the tests talk to for real? Installs what is missing where that is allowed, else names it.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Program → Debian package. */
export const PROGRAMS = { 'redis-server': 'redis-server', mosquitto: 'mosquitto', mosquitto_sub: 'mosquitto-clients', chromium: 'chromium' };
/** What only `npm run test:engines` needs. */
export const ENGINES = { pg_ctl: 'postgresql', prometheus: 'prometheus' };

/** Answers what is still missing, as one sentence, or `undefined` where all is there. */
export function ensurePrograms(needed = PROGRAMS) {
  const missing = missingPrograms(needed);
  if (missing.length === 0) return undefined;
  const packages = missing.map((program) => needed[program]);
  const prefix = aptPrefix();
  if (prefix === undefined) return `The tests need ${missing.join(', ')}: sudo apt-get install ${packages.join(' ')}`;
  install(prefix, packages);
  const still = missingPrograms(needed);
  return still.length === 0 ? undefined : `apt-get could not install ${still.join(', ')}`;
}

/** Debian starts a server right after its installation, except in run level 1; the tests start their own. */
function install(prefix, packages) {
  console.log(`installing ${packages.join(' ')}`);
  const run = (...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', ...args];
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  };
  const order = ['install', '-y', '--no-install-recommends', ...packages];
  if (!run(...order)) run('update') && run(...order);
}

function aptPrefix() {
  if (!isProgram('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return isProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

function missingPrograms(needed) {
  return Object.keys(needed).filter((program) => !isProgram(program));
}

/** Servers live in `sbin`, and PostgreSQL's beside its version, which are not on everybody's path. */
function isProgram(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgresFolders()];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch (error) {
      if (error.code === undefined) throw error;
      return false;
    }
  });
}

function postgresFolders() {
  const installed = '/usr/lib/postgresql';
  return existsSync(installed) ? readdirSync(installed).map((version) => join(installed, version, 'bin')) : [];
}
