/**
 * Acknowledgements say which events of an outbox are stored on the other side: `{"offsets":[[from,to],…]}`, both ends included.
 */
import { parseJson } from '../base/json.js';

/** `OffsetRange` holds the offsets from the first to the second, both included. */
export type OffsetRange = readonly [from: number, to: number];

/** `OutboxMark` is an event's place in one start of one outbox, as it travels in the event's extension attributes. */
export interface OutboxMark {
  readonly outboxId: string;
  readonly offset: number;
}

const MAX_RANGES = 20_000;

/** `rangesOf` gives the fewest ranges that hold these offsets, ascending. */
export function rangesOf(offsets: Iterable<number>): OffsetRange[] {
  const ranges: [number, number][] = [];
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === offset - 1) last[1] = offset;
    else ranges.push([offset, offset]);
  }
  return ranges;
}

/** `encodeAcknowledgement` writes what `parseAcknowledgement` reads. */
export function encodeAcknowledgement(ranges: readonly OffsetRange[]): string {
  return JSON.stringify({ offsets: ranges });
}

/** `parseAcknowledgement` gives `undefined` for any other text: anybody may publish on the topic. */
export function parseAcknowledgement(payload: string): readonly OffsetRange[] | undefined {
  const parsed = parseJson(payload) as { offsets?: unknown } | null | undefined;
  const offsets = parsed?.offsets;
  if (!Array.isArray(offsets) || offsets.length > MAX_RANGES || !offsets.every(isRange)) return undefined;
  return offsets;
}

/** `markOf` reads the mark that an event on the wire carries, if it comes from an outbox. */
export function markOf(event: { readonly outboxid?: unknown; readonly outboxoffset?: unknown }): OutboxMark | undefined {
  const { outboxid, outboxoffset } = event;
  if (typeof outboxid !== 'string' || !OUTBOX_ID.test(outboxid)) return undefined;
  return isOffset(outboxoffset) ? { outboxId: outboxid, offset: outboxoffset } : undefined;
}

/**
 * `PendingAcknowledgements` holds marks under way, so that what an outbox sends again meanwhile is not handled twice, and marks done, until their
 * acknowledgements leave.
 */
export class PendingAcknowledgements {
  readonly #underWay = new Map<string, Set<number>>();
  #done = new Map<string, number[]>();
  #size = 0;

  /** Events under way. */
  get size(): number {
    return this.#size;
  }

  /** `underWay` where that very event is being handled already. */
  begin({ outboxId, offset }: OutboxMark): 'begun' | 'underWay' {
    let offsets = this.#underWay.get(outboxId);
    if (offsets === undefined) this.#underWay.set(outboxId, offsets = new Set());
    if (offsets.has(offset)) return 'underWay';
    offsets.add(offset);
    this.#size += 1;
    return 'begun';
  }

  /** Done and stored: an acknowledgement is due. */
  complete(marks: readonly OutboxMark[]): void {
    this.abandon(marks);
    for (const { outboxId, offset } of marks) {
      const offsets = this.#done.get(outboxId);
      if (offsets === undefined) this.#done.set(outboxId, [offset]);
      else offsets.push(offset);
    }
  }

  /** Not stored: the outbox will send it again. */
  abandon(marks: readonly OutboxMark[]): void {
    for (const { outboxId, offset } of marks) {
      const offsets = this.#underWay.get(outboxId);
      if (offsets?.delete(offset) === true) this.#size -= 1;
      if (offsets?.size === 0) this.#underWay.delete(outboxId);
    }
  }

  /** The acknowledgements that are due, each once. */
  drain(): { readonly outboxId: string; readonly ranges: readonly OffsetRange[] }[] {
    const due = [...this.#done].map(([outboxId, offsets]) => ({ outboxId, ranges: rangesOf(offsets) }));
    this.#done = new Map();
    return due;
  }
}

const OUTBOX_ID = /^[A-Za-z0-9._-]{1,80}$/;

function isRange(value: unknown): value is OffsetRange {
  return Array.isArray(value) && value.length === 2 && isOffset(value[0]) && isOffset(value[1]) && value[0] <= value[1];
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
