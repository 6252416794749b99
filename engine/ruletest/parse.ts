/**
 * `readTimeline` reads what a timeline file tests: a shop with its rules and numbers, and cases of steps and expectations.
 */
import type { Needed } from '../read/adaptive/windowSize.js';
import type { ActiveAlert } from '../alert/state.js';
import type { Input } from '../alert/stateMachine.js';
import { readRules } from '../alert/ruleForm.js';
import type { Rule } from '../alert/rule.js';
import { type CustomKpi, kpisOf } from '../kpi/customKpis.js';
import { ConfigError } from '../base/errors.js';
import type { Opening } from '../calendar/openingHours.js';
import { kpisWithOwn, type PresetSettings } from '../kpi/builtinKpis.js';
import type { SystemOfRecord } from '../kpi/systemOfRecord.js';
import type { Store } from '../store/store.js';
import type { Calendar } from '../calendar/windowAssigner.js';
import { type Expectation, readExpectations } from './expectation.js';
import { type SourcePlace, TimelineError } from './diagnostic.js';
import { asList, asMap, asText, placeOf, plain, refuseUnknown, textAt, valueAt } from './fields.js';
import { type TestStep, readSteps } from './step.js';
import { type Day, momentAt } from './instant.js';
import { type Located, type LocatedMap, readYaml } from './yaml.js';
import { type Kpi } from '../kpi/kpi.js';

export type SavedCase = Readonly<Record<string, unknown>>;

/** `TestShop` is the shop, as its form says it. */
export interface TestShop {
  readonly calendar: Calendar;
  readonly opening: Opening;
  readonly currency: string;
  readonly stores: readonly string[];
  readonly records: readonly SystemOfRecord[];
}

/** `Counting` is how the window node counts, as its form says it. */
export interface Counting {
  readonly kpis: readonly CustomKpi[];
  readonly presets: PresetSettings;
  readonly graceMs: number;
  readonly intervalMs: number;
  readonly auto?: Needed;
}

/** `FlowParts` are what an exported flow says, as its nodes saved it. */
export interface FlowParts {
  readonly shop: SavedCase;
  readonly window?: SavedCase;
  readonly rules: readonly unknown[];
}

/** `RuleChange` is an input to one rule. */
export interface RuleChange {
  readonly rule: Rule;
  readonly store: string;
  readonly input: Input;
}

/** `WatchAbsence` watches for absent sources; `advance` answers when to read them again. */
export type WatchAbsence = (deps: {
  readonly store: Store;
  readonly rules: readonly Rule[];
  readonly shop: Pick<TestShop, 'calendar' | 'opening'>;
  apply(inputs: readonly RuleChange[]): Promise<unknown>;
  alerts(): readonly ActiveAlert[];
}) => { advance(now: number): Promise<number | undefined> };

/** `Forms` of the nodes, read by the nodes' own readers; each throws `ConfigError`. */
export interface Forms {
  shop(saved: SavedCase): TestShop;
  window(saved: SavedCase): Counting;
  readonly watchAbsence: WatchAbsence;
  /** The parts of an exported flow that belong to one shop; `shop` names it where there are several. */
  flow(file: string, shop: string | undefined): FlowParts;
}

export interface Setting {
  readonly shop: TestShop;
  readonly counting: Counting;
  readonly kpis: readonly Kpi[];
  readonly rules: readonly Rule[];
  readonly watchAbsence: WatchAbsence;
}

export interface Case {
  readonly name: string;
  readonly line: number;
  /** Those that the case is about. */
  readonly rules: readonly Rule[];
  readonly steps: readonly TestStep[];
  readonly expectations: readonly Expectation[];
}

export interface Timeline {
  readonly setting: Setting;
  readonly cases: readonly Case[];
}

const FILE_KEYS = ['flow', 'shop', 'window', 'kpis', 'rules', 'day', 'cases'];
const CASE_KEYS = ['name', 'day', 'rules', 'events', 'expect'];

/** `readTimeline` reads a whole file. `given`: a flow that stands in for the one the file names. Throws `TimelineError` at the first thing that is wrong. */
export function readTimeline(text: string, forms: Forms, given?: FlowParts): Timeline {
  const file = asMap(readYaml(text), 'timeline');
  refuseUnknown(file, FILE_KEYS);
  const setting = readSetting(file, forms, given);
  const cases = asList(valueAt(file, 'cases'), 'cases').map((node) => readCase(asMap(node, 'cases'), file, setting));
  if (cases.length === 0) throw new TimelineError({ line: file.line, field: 'cases' }, 'missing');
  return { setting, cases };
}

/** What the file says itself outranks the flow's, field by field; a list replaces the flow's list. */
function readSetting(file: LocatedMap, forms: Forms, given: FlowParts | undefined): Setting {
  const flow = given ?? readFlow(valueAt(file, 'flow'), forms);
  const own = valueAt(file, 'shop');
  const shop = formPart(own ?? file, 'shop', () => forms.shop({ ...flow?.shop, ...(own === undefined ? {} : shopForm(asMap(own, 'shop'))) }));
  const counting = formPart(file, 'window', () => forms.window({ ...flow?.window, ...windowForm(file) }));
  const kpis = kpisWithOwn(kpisOf(counting.kpis), shop);
  return { shop, counting, kpis, rules: rulesIn(valueAt(file, 'rules'), flow?.rules ?? [], kpis), watchAbsence: forms.watchAbsence };
}

