/**
 * `replyTo` is the answer to a sender once its delivery is over: the contract's table, as a function.
 */
import type { FaultCode } from '../../engine/base/errors.js';
import { UNREADABLE } from '../../engine/normalize/file/file.js';
import { profileOf } from '../../engine/normalize/profile/profiles.js';
import { type Answer, refused, unavailable } from '../shared/http/response.js';
import type { Delivery, Outcome } from '../shared/delivery/delivery.js';
import type { WebhookProvider } from './config.js';

/** Their senders can act on a refusal; Shopify or WooCommerce would drop the subscription. */
function isStrict(provider: WebhookProvider): boolean {
  return provider === 'pos' || provider === 'events' || provider === 'batch' || profileOf(provider)?.receipts === 'mapped';
}

const RETRY_AFTER_S = 5;
/** Faults whose code helps the sender's people; any other error stays inside. */
const NAMED = /^(store|outbox|broker|keys)\.[a-z]+$/;

/** `replyTo`: 200, 400 or 422 once everything is done, else 503. */
export function replyTo(provider: WebhookProvider, delivery: Pick<Delivery, 'tally' | 'refusals'>, outcome: Outcome): Answer {
  switch (outcome.outcome) {
    case 'complete': return replyComplete(provider, delivery);
    case 'deadline': return replyToLate();
    case 'failed': return replyToFault(outcome.error);
  }
}

/** `replyToFault` is 503 with the fault's code where it is one of ours. */
export function replyToFault(error: unknown): Answer {
  const code = codeOf(error);
  return unavailable(isNamed(code) ? code : 'delivery.failed', RETRY_AFTER_S);
}

function isNamed(code: string): code is FaultCode {
  return NAMED.test(code);
}

/** `codeOf` is the code of a fault, `delivery.failed` where it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'delivery.failed';
}

/** `replyToLate`: not everything was done in time. */
export function replyToLate(): Answer {
  return unavailable('delivery.deadline', RETRY_AFTER_S);
}

/** `isRefusal`: sent again as it is, it would be refused again: nothing of it was stored. */
export function isRefusal({ status }: Answer): boolean {
  return status >= 400 && status < 500;
}

/** `EMPTY`: nothing to store and nothing wrong: WooCommerce's ping. */
export const EMPTY: Answer = { status: 200, body: { accepted: 0, duplicates: 0, rejected: 0 } };

function replyComplete(provider: WebhookProvider, { tally, refusals }: Pick<Delivery, 'tally' | 'refusals'>): Answer {
  const { accepted, duplicates, rejected, ignored } = tally;
  if (accepted + duplicates <= 0) {
    const malformed = refusals.length > 1 ? undefined : refusals.find(({ rule }) => UNREADABLE.includes(rule));
    if (malformed !== undefined) return refused(400, malformed.path, malformed.rule, malformed.message);
    if (rejected > 0 && isStrict(provider)) return { status: 422, body: { errors: refusals } };
  }
  const body = {
    accepted, duplicates, rejected,
    ...(ignored > 0 && { ignored }),
    ...(refusals.length > 0 && { errors: refusals }),
  };
  return { status: 200, body };
}
