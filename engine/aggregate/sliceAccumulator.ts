/**
 * Which slices does a batch move, and by how much? One row of sums per minute and group; hours are what their minutes add up to.
 */
import type { Sums, FieldTable } from '../kpi/contribution.js';
import { KEEP_MS, LENGTH, type Level, type MovedSlice } from './slice.js';
import type { Calendar } from '../calendar/windowAssigner.js';

interface GroupMinutes {
  readonly store: string;
  readonly channel: string;
  readonly minutes: Map<number, Sums>;
}

/** Sums nested by group and minute: no composite key is built per event. */
export class SliceAccumulator {
  readonly #calendar: Calendar;
  readonly #table: FieldTable;
  readonly #stores = new Map<string, Map<string, GroupMinutes>>();
  #group: GroupMinutes | undefined;
  #start = NaN;
  #row: Sums | undefined;

  constructor(calendar: Calendar, table: FieldTable) {
    this.#calendar = calendar;
    this.#table = table;
  }

  /** What is added from now on is this group's. */
  choose(store: string, channel: string): void {
    if (this.#group?.store === store && this.#group.channel === channel) return;
    this.#group = this.#groupOf(store, channel);
    this.#start = NaN;
  }

  /** The row of the chosen group that holds the instant. */
  readonly rowAt = (at: number): Sums | undefined => {
    const start = this.#calendar.clock.floor(at, LENGTH.minute);
    if (start === this.#start) return this.#row;
    const minutes = this.#group?.minutes;
    let row = minutes?.get(start);
    if (row === undefined) minutes?.set(start, row = this.#table.row());
    this.#start = start;
    this.#row = row;
    return row;
  };

  /** The slices within their horizon whose sums really moved, without the fields that did not. */
  moved(now: number): MovedSlice[] {
    const moved: MovedSlice[] = [];
    for (const [store, channels] of this.#stores) {
      for (const [channel, { minutes }] of channels) {
        this.#collect(moved, 'minute', minutes, { store, channel }, now);
        this.#collect(moved, 'hour', this.#hoursOf(minutes), { store, channel }, now);
      }
    }
    return moved;
  }

  #collect(moved: MovedSlice[], level: Level, rows: ReadonlyMap<number, Sums>, { store, channel }: Pick<MovedSlice, 'store' | 'channel'>, now: number): void {
    for (const [start, row] of rows) {
      if (start + LENGTH[level] <= now - KEEP_MS[level]) continue;
      const add = this.#named(row);
      if (add !== undefined) moved.push({ level, start, store, channel, add });
    }
  }

  #hoursOf(minutes: ReadonlyMap<number, Sums>): Map<number, Sums> {
    const hours = new Map<number, Sums>();
    for (const [start, row] of minutes) {
      const hour = this.#calendar.clock.floor(start, LENGTH.hour);
      const sums = hours.get(hour);
      if (sums === undefined) hours.set(hour, row.slice());
      else for (let place = 0; place < row.length; place += 1) sums[place] = (sums[place] ?? 0) + (row[place] ?? 0);
    }
    return hours;
  }

  #named(row: Sums): Record<string, number> | undefined {
    let sums: Record<string, number> | undefined;
    for (let place = 0; place < row.length; place += 1) {
      const value = row[place] ?? 0;
      if (value !== 0) (sums ??= {})[this.#table.names[place] ?? ''] = value;
    }
    return sums;
  }

  #groupOf(store: string, channel: string): GroupMinutes {
    let channels = this.#stores.get(store);
    if (channels === undefined) this.#stores.set(store, channels = new Map<string, GroupMinutes>());
    let group = channels.get(channel);
    if (group === undefined) channels.set(channel, group = { store, channel, minutes: new Map() });
    return group;
  }
}
