/** `npm run store -- COMMAND …`: builds where something changed, then becomes `bottega-store`. */
const from = process.cwd();
await import('./build.mjs');
process.chdir(process.env.INIT_CWD ?? from);
await import('../dist/cli/store.js');
