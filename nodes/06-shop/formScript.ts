/**
 * The script of the editor's form: the runtime's own calendar files, wrapped for a browser, so that form and deploy check alike.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';

/** In the order of their imports. */
const MODULES = [
  '../../engine/base/json', '../../engine/base/name', '../../engine/calendar/weeklyHours', '../../engine/calendar/shifts',
  '../../engine/calendar/exceptionDays', '../../engine/calendar/patronSaints',
  '../../engine/event/schema', '../../engine/kpi/systemOfRecord', './calendar', './form',
];

let script: string | undefined;

/** `serveFormScript` serves `bottega/shop/form.js`, beside the editor: what the files export is in `window.bottegaShop`. It is public, as the package is. */
export function serveFormScript(RED: NodeAPI): void {
  RED.httpAdmin.get('/bottega/shop/form.js', (_request, response) => {
    script ??= formScript((path) => readFileSync(join(__dirname, `${path}.js`), 'utf8'));
    response.type('js').set('Cache-Control', 'no-cache').send(script);
  });
}

/** `formScript` makes the files one script; each finds in `require` what those before it export. */
export function formScript(read: (path: string) => string): string {
  const wrapped = MODULES.map((path) => `(function (exports) {\n${read(path)}\n})(window.bottegaShop);`);
  return ['window.bottegaShop = {};', '(function () {', 'function require() { return window.bottegaShop; }', ...wrapped, '})();'].join('\n');
}
