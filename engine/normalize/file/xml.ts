/**
 * `readXml` gives a small tree of elements by their local names. Documents that declare their own entities are refused unread.
 */
import { SaxesParser } from 'saxes';
import type { Refusal, RefusalRule } from '../../base/errors.js';

export interface Element {
  readonly name: string;
  /** The namespace's URI where the element declares it itself, else empty. */
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

export type Xml =
  | { readonly outcome: 'document'; readonly root: Element }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** Closings have five levels. */
const MAX_DEPTH = 16;
const MAX_ELEMENTS = 50_000;

export function readXml(text: string): Xml {
  const reading = new XmlReading();
  // Prefixes are read here: programs that write closings do not declare all they use.
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', () => { reading.stop('xml.form', 'not well-formed XML'); });
  parser.on('doctype', () => { reading.stop('xml.doctype', 'a document type declaration is never read'); });
  parser.on('opentag', ({ name, attributes }) => {
    const [prefix, local] = splitName(name);
    const uri = attributes[prefix === '' ? 'xmlns' : `xmlns:${prefix}`] ?? '';
    reading.open(local, uri, Object.fromEntries(Object.entries(attributes).map(([key, value]) => [splitName(key)[1], value])));
  });
  parser.on('text', (content) => { reading.add(content); });
  parser.on('cdata', (content) => { reading.add(content); });
  parser.on('closetag', () => { reading.close(); });
  // In pieces, so that what is refused at its beginning is not read to its end.
  for (let at = 0; at < text.length && reading.refusal === undefined; at += PIECE) parser.write(text.slice(at, at + PIECE));
  if (reading.refusal === undefined) parser.close();
  return reading.result();
}

function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.lastIndexOf(':');
  return [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
}

const PIECE = 16_384;

class XmlReading {
  refusal: Refusal | undefined;
  #root: Element | undefined;
  #elements = 0;
  readonly #open: Element[] = [];

  stop(rule: RefusalRule, message: string): void {
    this.refusal ??= { path: '', rule, message };
  }

  open(name: string, uri: string, attributes: Record<string, string>): void {
    this.#elements += 1;
    const element: Element = { name, uri, attributes, children: [], text: '' };
    if (this.#open.length >= MAX_DEPTH || this.#elements > MAX_ELEMENTS) this.stop('xml.size', 'too many elements, or too deep');
    if (this.refusal !== undefined) return;
    this.#root ??= element;
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
  }

  add(content: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += content;
  }

  close(): void {
    this.#open.pop();
  }

  result(): Xml {
    if (this.refusal !== undefined) return { outcome: 'refused', refusal: this.refusal };
    if (this.#root === undefined) return { outcome: 'refused', refusal: { path: '', rule: 'xml.form', message: 'no element' } };
    return { outcome: 'document', root: this.#root };
  }
}
