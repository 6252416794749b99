/** What does the flow library think of the package? Runs its own tool, node-red-dev, on a folder, with the network's answers made here. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './product.js';

/** By the name of the check: P01, N02 … */
export type Scorecard = Readonly<Record<string, { readonly test?: boolean }>>;

/** It lies beside the other versions of Node.js that tests run on: hundreds of packages that nobody else needs. */
const HOME = join(ROOT, 'test/fixtures/nodes/package.json');

/** It ends with 0 whatever it finds: only its card says what. `scratch`: where that is written. */
export function scorecardOf(folder: string, scratch: string): Scorecard {
  const tool = join(dirname(createRequire(HOME).resolve('node-red-dev/package.json')), 'bin/run');
  const card = join(scratch, 'scorecard.json');
  const preload = join(__dirname, 'scorecardOffline.cjs');
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  execFileSync(process.execPath, ['--require', preload, tool, 'validate', '-p', folder, '-o', card], {
    cwd: scratch, env: { ...env, BOTTEGA_ROOT: ROOT }, stdio: ['ignore', 'ignore', 'ignore'], timeout: 60_000,
  });
  return JSON.parse(readFileSync(card, 'utf8')) as Scorecard;
}
