/**
 * `post` sends a notification as JSON, signed as Standard Webhooks are; only a 2xx answer counts, and no redirect is followed.
 */
import { type Notification, signedHeaders, type DeliveryResult } from '../../engine/alert/notificationQueue.js';
import { formatInstant, SECOND } from '../../engine/base/time.js';
import { isOldTls, OLD_TLS } from '../../engine/base/tls.js';
import { secureFetch } from '../shared/http/secureFetch.js';
import type { WebhookTarget } from './config.js';

const TIMEOUT_MS = 15 * SECOND;

export async function post(target: WebhookTarget, notification: Notification<object>, now: number): Promise<DeliveryResult> {
  const { id, text, notices, createdAt } = notification;
  const body = JSON.stringify({ type: 'alert', timestamp: formatInstant(createdAt), data: { text, notices } });
  try {
    const response = await secureFetch(target.url, {
      method: 'POST', body, headers: signedHeaders(target.secret, id, body, now),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return resultOf(response);
  } catch (error) {
    return { outcome: 'failed', reason: reasonOf(error) };
  }
}

function resultOf({ ok, status, headers }: Response): DeliveryResult {
  if (ok) return { outcome: 'delivered' };
  if (status === 410) return { outcome: 'refused', reason: 'HTTP 410' };
  const seconds = /^\d{1,6}$/.test(headers.get('retry-after') ?? '') ? Number(headers.get('retry-after')) : 0;
  const reason = `${status >= 300 && status < 400 ? 'redirect, ' : ''}HTTP ${String(status)}`;
  return { outcome: 'failed', reason, retryAfterMs: seconds * SECOND };
}

/** A name: the words of an error may quote the address with its query. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  if (error.name === 'TimeoutError') return 'timeout';
  if (isOldTls(error)) return OLD_TLS;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
