/**
 * `RelatedBatch` is a batch while facts that follow others are derived from it: what it says, what is known, and what was read for that.
 */
import { type Fact, mergeFacts, type VoidState } from '../fact/fact.js';
import { factAfter, type Version } from './fold.js';

/** `keys`: of all facts that this rests on. */
export interface RelatedBatch {
  readonly versions: Map<string, Version>;
  readonly states: Map<string, VoidState | undefined>;
  readonly keys: string[];
  readonly knownAt: (key: string) => Fact | undefined;
}

/** `BELOW_VERSIONS` sorts before every instant and number, so that no field which a sender has set is touched. */
export const BELOW_VERSIONS = '!';

/** The fact after the batch, as far as it is known. */
export function factIn({ versions, states, knownAt }: RelatedBatch, key: string): Fact | undefined {
  return factAfter(knownAt(key), versions.get(key)?.fact, states, key);
}

/** Others were derived from this fact, or it from others: it is written even where it stays as it is, so that the commit checks it. */
export function check({ versions }: RelatedBatch, key: string): void {
  versions.set(key, { fact: undefined, events: 0, ...versions.get(key), write: 'always' });
}

/** The fact learns what was derived from others. */
export function learnIn({ versions }: RelatedBatch, key: string, derived: Fact): void {
  const version = versions.get(key);
  versions.set(key, { events: 0, ...version, fact: mergeFacts(version?.fact, derived) });
}
