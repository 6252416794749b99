/**
 * `throttle` limits how often something happens: the first call at once, then at most one per interval, and always the last. Once cancelled it
 * never happens again.
 */
export function throttle(act: () => void, intervalMs: number): { (): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let state: 'open' | 'cancelled' = 'open';
  const run = (): void => {
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) call();
    }, intervalMs);
    again = false;
  };
  const call = (): void => {
    if (state === 'cancelled') return;
    if (timer === undefined) run();
    else again = true;
  };
  const cancel = (): void => {
    state = 'cancelled';
    clearTimeout(timer);
  };
  return Object.assign(call, { cancel });
}
