/**
 * `senderTask` puts one sender into words: the address it is to send to, the steps there, how its secret is, what a trial said, and whether it has sent.
 */
import type { SetupSender } from '../../nodes/96-ui-setup/source.js';
import type { SenderTrial } from '../../nodes/shared/senderPort.js';
import type { Words } from '../shared/words.js';
import { type NodeLink, type ShownSays, type ShownTask, stepsAt, type TaskState } from './task.js';

/** A sender that has just begun to send stays in sight for so long before it folds away. */
const FRESH_MS = 60_000;
const CODES = [401, 403, 404, 422, 429, 503];

/** `begun`: a common sender has its secret, so that what comes along with the templates beside it need not be begun with. */
export function senderTask(sender: SetupSender, begun: 'begun' | 'fresh', now: number, words: Words, link: NodeLink): ShownTask {
  const { id, name, provider, label, path, access, address, trial } = sender;
  const kind = label !== '' ? label : words.find(`provider.${provider}`) ?? provider;
  return {
    key: `sender:${id}`, title: name === '' ? kind : name, place: path, state: stateOf(sender, begun, now),
    chip: chipOf(sender, now, words),
    says: [secretSays(sender, words), ...seenSays(sender, now, words), ...(trial === undefined ? [] : trialSays(trial, words))],
    steps: stepsOf(sender, kind, words),
    links: link(id, 'node', words.text('link.sender')),
    url: { text: address.ending === 'secret' ? `${address.url}/…` : address.url, note: words.find(`url.${address.ending === 'secret' ? 'secret' : address.reach}`) ?? '' },
    ...(access === 'closed' ? {} : { trial: { command: id, state: trial === 'running' ? 'running' as const : 'idle' as const, label: words.text('try') } }),
  };
}

function stateOf({ access, label, firstAt, seen }: SetupSender, begun: 'begun' | 'fresh', now: number): TaskState {
  const firstMessageAt = firstAt ?? seen.receivedAt;
  const isUntouched = firstMessageAt === undefined && seen.refusedAt === undefined;
  // `npm start` makes secrets for whoever lets the shop choose one: to have one is no beginning.
  if (begun === 'begun' && isUntouched && (access === 'closed' || label !== '')) return 'more';
  return access !== 'closed' && firstMessageAt !== undefined && now - firstMessageAt >= FRESH_MS ? 'done' : 'open';
}

function stepsOf({ provider, address }: SetupSender, name: string, words: Words): readonly string[] {
  const own = stepsAt(`steps.${provider}`, words, { name });
  return own.length > 0 ? own : stepsAt(`steps.any_${address.ending === 'secret' ? 'url' : 'signed'}`, words, { name });
}

function chipOf({ access, firstAt, seen: { receivedAt } }: SetupSender, now: number, words: Words): ShownSays {
  if (access === 'closed') return { text: words.text('chip.noSecret'), tone: 'warn' };
  if (receivedAt !== undefined) return { text: words.text('chip.received', { age: words.age(now - receivedAt) }), tone: 'good' };
  return firstAt === undefined ? { text: words.text('chip.waiting'), tone: 'calm' } : { text: words.text('chip.connected'), tone: 'good' };
}

function secretSays({ access, leastBytes }: SetupSender, words: Words): ShownSays {
  if (leastBytes !== undefined) return { text: words.text('secret.short', { n: String(leastBytes) }), tone: 'warn' };
  return { text: words.text(`secret.${access}`), tone: access === 'closed' ? 'warn' : 'calm' };
}

/** When it got in, and whether somebody was refused since. */
function seenSays({ access, firstAt, seen: { receivedAt, refusedAt, refusal = '' } }: SetupSender, now: number, words: Words): readonly ShownSays[] {
  const refused = refusedAt !== undefined && refusedAt > (receivedAt ?? 0);
  const since = refused ? [{ text: words.text(access === 'closed' ? 'seen.knocked' : 'seen.refused', { age: words.age(now - refusedAt), rule: refusal }), tone: 'bad' as const }] : [];
  if (receivedAt !== undefined) return [{ text: words.text('seen.received', { age: words.age(now - receivedAt) }), tone: 'good' }, ...since];
  if (firstAt !== undefined) return [{ text: words.text('seen.first', { at: words.day(firstAt, now) }), tone: 'good' }, ...since];
  return access === 'closed' ? since : [{ text: words.text('seen.waiting'), tone: 'calm' }, ...since];
}

function trialSays(trial: 'running' | SenderTrial, words: Words): readonly ShownSays[] {
  if (trial === 'running') return [{ text: words.text('trial.running'), tone: 'calm' }];
  if (trial.outcome !== 'answered') return [{ text: words.text(`trial.${trial.outcome}`, trial.outcome === 'away' ? { fault: trial.fault } : {}), tone: 'warn' }];
  const values = { status: String(trial.status), ms: words.decimal(trial.tookMs, 0) };
  if (trial.status === 200) return [{ text: words.text('trial.works', values), tone: 'good' }];
  return [{ text: words.text(`trial.${CODES.includes(trial.status) ? `code_${String(trial.status)}` : 'other'}`, values), tone: 'bad' }];
}
