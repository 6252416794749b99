/**
 * `StoreNote` keeps in mind that a store has lost something, over restarts, in a file beside it: until its owner deletes the file, or a week is over.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DAY } from '../../engine/base/time.js';
import type { LogDamage } from '../../engine/store/level/logDamage.js';
import type { Warning } from '../shared/ports.js';

/** `Noted` is what was found, and when (epoch ms). */
export interface Noted {
  readonly foundAt: number;
}

/** `NoteKind` says what a note holds and what is to be said of it. */
export interface NoteKind<T extends Noted> {
  /** Whether a file's content is such a note. */
  readonly isWhole: (content: Readonly<Record<string, unknown>>) => boolean;
  readonly warning?: (noted: T) => Warning;
  /** A week where nothing else is said. */
  readonly keptMs?: number;
}

const SAID_FOR_MS = 7 * DAY;

export class StoreNote<T extends Noted> {
  readonly #path: string;
  readonly #kind: NoteKind<T>;
  #unwritten: T | undefined;

  constructor(path: string, kind: NoteKind<T>) {
    this.#path = path;
    this.#kind = kind;
  }

  write(noted: T): void {
    try {
      const aside = `${this.#path}.${String(process.pid)}`;
      writeFileSync(aside, `${JSON.stringify(noted)}\n`, { mode: 0o600 });
      renameSync(aside, this.#path);
    } catch {
      // A disk that is full keeps no note, and no store shut: until the next start it is said all the same.
      this.#unwritten = noted;
    }
  }

  /** What was noted and still holds. `now`: epoch ms. */
  read(now: number): T | undefined {
    const noted = existsSync(this.#path) ? this.#parse(readFileSync(this.#path, 'utf8')) : this.#unwritten;
    if (noted !== undefined && now - noted.foundAt < (this.#kind.keptMs ?? SAID_FOR_MS)) return noted;
    rmSync(this.#path, { force: true });
    this.#unwritten = undefined;
    return undefined;
  }

  /** What is to be said of it. */
  warnings(now: number): readonly Warning[] {
    const noted = this.read(now);
    const warning = noted === undefined ? undefined : this.#kind.warning?.(noted);
    return warning === undefined ? [] : [{ ...warning, message: `${warning.message}; then delete ${basename(this.#path)} in the data directory` }];
  }

  #parse(text: string): T | undefined {
    try {
      const content = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
      return content !== null && Number.isSafeInteger(content['foundAt']) && this.#kind.isWhole(content) ? content as unknown as T : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

type NotedDamage = LogDamage & Noted;

/** `DamageNote` says that the embedded store dropped damaged records of its log when it opened. */
export class DamageNote extends StoreNote<NotedDamage> {
  constructor(directory: string) {
    super(`${directory}-damage.json`, {
      isWhole: (content) => ['bytes', 'since', 'until'].every((field) => Number.isSafeInteger(content[field])),
      warning: ({ bytes, since, until }) => ({
        cause: 'store.damaged',
        message: `the store found ${String(bytes)} damaged bytes when it opened: `
          + `events that came between ${instantText(since)} and ${instantText(until)} may be lost. Let their senders send again from then on`,
      }),
    });
  }

  /** What was noted before and still holds is part of it. */
  add(damage: LogDamage, now: number): void {
    const before = this.read(now);
    this.write({
      bytes: damage.bytes + (before?.bytes ?? 0),
      since: Math.min(damage.since, before?.since ?? damage.since),
      until: Math.max(damage.until, before?.until ?? damage.until),
      foundAt: now,
    });
  }
}

interface NotedRepair extends Noted {
  /** The directory with the damaged files, beside the store. */
  readonly copy: string;
}

/** `RepairNote` says that `bottega-store repair` could not save everything. */
export class RepairNote extends StoreNote<NotedRepair> {
  constructor(directory: string) {
    super(`${directory}-repair.json`, {
      isWhole: ({ copy }) => typeof copy === 'string',
      warning: ({ copy, foundAt }) => ({
        cause: 'store.repaired',
        message: `the store was repaired at ${instantText(foundAt)}, and not everything could be saved `
          + `(the damaged files are kept in ${copy}): let the senders send again what they have`,
      }),
    });
  }
}

/** `instantText` in UTC, to the second. */
export function instantText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, '');
}
