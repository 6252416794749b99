/**
 * `termsOf` a sender that is data: what it is answered before anything is read. A subscription of some begins with a question, by `GET`, whether somebody is
 * there, and is to be answered with its own word.
 */
import type { SenderProfile } from '../../engine/normalize/profile/profile.js';
import { MAX_BODY_BYTES } from '../../engine/verify/bodyLimits.js';
import type { Terms } from '../shared/http/rawBody.js';

const MAX_WORD = 256;

/** `termsOf`: `undefined` where there is nothing to be asked. */
export function termsOf({ challenge }: SenderProfile): Terms | undefined {
  if (challenge === undefined) return undefined;
  return {
    maxBytes: MAX_BODY_BYTES,
    before({ method, headers }) {
      const word = headers[challenge.header];
      if (method !== 'GET' || typeof word !== 'string' || word.length > MAX_WORD) return undefined;
      return { status: 200, body: { [challenge.answer]: word } };
    },
  };
}
