/**
 * Faults of Redis by name: an error of the client or the server becomes a fault whose message says what to do about.
 *
 * The client's errors carry the command they belong to, password or data and all: nothing of them but the message goes on.
 */
import { Fault, type FaultCode } from '../../base/errors.js';
import { OLD_TLS, OLD_TLS_ERROR } from '../../base/tls.js';

/** The first match wins. What has no words here keeps its own. */
const CAUSES: readonly (readonly [pattern: RegExp, code: FaultCode, words: string])[] = [
  [/\bOOM\b/, 'store.full', 'OOM: Redis has reached its maxmemory'],
  [/\bREADONLY\b/, 'store.away', 'READONLY: this Redis is a replica and takes no writes'],
  [/\bMISCONF\b/, 'store.away', 'MISCONF: Redis cannot write to its own disk and takes no writes'],
  [/\bNOREPLICAS\b/, 'store.away', 'NOREPLICAS: Redis has fewer replicas than min-replicas-to-write asks for'],
  [/\bLOADING\b/, 'store.away', 'LOADING: Redis is still reading its data'],
  [/\bMASTERDOWN\b/, 'store.away', 'MASTERDOWN: this replica has lost its master'],
  [/\bCLUSTERDOWN\b/, 'store.away', 'CLUSTERDOWN: some slots of the Redis Cluster are served by nobody'],
  [/\bTRYAGAIN\b/, 'store.away', 'TRYAGAIN: Redis Cluster is moving this shop to another node'],
  [/\b(MOVED|ASK) \d/, 'store.away', 'MOVED: this is a Redis Cluster, its URL must begin with redis+cluster:// or rediss+cluster://'],
  [/\bWRONGPASS\b/, 'store.away', 'WRONGPASS: Redis knows no such user and password'],
  [/\bNOAUTH\b/, 'store.away', 'NOAUTH: Redis asks for a password'],
  [/\bNOPERM\b/, 'store.away', 'NOPERM: this Redis user may not run the commands of the store'],
  [/\bBUSY\b/, 'store.away', 'BUSY: Redis is held up by another script'],
  [/command timed out|socket timeout|ETIMEDOUT/i, 'store.away', 'ETIMEDOUT: Redis does not answer in time'],
  [/ECONNREFUSED/, 'store.away', 'ECONNREFUSED: no Redis listens there'],
  [/ENOENT/, 'store.away', 'ENOENT: no Redis listens at this socket'],
  [/ENOTFOUND|EAI_AGAIN/, 'store.away', 'ENOTFOUND: the name of the Redis host is unknown'],
  [/EHOSTUNREACH|ENETUNREACH/, 'store.away', 'EHOSTUNREACH: the network of the Redis host cannot be reached'],
  [/CERT_HAS_EXPIRED/, 'store.away', 'CERT_HAS_EXPIRED: the certificate of Redis has expired'],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'store.away', 'ERR_TLS_CERT_ALTNAME_INVALID: the certificate of Redis is for another host'],
  [/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/, 'store.away', 'CERT_UNTRUSTED: the certificate of Redis is signed by nobody we trust'],
  [OLD_TLS_ERROR, 'store.away', `TLS_VERSION: ${OLD_TLS}`],
  [/EPROTO|ERR_SSL|ERR_TLS/, 'store.away', 'EPROTO: Redis and we do not agree on TLS, or it wants a certificate of ours'],
  [/ECONNRESET|EPIPE|connection is closed|max retries per request|isn't (writeable|ready)|aborted|cluster is ended/i, 'store.away',
    'ECONNRESET: the connection to Redis is lost'],
];

/** `faultOf` gives the fault behind an error of the client, without what the error knows of the command. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const text = wordsOf(error);
  const named = CAUSES.find(([pattern]) => pattern.test(text));
  if (named !== undefined) return new Fault(named[1], named[2]);
  return new Fault('store.away', text.replace(/, with args.*$/s, '').slice(0, 200));
}

/** `mendsByReconnecting`: whether a fresh connection may lead to a server that works: behind a failover, or when it has read its data. */
export function mendsByReconnecting(error: Error): boolean {
  return /^(READONLY|LOADING|MASTERDOWN)\b/.test(error.message);
}

/** `mendedByAnswer`: whether a server that answers a PING on a new connection no longer has this fault. */
export function mendedByAnswer(fault: Fault): boolean {
  return /^(ETIMEDOUT|ECONNRESET|LOADING|MASTERDOWN|BUSY)\b/.test(fault.message);
}

/** `isNoScript`: whether the server does not know the script yet. */
export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Code and message; of a cluster that nobody could be reached of, those of the last node. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, lastNodeError } = error as { code?: unknown; lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return wordsOf(lastNodeError);
  return typeof code === 'string' ? `${code} ${error.message}` : error.message;
}
