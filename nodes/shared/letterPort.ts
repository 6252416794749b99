/**
 * `LetterPort` is what a dead-letter node offers to displays in its process: letters go in again through it, and it knows what became of that.
 */
import { PortRegistry } from './portRegistry.js';

/** `ReplayStarted`: `busy`, one replay at a time. */
export type ReplayStarted = 'started' | 'busy';

/** `ReplayProgress` of the present or last run: letters that were understood, and letters that were not. */
export interface ReplayProgress {
  readonly state: 'running' | 'idle';
  readonly understood: number;
  readonly left: number;
}

/** `AskedLetters`: with `id` the message of that letter, with `reason` the messages that were refused for it; without both all. */
export interface AskedLetters {
  readonly id?: string;
  readonly reason?: string;
}

/** `ReplayAttempt` at a letter that stayed; `unreadable`: its content is gone, or no event, or sealed with another key. Epoch ms. */
export interface ReplayAttempt {
  readonly at: number;
  readonly outcome: 'refused' | 'unreadable';
}

export interface LetterPort {
  readonly tenant: string;
  readonly id: string;
  readonly progress: ReplayProgress;
  /** By id of the letter; kept for the last ones of this process. */
  attemptAt(id: string): ReplayAttempt | undefined;
  replay(asked: AskedLetters): ReplayStarted;
}

/** `letterPorts` across all nodes of the process. */
export const letterPorts = new PortRegistry<LetterPort>();
