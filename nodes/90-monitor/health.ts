/**
 * `healthCheck` proves that an event can be stored right now, by storing something, at most once a second however often it is asked.
 */
import { type FaultCode, messageOf } from '../../engine/base/errors.js';
import type { Store } from '../../engine/store/store.js';
import type { HealthCause, Report } from '../shared/healthReport.js';
import type { Health, Warning, Watched } from '../shared/ports.js';
import { raisedWarnings } from '../shared/raisedWarnings.js';
import { within } from '../shared/within.js';

/** `Resources` that, when down, make the shop refuse events. */
export interface Resources {
  readonly store: Pick<Store, 'commit'>;
  readonly storeHealth: Pick<Watched, 'health'> & { warnings?(): readonly Warning[] };
  readonly broker?: Pick<Watched, 'health'>;
  /** What senders say of our clock, and whether they are taken in. */
  readonly senders?: () => readonly Warning[];
  /** Outboxes that take no more events. */
  readonly fullOutboxes: () => Promise<readonly string[]>;
}

const KEY = 'health';
const FRESH_MS = 1_000;
const PATIENCE_MS = 2_000;
const SILENT: HealthCause = { cause: 'store.away', message: `the store did not answer within ${String(PATIENCE_MS)} ms` };

/** `healthCheck` answers the check; what the others say of themselves is asked each time, the store's proof is shared for a second. */
export function healthCheck(resources: Resources, now: () => number): () => Promise<Report> {
  const { storeHealth, broker, fullOutboxes } = resources;
  const prove = atMostEachSecond(prover(resources.store, now), now);
  return async () => {
    const store = storeHealth.health();
    const causes = store.state === 'waiting' ? [causeOf(store)] : [...await prove(), ...(await fullOutboxes()).map(outboxFull)];
    if (causes.length > 0) return { status: 'down', causes };
    const link = broker?.health();
    // Without the broker the outbox goes on storing: events wait, none is refused.
    const own = [...storeHealth.warnings?.() ?? [], ...resources.senders?.() ?? [], ...raisedWarnings()];
    const warnings = [...link?.state === 'waiting' ? [causeOf(link)] : [], ...own];
    return warnings.length === 0 ? { status: 'ok' } : { status: 'ok', warnings };
  };
}

function atMostEachSecond<T>(act: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: Promise<T> | undefined;
  let actedAt = -Infinity;
  return () => {
    // The distance: a clock set back must not keep an old proof for an hour.
    if (last === undefined || Math.abs(now() - actedAt) >= FRESH_MS) {
      actedAt = now();
      last = act();
    }
    return last;
  };
}

/** One write at a time: behind a store that hangs, further ones would only wait with it. */
function prover(store: Resources['store'], now: () => number): () => Promise<HealthCause[]> {
  let writing: Promise<HealthCause[]> | undefined;
  return () => {
    writing ??= store.commit([{ key: KEY, value: String(now()) }], 'stored').then(() => [], causesOfFault).finally(() => { writing = undefined; });
    return within(PATIENCE_MS, writing, [SILENT]);
  };
}

function causesOfFault(error: unknown): HealthCause[] {
  const code = (error as { code?: FaultCode } | null)?.code ?? 'store.away';
  return [{ cause: code, message: messageOf(error) }];
}

function causeOf({ cause, message }: Extract<Health, { state: 'waiting' }>): HealthCause {
  return { cause, message };
}

function outboxFull(outbox: string): HealthCause {
  return { cause: 'outbox.full', message: `outbox ${outbox} takes no more events` };
}
