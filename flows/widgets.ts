/**
 * `widgets` are the cards of the dashboard: a Vue template from `widgets/`, with the shared methods and its options written into it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, 'widgets');

/** The text of a widget, ready for a `ui-template`. `include` names markup that several have. */
export function widget(name: string, options: Readonly<Record<string, unknown>>): string {
  return read(`${name}.vue`)
    .replace(/^ *<!-- include ([a-z]+) -->\n/m, (_line, fragment: string) => read(`${fragment}.html`))
    .replace(/^ *\.\.\.shared,\n/m, () => sharedMethods())
    .replace('OPTIONS', () => JSON.stringify(options).replaceAll('</', '<\\/'));
}

/** The style of the whole dashboard. */
export function style(): string {
  return read('style.css');
}

/** The inside of the object in `shared.js`, indented as methods are. */
function sharedMethods(): string {
  const text = read('shared.js');
  const inside = text.slice(text.indexOf('({\n') + 3, text.lastIndexOf('})'));
  return inside.replace(/^(?=.)/gm, '  ');
}

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
