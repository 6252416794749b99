/**
 * Is every node complete, in both languages, and shown in a template? Prints each broken rule; exits 1 where there is one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readForm, typeOf } from './node-form.mjs';
import { readFormFile, WIDGET_TEXTS } from './widget-form.mjs';

const LANGUAGES = ['en-US', 'it'];
const HELP = {
  'en-US': ['Purpose', 'Inputs', 'Outputs', 'Details', 'Guarantee', 'Memory', 'Example'],
  it: ['Scopo', 'Ingressi', 'Uscite', 'Dettagli', 'Garanzia', 'Memoria', 'Esempio'],
};
const MAX_HTML_LINES = 150;
/** Saved fields that no person types in. */
const UNLABELED = ['version'];

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const broken = [];
const nodes = readdirSync('nodes').filter((name) => /^\d\d-/.test(name)).sort().map((folder) => ({ folder, name: folder.slice(3), path: join('nodes', folder) }));
const forms = new Map(nodes.filter(({ path, name }) => existsSync(join(path, `${name}.html`))).map((node) => [node.name, formOf(node)]));

for (const node of nodes) {
  checkFiles(node);
  checkForm(node);
  checkLocales(node);
  checkHelp(node);
}
checkEditor();
checkPackage();
checkFlows();
for (const rule of broken) console.error(rule);
console.log(`${nodes.length} nodes checked, ${broken.length} rules broken`);
process.exit(broken.length === 0 ? 0 : 1);

function checkFiles({ path, name }) {
  const needed = ['config.ts', `${name}.ts`, `${name}.html`];
  for (const language of LANGUAGES) needed.push(`locales/${language}/${name}.json`, `locales/${language}/${name}.html`);
  for (const file of needed) demand(existsSync(join(path, file)), `${path}: ${file} is missing`);
  demand(existsSync(`icons/${name}.svg`), `${path}: icons/${name}.svg is missing`);
}

function formOf({ path, name }) {
  const file = join(path, `${name}.html`);
  const html = readFormFile(file);
  demand(html.split('\n').length <= MAX_HTML_LINES, `${file}: more than ${MAX_HTML_LINES} lines`);
  const form = readForm(html, typeOf(name));
  demand(form.definition !== undefined, `${file}: no literal registerType('${typeOf(name)}', …)${form.error === undefined ? '' : ` (${form.error})`}`);
  return { ...form, html: html + scriptBeside(path) };
}

/** What a form has of its own scripts in a second file. */
function scriptBeside(path) {
  const file = join(path, 'form.js');
  if (!existsSync(file)) return '';
  const script = readFileSync(file, 'utf8');
  demand(script.split('\n').length <= MAX_HTML_LINES, `${file}: more than ${MAX_HTML_LINES} lines`);
  return script;
}

function checkForm({ path, name }) {
  const form = forms.get(name);
  if (form?.definition === undefined) return;
  const { definition } = form;
  demand(definition.icon === `${name}.svg`, `${path}: icon is not ${name}.svg`);
  demand(definition.defaults?.version?.value !== undefined, `${path}: the form saves no version`);
  checkWires(path, name, definition);
  for (const [field, rule] of Object.entries(definition.defaults ?? {})) {
    demand('value' in rule, `${path}: ${field} has no default value`);
    // With one parameter Node-RED takes the reason that a validator returns for a "yes".
    demand(rule.validate === undefined || rule.validate.length === 2, `${path}: the validator of ${field} must be declared with (value, opt)`);
    if (UNLABELED.includes(field)) continue;
    for (const language of LANGUAGES) {
      const label = textIn(localeOf(path, name, language), `${name}.label.${field}`) ?? sharedText(name, language, `label.${field}`);
      demand(label !== undefined, `${path}: ${field} has no label in ${language}`);
    }
  }
}

/** Widgets ask for themselves; four kinds of node have less than two outputs. */
function checkWires(path, name, { category, inputs, outputs }) {
  if (name.startsWith('ui-')) demand(inputs + outputs === 0, `${path}: a widget has wires`);
  else if (category !== 'config') demand(outputs === 2 || ['monitor', 'webhook', 'deadletter', 'database'].includes(name), `${path}: not two outputs`);
}

