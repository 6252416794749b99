/**
 * `ShownTask` is one thing to do of a set-up, in words.
 */
import type { Words } from '../shared/words.js';

/** `TaskState`: `away`, put away as not needed; `more`, a sender that could be connected, too, and that nobody has begun with. */
export type TaskState = 'open' | 'done' | 'away' | 'more';
export type Tone = 'good' | 'bad' | 'warn' | 'calm';

/** `ShownSays` is a sentence, in its color. */
export interface ShownSays {
  readonly text: string;
  readonly tone: Tone;
}

/** `ShownTask`: `chip` says how it is in a few words; `says` what was found; `steps` what to do; `links` lead to nodes in the editor. */
export interface ShownTask {
  readonly key: string;
  readonly title: string;
  readonly place: string;
  readonly state: TaskState;
  readonly chip: ShownSays;
  readonly says: readonly ShownSays[];
  readonly steps: readonly string[];
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Of a sender: what to give it. */
  readonly url?: { readonly text: string; readonly note: string };
  /** What a trial is called by, and whether it is under way. */
  readonly trial?: { readonly command: string; readonly state: 'idle' | 'running'; readonly label: string };
}

/** Beyond the editor's path: where it shows a node, and opens its form if it has one of its own on a tab. */
export type NodeLink = (id: string, kind: 'node' | 'configuration', text: string) => ShownTask['links'];

/** The texts `1`, `2` … below a key. */
export function stepsAt(key: string, words: Words, values: Readonly<Record<string, string>> = {}): readonly string[] {
  const steps: string[] = [];
  for (let index = 1; ; index += 1) {
    const step = words.find(`${key}.${String(index)}`, values);
    if (step === undefined) return steps;
    steps.push(step);
  }
}
