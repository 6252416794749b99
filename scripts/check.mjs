/** `npm run check -- file.timeline.yaml`: builds where something changed, then becomes `bottega-check`. */
const from = process.cwd();
await import('./build.mjs');
process.chdir(process.env.INIT_CWD ?? from);
await import('../dist/cli/check.js');
