/** Suites that load nodes into Node-RED's own test helper: an empty user directory for each test, and how a broken form is named. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { ConfigError } from '../../engine/base/errors.js';

/** Where the Node-RED under test is: the one that `BOTTEGA_NODE_RED` names (`node-red-4`), otherwise the newest. */
export const NODE_RED = require.resolve(process.env['BOTTEGA_NODE_RED'] ?? 'node-red');

helper.init(NODE_RED);

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
