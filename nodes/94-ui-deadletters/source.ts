/**
 * `lettersSource` reads what could not be used, and opens, replays and discards it at a viewer's command.
 */
import { ERROR_TABLE } from '../../engine/base/errorTable/index.js';
import type { ErrorRow } from '../../engine/base/errorTable/row.js';
import { ownOf } from '../../engine/base/json.js';
import { SECOND } from '../../engine/base/time.js';
import type { DeadLetter } from '../../engine/deadletter/deadLetter.js';
import { type Bundle, DeadLetterStore } from '../../engine/deadletter/deadLetterStore.js';
import { type MaskedContent, maskContent } from '../../engine/privacy/mask.js';
import { letterPorts, type ReplayAttempt, type ReplayProgress } from '../shared/letterPort.js';
import { throttle } from '../shared/throttle.js';
import type { WidgetParts, WidgetSource } from '../shared/widget/widget.js';
import type { Choice, CommandAnswer, CommandOutcome, ViewerRights } from '../shared/widget/wire.js';
import type { DeadLettersConfig } from './config.js';
import { unseal } from '../../engine/privacy/seal.js';

/** `LetterRow` is a message that could not be used. `letters`: how many things in it; `reasons`: why, the first one first. */
export interface LetterRow extends Pick<DeadLetter, 'id' | 'provider' | 'topic' | 'path' | 'receivedAt' | 'kind' | 'dueAt'> {
  readonly reasons: readonly string[];
  readonly letters: number;
  readonly attempt?: ReplayAttempt;
}

/** `ReasonRow`: how many messages have it first, and its row of the table of errors, where it has one. */
export interface ReasonRow extends Partial<Pick<ErrorRow, 'it' | 'en'>> {
  readonly reason: string;
  readonly messages: number;
}

/**
 * `LettersData`: the newest messages first, `messages` and `letters` in all. `replay`: `elsewhere` no dead-letter node is in this process, so nothing goes in
 * again from here; `place`: `elsewhere` they lie in a store that this process does not share.
 */
export interface LettersData {
  readonly place: 'here' | 'elsewhere';
  readonly replay: 'here' | 'elsewhere';
  readonly progress: ReplayProgress;
  readonly messages: number;
  readonly letters: number;
  readonly rows: readonly LetterRow[];
  readonly reasons: readonly ReasonRow[];
}

/** `OpenedLetter` is what a viewer gets of a message that he opens. */
export interface OpenedLetter {
  readonly content: 'shown' | 'gone' | 'locked';
  readonly masked?: MaskedContent;
}

/** `MAX_LETTERS_SHOWN` of the newest messages; the reasons are counted over all. */
export const MAX_LETTERS_SHOWN = 100;
const IDLE: ReplayProgress = { state: 'idle', understood: 0, left: 0 };
/** A replay of thousands moves the list with each of them. */
const CHANGED_MS = 2 * SECOND;
/** Nobody's clock is so far ahead: letters of a clock that was wrong are listed, too. */
const ALL = Number.MAX_SAFE_INTEGER;

export function lettersSource(parts: WidgetParts<DeadLettersConfig>): WidgetSource {
  const { shop, storePort } = parts;
  const letters = new DeadLetterStore(storePort.of(shop.tenant));
  const changed = throttle(parts.changed, CHANGED_MS);
  const unwatch = letterPorts.watch(shop.tenant, changed);
  return {
    view: () => ({ key: '', read: () => readLetters(letters, parts) }),
    command: (command, rights) => carryOut(command, rights, letters, parts),
    close: () => {
      unwatch();
      changed.cancel();
    },
  };
}

