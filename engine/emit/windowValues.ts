/**
 * `WindowValues` reads what there is to say about a window: its numbers, those of the sizes that were chosen, what they were before a correction,
 * and what is usual.
 */
import type { StoredWindowSizes } from '../read/adaptive/storedSizes.js';
import { type OpeningDays, RecentGroups } from './recentGroups.js';
import type { Baseline } from '../read/baseline/baseline.js';
import { evaluate } from '../kpi/evaluate.js';
import { type Group, groupOf, type WindowSums } from '../read/rollup.js';
import { emptyKpis, type KpiValue, numberOfGroup } from '../read/kpiValue.js';
import { OpenWindowState } from '../read/openWindowState.js';
import { type ReadSnapshot, snapshotOnce } from '../read/openFacts.js';
import { type ShopContext, knownSinceIn, readAllGroups, readKnownAt, readWindow, refreshWindow, rowOf, valueReader } from '../read/windowReader.js';
import { REVISION, type SliceChange } from '../aggregate/slice.js';
import type { Counters, Store } from '../store/store.js';
import { MINUTE } from '../base/time.js';
import { isSliding, type Span, type WindowSize } from '../calendar/windowAssigner.js';
import { CHOICES, type ChosenSize, type Kpi } from '../kpi/kpi.js';

/** Which windows are emitted, and with what. `choices`: also windows of chosen sizes; `comparison`: what is usual, of hours and days. */
export interface WindowValuesSettings {
  readonly sizes: readonly WindowSize[];
  readonly choices?: StoredWindowSizes;
  readonly comparison?: Baseline;
  /** Absent: only groups that were there on the same day are at zero. */
  readonly opening?: OpeningDays;
  /** `one`: nobody else writes to this store, so open windows are kept in memory. */
  readonly writers?: 'one' | 'many';
}

/** What a group's sums grew by since they were last emitted, and in how many changes. */
export interface CorrectionDelta {
  readonly sums: Counters;
  readonly changes: number;
}

/** A group of a window that is wanted: which of its numbers and, of a window that is over, what it grew by. */
export interface WantedGroup {
  readonly group: Group;
  readonly kpis: ReadonlySet<Kpi>;
  readonly growth?: CorrectionDelta;
}

/** So many groups are read at each minute, whether or not anything may have changed. */
const FEW_GROUPS = 200;
const USUAL_MINUTES = 5;

export class WindowValues {
  /** Every size that has to be read. */
  readonly sizes: readonly WindowSize[];
  readonly #store: Store;
  readonly #shop: ShopContext;
  readonly #settings: WindowValuesSettings;
  readonly #kpis: ReadonlyMap<string, Kpi>;
  readonly #live: OpenWindowState | undefined;
  readonly #recent: RecentGroups | undefined;

  constructor(store: Store, shop: ShopContext, settings: WindowValuesSettings) {
    this.#store = store;
    this.#shop = shop;
    this.#settings = settings;
    this.#kpis = new Map(shop.kpis.map((kpi) => [kpi.name, kpi]));
    this.#recent = settings.opening === undefined ? undefined : new RecentGroups(store, shop, settings.opening);
    this.#live = settings.writers === 'many' ? undefined : new OpenWindowState();
    this.sizes = settings.choices === undefined ? settings.sizes : [...new Set([...settings.sizes, ...CHOICES])];
  }

  /** Notes slices that changed, and what is over. */
  onSlicesChanged(slices: readonly SliceChange[], now: number): void {
    this.#live?.forget(now);
    this.#live?.learn(slices);
  }

