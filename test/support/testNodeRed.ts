/** How does a suite load rooms into Node-RED's own test helper? With an empty user directory for each test; and how is a broken form named? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { ConfigError } from '../../engine/base/errors.js';

helper.init(require.resolve('node-red'));

/** Call it inside `describe`; `directory` is the user directory of the test that runs. */
export function eachInNodeRed(): { readonly directory: string } {
  const home = { directory: '' };
  beforeEach((done) => {
    home.directory = mkdtempSync(join(tmpdir(), 'bottega-nodes-'));
    helper.settings({ userDir: home.directory });
    helper.startServer(done);
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => { helper.stopServer(resolve); });
    rmSync(home.directory, { recursive: true, force: true });
  });
  return home;
}

/** The port that a loaded configuration node offers, `undefined` where its form is broken. */
export function portIn(id: string): unknown {
  return (helper.getNode(id) as { port?: unknown }).port;
}

/** For `assert.throws`: the error of a form that names that field. */
export function names(field: string): (error: unknown) => boolean {
  return (error) => error instanceof ConfigError && error.field === field;
}
