/**
 * `WidgetMessage` and `ViewerMessage` are what server and browser say to each other over Dashboard's socket, for one widget and one viewer.
 */
import type { KpiValue } from '../../../engine/read/kpiValue.js';

/** `Choice` is what a viewer chose on the page, by name: `store`, `channel`, and what a widget has of its own. */
export type Choice = Readonly<Record<string, string>>;

/**
 * `ViewerMessage`: who comes (or chooses anew) gets the state at once and then each change; who leaves gets no more; a command is answered.
 * `serial` grows per viewer.
 */
export type ViewerMessage =
  | { readonly bottega: 'view'; readonly choice: Choice; readonly serial: number }
  | { readonly bottega: 'command'; readonly command: Readonly<Record<string, string>>; readonly serial: number }
  | { readonly bottega: 'leave' };

/** `Trouble` is why what is shown may be old or lacks something. `elsewhere`: history lies in a store that this process does not share. */
export type Trouble = 'store' | 'broker' | 'elsewhere';

/** `ShopWords` are what a widget needs to know of the shop to put numbers and times into words. */
export interface ShopWords {
  readonly zone: string;
  readonly currency: string;
  readonly stores: readonly { readonly id: string; readonly name: string }[];
}

/** `WidgetState`: all that a viewer sees. `data` is the widget's own; `live` are newer values than `data` may have. Instants: epoch ms, server's clock. */
export interface WidgetState<D = unknown> {
  readonly kind: 'state';
  readonly now: number;
  readonly shop: ShopWords;
  readonly data: D;
  readonly live: readonly KpiValue[];
  readonly troubles: readonly Trouble[];
  /** Absent: the viewer may command, too. */
  readonly rights?: 'view';
}

/** `CommandOutcome`: `refused` will not do, `failed` may do later. */
export type CommandOutcome = 'done' | 'refused' | 'failed';

/** `CommandAnswer` with what was asked for, where a command asks for something. */
export interface CommandAnswer {
  readonly outcome: CommandOutcome;
  readonly data?: unknown;
}

/** `ViewerRights`: who signed in as a viewer commands nothing, where a widget heeds it. */
export type ViewerRights = 'all' | 'view';

/**
 * `WidgetMessage`: `open` asks the browser to come (the node is new, or anew); `live` are values that moved; `refused`: the widget has as many viewers,
 * or as many different choices, as it takes; `answer` says what became of a command.
 */
export type WidgetMessage =
  | WidgetState
  | { readonly kind: 'open' }
  | CommandAnswer & { readonly kind: 'answer'; readonly serial: number }
  | { readonly kind: 'live'; readonly now: number; readonly values: readonly KpiValue[] }
  | { readonly kind: 'refused'; readonly limit: 'viewers' | 'choices' };

/** `eventOf` is the socket event of one widget, from server to browser. */
export function eventOf(id: string): string {
  return `bottega:${id}`;
}
