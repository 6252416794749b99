/**
 * `DamageNote` keeps in mind that the embedded store has lost something, over restarts, in a file beside it: until its owner deletes the file, or a week
 * is over.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DAY } from '../../engine/base/time.js';
import type { LogDamage } from '../../engine/store/level/logDamage.js';
import type { Warning } from '../shared/ports.js';

interface NotedDamage extends LogDamage {
  readonly foundAt: number;
}

const SAID_FOR_MS = 7 * DAY;

/** `DamageNote` of one store. */
export class DamageNote {
  readonly #path: string;
  #unwritten: NotedDamage | undefined;

  constructor(directory: string) {
    this.#path = `${directory}-damage.json`;
  }

  /** `now`: epoch ms. What was noted before and still holds is part of it. */
  add(damage: LogDamage, now: number): void {
    const before = this.#read(now);
    const noted: NotedDamage = {
      bytes: damage.bytes + (before?.bytes ?? 0),
      since: Math.min(damage.since, before?.since ?? damage.since),
      until: Math.max(damage.until, before?.until ?? damage.until),
      foundAt: now,
    };
    try {
      const aside = `${this.#path}.${String(process.pid)}`;
      writeFileSync(aside, `${JSON.stringify(noted)}\n`, { mode: 0o600 });
      renameSync(aside, this.#path);
    } catch {
      // A disk that is full keeps no note, and no store shut: until the next start it is said all the same.
      this.#unwritten = noted;
    }
  }

  /** What is to be said of it. */
  warnings(now: number): readonly Warning[] {
    const noted = this.#read(now);
    if (noted === undefined) return [];
    const [since, until] = [noted.since, noted.until].map((at) => new Date(at).toISOString().replace(/\.\d+/, ''));
    const message = `the store found ${String(noted.bytes)} damaged bytes when it opened: `
      + `events that came between ${String(since)} and ${String(until)} may be lost. `
      + `Let their senders send again from then on; then delete ${basename(this.#path)} beside the store`;
    return [{ cause: 'store.damaged', message }];
  }

  #read(now: number): NotedDamage | undefined {
    const noted = existsSync(this.#path) ? parse(readFileSync(this.#path, 'utf8')) : this.#unwritten;
    if (noted !== undefined && now - noted.foundAt < SAID_FOR_MS) return noted;
    rmSync(this.#path, { force: true });
    this.#unwritten = undefined;
    return undefined;
  }
}

function parse(text: string): NotedDamage | undefined {
  try {
    const { bytes, since, until, foundAt } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isWhole = [bytes, since, until, foundAt].every((value) => Number.isSafeInteger(value));
    return isWhole ? { bytes, since, until, foundAt } as NotedDamage : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
