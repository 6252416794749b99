/**
 * `ProfileContent` is a sender's message unwrapped: the whole of it, and the part that holds things.
 */
import { isRecord, parseJson } from '../../base/json.js';
import { decode, readBody } from '../draft/jsonBody.js';
import type { Intake } from '../draft/collector.js';
import { topicOf } from '../draft/headers.js';
import { parsePath, valuesAt } from '../mapping/jsonPath.js';
import type { PlatformProfile, ProfilePlace, SenderProfile } from './profile.js';

/** `ProfileContent`: `root` is the body, `inner` what a form's field or a field of text holds; the same where nothing is wrapped. */
export interface ProfileContent {
  readonly root: unknown;
  readonly inner: unknown;
}

/** `formBody`: the fields of a form as JSON, for a sender that posts one; what is none (an earlier node has read it, or it goes in again) is left as it is. */
export function formBody(payload: unknown): unknown {
  const text = payload instanceof Uint8Array ? decode(payload) : payload;
  if (typeof text !== 'string' || /^\s*[[{]/.test(text)) return payload;
  return Object.fromEntries(new URLSearchParams(text));
}

/** `isFormSender`: whether a sender posts a form. */
export function isFormSender(profile: SenderProfile): boolean {
  return profile.receipts === undefined && profile.body?.form !== undefined;
}

/** `isGreeting`: what is sent, unsigned, to see whether anybody answers. Whoever sends it has the same answer, and nothing done. */
export function isGreeting({ greeting }: SenderProfile, body: Buffer): boolean {
  if (greeting === undefined || body.length > MAX_GREETING_BYTES) return false;
  const said = parseJson(body.toString());
  return isRecord(said) && said[greeting.field] === greeting.is;
}

/** `contentOf` a body; `undefined` where what should be JSON within it is none. */
export function contentOf(root: unknown, { body }: Pick<PlatformProfile, 'body'>): ProfileContent | undefined {
  const field = body?.form ?? body?.text;
  if (field === undefined || !isRecord(root) || typeof root[field] !== 'string') return { root, inner: root };
  const read = readBody(root[field]);
  return read.outcome === 'json' ? { root, inner: read.value } : undefined;
}

/** `topicIn` a message, in small letters; empty where none is said. */
export function topicIn({ topic }: Pick<PlatformProfile, 'topic'>, { root }: ProfileContent, intake: Intake): string {
  const header = topic.header === undefined ? '' : topicOf(intake);
  if (header !== '' || topic.fields === undefined) return header;
  return topic.fields.map((field) => textIn(root, field) ?? '').join('/').toLowerCase();
}

/** `placedIn` is the text of a place; the header's by its short name. */
export function placedIn({ field }: ProfilePlace, { root, inner }: ProfileContent, header: string | undefined): string | undefined {
  if (header !== undefined && header !== '') return header;
  return field === undefined ? undefined : textIn(root, field) ?? textIn(inner, field);
}

/** `textIn` is short text or a whole number at a path. */
export function textIn(thing: unknown, path: string): string | undefined {
  const [value] = path === '' ? [thing] : valuesAt(thing, parsePath(path) ?? []);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT ? value.trim() : undefined;
}

/** `filled` is a text with paths in braces, with what stands at them; `undefined` where one of them leads to nothing that can be part of a name. */
export function filled(template: string, thing: unknown): string | undefined {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, path = '']) => textIn(thing, path));
  if (names.some((name) => name === undefined || !NAME.test(name))) return undefined;
  return template.replaceAll(/\{[^{}]*\}/g, () => names.shift() ?? '');
}

const MAX_GREETING_BYTES = 4_096;
const MAX_TEXT = 200;
const NAME = /^[\w.:~=+-]{1,128}$/;
