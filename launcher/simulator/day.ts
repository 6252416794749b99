/**
 * `dayOf` draws what happens in a small shop in a day, and when: minute by minute, so that a longer day begins like a shorter one.
 */
import { DAY, HOUR, type LocalClock, MINUTE } from '../../engine/base/time.js';
import type { Chance } from './chance.js';
import { type SectorKind, type SimulatedSector, SECTORS } from './sector.js';

export interface DayStep {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: SectorKind;
}

/** A till's steps outnumber its receipts, and the web's its orders, by so much. */
const PER_SALE = 2;

/** The steps in `[from, to)`, in order of time, `volume` times as many as usual. The same chance gives the same day. */
export function dayOf(from: number, to: number, clock: LocalClock, chance: Chance, sector: SimulatedSector = SECTORS.retail, volume = 1): DayStep[] {
  const steps: DayStep[] = [];
  for (let minute = from; minute < to; minute += MINUTE) {
    const { hour, weekday } = wallOf(minute, clock);
    const till = (sector.till[hour] ?? 0) * (sector.week[weekday] ?? 1) * volume;
    steps.push(...drawMinute(minute, till, sector.ofTill, chance), ...drawMinute(minute, (sector.web[hour] ?? 0) * volume, sector.ofWeb, chance));
  }
  return steps.filter(({ at }) => at < to).sort((a, b) => a.at - b.at);
}

/** What happens next while somebody watches: whatever the hour, never nothing. */
export function nextKind(chance: Chance, { ofTill, ofWeb }: SimulatedSector = SECTORS.retail): SectorKind {
  return chance.pick([...ofTill, ...ofWeb]);
}

function drawMinute(minute: number, perHour: number, kinds: readonly (readonly [SectorKind, number])[], chance: Chance): DayStep[] {
  const expected = (perHour * PER_SALE * MINUTE) / HOUR;
  const count = Math.floor(expected) + (chance.next() < expected % 1 ? 1 : 0);
  return Array.from({ length: count }, () => ({ at: minute + chance.between(0, MINUTE - 1), kind: chance.pick(kinds) }));
}

/** The hour on the wall, and the weekday, Monday being 0. What the night adds to a day belongs to the evening before. */
function wallOf(at: number, clock: LocalClock): { hour: number; weekday: number } {
  const local = at + clock.offsetAt(at);
  const day = Math.floor((local - 4 * HOUR) / DAY);
  // 1970-01-01 was a Thursday.
  return { hour: Math.floor((local % DAY) / HOUR), weekday: (day + 3) % 7 };
}
