import { measureOfField } from '../aggregate/slice.js';
import { typeField } from '../kpi/measure.js';
import type { Counters } from '../store/store.js';
import { type Kpi } from '../kpi/kpi.js';

const MAX_REMEMBERED = 1_000;

/** `AffectedKpis` of a change: those whose number it may move, and others that facts of its types speak of. */
export interface AffectedKpis {
  readonly moved: readonly Kpi[];
  readonly spokenOf: readonly Kpi[];
}

/** `Affected` finds the KPIs behind slice fields; the same fields give the same answer. */
export class Affected {
  readonly #moved = new Map<string, Kpi[]>();
  readonly #spokenOf = new Map<string, Kpi[]>();
  readonly #known = new Map<string, AffectedKpis>();

  constructor(kpis: readonly Kpi[]) {
    for (const kpi of kpis) {
      for (const measure of measuresOf(kpi)) listIn(this.#moved, measure).push(kpi);
      // What rests on open things moves with every fact that opens or closes one.
      for (const type of kpi.types) listIn(kpi.open === undefined ? this.#spokenOf : this.#moved, typeField(type)).push(kpi);
    }
  }

  by(change: Counters): AffectedKpis {
    const measures = new Set<string>();
    for (const field in change) measures.add(measureOfField(field));
    const key = [...measures].join(',');
    const known = this.#known.get(key) ?? { moved: behind(this.#moved, measures), spokenOf: behind(this.#spokenOf, measures) };
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(key, known);
    return known;
  }
}

function measuresOf({ top, bottom = [], coverage }: Kpi): Set<string> {
  return new Set([...top, ...bottom, ...(coverage === undefined ? [] : [coverage.of, coverage.all])].map(({ measure }) => measure));
}

function listIn(lists: Map<string, Kpi[]>, name: string): Kpi[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

function behind(lists: ReadonlyMap<string, readonly Kpi[]>, measures: ReadonlySet<string>): Kpi[] {
  const kpis = new Set<Kpi>();
  for (const measure of measures) for (const kpi of lists.get(measure) ?? []) kpis.add(kpi);
  return [...kpis];
}
