/**
 * `within` waits for work no longer than somebody else has patience: for an answer to the editor, for a store that is asked how it is, for a node
 * that closes.
 */

/** `within` is the answer of `work`, or `late` where it takes longer; the work itself goes on. */
export async function within<T, L = T>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<L>((resolve) => { timer = setTimeout(() => { resolve(late); }, ms); });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
