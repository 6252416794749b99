/**
 * `DeadLetter` is one thing that could not be used: its reason in the open, its content sealed.
 */
import type { Refusal } from '../base/errors.js';
import { jsonOf, present } from '../base/json.js';
import type { NormalizedBody } from '../normalize/normalize.js';
import { formatInstant, parseInstant } from '../base/time.js';

/**
 * `DeadLetter`: `reason` is the broken rule or why it was ignored, `path` a JSON Pointer into element `index` of what was sent.
 * `sealed`: the element itself, readable with the shop's key only. `ignored` letters are counted, never kept; an `erase` letter is a request
 * to forget somebody, and never kept either: it says which others have to go. A `held` letter is no refusal: it goes in again by itself at `dueAt`.
 */
export interface DeadLetter {
  readonly id: string;
  readonly provider: string;
  readonly topic: string;
  readonly reason: string;
  readonly path: string;
  readonly message: string;
  readonly receivedAt: string;
  readonly kind: 'dead' | 'held' | 'ignored' | 'erase';
  readonly index: number;
  /** Of a `held` letter: when it was received, by the clock as senders corrected it. */
  readonly dueAt?: string;
  readonly sealed?: string;
  /** With the content only: what its delivery said of itself, to go in again as it came. */
  readonly origin?: Origin;
}

/** `Origin`: headers that name deliveries and shops, never people, and how far the sender was believed. */
export interface Origin {
  readonly headers: Readonly<Record<string, string>>;
  readonly trust: string;
  /** Id of the node that refused it, which it goes in again at: each till may have its own. */
  readonly node?: string;
}

/** `LetterSource` says where letters come from, and how they are sealed: both functions get key and randomness from the caller. */
export interface LetterSource {
  readonly provider: string;
  readonly topic: string;
  readonly receivedAt: number;
  readonly origin?: Origin;
  /** Names content by a keyed digest: equal content is the same letter. */
  name(content: Uint8Array): string;
  seal(content: Uint8Array): string;
}

const MAX_TEXT = 256;
const SAFE_TEXT = /[^\p{L}\p{N} ._:/~()[\]-]/gu;
const KEY_TEXT = /[^\w.:/~-]/g;

/**
 * `lettersOf` are the letters of one delivery, `atMost` so many of the dead. The content is sealed once per element, with its first letter; what is
 * ignored keeps none.
 */
export function lettersOf(outcome: NormalizedBody, raw: unknown, sender: LetterSource, atMost = Infinity): DeadLetter[] {
  const sealedAt = new Set<number>();
  const dead = firstPerItem(outcome).slice(0, atMost).map(({ index, item, rule, path, message }): DeadLetter => {
    const content = contentOf(outcome.body, raw, index);
    const isFirst = !sealedAt.has(index);
    sealedAt.add(index);
    const id = `${sender.name(content)}.${String(item)}`;
    return { ...letter(sender, { id, reason: rule, path, message, kind: 'dead', index }), ...(isFirst && enclosed(sender, content)) };
  });
  const ignored = outcome.ignored.map(({ index, reason }) =>
    letter(sender, { id: `${String(sender.receivedAt)}.${String(index)}`, reason, path: '', message: '', kind: 'ignored', index }));
  const erase = (outcome.erasures ?? []).map((index): DeadLetter => {
    const said: LetterText = { id: `${String(sender.receivedAt)}.${String(index)}`, reason: 'privacy', path: '', message: '', kind: 'erase', index };
    return { ...letter(sender, said), ...enclosed(sender, contentOf(outcome.body, raw, index)) };
  });
  return [...dead, ...ignored, ...erase];
}

/** `heldLetter` keeps a whole delivery until our clock shows `dueAt`. */
export function heldLetter({ body }: Pick<NormalizedBody, 'body'>, raw: unknown, sender: LetterSource, dueAt: number): DeadLetter {
  const content = raw instanceof Uint8Array || typeof raw === 'string' ? Buffer.from(raw) : Buffer.from(jsonOf(body ?? raw));
  const said: LetterText = { id: `${sender.name(content)}.held`, reason: 'clock.slow', path: '', message: '', kind: 'held', index: 0 };
  return { ...letter(sender, said), dueAt: formatInstant(dueAt), ...enclosed(sender, content) };
}

