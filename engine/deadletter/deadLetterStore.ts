/**
 * `DeadLetterStore` keeps dead letters for seven days; where there are too many the oldest give way to new ones.
 *
 * `x/<receivedAt>/<id>` holds the open part, `y/…` its sealed content, so that listing letters reads no content.
 */
import { contentName, type DeadLetter, isOrigin, openPart, type Origin } from './deadLetter.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { DAY, parseInstant } from '../base/time.js';

/** `OPEN_PREFIX` begins the keys of what may be seen, `SEALED_PREFIX` those of the content. */
export const OPEN_PREFIX = 'x/';
export const SEALED_PREFIX = 'y/';

/** `DeadLetterLimits` of one shop. */
export interface DeadLetterLimits {
  readonly letters: number;
  /** Of sealed content, all letters together. */
  readonly bytes: number;
  readonly keepMs: number;
}

/** `DEAD_LETTER_LIMITS`: what a shop keeps. */
export const DEAD_LETTER_LIMITS: DeadLetterLimits = { letters: 10_000, bytes: 256 * 1024 * 1024, keepMs: 7 * DAY };

/** Expired letters, and those of other processes, are noticed at the next count. */
const RECOUNT_EVERY = 1_000;
const PAGE = 500;

interface StoredLetter {
  readonly place: string;
  readonly bytes: number;
  readonly letter: DeadLetter;
}

/** `Bundle`: the letters about one content: the first of them, the reasons of all, and their places in the store. */
export interface Bundle {
  readonly letter: DeadLetter;
  readonly reasons: ReadonlySet<string>;
  readonly places: readonly string[];
}

/** `Content` is what lies sealed behind a letter. */
export interface Content {
  readonly sealed: string;
  readonly origin?: Origin;
}

/** `HeldTimes` of the first held letters, epoch ms. */
export interface HeldTimes {
  readonly receivedAt: number;
  readonly dueAt: number;
}

/** `DeadLetterStore` of one shop. */
export class DeadLetterStore {
  readonly #store: Store;
  readonly #limits: DeadLetterLimits;
  #letters = 0;
  #bytes = 0;
  #sinceCount = RECOUNT_EVERY;

  constructor(store: Store, limits: DeadLetterLimits = DEAD_LETTER_LIMITS) {
    this.#store = store;
    this.#limits = limits;
  }

  /** Letters stored, as far as this process knows. */
  get letters(): number {
    return this.#letters;
  }

