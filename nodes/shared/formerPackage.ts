/**
 * `formerPackageIn` finds this package under its former name beside it: both register the same node types, and Node-RED keeps one of each at random.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `former` is what the package was called before it brought widgets: Dashboard 2 asks for its own name in that of a package with widgets. */
export const former = { name: '@bottega/node-red-kpi' } as const;

/** `formerPackageIn` is the command that removes it from Node-RED's user directory, `undefined` where it is not there. */
export function formerPackageIn(userDir: string | undefined): string | undefined {
  if (userDir === undefined || !existsSync(join(userDir, 'node_modules', former.name, 'package.json'))) return undefined;
  return `npm remove --prefix "${userDir}" ${former.name}`;
}
