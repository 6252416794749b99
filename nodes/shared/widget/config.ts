/**
 * `WidgetConfig` is what the forms of all widgets have: where it stands, whose numbers it shows, and of which store and channel.
 */
import { ConfigError } from '../../../engine/base/errors.js';
import { isLabel } from '../../../engine/event/topic.js';
import { ALL, type Group } from '../../../engine/read/rollup.js';
import { filled } from '../configFields.js';
import type { SavedForm } from '../node.js';
import type { Choice } from './wire.js';

/** `WidgetConfig`, read and checked. Width and height are Dashboard's: columns and rows, 0 for what the content needs. */
export interface WidgetConfig {
  readonly group: unknown;
  readonly shop: unknown;
  readonly store: unknown;
  readonly broker: unknown;
  readonly title: string;
  readonly only: Partial<Group>;
  /** `page`: what is chosen on the page counts, for each viewer his own. */
  readonly follows: 'page' | 'nothing';
  /** `house`: our colors, by day and by night; `dashboard`: those of the page's theme. */
  readonly colors: 'house' | 'dashboard';
  readonly layout: { readonly width: number; readonly height: number; readonly order: number; readonly className: string };
}

/** `readWidget` throws `ConfigError`. */
export function readWidget(saved: SavedForm): WidgetConfig {
  return {
    group: saved['group'],
    shop: saved['shop'],
    store: saved['store'],
    broker: saved['broker'],
    title: filled(saved['title']) ?? '',
    only: { ...labelOf(saved, 'onlyStore', 'store'), ...labelOf(saved, 'onlyChannel', 'channel') },
    follows: oneOf(saved['follows'] ?? 'page', 'follows', ['page', 'nothing']),
    colors: oneOf(saved['colors'] ?? 'house', 'colors', ['house', 'dashboard']),
    layout: {
      width: sizeOf(saved, 'width'), height: sizeOf(saved, 'height'), order: sizeOf(saved, 'order'), className: filled(saved['className']) ?? '',
    },
  };
}

/** `groupChosen` is the store and channel of a viewer; what the form fixes outranks what is chosen on the page. */
export function groupChosen({ only, follows }: WidgetConfig, choice: Choice): Group {
  const chosen = follows === 'page' ? choice : {};
  return { store: only.store ?? labelIn(chosen, 'store'), channel: only.channel ?? labelIn(chosen, 'channel') };
}

/** `readKpiName` of a saved field. */
export function readKpiName(saved: unknown, field: string): string {
  if (typeof saved !== 'string' || !/^[a-z][a-z0-9_]{0,39}$/.test(saved)) throw new ConfigError(field, 'must be the name of a KPI', saved);
  return saved;
}

/** `oneOf` is a saved field that has one of a few values. */
export function oneOf<T extends string>(saved: unknown, field: string, values: readonly T[]): T {
  const found = values.find((value) => value === saved);
  if (found === undefined) throw new ConfigError(field, `must be one of ${values.join(', ')}`, saved);
  return found;
}

function labelIn(choice: Choice, field: 'store' | 'channel'): string {
  const chosen = Object.hasOwn(choice, field) ? choice[field] : undefined;
  return isLabel(chosen) ? chosen : ALL;
}

function labelOf(saved: SavedForm, field: string, name: keyof Group): Partial<Group> {
  const label = filled(saved[field]);
  if (label === undefined) return {};
  if (!isLabel(label)) throw new ConfigError(field, 'must be 1 to 64 characters without / + # and not _', label);
  return { [name]: label };
}

function sizeOf(saved: SavedForm, field: string): number {
  const size = Number(saved[field] ?? 0);
  if (!Number.isInteger(size) || size < 0 || size > 10_000) throw new ConfigError(field, 'must be a whole number from 0', saved[field]);
  return size;
}
