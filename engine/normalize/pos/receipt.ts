/**
 * `Receipt` reads a till's document through the mapping; whatever cannot be read is remembered as a refusal.
 */
import Big from 'big.js';
import type { Refusal, RefusalRule } from '../../base/errors.js';
import type { QualityFlag } from '../../base/errorTable/index.js';
import { parseDate, shownBy, type TimeFlag } from '../formats/dates.js';
import { parseNumber } from '../formats/numbers.js';
import { toMinor } from '../../base/money.js';
import { roundMoney } from '../draft/money.js';
import { MAX_LABEL } from '../mapping/documentLabel.js';
import { firstAt, pointerOf, type PathStep, valuesAt } from '../mapping/jsonPath.js';
import type { Mapped, PosMapping } from '../mapping/fieldMapping.js';

const MAX_TEXT = 64;
/** Fields in which a till may write a whole heading. */
const LABELS: ReadonlySet<Mapped> = new Set(['kind', 'status', 'refersTo']);

/** `zone`: by which `shownMs` was found, where the till stated an instant and not what its clock showed. */
export interface DateRead {
  readonly at: number;
  readonly shownMs: number;
  readonly zone?: string;
  readonly flags: readonly TimeFlag[];
}

export class Receipt {
  readonly refusals: Refusal[] = [];
  /** Doubts about an accepted receipt: they end in `x_quality`. */
  readonly flags = new Set<QualityFlag>();
  readonly mapping: PosMapping;
  readonly currency: string;
  readonly #body: unknown;
  readonly #money: PosMapping['number'];
  /** How numbers are written that are no money: in no currency and never in minor units. */
  readonly plainFormat: PosMapping['number'];

  constructor(body: unknown, mapping: PosMapping, currency: string) {
    this.#body = body;
    this.mapping = mapping;
    this.#money = { ...mapping.number, currency };
    this.plainFormat = { locale: mapping.number.locale ?? null };
    this.currency = currency;
  }

