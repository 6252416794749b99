/**
 * `MarkerWatch` checks the marker in a Redis against the one it remembers, in a file of this computer: what was emptied while we were off is noticed, too.
 */
import { createHash, randomUUID } from 'node:crypto';
import { encodeMarker, lossBetween, MARKER_KEY, nextMarker, parseMarker, type StoreLoss, type StoreMarker } from '../../engine/store/redis/marker.js';
import { type Store, textOf } from '../../engine/store/store.js';
import type { Warning } from '../shared/ports.js';
import { instantText, type Noted, StoreNote } from './storeNote.js';

/** The marker as it was last seen. */
type NotedMarker = StoreMarker & Noted;
type NotedLoss = StoreLoss & Noted;

export class MarkerWatch {
  readonly #store: Pick<Store, 'read' | 'commit'>;
  readonly #memory: StoreNote<NotedMarker>;
  readonly #emptied: StoreNote<NotedLoss>;
  readonly #rolledBack: StoreNote<NotedLoss>;

  /** `place`: of the Redis, as it may be shown. `folder`: where this computer remembers. */
  constructor(store: Pick<Store, 'read' | 'commit'>, place: string, folder: string) {
    this.#store = store;
    const path = `${folder}/bottega-redis-${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
    this.#memory = new StoreNote(`${path}.json`, { isWhole: isMarker, keptMs: Infinity });
    this.#emptied = new StoreNote(`${path}-emptied.json`, {
      isWhole: isLoss,
      warning: ({ until }) => ({
        cause: 'store.emptied',
        message: `Redis ${place} does not have any more what it was given until ${instantText(until)}: it was emptied, or it is another one. `
          + 'Restore it, or let the senders send again what they have',
      }),
    });
    this.#rolledBack = new StoreNote(`${path}-rolledback.json`, {
      isWhole: isLoss,
      warning: ({ since, until }) => ({
        cause: 'store.rolledBack',
        message: `Redis ${place} has older data: what it was given between ${instantText(since)} and ${instantText(until)} may be lost. `
          + 'Let the senders send again from then on',
      }),
    });
  }

  /** Throws the store's faults. Where another process writes at the same moment, the next check sees what it wrote. */
  async check(now: number): Promise<void> {
    const text = textOf((await this.#store.read([MARKER_KEY]))[0]);
    const [known, found] = [this.#memory.read(now), parseMarker(text)];
    const loss = lossBetween(known, found);
    if (loss !== undefined) (loss.since === 0 ? this.#emptied : this.#rolledBack).write(this.#joined(loss, now));
    const next = nextMarker(found, randomUUID, now);
    const { outcome } = await this.#store.commit([{ key: MARKER_KEY, expect: text ?? null, value: encodeMarker(next) }], 'stored');
    if (outcome === 'ok') this.#memory.write({ ...next, foundAt: now });
    else if (found !== undefined) this.#memory.write({ ...found, foundAt: now });
  }

  /** What is to be said, until its owner has taken note. */
  warnings(now: number): readonly Warning[] {
    return [...this.#emptied.warnings(now), ...this.#rolledBack.warnings(now)];
  }

  #joined(loss: StoreLoss, now: number): NotedLoss {
    const before = (loss.since === 0 ? this.#emptied : this.#rolledBack).read(now);
    return { since: Math.min(loss.since, before?.since ?? loss.since), until: Math.max(loss.until, before?.until ?? loss.until), foundAt: now };
  }
}

function isMarker({ id, at }: Readonly<Record<string, unknown>>): boolean {
  return typeof id === 'string' && Number.isSafeInteger(at);
}

function isLoss({ since, until }: Readonly<Record<string, unknown>>): boolean {
  return Number.isSafeInteger(since) && Number.isSafeInteger(until);
}
