/** The styles of widgets that stand on one page: what one widget calls its own, no other is drawn by. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../widgets');
/** What a widget is in, of whatever kind: styles of its parts begin with it. */
const STATES = new Set(['bw-old', 'bw-house', 'bw-dashboard', 'bw']);
const CLASS = /\bbw-[a-z]+(?:-[a-z]+)*/g;

const widgets = readdirSync(FOLDER, { withFileTypes: true }).filter((each) => each.isDirectory() && each.name !== 'shared').map(({ name }) => name);
const styleOf = (widget: string): string => (existsSync(join(FOLDER, widget, 'style.css')) ? readFileSync(join(FOLDER, widget, 'style.css'), 'utf8') : '');
const drawnBy = (widget: string): Set<string> => new Set(readdirSync(join(FOLDER, widget)).filter((name) => name.endsWith('.vue'))
  .flatMap((name) => [...(readFileSync(join(FOLDER, widget, name), 'utf8').split('<script', 1)[0] ?? '').matchAll(CLASS)].map(([found]) => found)));

/** The class that each selector begins with. */
function firstClasses(style: string): string[] {
  const selectors = style.replaceAll(/\/\*[^]*?\*\//g, '').split(/[{}]/).flatMap((part) => part.split(','));
  return selectors.flatMap((selector) => /^\s*\.(bw(?:-[a-z]+)*)/.exec(selector)?.[1] ?? []).filter((name) => !STATES.has(name));
}

describe('styles of widgets', () => {
  it('begin with a class that no other widget draws', () => {
    const clashes = widgets.flatMap((widget) => [...new Set(firstClasses(styleOf(widget)))].flatMap((name) => (
      widgets.filter((other) => other !== widget && drawnBy(other).has(name)).map((other) => `.${name} of ${widget} is drawn by ${other}`))));
    assert.deepEqual(clashes, []);
  });
});
