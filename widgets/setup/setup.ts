/**
 * `setupOf` puts what is connected and what is not into words: each thing to do as a task that is open, done, or not needed here.
 */
import type { Finding } from '../../engine/doctor/findings.js';
import findingsEn from '../../engine/doctor/words/en.json';
import findingsIt from '../../engine/doctor/words/it.json';
import type { SetupData } from '../../nodes/96-ui-setup/source.js';
import type { Words } from '../shared/words.js';
import { senderTask } from './sender.js';
import { type NodeLink, type ShownSays, type ShownTask, stepsAt, type TaskState } from './task.js';

/** `SetupProps` are what the browser gets of the form. */
export interface SetupProps {
  readonly title: string;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownSetup`: `here`, whether senders are connected in this Node-RED. */
export interface ShownSetup {
  readonly open: readonly ShownTask[];
  readonly done: readonly ShownTask[];
  readonly away: readonly ShownTask[];
  readonly more: readonly ShownTask[];
  readonly here: 'senders' | 'none';
}

export function setupOf(data: SetupData, now: number, words: Words): ShownSetup {
  const link: NodeLink = (id, kind, text) => (data.editor === null || id === '' ? [] : [{ href: `${data.editor}#node/${id}${kind === 'node' ? '/edit' : ''}`, text }]);
  const putAway = new Set(data.putAway);
  const begun = data.senders.some(({ access, label }) => access === 'open' && label === '') ? 'begun' : 'fresh';
  const senders = data.senders.map((sender) => senderTask(sender, begun, now, words, link));
  const tasks = [...senders, ...addressTask(data, now, words, link), hoursTask(data, words, link), storesTask(data, words, link), ...noticesTask(data, words, link)]
    .map((task): ShownTask => (putAway.has(task.key) && task.state === 'open' ? { ...task, state: 'away', chip: { text: words.text('chip.away'), tone: 'calm' } } : task));
  const of = (state: TaskState): readonly ShownTask[] => tasks.filter((task) => task.state === state);
  return { open: of('open'), done: of('done'), away: of('away'), more: of('more'), here: data.senders.length > 0 ? 'senders' : 'none' };
}

/** Only who sends over the internet needs it; where none does, its owner puts it away. */
function addressTask({ senders, address: { judged, trial } }: SetupData, now: number, words: Words, link: NodeLink): ShownTask[] {
  const [first] = senders;
  if (first === undefined) return [];
  const known = senders.find(({ address }) => address.reach === 'public');
  const task = { key: 'address', title: words.text('address.title'), links: link((known ?? first).id, 'node', words.text('link.sender')) };
  if (known === undefined) {
    return [{ ...task, place: '', state: 'open', chip: { text: words.text('chip.missing'), tone: 'warn' }, says: [saidBy(LOCAL, words)], steps: stepsAt('address.steps', words), links: [] }];
  }
  const { origin } = new URL(known.address.url);
  const found = judged?.url === origin ? judged : undefined;
  const says = (found?.findings ?? []).filter(({ as }) => as !== 'none').map((finding) => saidBy(finding, words));
  const isReached = found !== undefined && found.findings.every(({ state }) => state !== 'failed') && found.findings.some(({ check, state }) => check === 'address' && state === 'ok');
  const canTry = senders.some(({ access, proof, address }) => access === 'open' && proof === 'signature' && address.reach === 'public');
  const untried: ShownSays = { text: words.text(canTry ? 'address.untried' : 'address.noSigner'), tone: 'calm' };
  const chip: ShownSays = isReached ? { text: words.text('chip.reached'), tone: 'good' }
    : found === undefined ? { text: words.text('chip.untried'), tone: 'warn' } : { text: words.text('chip.wrong'), tone: 'bad' };
  const when: ShownSays[] = found === undefined ? [untried] : [{ text: words.text('address.when', { age: words.age(now - found.judgedAt) }), tone: 'calm' }];
  return [{
    ...task, place: origin, state: isReached ? 'done' : 'open', chip, says: [...says, ...when], steps: [],
    ...(canTry ? { trial: { command: 'address', state: trial, label: words.text('address.try') } } : {}),
  }];
}

const LOCAL: Finding = { check: 'address', state: 'skipped', as: 'none', values: {} };
const FINDINGS = { it: findingsIt, en: findingsEn } as const;
const TONES = { ok: 'good', warning: 'warn', failed: 'bad', skipped: 'calm' } as const;

/** As the doctor says it, with what to do. */
function saidBy({ check, as, state, values }: Finding, words: Words): ShownSays {
  const sentences = (FINDINGS[words.language][check] as Readonly<Record<string, readonly string[]>>)[as] ?? [];
  const filled = sentences.filter((sentence) => sentence !== '').map((sentence) => sentence.replace(/__(\w+)__/g, (whole, name: string) => values[name] ?? whole));
  return { text: filled.join('. '), tone: TONES[state] };
}

function hoursTask({ shop }: SetupData, words: Words, link: NodeLink): ShownTask {
  return shopTask('hours', shop.hours === 'weekly' ? 'done' : 'open', words.text(`hours.${shop.hours}`), words, link(shop.node, 'configuration', words.text('link.shop')));
}

function storesTask({ shop }: SetupData, words: Words, link: NodeLink): ShownTask {
  const names = shop.stores.join(', ');
  return shopTask('stores', shop.named === 'own' ? 'done' : 'open', words.text(`stores.${shop.named}`, { names }), words, link(shop.node, 'configuration', words.text('link.shop')));
}

function shopTask(key: 'hours' | 'stores', state: 'open' | 'done', text: string, words: Words, links: ShownTask['links']): ShownTask {
  const chip: ShownSays = state === 'done' ? { text: words.text('chip.set'), tone: 'good' } : { text: words.text('chip.unset'), tone: 'warn' };
  return { key, title: words.text(`${key}.title`), place: '', state, chip, says: [{ text, tone: 'calm' }], steps: state === 'done' ? [] : stepsAt(`${key}.steps`, words), links };
}

/** Where neither rules nor ways are, another Node-RED has them. */
function noticesTask({ notices: { alerts, ways } }: SetupData, words: Words, link: NodeLink): ShownTask[] {
  const [alert] = alerts;
  const [way] = ways;
  if (alert === undefined && way === undefined) return [];
  const rules = alerts.reduce((sum, each) => sum + each.rules, 0);
  const chosen = [...new Set(ways.map((each) => each.way))].filter((each) => each !== 'none').map((each) => words.text(`notices.way.${each}`));
  const isDone = chosen.length > 0 && (alert === undefined || rules > 0);
  const says = [
    ...(alert === undefined ? [] : [words.text(rules === 1 ? 'notices.rule' : 'notices.rules', { n: words.decimal(rules, 0) })]),
    chosen.length > 0 ? words.text('notices.ways', { ways: chosen.join(', ') }) : words.text(way === undefined ? 'notices.noNode' : 'notices.noWay'),
  ];
  return [{
    key: 'notices', title: words.text('notices.title'), place: '', state: isDone ? 'done' : 'open',
    chip: isDone ? { text: words.text('chip.set'), tone: 'good' } : { text: words.text('chip.unset'), tone: 'warn' },
    says: says.map((text) => ({ text, tone: 'calm' })), steps: [],
    links: [...link(way?.id ?? '', 'node', words.text('link.notify')), ...link(alert?.id ?? '', 'node', words.text('link.alert'))],
  }];
}
