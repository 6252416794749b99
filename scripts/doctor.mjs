/** `npm run doctor`: builds where something changed, then becomes `bottega-doctor`. */
const from = process.cwd();
await import('./build.mjs');
process.chdir(process.env.INIT_CWD ?? from);
await import('../dist/cli/doctor.js');