async function readLetters(letters: DeadLetterStore, { shop, storePort }: WidgetParts<DeadLettersConfig>): Promise<LettersData> {
  const [port] = letterPorts.of(shop.tenant);
  const places = { place: port === undefined && storePort.reach === 'own' ? 'elsewhere' : 'here', replay: port === undefined ? 'elsewhere' : 'here' } as const;
  const counts = new Map<string, number>();
  let newest: Bundle[] = [];
  let [messages, count] = [0, 0];
  for await (const bundle of letters.bundles(ALL)) {
    messages += 1;
    count += bundle.places.length;
    // A message counts under the first of its reasons; the others are explained beside it.
    for (const reason of bundle.reasons) counts.set(reason, (counts.get(reason) ?? 0) + (reason === bundle.letter.reason ? 1 : 0));
    newest.push(bundle);
    if (newest.length >= 2 * MAX_LETTERS_SHOWN) newest = newest.slice(-MAX_LETTERS_SHOWN);
  }
  const rows = newest.slice(-MAX_LETTERS_SHOWN).reverse().map((bundle) => rowOf(bundle, (id) => port?.attemptAt(id)));
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([reason, number]) => ({ reason, messages: number, ...explained(reason) }));
  return { ...places, progress: port?.progress ?? IDLE, messages, letters: count, rows, reasons };
}

function rowOf({ letter, reasons, places }: Bundle, attemptAt: (id: string) => ReplayAttempt | undefined): LetterRow {
  const { id, provider, topic, path, receivedAt, kind, dueAt } = letter;
  const attempt = places.map((place) => attemptAt(place.slice(place.indexOf('/') + 1))).find((each) => each !== undefined);
  return {
    id, provider, topic, path, receivedAt, kind, reasons: [...reasons], letters: places.length,
    ...(dueAt === undefined ? {} : { dueAt }), ...(attempt === undefined ? {} : { attempt }),
  };
}

const ROWS: Readonly<Record<string, ErrorRow>> = Object.assign({}, ...Object.values(ERROR_TABLE)) as Record<string, ErrorRow>;

function explained(reason: string): Pick<ReasonRow, 'it' | 'en'> {
  const row = ownOf(ROWS, reason);
  return row === undefined ? {} : { it: row.it, en: row.en };
}

type LetterParts = Pick<WidgetParts<DeadLettersConfig>, 'shop' | 'changed'>;

/**
 * `{open: id, at}`, `{discard: id, at}`, `{replay: id}`, `{replayReason: reason}`, `{replayAll: 'yes'}`; `at` is when it was received: the same content may
 * come twice. A mere viewer opens nothing either.
 */
async function carryOut(command: Choice, rights: ViewerRights, letters: DeadLetterStore, parts: LetterParts): Promise<CommandOutcome | CommandAnswer> {
  if (rights === 'view') return 'refused';
  const { open, discard, at, replay, replayReason: reason, replayAll } = command;
  if (open !== undefined) return openLetter({ id: open, at }, letters, parts);
  if (discard !== undefined) return discardLetter({ id: discard, at }, letters, parts);
  const asked = replay !== undefined ? { id: replay } : reason !== undefined ? { reason } : replayAll === 'yes' ? {} : undefined;
  const [port] = letterPorts.of(parts.shop.tenant);
  if (asked === undefined || port === undefined) return 'refused';
  const started = port.replay(asked);
  parts.changed();
  return started === 'started' ? 'done' : 'failed';
}

interface NamedLetter {
  readonly id: string;
  readonly at: string | undefined;
}

async function openLetter(named: NamedLetter, letters: DeadLetterStore, { shop }: LetterParts): Promise<CommandOutcome | CommandAnswer> {
  const bundle = await bundleOf(named, letters);
  if (bundle === undefined) return 'refused';
  const content = await letters.contentOf(bundle.places);
  const opened = content === undefined ? undefined : unseal(content.sealed, shop.privacyKey);
  if (opened?.outcome !== 'plain') return { outcome: 'done', data: { content: opened === undefined ? 'gone' : 'locked' } satisfies OpenedLetter };
  return { outcome: 'done', data: { content: 'shown', masked: maskContent(opened.plain, bundle.letter.path) } satisfies OpenedLetter };
}

async function discardLetter(named: NamedLetter, letters: DeadLetterStore, { changed }: LetterParts): Promise<CommandOutcome> {
  const bundle = await bundleOf(named, letters);
  if (bundle === undefined) return 'refused';
  await letters.remove(bundle.places);
  changed();
  return 'done';
}

async function bundleOf({ id, at }: NamedLetter, letters: DeadLetterStore): Promise<Bundle | undefined> {
  for await (const bundle of letters.bundles(ALL, id)) if (at === undefined || bundle.letter.receivedAt === at) return bundle;
  return undefined;
}
