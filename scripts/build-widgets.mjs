/**
 * `buildWidgets` builds the components of `widgets/` for Dashboard 2's page: a file per widget, named in package.json, and what several share in
 * further files. Dashboard imports them as modules; Vue is the page's own.
 */
import vue from '@vitejs/plugin-vue';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Vue from 'vue';
import { build, createServer } from 'vite';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Writes them into a folder, which is emptied first. */
export async function buildWidgets(target) {
  await build({
    root, configFile: false, logLevel: 'warn', base: './', publicDir: false,
    plugins: [pageVue(), vue()],
    build: {
      outDir: resolve(target), emptyOutDir: true, target: 'es2022', modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false,
      // The charting library, which a page loads when it first shows a chart: 186 kB as it is sent.
      chunkSizeWarningLimit: 700,
      rollupOptions: {
        input: entries(),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', assetFileNames: '[name]-[hash][extname]' },
      },
    },
  });
  // The typeface's license asks to go with it.
  copyFileSync(join(root, 'node_modules/@fontsource-variable/inter/LICENSE'), join(target, 'inter-LICENSE.txt'));
}

/** A server that loads components into Node.js, for tests that draw them. */
export function componentServer() {
  return createServer({
    root, configFile: false, logLevel: 'error', appType: 'custom', plugins: [vue()], optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
}

/** `ui-bottega-kpi` is built of `widgets/kpi/index.ts`. */
function entries() {
  const { widgets } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))['node-red-dashboard-2'];
  const entryOf = (name) => join(root, 'widgets', name.replace('ui-bottega-', ''), 'index.ts');
  return Object.fromEntries(Object.entries(widgets).map(([name, { output }]) => [output.replace(/\.js$/, ''), entryOf(name)]));
}

/** Two copies of Vue do not see each other's components: ours is the one that Dashboard puts on the page. */
function pageVue() {
  const names = Object.keys(Vue).filter((name) => /^[\w$]+$/.test(name) && name !== 'default');
  const code = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => window.Vue.${name})();`).join('\n');
  return {
    name: 'page-vue', enforce: 'pre',
    resolveId: (id) => (id === 'vue' ? '\0page-vue' : undefined),
    load: (id) => (id === '\0page-vue' ? { code, moduleSideEffects: false } : undefined),
  };
}
