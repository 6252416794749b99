/**
 * `readYaml` reads what the file says, and on which line: texts, lists and maps; a number or a time stays the text it was written as.
 */
import { EVENT_ID, getScalarValue, parseEvents, type ScalarEvent, YAMLException } from 'js-yaml';
import { TimelineError } from './diagnostic.js';

export type Located = LocatedText | LocatedList | LocatedMap;

export interface LocatedText {
  readonly kind: 'text';
  readonly line: number;
  readonly text: string;
  /** `true` written without quotes is a switch, with quotes a word. */
  readonly style: 'plain' | 'quoted';
}

export interface LocatedList {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  readonly line: number;
  readonly value: Located;
}

type Event = ReturnType<typeof parseEvents>[number];

/** `readYaml` reads the one document of the text. Throws `TimelineError`. Anchors, aliases and tags have no use here and are refused. */
export function readYaml(text: string): Located {
  return new YamlReader(text).document();
}

/** Reads the flat stream of events back into a tree, with the lines that js-yaml's own constructor forgets. */
class YamlReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
    this.#events = eventsOf(text);
  }

  document(): Located {
    const first = this.#take();
    const root = this.#value();
    this.#take();
    if (first?.type !== EVENT_ID.DOCUMENT || this.#take() !== undefined) throw this.#error('one document only');
    return root;
  }

  #take(): Event | undefined {
    return this.#events[this.#next++];
  }

  #value(): Located {
    const event = this.#take();
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) throw this.#error('ends too early');
    if (event.type === EVENT_ID.ALIAS || event.anchorStart !== -1 || event.tagStart !== -1) throw this.#error('anchors, aliases and tags are not used here');
    if (event.type === EVENT_ID.SCALAR) return this.#scalar(event);
    const line = this.#lineAt(event.start);
    if (event.type === EVENT_ID.SEQUENCE) return { kind: 'list', line, items: this.#until(() => this.#value()) };
    const entries = this.#until(() => this.#entry());
    const twice = entries.find(({ key }, index) => entries.findIndex((entry) => entry.key === key) !== index);
    if (twice !== undefined) throw new TimelineError({ line: twice.line, field: twice.key }, 'twice');
    return { kind: 'map', line, entries };
  }

  #until<T>(read: () => T): T[] {
    const items: T[] = [];
    while (this.#events[this.#next] !== undefined && this.#events[this.#next]?.type !== EVENT_ID.POP) items.push(read());
    this.#next++;
    return items;
  }

  #entry(): LocatedEntry {
    const key = this.#value();
    if (key.kind !== 'text') throw this.#error('a key must be text');
    return { key: key.text, line: key.line, value: this.#value() };
  }

  #scalar(event: ScalarEvent): LocatedText {
    if (event.valueStart === -1) return { kind: 'text', line: this.#line, text: '', style: 'plain' };
    const line = this.#lineAt(event.valueStart);
    return { kind: 'text', line, text: getScalarValue(this.#text, event), style: event.style === 1 ? 'plain' : 'quoted' };
  }

  /** Events come in the order of the text, so lines are counted once. */
  #lineAt(offset: number): number {
    for (; this.#counted < offset; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line++;
    return this.#line;
  }

  #error(said: string): TimelineError {
    return new TimelineError({ line: this.#line, field: 'yaml' }, 'yaml', undefined, said);
  }
}

function eventsOf(text: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: 20 });
  } catch (error) {
    if (error instanceof YAMLException) throw new TimelineError({ line: (error.mark?.line ?? 0) + 1, field: 'yaml' }, 'yaml', undefined, error.reason);
    throw error;
  }
}
