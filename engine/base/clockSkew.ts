/**
 * Clock skew: how far our clock is from another's. Who shares a store compares clocks with it, so that windows end for all at once.
 */

/** `SKEW_MS`: clocks of well-kept computers differ by less. */
export const SKEW_MS = 1_000;

/** `skewOf`: how far our clock is ahead of another (ms, negative: behind), as far as it is certain: the other was read between two readings of ours. */
export function skewOf(sentAt: number, theirs: number, receivedAt: number): number {
  if (theirs < sentAt) return sentAt - theirs;
  return theirs > receivedAt ? receivedAt - theirs : 0;
}

/** `skewTo`: the same of a clock that has to be asked; one that does not answer to us (`undefined`) is believed to agree. */
export async function skewTo(clock: () => Promise<number | undefined>, now: () => number): Promise<number> {
  const sentAt = now();
  const theirs = await clock();
  return theirs === undefined ? 0 : skewOf(sentAt, theirs, now());
}