  /** One snapshot of what is open, for all that is read for one instant. */
  openFacts(now: number): ReadSnapshot {
    return snapshotOnce(this.#store, now);
  }

  /** The numbers of these groups. */
  async valuesOf(size: WindowSize, span: Span, wanted: readonly WantedGroup[], now: number, snapshot: ReadSnapshot): Promise<KpiValue[]> {
    const window = await readWindow(this.#store, size, span, this.#shop, now, snapshot, this.#live);
    const read = valueReader(size, this.#shop, { now, open: window.open, ...(await knownSinceIn(this.#store, size, [span], this.#shop, now)) });
    const values: KpiValue[] = [];
    for (const { group, kpis, growth } of wanted) {
      const row = rowOf(window, size, span, group);
      if (row === undefined) continue;
      for (const value of read(row, kpis)) values.push(growth === undefined ? value : this.#withPrevious(value, row, growth));
    }
    return this.#dressed(size, span, values, now);
  }

  /**
   * All groups, with zeros for those that were there on the window's day before it ended (of a day: on the day before) and, in a window in
   * which the shop is open, on its last opening days.
   */
  async readWithZeros(size: WindowSize, span: Span, now: number, status: 'live' | 'final'): Promise<KpiValue[]> {
    const { calendar, kpis } = this.#shop;
    const present = await readAllGroups(this.#store, size, span, this.#shop, now, status === 'live' ? this.#live : undefined);
    const day = calendar.windowAt('1d', size === '1d' ? span.start - 1 : isSliding(size) ? now : span.start);
    const seen = await readKnownAt(this.#store, day, size === '1d' || status === 'live' ? day.end : span.end, this.#shop, now);
    const seenNumbers = new Set(seen.map(numberOfGroup));
    const recent = (await this.#recent?.at(span, now) ?? []).filter((value) => !seenNumbers.has(numberOfGroup(value)));
    const shift = size === 'shift' ? calendar.shiftAt(span.start) : undefined;
    const window = { size, span, status, ...(shift === undefined ? {} : { shift }) };
    return this.#dressed(size, span, [...present, ...emptyKpis([...seen, ...recent], present, window, kpis, now)], now);
  }

  /**
   * Whether time alone has changed nothing since the window was read in full. Asked of very many groups only: nothing is open, nobody else has written,
   * and what is usual is read every few minutes.
   */
  async isStill(size: WindowSize, span: Span, now: number): Promise<boolean> {
    if (this.#live === undefined || isSliding(size) || this.#live.groupsIn(size, span) <= FEW_GROUPS) return false;
    const isUsualDue = this.#settings.comparison !== undefined && (size === '1h' || size === '1d') && Math.floor(now / MINUTE) % USUAL_MINUTES === 0;
    const { orders, quotes } = await this.openFacts(now)();
    if (isUsualDue || orders.length + quotes.length > 0) return false;
    return await refreshWindow(this.#store, size, span, this.#live) === 'same';
  }

  /** As the size itself, as a chosen size, or as both. */
  async #dressed(size: WindowSize, span: Span, values: readonly KpiValue[], now: number): Promise<KpiValue[]> {
    const compared = await this.#compared(size, span, values, now);
    const plain = this.#settings.sizes.includes(size) ? compared : [];
    return [...plain, ...(isChoice(size) ? await this.#chosen(size, span, compared, now) : [])];
  }

  async #chosen(size: ChosenSize, span: Span, values: readonly KpiValue[], now: number): Promise<KpiValue[]> {
    const groups = values.map(groupOf);
    const chosen = await this.#settings.choices?.of(span.start, groups, now);
    return values.flatMap((value, index) => {
      const adaptive = chosen?.get(groups[index] ?? '')?.get(value.name);
      return adaptive?.size === size ? [{ ...value, adaptive }] : [];
    });
  }

  async #compared(size: WindowSize, span: Span, values: readonly KpiValue[], now: number): Promise<readonly KpiValue[]> {
    const { comparison } = this.#settings;
    if (comparison === undefined || (size !== '1h' && size !== '1d') || now < span.start || now >= span.end) return values;
    const usual = await comparison.at(size, span, now);
    return values.map((value) => {
      const kpi = this.#kpis.get(value.name);
      const found = kpi === undefined ? undefined : usual(kpi, value);
      return found === undefined ? value : { ...value, comparison: found };
    });
  }

  #withPrevious(value: KpiValue, row: WindowSums, { sums, changes }: CorrectionDelta): KpiValue {
    const kpi = this.#kpis.get(value.name);
    if (kpi === undefined || value.status !== 'corrected') return value;
    return { ...value, previous: { value: evaluate(kpi, without(row.sums, sums), this.#shop.currency).value, revision: (row.sums[REVISION] ?? 0) - changes } };
  }
}

function isChoice(size: WindowSize): size is ChosenSize {
  return (CHOICES as readonly string[]).includes(size);
}

function without(sums: Counters, growth: Counters): Counters {
  const before: Record<string, number> = { ...sums };
  for (const [field, grown] of Object.entries(growth)) before[field] = (before[field] ?? 0) - grown;
  return before;
}
