/**
 * `kindOf` and `textIn` find what kind of file it is and in which letters it is written, by its declared type and by how it begins.
 */
import { decode } from '../draft/jsonBody.js';

export type FileKind = 'table' | 'lines' | 'xml';

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/^(text|application)\/([\w.-]+\+)?xml$/, 'xml'],
  [/^(text|application)\/([\w.+-]+\+)?(json|x-ndjson|ndjson|jsonl|x-jsonl|jsonlines)$/, 'lines'],
  [/^((text|application)\/(x-)?csv|text\/(comma|tab)-separated-values|application\/vnd\.ms-excel)$/, 'table'],
];
/** Types that say nothing about what is inside. */
const ANY = /^(text\/plain|application\/octet-stream)?$/;

/** Whether a declared type may hold a day's file at all; one that is missing may. */
export function isFileType(contentType: string | undefined): boolean {
  const type = bareType(contentType);
  return ANY.test(type) || KINDS.some(([pattern]) => pattern.test(type));
}

/** What the type promises; where it promises nothing, or a table, what the text begins with. */
export function kindOf(text: string, contentType: string | undefined): FileKind {
  const type = bareType(contentType);
  const declared = KINDS.find(([pattern]) => pattern.test(type))?.[1];
  return declared === 'xml' || declared === 'lines' ? declared : kindAsSeen(text);
}

/** UTF-8 or UTF-16 with its mark, else the letters of old Windows programs (0x80 is €). `undefined` for what is no text at all. */
export function textIn(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  const text = decode(bytes) ?? windowsText(bytes);
  return text.includes('\0') ? undefined : text;
}

/** What windows-1252 has where Latin-1 has control characters. (Several versions of Node.js take one for the other.) */
const WINDOWS = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

function windowsText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replaceAll(/[\u0080-\u009f]/g, (letter) => WINDOWS.charAt(letter.charCodeAt(0) - 0x80));
}

function kindAsSeen(text: string): FileKind {
  const first = /\S/.exec(text)?.[0];
  if (first === '<') return 'xml';
  return first === '{' || first === '[' ? 'lines' : 'table';
}

function bareType(contentType: string | undefined): string {
  return (contentType?.split(';')[0] ?? '').trim().toLowerCase();
}