  /** Where a field stands, as a JSON Pointer; empty where the mapping has no path for it. */
  pointer(field: Mapped): string {
    return pointerOf(this.#steps(field));
  }

  /** What breaks one rule at one place is one refusal, however often it is read. */
  refuse(field: Mapped, rule: RefusalRule, message: string): void {
    const path = this.pointer(field);
    if (!this.refusals.some((refusal) => refusal.path === path && refusal.rule === rule)) this.refusals.push({ path, rule, message });
  }

  /** Says that a needed field is missing, unless something was said about it already. */
  miss(field: Mapped): void {
    const path = this.pointer(field);
    if (!this.refusals.some((refusal) => refusal.path === path)) this.refuse(field, 'required', 'is missing');
  }

  /** Everything at a field's path; empty text reads as absent. */
  values(field: Mapped): unknown[] {
    const steps = this.#steps(field);
    return steps.length === 0 ? [] : valuesAt(this.#body, steps).filter((value) => value !== '');
  }

  /** What two fields say of each thing that both speak of: `pagamenti[].tipo` and `pagamenti[].importo` of each payment, absent where it says none. */
  pairs(left: Mapped, right: Mapped): (readonly [unknown, unknown])[] {
    const [ours, theirs] = [this.#steps(left), this.#steps(right)];
    const fork = ours.findIndex((step, index) => JSON.stringify(step) !== JSON.stringify(theirs[index]));
    const shared = fork === -1 ? ours.length : fork;
    const within = (thing: unknown, steps: readonly PathStep[]): unknown => {
      const found = valuesAt(thing, steps.slice(shared)).filter((value) => value !== '');
      return found.length > 1 ? undefined : found[0];
    };
    return valuesAt(this.#body, ours.slice(0, shared)).map((thing) => [within(thing, ours), within(thing, theirs)] as const);
  }

  /**
   * What these fields say of each thing in the list in which the first of `anchors` is found: `righe[].prezzo` and `righe[].iva` of each line. Fields that
   * stand elsewhere say nothing of it.
   */
  rows(fields: readonly Mapped[], anchors: readonly Mapped[]): Partial<Record<Mapped, unknown>>[] {
    for (const anchor of anchors) {
      const { list, inside } = columnsOf(this.mapping.paths, anchor, fields);
      const things = list.length === 0 ? [] : valuesAt(this.#body, list);
      const rows = things.map((thing) => rowOf(thing, inside));
      if (rows.some((row) => row[anchor] !== undefined)) return rows;
    }
    return [];
  }

  /** A quantity that a receipt is not refused for. */
  plain(value: unknown): Big | undefined {
    const parsed = parseNumber(value, this.plainFormat);
    return parsed.outcome === 'number' ? new Big(parsed.text) : undefined;
  }

  /** Money that a receipt is not refused for, exactly. */
  decimal(value: unknown): Big | undefined {
    if (value === undefined) return undefined;
    const parsed = parseNumber(value, this.#money);
    return parsed.outcome === 'number' ? new Big(parsed.text) : undefined;
  }

  /** In the decimals of the shop's currency. */
  roundedText(amount: Big): string {
    return roundMoney(amount, this.currency);
  }

  minorOf(amount: Big): number {
    return toMinor(roundMoney(amount, this.currency), this.currency) ?? 0;
  }

  /** Short text or an exact whole number. */
  text(field: Mapped): string | undefined {
    return this.textIn(field, this.values(field)[0]);
  }

  /** The same of a value that was found there. */
  textIn(field: Mapped, value: unknown): string | undefined {
    if (value === undefined) return undefined;
    const parsed = parseNumber(value, { kind: 'id' });
    const longest = LABELS.has(field) ? MAX_LABEL : MAX_TEXT;
    if (parsed.outcome === 'number' && parsed.text.length <= longest) return parsed.text;
    const [rule, why] = parsed.outcome === 'refused' ? [parsed.rule, ` (${parsed.message})`] as const : ['maxLength', ''] as const;
    this.refuse(field, rule, `${field} must be text of at most ${String(longest)} characters${why}`);
    return undefined;
  }

  /** Epoch ms. */
  instant(field: Mapped): number | undefined {
    const read = this.date(field, this.values(field)[0]);
    for (const flag of read?.flags ?? []) this.flags.add(flag);
    return read?.at;
  }

  /** What a date at a field says, and what the till's clock showed then, as if it were UTC. */
  date(field: Mapped, value: unknown): DateRead | undefined {
    if (value === undefined) return undefined;
    const parsed = parseDate(value, this.mapping.date);
    if (parsed.outcome === 'instant') {
      const { zone } = this.mapping.date;
      const read = { at: parsed.at, shownMs: shownBy(parsed, this.mapping.date), flags: parsed.flags };
      return parsed.shownMs === undefined && zone !== undefined ? { ...read, zone } : read;
    }
    this.refuse(field, parsed.rule, parsed.message);
    return undefined;
  }

  /** Decimal text of money in the shop's currency. */
  money(field: Mapped): string | undefined {
    const [value] = this.values(field);
    return value === undefined ? undefined : this.#decimal(field, value, this.#money);
  }

  /** Plain quantities, in no currency and never in minor units. */
  quantities(field: Mapped): number[] {
    return this.values(field).map((value) => Number(this.#decimal(field, value, this.plainFormat) ?? 0));
  }

  #decimal(field: Mapped, value: unknown, format: PosMapping['number']): string | undefined {
    const parsed = parseNumber(value, format);
    if (parsed.outcome === 'number') return parsed.text;
    this.refuse(field, parsed.rule, parsed.message);
    return undefined;
  }

  #steps(field: Mapped): readonly PathStep[] {
    return this.mapping.paths[field] ?? [];
  }
}

/** A list, and the steps from each of its things to the fields that stand in it. */
interface ListColumns {
  readonly list: readonly PathStep[];
  readonly inside: readonly (readonly [field: Mapped, within: readonly PathStep[]])[];
}

const listColumns = new WeakMap<PosMapping['paths'], Map<Mapped, ListColumns>>();

/** Found once for each mapping: the list in which the anchor stands, and which of the fields stand in it. */
function columnsOf(paths: PosMapping['paths'], anchor: Mapped, fields: readonly Mapped[]): ListColumns {
  const known = listColumns.get(paths) ?? new Map<Mapped, ListColumns>();
  listColumns.set(paths, known);
  const found = known.get(anchor) ?? listOf(paths, anchor, fields);
  known.set(anchor, found);
  return found;
}

function listOf(paths: PosMapping['paths'], anchor: Mapped, fields: readonly Mapped[]): ListColumns {
  const steps = paths[anchor] ?? [];
  const list = steps.slice(0, steps.lastIndexOf('every') + 1);
  const place = JSON.stringify(list);
  const inside = fields.flatMap((field): [Mapped, readonly PathStep[]][] => {
    const own = paths[field] ?? [];
    return JSON.stringify(own.slice(0, list.length)) === place ? [[field, own.slice(list.length)]] : [];
  });
  return { list, inside };
}

function rowOf(thing: unknown, inside: ListColumns['inside']): Partial<Record<Mapped, unknown>> {
  const row: Partial<Record<Mapped, unknown>> = {};
  for (const [field, within] of inside) {
    const value = firstAt(thing, within);
    if (value !== undefined && value !== '') row[field] = value;
  }
  return row;
}
