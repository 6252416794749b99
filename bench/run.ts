/**
 * `npm run bench [-- name …]`: runs benchmarks, each in a process of its own, one after the other, one JSON object a line.
 * `--profile` leaves a CPU profile of each in the working directory; `--million` takes the growth further.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cart } from './cart.js';
import { dedupe } from './dedupe.js';
import { disk } from './disk.js';
import { fold } from './fold.js';
import { growth } from './growth.js';
import { intake } from './intake.js';
import { lines } from './lines.js';
import { live } from './live.js';
import { outbox } from './outbox.js';
import { viewers } from './viewers.js';

const BENCHES: Readonly<Record<string, (flags: readonly string[]) => Promise<void>>> = { fold, disk, cart, dedupe, outbox, intake, live, growth, lines, viewers };

const words = process.argv.slice(2);
const flags = words.filter((word) => word.startsWith('--'));
const asked = words.filter((word) => !word.startsWith('--'));

if (flags.includes('--here')) void runHere(asked);
else runEach(asked.length > 0 ? asked : Object.keys(BENCHES));

function runEach(names: readonly string[]): void {
  const profile = flags.includes('--profile') ? ['--cpu-prof'] : [];
  for (const name of names) {
    const { status } = spawnSync(process.execPath, [...profile, '--require', join(__dirname, 'register.cjs'), __filename, name, '--here', ...flags], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

async function runHere(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const bench = BENCHES[name];
    if (bench === undefined) throw new Error(`no such benchmark: ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
    await bench(flags);
  }
}
