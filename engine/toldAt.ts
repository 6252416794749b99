/**
 * When was a number last told, and when may it be told again?
 */

/** Instants by window and group (`key`) and KPI, kept as long as they keep anything back. */
export class ToldAt {
  readonly #intervalMs: number;
  readonly #told = new Map<string, { latest: number; readonly kpis: Map<string, number> }>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  set(key: string, kpi: string, now: number): void {
    const told = this.#told.get(key) ?? { latest: now, kpis: new Map<string, number>() };
    told.latest = now;
    told.kpis.set(kpi, now);
    // The last to be told is the last to be forgotten.
    this.#told.delete(key);
    this.#told.set(key, told);
  }

  /** Epoch ms; `now` where nothing keeps it back. What was told in the future was told before the clock was set back. */
  dueAt(key: string, kpi: string, now: number): number {
    const at = this.#told.get(key)?.kpis.get(kpi);
    return at === undefined || at > now ? now : Math.max(now, at + this.#intervalMs);
  }

  /** When the first of these KPIs is due. */
  soonest(key: string, kpis: readonly string[], now: number): number {
    if (!this.#told.has(key)) return now;
    let soonest = Infinity;
    for (const kpi of kpis) {
      const dueAt = this.dueAt(key, kpi, now);
      if (dueAt <= now) return now;
      soonest = Math.min(soonest, dueAt);
    }
    return soonest;
  }

  forget(now: number): void {
    for (const [key, { latest }] of this.#told) {
      if (latest <= now && latest + this.#intervalMs > now) break;
      this.#told.delete(key);
    }
  }
}
