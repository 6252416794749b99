/** The clock on a shop's wall, as the operating system knows it: nothing of the product's own reckoning. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export class Wall {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
    });
  }

  /** When the window of that length began in which `at` lies. */
  floor(at: number, length: number): number {
    return at - ((at + this.offsetAt(at)) % length);
  }

  /** What the clock shows at an instant, as if it were UTC. */
  shownAt(at: number): number {
    return at + this.offsetAt(at);
  }

  /** The instant at which the business day of `at` began. */
  dayOf(at: number, cutoffHours: number): number {
    const day = Math.floor((at + this.offsetAt(at) - cutoffHours * HOUR) / DAY);
    return this.instantAt(day * DAY + cutoffHours * HOUR);
  }

  /** "22/11/2026 18:41:05" */
  instantOf(text: string): number {
    const [day, month, year, ...clock] = text.split(/[/ :]/).map(Number);
    return this.instantAt(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, ...clock));
  }

  /** Of two instants that the wall shows alike the earlier one; one that it never shows is put forward. */
  instantAt(shown: number): number {
    const [before, after] = [shown - this.offsetAt(shown - DAY), shown - this.offsetAt(shown + DAY)];
    const real = [before, after].filter((at) => at + this.offsetAt(at) === shown);
    return real.length === 0 ? Math.max(before, after) : Math.min(...real);
  }

  offsetAt(at: number): number {
    const quarter = Math.floor(at / (15 * MINUTE)) * 15 * MINUTE;
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const part = Object.fromEntries(this.#format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]));
    const shown = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
    this.#offsets.set(quarter, shown - quarter);
    return shown - quarter;
  }
}
