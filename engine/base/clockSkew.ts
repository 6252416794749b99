/**
 * Do we agree on what time it is? Who shares a store compares clocks with it: windows end for all at once.
 */

/** Clocks of computers that are looked after differ by less. */
export const SKEW_MS = 1_000;

/** How far our clock is ahead of another (ms, negative: behind), as far as it is certain: the other was read between two looks at ours. */
export function skewOf(sentAt: number, theirs: number, receivedAt: number): number {
  if (theirs < sentAt) return sentAt - theirs;
  return theirs > receivedAt ? receivedAt - theirs : 0;
}

/** The same of a clock that has to be asked; one that does not answer to us (`undefined`) is believed to agree. */
export async function skewTo(clock: () => Promise<number | undefined>, now: () => number): Promise<number> {
  const sentAt = now();
  const theirs = await clock();
  return theirs === undefined ? 0 : skewOf(sentAt, theirs, now());
}
