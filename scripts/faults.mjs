/**
 * Does everything survive what can go wrong? Runs the fault suite against the product's own processes, a real broker and a real Redis.
 * `--seed N` chooses the faults, `--minutes N` how long they go on; the same seed is the same plan.
 */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePrograms } from './system-programs.mjs';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const missing = ensurePrograms();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}
const child = spawn(process.execPath, ['--import', 'tsx', 'test/faults/main.ts', ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => { process.exit(code ?? 1); });
