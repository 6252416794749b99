/**
 * `mail` sends a notification through the shop's mail server, over TLS unless that runs on this computer.
 */
import { readFileSync } from 'node:fs';
import { createTransport, type Transporter } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport';
import { ConfigError, messageOf } from '../../engine/base/errors.js';
import type { Notification, DeliveryResult } from '../../engine/alert/notificationQueue.js';
import { SECOND } from '../../engine/base/time.js';
import { isOldTls, OLD_TLS, tlsOptions } from '../../engine/base/tls.js';
import { isLocal, type MailTarget } from './config.js';

const MAX_SUBJECT = 120;

/** `mailer` throws `ConfigError` for a certificate file that cannot be read. */
export function mailer(target: MailTarget): Transporter {
  return createTransport(transportOptions(target));
}

/** `transportOptions`: with `requireTLS`, without STARTTLS nothing is said, not even who we are. */
export function transportOptions({ host, port, security, user, password, ca }: MailTarget): SMTPTransport.Options {
  return {
    host, port, secure: security === 'tls', requireTLS: security === 'starttls' && !isLocal(host),
    tls: { ...tlsOptions(process.env), ...(ca === undefined ? {} : { ca: readCertificate(ca) }) },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: 10 * SECOND, greetingTimeout: 10 * SECOND, socketTimeout: 20 * SECOND,
    disableFileAccess: true, disableUrlAccess: true,
  };
}

type WithRule = Notification<{ readonly rule?: unknown }>;

export async function mail(transporter: Transporter, { from, to }: MailTarget, notification: WithRule): Promise<DeliveryResult> {
  const { id, text, notices } = notification;
  const rules = [...new Set(notices.map(({ rule }) => (typeof rule === 'string' ? rule : '')))].filter((rule) => rule !== '');
  try {
    // The same at each attempt, so that a mailbox that got it twice shows it once.
    const messageId = `<${id}@${from.slice(from.indexOf('@') + 1)}>`;
    await transporter.sendMail({ from, to: [...to], subject: rules.join(', ').slice(0, MAX_SUBJECT), text, messageId });
    return { outcome: 'delivered' };
  } catch (error) {
    return resultOf(error);
  }
}

/** Names only: answers of servers quote addresses, and worse. */
function resultOf(error: unknown): DeliveryResult {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (isOldTls(error)) return { outcome: 'failed', reason: OLD_TLS };
  const reason = [typeof code === 'string' ? code : 'error', ...(typeof responseCode === 'number' ? [String(responseCode)] : [])].join(' ');
  const isForGood = (code === 'EENVELOPE' || code === 'EMESSAGE') && typeof responseCode === 'number' && responseCode >= 500;
  return isForGood ? { outcome: 'refused', reason } : { outcome: 'failed', reason };
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError('ca', `must be a file that can be read: ${messageOf(error)}`, path);
  }
}