/** The window node's form, with the rows of its own numbers beside it. */
function windowForm(file: LocatedMap): SavedCase {
  const window = valueAt(file, 'window');
  const kpis = valueAt(file, 'kpis');
  return { ...(window === undefined ? {} : plain(asMap(window, 'window')) as SavedCase), ...(kpis === undefined ? {} : { kpis: plain(kpis) }) };
}

/** Row by row first, so that what is refused has a line; then together, for names that are there twice. */
function rulesIn(node: Located | undefined, flow: readonly unknown[], kpis: readonly Kpi[]): readonly Rule[] {
  const known = new Map(kpis.map((kpi) => [kpi.name, kpi]));
  if (node === undefined) return formPart(NOWHERE, 'rules', () => readRules(flow, known));
  const rows = asList(node, 'rules');
  for (const row of rows) formPart(row, 'rules', () => readRules([plain(row)], known));
  return formPart(node, 'rules', () => readRules(rows.map(plain), known));
}

const NOWHERE: Located = { kind: 'text', line: 1, text: '', style: 'plain' };

function readFlow(node: Located | undefined, forms: Forms): FlowParts | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'text') return formPart(node, 'flow', () => forms.flow(node.text, undefined));
  const map = asMap(node, 'flow');
  refuseUnknown(map, ['file', 'shop']);
  const file = textAt(map, 'file');
  if (file === undefined) throw new TimelineError(placeOf(map, 'flow'), 'missing', undefined, 'file');
  return formPart(map, 'flow', () => forms.flow(file.text, textAt(map, 'shop')?.text));
}

/** `stores: [milano-1]` in short for a list of rows. */
function shopForm(map: LocatedMap): SavedCase {
  const stores = valueAt(map, 'stores');
  const form = plain(map) as SavedCase;
  if (stores?.kind !== 'list') return form;
  return { ...form, stores: stores.items.map((item) => (item.kind === 'text' ? { id: item.text } : plain(item))) };
}

/** Gives what a node's form refuses the line on which it stands here. */
function formPart<T>(node: Located, field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const name = /([A-Za-z_]+)(?:\[\d+\])?$/.exec(error.field)?.[1] ?? field;
    const value = typeof error.value === 'string' ? error.value : JSON.stringify(error.value);
    throw new TimelineError({ line: lineOf(node, name) ?? node.line, field: error.field }, 'form', value, error.rule);
  }
}

function lineOf(node: Located, key: string): number | undefined {
  if (node.kind === 'list') return node.items.map((item) => lineOf(item, key)).find((line) => line !== undefined);
  if (node.kind !== 'map') return undefined;
  return node.entries.find((entry) => entry.key === key)?.line ?? node.entries.map(({ value }) => lineOf(value, key)).find((line) => line !== undefined);
}

function readCase(node: LocatedMap, file: LocatedMap, { shop, rules: allRules, kpis: allKpis }: Setting): Case {
  refuseUnknown(node, CASE_KEYS);
  const rules = rulesOf(valueAt(node, 'rules'), allRules);
  const name = textAt(node, 'name');
  if (name === undefined) throw new TimelineError({ line: node.line, field: 'cases' }, 'missing', undefined, 'name');
  const day = readDay(node, file, shop);
  const names = rules.map((rule) => rule.name);
  const steps = readSteps(asList(valueAt(node, 'events'), 'events'), day, { store: shop.stores[0] ?? '', rules: names });
  const known = { kpis: allKpis.map((kpi) => kpi.name), rules: names };
  const expectations = readExpectations(asList(valueAt(node, 'expect'), 'expect'), day, known);
  // A case that expects nothing would pass whatever happened.
  if (expectations.length === 0) throw new TimelineError({ line: node.line, field: 'expect' }, 'missing');
  return { name: name.text, line: node.line, rules, steps, expectations };
}

/** All, or those whose names are listed. */
function rulesOf(node: Located | undefined, rules: readonly Rule[]): readonly Rule[] {
  if (node === undefined) return rules;
  return asList(node, 'rules').map((item) => {
    const { text } = asText(item, 'rules');
    const rule = rules.find(({ name }) => name === text);
    if (rule === undefined) throw new TimelineError({ line: item.line, field: 'rules' }, 'rule', text, rules.map(({ name }) => name).join(', '));
    return rule;
  });
}

function readDay(node: LocatedMap, file: LocatedMap, { calendar }: TestShop): Day {
  const found = valueAt(node, 'day') ?? valueAt(file, 'day');
  if (found === undefined) throw new TimelineError({ line: node.line, field: 'day' }, 'missing');
  const place: SourcePlace = placeOf(found, 'day');
  const day = { clock: calendar.clock, date: asText(found, 'day').text };
  if (!/^\d{4}-\d\d-\d\d$/.test(day.date)) throw new TimelineError(place, 'time', day.date);
  momentAt('12:00', day, place);
  return day;
}
