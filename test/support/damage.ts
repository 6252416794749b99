/** A disk that gives back other bytes than it was given. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Turns one byte over; answers how many the file has. */
export function damageBytes(path: string, at: number): number {
  const content = readFileSync(path);
  content[at] = (content[at] ?? 0) ^ 0xff;
  writeFileSync(path, content);
  return content.length;
}
