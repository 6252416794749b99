/**
 * `Replayer` gives dead letters a second chance: their content is unsealed and goes in again; what was understood is removed, the rest stays.
 */
import { LRUCache } from 'lru-cache';
import { type DeadLetterStore, type Bundle, placeOf } from '../../engine/deadletter/deadLetterStore.js';
import type { DeadLetter } from '../../engine/deadletter/deadLetter.js';
import { parseEvent, type ShopEvent } from '../../engine/event/event.js';
import { PROVIDERS } from '../../engine/normalize/normalize.js';
import { parseInstant } from '../../engine/base/time.js';
import type { Outcome, Tally } from '../shared/delivery/delivery.js';
import type { AskedLetters, ReplayAttempt, ReplayProgress, ReplayStarted } from '../shared/letterPort.js';
import { events } from '../shared/metrics.js';
import type { ShopPort } from '../shared/ports.js';
import type { InputMessage } from '../shared/node.js';
import { unseal } from '../../engine/privacy/seal.js';

/** `Again` is what goes in again, and where: a sender's body to `normalize`, a finished event to `window`. */
export type Again = { readonly output: 'bodies' | 'events'; readonly message: InputMessage };

/** `ReplayContext` is what a replayer works with. */
export interface ReplayContext {
  readonly letters: DeadLetterStore;
  readonly shop: Pick<ShopPort, 'privacyKey' | 'currency'>;
  now(): number;
  /** Sends the message on under a delivery; resolves when it has settled. */
  deliver(again: Again): Promise<{ readonly outcome: Outcome; readonly tally: Tally }>;
  changed(): void;
  warn(error: unknown): void;
}

/** `Due` at `now`; of refused letters, those since. */
export interface DueLetters {
  readonly now: number;
  readonly since: number;
}

/** `Which` letters; without a field all of them. */
export interface Which extends AskedLetters {
  readonly due?: DueLetters;
}

/** Letters of which it is known that they were tried and stayed. */
const MAX_ATTEMPTS = 1_000;

/** `Replayer` of one node. */
export class Replayer {
  readonly #context: ReplayContext;
  /** Where letters came back to the store during the present run. */
  readonly #returned = new Set<string>();
  readonly #attempts = new LRUCache<string, ReplayAttempt>({ max: MAX_ATTEMPTS });
  #run: Promise<void> | undefined;
  #phase: 'open' | 'closed' = 'open';
  #understood = 0;
  #left = 0;

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** Of a letter that was tried and stayed. */
  attemptAt(id: string): ReplayAttempt | undefined {
    return this.#attempts.get(id);
  }

  get progress(): ReplayProgress {
    return { state: this.#run === undefined ? 'idle' : 'running', understood: this.#understood, left: this.#left };
  }

  /** All letters that lie there now, the one with that id, or those held that are `due`. Returns at once: what comes back comes in by the node's own input. */
  start(which: Which): ReplayStarted {
    if (this.#run !== undefined) return 'busy';
    this.#understood = 0;
    this.#left = 0;
    this.#run = this.#replay(which).catch((error: unknown) => { this.#context.warn(error); }).finally(() => {
      this.#run = undefined;
      this.#returned.clear();
      this.#context.changed();
    });
    return 'started';
  }

  /** Letters that were just stored. */
  stored(letters: readonly DeadLetter[]): void {
    if (this.#run !== undefined) for (const letter of letters) this.#returned.add(placeOf(letter, this.#context.now()));
  }

  /** Does not wait: what is under way is still stored, and the facts make its second coming harmless. */
  close(): void {
    this.#phase = 'closed';
  }

  /** One after the other: where the line does not take them, it stops at the first. */
  async #replay({ id, reason, due }: Which): Promise<void> {
    for await (const bundle of this.#context.letters.bundles(this.#context.now(), id)) {
      if (this.#phase === 'closed') return;
      if (due !== undefined && !isDue(bundle.letter, due)) continue;
      if (reason !== undefined && !bundle.reasons.has(reason)) continue;
      const again = await this.#unseal(bundle);
      if (again === undefined) this.#stays(bundle.places, 'unreadable');
      else if (await this.#sendAgain(bundle, again) === 'stopped') return;
      this.#context.changed();
    }
  }

  async #sendAgain({ letter, places }: Bundle, again: Again): Promise<'done' | 'stopped'> {
    const { outcome, tally } = await this.#context.deliver(again);
    if (outcome.outcome !== 'complete' || this.#phase === 'closed') return 'stopped';
    const understood = places.filter((place) => !this.#returned.has(place));
    if (understood.length > 0) await this.#context.letters.remove(understood);
    this.#understood += understood.length;
    this.#stays(places.filter((place) => this.#returned.has(place)), 'refused');
    if (understood.length > 0) events.inc({ source: letter.provider, outcome: 'replayed' }, understood.length);
    // A held letter was counted when it came.
    if (tally.accepted > 0 && letter.kind !== 'held') events.inc({ source: letter.provider, outcome: 'accepted' }, tally.accepted);
    return 'done';
  }

  #stays(places: readonly string[], outcome: ReplayAttempt['outcome']): void {
    this.#left += places.length;
    for (const place of places) this.#attempts.set(place.slice(place.indexOf('/') + 1), { at: this.#context.now(), outcome });
  }

  /** `undefined` where the content is gone, sealed with another key, or still no event. */
  async #unseal({ letter, places }: Bundle): Promise<Again | undefined> {
    const content = await this.#context.letters.contentOf(places);
    if (content === undefined) return undefined;
    const opened = unseal(content.sealed, this.#context.shop.privacyKey);
    if (opened.outcome === 'refused') return undefined;
    const { provider, topic, receivedAt: shownAt, dueAt: receivedAt = shownAt } = letter;
    if (!PROVIDERS.some((known) => known === provider)) return this.#eventIn(opened.plain);
    const intake = { provider, headers: {}, trust: 'untrusted', ...content.origin, receivedAt: parseInstant(receivedAt) ?? this.#context.now() };
    return { output: 'bodies', message: { _msgid: '', topic: topic === '' ? provider : `${provider}/${topic}`, payload: opened.plain, intake } };
  }

  #eventIn(plain: Buffer): Again | undefined {
    const parsed = parseEvent(readJson(plain), { now: this.#context.now(), currency: this.#context.shop.currency });
    if (parsed.outcome !== 'event') return undefined;
    const payload: readonly ShopEvent[] = [parsed.event];
    return { output: 'events', message: { _msgid: '', topic: 'events', payload } };
  }
}

/**
 * Held letters whose time has come, and what was refused in the hour before: the first senders of the future came before anybody could say that
 * it was our clock.
 */
function isDue({ kind, reason, receivedAt, dueAt }: DeadLetter, { now, since }: DueLetters): boolean {
  if (kind === 'held') return (parseInstant(dueAt ?? '') ?? 0) <= now;
  return reason === 'time.future' && (parseInstant(receivedAt) ?? 0) >= since;
}

function readJson(plain: Buffer): unknown {
  try {
    return JSON.parse(plain.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
