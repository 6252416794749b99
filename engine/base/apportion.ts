/**
 * `apportion` shares a whole number of cents over parts by their weights, so that the shares add up to it: largest remainder (Hamilton's method).
 */

/** Shares of `total`, in the order of the weights, which may be negative; the first of equals has the cent. Nothing but zeros where the weights are none. */
export function apportion(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0 || total === 0) return weights.map(() => 0);
  const shares: number[] = [];
  let left = total;
  for (const weight of weights) {
    const share = Math.floor((total * weight) / whole);
    shares.push(share);
    left -= share;
  }
  if (left === 0) return shares;
  const remainder = (index: number): number => (total * (weights[index] ?? 0)) / whole - (shares[index] ?? 0);
  const byRemainder = weights.map((_weight, index) => index).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const index of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
