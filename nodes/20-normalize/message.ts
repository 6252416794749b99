/**
 * `NormalizeInput` is what a message may carry further: where it came from and when, never who: no request, no raw body, no header that names a person.
 */
import { randomBytes } from 'node:crypto';
import type { LetterSource } from '../../engine/deadletter/deadLetter.js';
import { HARMLESS_HEADERS, topicOf } from '../../engine/normalize/draft/headers.js';
import type { Intake } from '../../engine/normalize/draft/collector.js';
import { PROVIDERS } from '../../engine/normalize/normalize.js';
import { allowOnly, keyedDigest } from '../../engine/privacy/pseudonym.js';
import type { InputMessage } from '../shared/node.js';
import { seal } from '../../engine/privacy/seal.js';

/** How a message came in. `trust` is the webhook's word; without one nobody has vouched for it. */
export interface NormalizeInput extends Intake {
  readonly trust: string;
}

const IV_BYTES = 12;
const UNKNOWN = 'unknown';

/** Reads what the webhook said; a flow of the user's own may say less. A provider chosen in the form outranks it. */
export function arrivalOf(message: InputMessage, chosen: string | undefined, now: number): NormalizeInput {
  const { provider, headers, receivedAt, trust } = (message['intake'] ?? {}) as Readonly<Record<string, unknown>>;
  const said = PROVIDERS.find((known) => known === provider) ?? UNKNOWN;
  return {
    provider: chosen ?? said,
    headers: allowOnly(lowerCase(headers ?? message['headers']), HARMLESS_HEADERS),
    receivedAt: typeof receivedAt === 'number' && Number.isSafeInteger(receivedAt) && receivedAt > 0 && receivedAt <= now ? receivedAt : now,
    trust: trust === 'signed' || trust === 'token' ? trust : 'untrusted',
    ...(typeof message.topic === 'string' ? { topic: message.topic } : {}),
  };
}

/** The message without everything that a request brings along. */
export function harmless(message: InputMessage, { provider, headers, receivedAt, trust, ...arrival }: NormalizeInput): InputMessage {
  const { req: _req, res: _res, headers: _headers, body: _body, rawBody: _raw, cookies: _cookies, payload: _payload, ...rest } = message;
  const topic = topicOf({ provider, headers, ...arrival });
  return { ...rest, topic: /^[\w./:-]{1,128}$/.test(topic) ? `${provider}/${topic}` : provider, intake: { provider, headers, receivedAt, trust } };
}

/** How letters about this message are named and closed. */
export function senderOf(arrival: NormalizeInput, privacyKey: Uint8Array, node: string): LetterSource {
  return {
    provider: arrival.provider,
    topic: topicOf(arrival),
    receivedAt: arrival.receivedAt,
    origin: { headers: arrival.headers, trust: arrival.trust, node },
    name: (content) => keyedDigest(content, privacyKey),
    seal: (content) => seal(content, privacyKey, randomBytes(IV_BYTES)),
  };
}

function lowerCase(headers: unknown): Record<string, unknown> {
  const lower: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const all = (headers ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(all)) lower[name.toLowerCase()] = all[name];
  return lower;
}
