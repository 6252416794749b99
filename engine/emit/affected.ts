import { measureOfField } from '../aggregate/slice.js';
import { typeField } from '../kpi/measure.js';
import type { Counters } from '../store/store.js';
import { type Kpi } from '../kpi/kpi.js';

const MAX_REMEMBERED = 1_000;

/** `Affected` finds the KPIs behind slice fields; the same fields give the same list. */
export class Affected {
  readonly #byMeasure = new Map<string, Set<string>>();
  readonly #lists = new Map<string, readonly string[]>();

  constructor(kpis: readonly Kpi[]) {
    for (const { name, types, top, bottom = [] } of kpis) {
      for (const measure of [...types.map(typeField), ...[...top, ...bottom].map((part) => part.measure)]) {
        const names = this.#byMeasure.get(measure) ?? new Set<string>();
        this.#byMeasure.set(measure, names.add(name));
      }
    }
  }

  /** Names of KPIs. */
  by(change: Counters): readonly string[] {
    const measures = [...new Set(Object.keys(change).map((field) => measureOfField(field)))];
    const key = measures.join(',');
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const names = [...new Set(measures.flatMap((measure) => [...(this.#byMeasure.get(measure) ?? [])]))];
    if (this.#lists.size >= MAX_REMEMBERED) this.#lists.clear();
    this.#lists.set(key, names);
    return names;
  }
}