/** `letterOfRejected` is about something that another node sent by its second output, with its reason. Repeats and suppressed things are only counted. */
export function letterOfRejected(value: unknown, reason: string, index: number, sender: LetterSource): DeadLetter {
  const kind = reason === 'duplicate' || reason === 'repeat' || reason === 'suppressed' ? 'ignored' : 'dead';
  const content = Buffer.from(jsonOf(value));
  const open = letter(sender, { id: sender.name(content), reason, path: '', message: '', kind, index });
  return kind === 'dead' ? { ...open, sealed: sender.seal(content) } : open;
}

/** `readLetter` reads a letter that came by message, cut to what may be kept; `undefined` where it is none. */
export function readLetter(value: unknown, now: number): DeadLetter | undefined {
  if (!isLetter(value)) return undefined;
  const { id, provider, reason, kind, index, sealed, origin } = value;
  const sender = { provider, topic: textOr('', value['topic']), receivedAt: parseInstant(textOr('', value['receivedAt'])) ?? now };
  const said = { id, reason, kind, path: textOr('', value['path']), message: textOr('', value['message']) };
  const due = parseInstant(textOr('', value['dueAt']));
  const closed = present({
    sealed: typeof sealed === 'string' ? sealed : undefined,
    origin: isOrigin(origin) ? origin : undefined,
    dueAt: due === undefined ? undefined : formatInstant(due),
  });
  return { ...letter(sender, { ...said, index: Number.isSafeInteger(index) ? Number(index) : 0 }), ...closed };
}

/** `openPart` is the letter as others may see it. */
export function openPart({ sealed: _sealed, origin: _origin, ...open }: DeadLetter): DeadLetter {
  return open;
}

/** `contentName` is shared by the letters about the same content. */
export function contentName({ id }: Pick<DeadLetter, 'id'>): string {
  return id.split('.', 1)[0] ?? id;
}

function enclosed(sender: LetterSource, content: Uint8Array): Pick<DeadLetter, 'sealed' | 'origin'> {
  return { sealed: sender.seal(content), ...(sender.origin !== undefined && { origin: sender.origin }) };
}

/** `isOrigin`: whether a stored or received value is one. */
export function isOrigin(value: unknown): value is Origin {
  const { headers, trust, node = '' } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const areTexts = typeof headers === 'object' && headers !== null && Object.values(headers).every((text) => typeof text === 'string');
  return areTexts && typeof trust === 'string' && typeof node === 'string';
}

type LetterLike = Pick<DeadLetter, 'id' | 'provider' | 'reason' | 'kind'> & Readonly<Record<string, unknown>>;

function isLetter(value: unknown): value is LetterLike {
  const { id, provider, reason, kind } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [id, provider, reason].every((text) => typeof text === 'string') && (kind === 'dead' || kind === 'held' || kind === 'ignored' || kind === 'erase');
}

function textOr(otherwise: string, value: unknown): string {
  return typeof value === 'string' ? value : otherwise;
}

type LetterText = Pick<DeadLetter, 'id' | 'reason' | 'path' | 'message' | 'kind' | 'index'>;

function letter(sender: Pick<LetterSource, 'provider' | 'topic' | 'receivedAt'>, { id, reason, path, message, kind, index }: LetterText): DeadLetter {
  return {
    id: id.replaceAll(KEY_TEXT, '-').slice(0, 128),
    provider: shown(sender.provider),
    topic: shown(sender.topic),
    reason: shown(reason),
    path: shown(path),
    message: shown(message),
    receivedAt: formatInstant(sender.receivedAt),
    kind,
    index,
  };
}

function shown(text: string): string {
  return text.replaceAll(SAFE_TEXT, '·').slice(0, MAX_TEXT);
}

function firstPerItem({ refusals }: NormalizedBody): (Refusal & { index: number; item: number })[] {
  const first = new Map<number, Refusal & { index: number; item: number }>();
  for (const refusal of refusals) if (!first.has(refusal.item)) first.set(refusal.item, refusal);
  return [...first.values()];
}

/** The refused element, or the whole raw body where it is one, or none could be singled out. */
function contentOf(body: unknown, raw: unknown, index: number): Uint8Array {
  if (Array.isArray(body)) return Buffer.from(jsonOf(body[index]));
  return raw instanceof Uint8Array ? raw : typeof raw === 'string' ? Buffer.from(raw) : Buffer.from(jsonOf(body ?? raw));
}
