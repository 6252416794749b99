/** `npm start` and `npm run demo`: builds where something changed, then becomes the product (one process, so a signal to it is a signal to us). */
const from = process.cwd();
await import('./build.mjs');
process.chdir(from);
await import('../dist/launcher/start.js');