  /** Stores all of them safely or throws; answers how many letters had to go for it. One caller at a time. */
  async put(letters: readonly DeadLetter[], now: number): Promise<{ dropped: number }> {
    if (letters.length === 0) return { dropped: 0 };
    if (this.#sinceCount >= RECOUNT_EVERY) await this.#count();
    const arrivals = new Map(letters.map((letter) => [placeOf(letter, now), letter]));
    const kept = [...arrivals].slice(-this.#limits.letters);
    const bytes = kept.reduce((sum, [, { sealed = '' }]) => sum + sealed.length, 0);
    const victims = await this.#oldest(this.#letters + kept.length - this.#limits.letters, this.#bytes + bytes - this.#limits.bytes);
    const puts = new Map<string, Put>();
    for (const { place } of victims) for (const key of keysOf(place)) puts.set(key, { key });
    for (const [place, letter] of kept) for (const put of putsOf(place, letter, now + this.#limits.keepMs)) puts.set(put.key, put);
    await this.#store.commit([...puts.values()], 'stored');
    this.#letters += kept.length - victims.length;
    this.#bytes += bytes - victims.reduce((sum, victim) => sum + victim.bytes, 0);
    this.#sinceCount += kept.length;
    return { dropped: victims.length + arrivals.size - kept.length };
  }

  /** Oldest first, those received up to `until`; with `id` only the bundle of that letter. */
  async *bundles(until: number, id?: string): AsyncGenerator<Bundle> {
    let bundle: { letter: DeadLetter; reasons: Set<string>; places: string[]; name: string } | undefined;
    const isAsked = (found: { places: readonly string[] }): boolean => id === undefined || found.places.some((place) => place.endsWith(`/${id}`));
    for await (const { place, letter } of this.#walk()) {
      if ((parseInstant(letter.receivedAt) ?? 0) > until) break;
      const name = `${letter.receivedAt}/${contentName(letter)}`;
      if (bundle?.name === name) {
        bundle.places.push(place);
        bundle.reasons.add(letter.reason);
        continue;
      }
      if (bundle !== undefined && isAsked(bundle)) yield bundle;
      bundle = { letter, reasons: new Set([letter.reason]), places: [place], name };
    }
    if (bundle !== undefined && isAsked(bundle)) yield bundle;
  }

  /** Of the held letters, when the first one came and when the first is due (epoch ms); `undefined` where none waits. */
  async firstHeld(): Promise<HeldTimes | undefined> {
    let first: HeldTimes | undefined;
    for await (const { letter: { kind, receivedAt, dueAt } } of this.#walk()) {
      const [came, due] = [parseInstant(receivedAt), parseInstant(dueAt ?? '')];
      if (kind !== 'held' || came === undefined || due === undefined) continue;
      first = { receivedAt: Math.min(came, first?.receivedAt ?? came), dueAt: Math.min(due, first?.dueAt ?? due) };
    }
    return first;
  }

  /** What the letters at these places are about; `undefined` where it had to go. */
  async contentOf(places: readonly string[]): Promise<Content | undefined> {
    const found = (await this.#store.read(places.map((place) => SEALED_PREFIX + place))).map(textOf).find((text) => text !== undefined);
    if (found?.startsWith('{') !== true) return found === undefined ? undefined : { sealed: found };
    const { sealed, origin } = JSON.parse(found) as { sealed?: unknown; origin?: unknown };
    return { sealed: typeof sealed === 'string' ? sealed : '', ...(isOrigin(origin) && { origin }) };
  }

  async remove(places: readonly string[]): Promise<void> {
    await this.#store.commit(places.flatMap((place) => keysOf(place).map((key) => ({ key }))), 'stored');
    // The letters' sizes are known again at the next count.
    this.#letters = Math.max(0, this.#letters - places.length);
  }

  /** The oldest letters, until so many letters and bytes are found. */
  async #oldest(letters: number, bytes: number): Promise<StoredLetter[]> {
    const victims: StoredLetter[] = [];
    let freed = 0;
    if (letters <= 0 && bytes <= 0) return victims;
    for await (const stored of this.#walk()) {
      if (victims.length >= letters && freed >= bytes) break;
      victims.push(stored);
      freed += stored.bytes;
    }
    return victims;
  }

  async #count(): Promise<void> {
    this.#letters = 0;
    this.#bytes = 0;
    for await (const { bytes } of this.#walk()) {
      this.#letters += 1;
      this.#bytes += bytes;
    }
    this.#sinceCount = 0;
  }

  /** Oldest first, a page at a time. */
  async *#walk(): AsyncGenerator<StoredLetter> {
    const range = prefixRange(OPEN_PREFIX);
    let gte = range.gte;
    for (;;) {
      const page = await this.#store.scan({ ...range, gte }, PAGE);
      for (const { key, value } of page) yield letterAt(key.slice(OPEN_PREFIX.length), textOf(value));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      gte = `${last.key}\u0001`;
    }
  }
}

/** `placeOf` is where a letter lies: the same letter comes back to the same place. */
export function placeOf({ id, receivedAt }: Pick<DeadLetter, 'id' | 'receivedAt'>, now: number): string {
  return `${String(parseInstant(receivedAt) ?? now).padStart(13, '0')}/${id}`;
}

function keysOf(place: string): [open: string, sealed: string] {
  return [OPEN_PREFIX + place, SEALED_PREFIX + place];
}

/** What waits for the clock to be set must not expire by that clock. */
function putsOf(place: string, letter: DeadLetter, keptUntil: number): Put[] {
  const [open, hidden] = keysOf(place);
  const { sealed, origin } = letter;
  const record = { ...openPart(letter), ...(sealed !== undefined && { sealedLength: sealed.length }) };
  const expiry = letter.kind === 'held' ? {} : { expiresAt: keptUntil };
  const puts: Put[] = [{ key: open, value: JSON.stringify(record), ...expiry }];
  return sealed === undefined ? puts : [...puts, { key: hidden, value: origin === undefined ? sealed : JSON.stringify({ sealed, origin }), ...expiry }];
}

function letterAt(place: string, record: string | undefined): StoredLetter {
  const { sealedLength, ...letter } = JSON.parse(record ?? '{}') as DeadLetter & { sealedLength?: unknown };
  return { place, letter, bytes: typeof sealedLength === 'number' ? sealedLength : 0 };
}
