/** `FrameAncestors` are those who may show our pages in a frame of theirs: nobody (`none`), or origins, `'self'` among them. */
export type FrameAncestors = 'none' | readonly string[];

const ORIGIN = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:(\d{1,5}|\*))?$/i;

/** `parseFrameAncestors` reads `none`, `self` or origins with commas between them; `undefined` where it is neither. */
export function parseFrameAncestors(text: string): FrameAncestors | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0 || (words.length === 1 && words[0] === 'none')) return 'none';
  const sources = words.map((word) => (word === 'self' ? "'self'" : word));
  return sources.every((source) => source === "'self'" || ORIGIN.test(source)) ? sources : undefined;
}
