/**
 * A widget's form: its own fields and rows in the form that all widgets have, `nodes/shared/widget/form.html`. The editor gets whole files: one that
 * put them together while it runs would depend on which file it happens to load first.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { typeOf } from './node-form.mjs';

/** `WIDGET_FORM` is no form of a node; `WIDGET_TEXTS` are the words of all widgets, by language. */
export const WIDGET_FORM = join('nodes', 'shared', 'widget', 'form.html');
export const WIDGET_TEXTS = (language) => join('nodes', 'editor', 'locales', language, 'widget.json');
const CATALOG = '@bottega/node-red-dashboard-2-kpi/widget:widget.';

/** The text of the form in `file`, below `root`, as the editor gets it. Any other form is what it is. */
export function readFormFile(file, root = '.') {
  const own = readFileSync(join(root, file), 'utf8');
  const fields = /<fields(?: filters="([a-z ]+)")?>\n([\s\S]*?)<\/fields>/.exec(own);
  if (fields === null) return own;
  const [, listed = '', lines] = fields;
  const [, rows = ''] = /<rows>\n([\s\S]*?)<\/rows>/.exec(own) ?? [];
  const filters = listed === '' ? [] : [...listed.split(' '), 'any'];
  const name = basename(file, '.html');
  return readFileSync(join(root, WIDGET_FORM), 'utf8').replace(/^<!--[\s\S]*?-->\n/, '')
    .replace(/ *(?:\/\*|<!--) if (\w+) (?:\*\/|-->)\n([\s\S]*?) *(?:\/\*|<!--) end (?:\*\/|-->)\n/g, (_whole, filter, piece) => (filters.includes(filter) ? piece : ''))
    .replace(/ *__FIELDS__\n/, () => indented(lines, 12)).replace(/ *__ROWS__\n/, () => indented(rows, 4))
    .replaceAll('__CATALOG__', CATALOG).replaceAll('__TYPE__', typeOf(name)).replaceAll('__NAME__', name)
    .replaceAll('__MORE__', filters.length > 0 ? 'more' : 'colors');
}

function indented(lines, spaces) {
  return lines.replace(/^ *(?=\S)/gm, ' '.repeat(spaces));
}
