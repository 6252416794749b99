/**
 * `MemberSlice` is an hour's sums of one member of a dimension (a product, a VAT rate) in one store and channel: kept as long as the hour's own, changed in the
 * same commit. How often and when it changed, the hour itself says.
 */
import type { Span } from '../calendar/windowAssigner.js';
import type { Sums } from '../kpi/contribution.js';
import type { Dimension } from '../kpi/dimension.js';
import type { Add, KeyRange } from '../store/store.js';
import { expiryOfSlice, secondsOf } from './slice.js';

/** A slice that a batch moves, and what is added to it, by the letters of its fields (see kpi/memberSums.ts). */
export interface MovedMember {
  readonly dimension: Dimension;
  readonly start: number;
  readonly store: string;
  readonly channel: string;
  readonly member: string;
  readonly add: Readonly<Sums>;
}

/** `MEMBERS` begins the keys of all of them. */
export const MEMBERS = 'b/';

const LETTER: Readonly<Record<Dimension, string>> = { product: 'p', category: 'c', rate: 'r', payment: 'y', staff: 's' };

/** The key of one slice; keys of one dimension are in order of time. A member may have slashes. */
export function memberKey({ dimension, start, store, channel, member }: Omit<MovedMember, 'add'>): string {
  return `${MEMBERS}${LETTER[dimension]}/${secondsOf(start)}/${store}/${channel}/${member}`;
}

/** The keys of all slices of a dimension that start within a span. */
export function memberRange(dimension: Dimension, { start, end }: Span): KeyRange {
  const prefix = `${MEMBERS}${LETTER[dimension]}/`;
  return { gte: `${prefix}${secondsOf(start)}/`, lt: `${prefix}${secondsOf(end)}/` };
}

/** What a slice's key names. */
export function parseMemberKey(key: string): Pick<MovedMember, 'start' | 'store' | 'channel' | 'member'> {
  const [, , start, store = '', channel = '', ...member] = key.split('/');
  return { start: Number(start) * 1_000, store, channel, member: member.join('/') };
}

/** What adds to the slices. */
export function memberAdds(members: readonly MovedMember[]): Add[] {
  return members.map((moved) => ({ key: memberKey(moved), add: moved.add, expiresAt: expiryOfSlice('hour', moved.start), total: 'unneeded' }));
}
