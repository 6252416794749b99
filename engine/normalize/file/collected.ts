import type { Collector, NormalizeContext } from '../draft/collector.js';

/** One file on its way. `store` and `till`: whose it is, where whoever sent it said so. */
export interface CollectedFile {
  readonly collector: Collector;
  readonly context: NormalizeContext;
  readonly store: string | undefined;
  readonly till: string | undefined;
}