function checkLocales({ path, name }) {
  const reference = checkTexts(path, name);
  const isKnown = (key) => (key.endsWith('*') ? reference.some((each) => each.startsWith(key.slice(0, -1))) : reference.includes(key));
  for (const key of usedKeys(path, name)) demand(isKnown(key), `${path}: ${key} is used but in no locale`);
  for (const [, key] of (forms.get(name)?.html ?? '').matchAll(/\/widget:widget\.([\w.]*\w)["']/g)) {
    for (const language of LANGUAGES) demand(sharedText(name, language, key) !== undefined, `${path}: widget.${key} is used but not in ${language}`);
  }
}

/** The keys of the texts, which must be the same in every language. */
function checkTexts(path, name) {
  const [reference, ...others] = LANGUAGES.map((language) => keysOf(localeOf(path, name, language)));
  for (const keys of others) {
    for (const key of reference.filter((each) => !keys.includes(each))) broken.push(`${path}: ${key} is only in ${LANGUAGES[0]}`);
    for (const key of keys.filter((each) => !reference.includes(each))) broken.push(`${path}: ${key} is only in ${LANGUAGES[1]}`);
  }
  return reference;
}

/** Keys that stand literally in the form and in calls of the node's status; one that goes on as `' + …` gets a star. */
function usedKeys(path, name) {
  const html = forms.get(name)?.html ?? '';
  const inForm = new RegExp(`data-i18n="(?:\\[\\w+\\])?(${name}\\.[\\w.-]+)"|_\\(['"](${name}\\.[\\w.-]+)['"](\\s*\\+)?`, 'g');
  const fromForm = [...html.matchAll(inForm)].map(([, attribute, called, more]) => attribute ?? called + (more === undefined ? '' : '*'));
  const source = readdirSync(path).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(path, file), 'utf8')).join('\n');
  const fromStatus = [...source.matchAll(/status\.(?:ok|waiting|broken|idle)\('([\w.-]+)'/g)].map((match) => `${name}.status.${match[1]}`);
  return [...new Set([...fromForm, ...fromStatus])];
}

function checkHelp({ path, name }) {
  for (const language of LANGUAGES) {
    const file = join(path, `locales/${language}/${name}.html`);
    if (!existsSync(file)) continue;
    const html = readFileSync(file, 'utf8');
    demand(html.includes(`data-help-name="${typeOf(name)}"`), `${file}: no data-help-name="${typeOf(name)}"`);
    const titles = [...html.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, title]) => title.trim());
    demand(titles.join() === HELP[language].join(), `${file}: the sections are ${titles.join(', ')}`);
  }
}

/** The plugins that our forms share: files of one name, listed in the package, with texts in both languages or none. */
function checkEditor() {
  const path = join('nodes', 'editor');
  const names = readdirSync(path).filter((file) => file.endsWith('.html')).map((file) => file.slice(0, -'.html'.length));
  const listed = JSON.parse(readFileSync('package.json', 'utf8'))['node-red'].plugins ?? {};
  demand(names.sort().join() === Object.keys(listed).sort().join(), `package.json: node-red.plugins is not ${names.join(', ')}`);
  for (const name of names) {
    const lines = readFileSync(join(path, `${name}.html`), 'utf8').split('\n').length;
    demand(lines <= MAX_HTML_LINES, `${path}/${name}.html: more than ${MAX_HTML_LINES} lines`);
    demand(existsSync(join(path, `${name}.ts`)), `${path}: ${name}.ts is missing`);
    demand(listed[name] === `dist/nodes/editor/${name}.js`, `package.json: node-red.plugins.${name} is ${listed[name]}`);
    checkTexts(path, name);
  }
}

function checkPackage() {
  const listed = JSON.parse(readFileSync('package.json', 'utf8'))['node-red'].nodes;
  const expected = Object.fromEntries(nodes.map(({ folder, name }) => [name, `dist/nodes/${folder}/${name}.js`]));
  const order = Object.keys(expected).join(', ');
  demand(JSON.stringify(listed) === JSON.stringify(expected), `package.json: node-red.nodes is not the nodes in stream order: ${order}`);
}

function checkFlows() {
  const files = existsSync('flows') ? readdirSync('flows', { recursive: true }).filter((file) => file.endsWith('.json')) : [];
  const shown = new Set();
  for (const file of files) {
    for (const { type, id } of JSON.parse(readFileSync(join('flows', file), 'utf8'))) {
      shown.add(type);
      demand(type !== 'function', `flows/${file}: ${id} is a function node`);
    }
  }
  for (const [name, { definition }] of forms) {
    if (definition !== undefined && definition.category !== 'config') demand(shown.has(typeOf(name)), `flows: no example shows ${name}`);
  }
}

function localeOf(path, name, language) {
  const file = join(path, `locales/${language}/${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** What the forms of all widgets say. */
function sharedText(name, language, key) {
  return name.startsWith('ui-') ? textIn(JSON.parse(readFileSync(WIDGET_TEXTS(language), 'utf8')), `widget.${key}`) : undefined;
}

function textIn(texts, key) {
  return key.split('.').reduce((at, step) => at?.[step], texts);
}

function keysOf(value, prefix = '') {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, prefix === '' ? key : `${prefix}.${key}`));
}

function demand(holds, rule) {
  if (!holds) broken.push(rule);
}
