/**
 * `WidgetReader` reads the numbers of one shop for all widgets that show it: what several ask at about the same time is read once, so that cards and
 * panels show one snapshot.
 */
import { LRUCache } from 'lru-cache';
import { Baseline } from '../../../engine/read/baseline/baseline.js';
import { type DayCurve, DayCurves } from '../../../engine/read/baseline/dayCurve.js';
import type { Group } from '../../../engine/read/rollup.js';
import type { KpiRow } from '../../../engine/read/kpiValue.js';
import { readDefinitions } from '../../../engine/kpi/storedDefinitions.js';
import type { RawQuestion } from '../../../engine/query/kpiQuery.js';
import { describeKpis, type KpiDescription } from '../../../engine/query/describe.js';
import { PAYMENT_PARTS } from '../../../engine/kpi/builtinKpis.js';
import { isAdditive } from '../../../engine/kpi/kpi.js';
import type { Store } from '../../../engine/store/store.js';
import { answer } from '../answer.js';
import type { ShopPort } from '../ports.js';

/** Questions whose answers are kept until somebody needs a newer one. */
const MAX_ANSWERS = 100;
/** As the query node's default: windows are final so long after their end. */
const GRACE_MS = 5_000;

/** `KpiFacts`: what a number of this shop is. */
export interface KpiFacts extends KpiDescription {
  /** Whether parts of it add up to the whole. */
  readonly adds: 'up' | 'not';
}

/** `atZero`: who sold on former days and has sold nothing in this window is at zero, as in what window nodes emit; a ratio stays unknown. */
export function atZero(row: KpiRow | undefined, { adds }: KpiFacts): KpiRow | undefined {
  const isEmpty = row !== undefined && row.value === null && row.count === 0 && row.unknown === undefined && row.comparison !== undefined;
  return isEmpty && adds === 'up' ? { ...row, value: 0 } : row;
}

interface Answered {
  readonly askedAt: number;
  readonly rows: Promise<readonly KpiRow[]>;
}

export class WidgetReader {
  readonly #shop: ShopPort;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #baseline: Baseline;
  readonly #curves: DayCurves;
  readonly #answers = new LRUCache<string, Answered>({ max: MAX_ANSWERS });

  constructor(shop: ShopPort, store: Store, now: () => number) {
    this.#shop = shop;
    this.#store = store;
    this.#now = now;
    const holiday = (at: number): string | undefined => shop.opening.holiday(at);
    this.#baseline = new Baseline(store, shop, holiday);
    this.#curves = new DayCurves(store, shop, holiday);
  }

  /**
   * The rows of a question of `/kpi`, of all numbers unless it names some; read at `since` (epoch ms) or later. A question that is refused, for
   * instance because its number is gone, has no rows.
   */
  async rows(question: RawQuestion, since: number): Promise<readonly KpiRow[]> {
    const { name, ...rest } = question;
    const rows = await this.#all(rest, since, 'shop');
    if (typeof name !== 'string' || name === '') return rows;
    const names = name.split(',');
    return rows.filter((row) => names.includes(row.name));
  }

  /** The rows of one number alone: for long stretches, of which hardly anybody asks for all numbers. */
  long(question: RawQuestion, since: number): Promise<readonly KpiRow[]> {
    return this.#all(question, since, 'shop');
  }

  /** What was paid by each means, as rows of that name: `card`, `cash`, `other`. */
  payments(question: RawQuestion, since: number): Promise<readonly KpiRow[]> {
    return this.#all(question, since, 'payments');
  }

  /** What that number is, in the words of its definition; `undefined` where the shop has none of that name. */
  async facts(name: string): Promise<KpiFacts | undefined> {
    const definitions = await readDefinitions(this.#store);
    const kpi = definitions.kpis.find((each) => each.name === name);
    if (kpi === undefined) return undefined;
    const described = describeKpis({ name }, definitions, this.#shop.currency);
    const description = described.outcome === 'descriptions' ? described.kpis[0] : undefined;
    return description === undefined ? undefined : { ...description, adds: isAdditive(kpi) && kpi.open === undefined ? 'up' : 'not' };
  }

  /** How that number usually fills the day of `at`, and where it will end; see `DayCurves`. */
  async curve(name: string, group: Group, soFar: number | null, at: number): Promise<DayCurve> {
    const kpi = (await readDefinitions(this.#store)).kpis.find((each) => each.name === name);
    return kpi === undefined ? { days: 0, usual: [] } : this.#curves.today({ kpi, group, soFar }, at);
  }

  #all(question: RawQuestion, since: number, of: 'shop' | 'payments'): Promise<readonly KpiRow[]> {
    const key = of + JSON.stringify(Object.entries(question).sort());
    const known = this.#answers.get(key);
    if (known !== undefined && known.askedAt >= since) return known.rows;
    const askedAt = this.#now();
    const source = { shop: this.#shop, store: this.#store, comparison: this.#baseline, graceMs: GRACE_MS };
    const rows = answer(question, of === 'payments' ? { ...source, parts: PAYMENT_PARTS } : source, askedAt)
      .then((answered) => (answered.outcome === 'rows' ? answered.rows : []));
    this.#answers.set(key, { askedAt, rows });
    rows.catch(() => { this.#answers.delete(key); });
    return rows;
  }
}
