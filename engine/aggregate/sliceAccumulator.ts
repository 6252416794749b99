/**
 * `SliceAccumulator` adds up which slices a batch moves, and by how much: sums per minute and group; hours are what their minutes add up to. Members of
 * dimensions have hours only.
 */
import type { Sums } from '../kpi/contribution.js';
import type { Dimension } from '../kpi/dimension.js';
import type { MembersAt } from '../kpi/portions.js';
import type { MovedMember } from './memberSlice.js';
import { KEEP_MS, LENGTH, type Level, type MovedSlice } from './slice.js';
import type { Calendar } from '../calendar/windowAssigner.js';

interface GroupMinutes {
  readonly store: string;
  readonly channel: string;
  readonly minutes: Map<number, Sums>;
  readonly sums: GroupSinks;
  /** By dimension, hour and member. */
  readonly members: Map<Dimension, Map<number, Map<string, Sums>>>;
}

/** The sums of one group that hold an instant, and those of its members. */
export interface GroupSinks {
  readonly at: (at: number) => Sums;
  readonly members: MembersAt;
}

/** Sums by group and minute. */
export class SliceAccumulator {
  readonly #calendar: Calendar;
  readonly #groups = new Map<string, GroupMinutes>();

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Where to add what falls to a group. */
  sumsOf(store: string, channel: string): GroupSinks {
    return this.#groupOf(store, channel).sums;
  }

  /** The slices within their horizon whose sums really moved, without the fields that did not. */
  moved(now: number): MovedSlice[] {
    const moved: MovedSlice[] = [];
    for (const group of this.#groups.values()) {
      this.#collect(moved, 'minute', group.minutes, group, now);
      this.#collect(moved, 'hour', this.#hoursOf(group.minutes), group, now);
    }
    return moved;
  }

  /** The same of members. */
  movedMembers(now: number): MovedMember[] {
    const moved: MovedMember[] = [];
    for (const { store, channel, members } of this.#groups.values()) {
      for (const [dimension, hours] of members) {
        for (const [start, byMember] of hours) {
          if (isBeyond('hour', start, now)) continue;
          for (const [member, sums] of byMember) {
            const add = withoutZeros(sums);
            if (add !== undefined) moved.push({ dimension, start, store, channel, member, add });
          }
        }
      }
    }
    return moved;
  }

  #collect(moved: MovedSlice[], level: Level, rows: ReadonlyMap<number, Sums>, { store, channel }: GroupMinutes, now: number): void {
    for (const [start, sums] of rows) {
      if (isBeyond(level, start, now)) continue;
      const add = withoutZeros(sums);
      if (add !== undefined) moved.push({ level, start, store, channel, add });
    }
  }

  #hoursOf(minutes: ReadonlyMap<number, Sums>): Map<number, Sums> {
    const hours = new Map<number, Sums>();
    for (const [start, sums] of minutes) {
      const hour = this.#calendar.clock.floor(start, LENGTH.hour);
      const known = hours.get(hour);
      if (known === undefined) hours.set(hour, { ...sums });
      else for (const field in sums) known[field] = (known[field] ?? 0) + (sums[field] ?? 0);
    }
    return hours;
  }

  #groupOf(store: string, channel: string): GroupMinutes {
    const name = `${store}/${channel}`;
    let group = this.#groups.get(name);
    if (group === undefined) {
      const minutes: GroupMinutes['minutes'] = new Map();
      const members: GroupMinutes['members'] = new Map();
      const sums = { at: (at: number) => this.#minuteOf(minutes, at), members: (dimension: Dimension, at: number) => this.#membersOf(members, dimension, at) };
      this.#groups.set(name, group = { store, channel, minutes, members, sums });
    }
    return group;
  }

  #minuteOf(minutes: GroupMinutes['minutes'], at: number): Sums {
    const start = this.#calendar.clock.floor(at, LENGTH.minute);
    let sums = minutes.get(start);
    if (sums === undefined) minutes.set(start, sums = {});
    return sums;
  }

  #membersOf(members: GroupMinutes['members'], dimension: Dimension, at: number): (member: string) => Sums {
    const start = this.#calendar.clock.floor(at, LENGTH.hour);
    let hours = members.get(dimension);
    if (hours === undefined) members.set(dimension, hours = new Map<number, Map<string, Sums>>());
    let byMember = hours.get(start);
    if (byMember === undefined) hours.set(start, byMember = new Map<string, Sums>());
    const ofHour = byMember;
    return (member) => {
      let sums = ofHour.get(member);
      if (sums === undefined) ofHour.set(member, sums = {});
      return sums;
    };
  }
}

function isBeyond(level: Level, start: number, now: number): boolean {
  return start + LENGTH[level] <= now - KEEP_MS[level];
}

function withoutZeros(sums: Sums): Sums | undefined {
  let moved: Sums | undefined;
  for (const field in sums) {
    const sum = sums[field] ?? 0;
    if (sum !== 0) (moved ??= {})[field] = sum;
  }
  return moved;
}
