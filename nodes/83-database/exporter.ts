/**
 * `Exporter` keeps a database in step with the shop's store: what changes, within seconds; all there is, once, while changes go on. A database that is
 * away costs the shop nothing: what changed is on a list in the store until it was written.
 */
import { forgetChanges, JOURNAL_ASKED_MS, journalState, keepJournal } from '../../engine/aggregate/changeJournal.js';
import { messageOf } from '../../engine/base/errors.js';
import { retryDelay } from '../../engine/base/retry.js';
import { DAY, MINUTE } from '../../engine/base/time.js';
import type { ChangeReader } from '../../engine/export/changeReader.js';
import type { Put, Store } from '../../engine/store/store.js';
import type { NodeStatus } from '../shared/node.js';
import { raiseWarning } from '../shared/raisedWarnings.js';
import type { DatabaseWriter, HistoryProgress } from './writer.js';

/** `ExporterDeps`: `now` in epoch ms, `random` in [0, 1). */
export interface ExporterDeps {
  readonly store: Store;
  readonly reader: ChangeReader;
  readonly writer: DatabaseWriter;
  readonly status: NodeStatus;
  readonly now: () => number;
  readonly random: () => number;
}

const FACTS = 500;
const HOURS = 50;
/** By then every process that writes knows that somebody reads its changes; history that is read earlier could miss what they count meanwhile. */
const KNOWN_MS = 4 * JOURNAL_ASKED_MS;
const RENEW_MS = DAY;
/** History goes on for so long at a time, so that what changes is not kept waiting. */
const HISTORY_MS = 500;

/** `Exporter` of one shop to one database; `turn` is called again and again, never twice at once. */
export class Exporter {
  readonly #deps: ExporterDeps;
  #keptAt = -Infinity;
  #failures = 0;
  #retryAt = -Infinity;
  #state: 'open' | 'closed' = 'open';

  constructor(deps: ExporterDeps) {
    this.#deps = deps;
  }

  async turn(): Promise<void> {
    const { now, random, status, writer } = this.#deps;
    if (now() < this.#retryAt && this.#retryAt - now() <= MINUTE) return;
    try {
      await writer.open(() => undefined);
      await this.#keep();
      while (await this.#changes() === 'more' && this.#state === 'open');
      const progress = await this.#history();
      this.#failures = 0;
      raiseWarning(this);
      if (progress.state === 'done') status.ok('inStep');
      else status.waiting(progress.state === 'facts' ? 'facts' : 'values');
    } catch (error) {
      if (this.#state === 'closed') return;
      this.#retryAt = now() + retryDelay(this.#failures, random());
      this.#failures += 1;
      status.waiting('away', { message: messageOf(error) });
      raiseWarning(this, { cause: 'database.away', message: `the database gets no numbers, and will get them later: ${messageOf(error)}` });
    }
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    raiseWarning(this);
    await this.#deps.writer.close();
  }

  /** The database knows that it has to be given all there is before the list of changes begins: after a crash between the two it still does. */
  async #keep(): Promise<void> {
    const { store, writer, now } = this.#deps;
    if (Math.abs(now() - this.#keptAt) < RENEW_MS) return;
    if (await journalState(store) === 'off') await writer.progress(now() + KNOWN_MS);
    await keepJournal(store, now());
    this.#keptAt = now();
  }

  async #changes(): Promise<'more' | 'done'> {
    const { reader, writer, now } = this.#deps;
    const facts = await this.#taking(async () => {
      const page = await reader.changedFacts(FACTS);
      await writer.writeFacts(page.rows, page.gone);
      return page.taken;
    });
    const hours = await this.#taking(async () => {
      const page = await reader.changedValues(HOURS, now());
      await writer.writeValues(page.values, page.groups);
      return page.taken;
    });
    return facts === FACTS || hours === HOURS ? 'more' : 'done';
  }

  /** Writes a page of changes, and forgets that they had changed; answers how many. */
  async #taking(write: () => Promise<readonly Put[]>): Promise<number> {
    const taken = await this.#deps.writer.exclusively(write);
    await forgetChanges(this.#deps.store, taken);
    return taken.length;
  }

  async #history(): Promise<HistoryProgress> {
    const { writer, now } = this.#deps;
    const end = now() + HISTORY_MS;
    let progress = await writer.progress();
    while (progress.state !== 'done' && progress.beginAt <= now() && now() < end && this.#state === 'open') {
      const at = progress;
      progress = await writer.exclusively(() => this.#page(at));
    }
    return progress;
  }

  async #page(progress: HistoryProgress): Promise<HistoryProgress> {
    const { reader, writer, now } = this.#deps;
    const next = await (async (): Promise<HistoryProgress> => {
      if (progress.state === 'facts') {
        const { rows, next: factsAfter } = await reader.facts(progress.factsAfter, FACTS);
        await writer.writeFacts(rows);
        return factsAfter === undefined ? { ...progress, state: 'values' } : { ...progress, factsAfter };
      }
      const { rows, next: valuesAfter } = await reader.values(progress.valuesAfter, now());
      await writer.writeValues(rows);
      return valuesAfter === undefined ? { ...progress, state: 'done' } : { ...progress, valuesAfter };
    })();
    await writer.advance(next);
    return next;
  }
}
