/**
 * `Dimension` is what numbers are split by beside store and channel; its members are products, categories, VAT rates, means of payment, who sold.
 */
export const DIMENSIONS = ['product', 'category', 'rate', 'payment', 'staff'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export function isDimension(text: string): text is Dimension {
  return (DIMENSIONS as readonly string[]).includes(text);
}

/** `BEYOND` is the one member for all those that are too many to have numbers of their own. */
export const BEYOND = '…';
