/**
 * `View` is what all viewers with the same choice see of a widget: its state, kept while there are any, read again when a number moves and each minute.
 */
import { messageOf } from '../../../engine/base/errors.js';
import type { KpiTopic } from '../../../engine/event/topic.js';
import { type KpiValue, numberOf } from '../../../engine/read/kpiValue.js';
import type { Viewer } from './dashboard.js';
import type { LiveValues } from './liveValues.js';
import type { ShopWords, Trouble, WidgetMessage, WidgetState } from './wire.js';

/** `ViewDeps` are the same for all views of a widget. */
export interface ViewDeps {
  readonly live: LiveValues | undefined;
  readonly shop: ShopWords;
  readonly now: () => number;
  /** Without those of a read that failed. */
  readonly troubles: () => readonly Trouble[];
  readonly send: (viewer: Viewer, message: WidgetMessage) => void;
  readonly warn: (text: string) => void;
}

/** `ViewSource` is what one choice means: which numbers move it, and what is read. `since`: what was read before that instant will not do. */
export interface ViewSource {
  readonly topics: readonly KpiTopic[];
  read(since: number): Promise<unknown>;
}

/** The numbers of one moment come in within so long, and are read together. */
const GATHER_MS = 100;
/** A history is read again at most so often; the numbers themselves do not wait for it. */
const REST_MS = 1_000;
/** A state that old is still good for who comes now, until the one that is read for him. */
const FRESH_MS = 1_000;

export class View {
  readonly viewers = new Set<Viewer>();
  readonly #deps: ViewDeps;
  readonly #source: ViewSource;
  readonly #live = new Map<string, KpiValue>();
  readonly #ends: (() => void)[];
  #state: { readonly data: unknown; readonly readAt: number; readonly failed: boolean } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #dirtyAt = 0;

  constructor(source: ViewSource, deps: ViewDeps) {
    this.#source = source;
    this.#deps = deps;
    const { live } = deps;
    this.#ends = live === undefined ? [] : source.topics.map((topic) => live.watch(topic, (value) => { this.#moved(value); }));
  }

  /** Sends the state as far as it is known; what is not, or not fresh, is read. */
  join(viewer: Viewer): void {
    this.viewers.add(viewer);
    const { now, send } = this.#deps;
    const state = this.#state;
    if (state !== undefined) send(viewer, this.#message());
    if (state === undefined) this.#read();
    else if (now() - state.readAt > FRESH_MS) this.refresh();
  }

  /** Reads anew, soon: what else asks for it until then is served by the same reading. */
  refresh(): void {
    this.#dirtyAt = this.#deps.now();
    if (this.#timer !== undefined || this.#reading !== undefined) return;
    const restedMs = this.#dirtyAt - (this.#state?.readAt ?? 0);
    this.#timer = setTimeout(() => { this.#read(); }, Math.max(GATHER_MS, Math.min(REST_MS, REST_MS - restedMs))).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
    this.viewers.clear();
  }

  #moved(value: KpiValue): void {
    const before = [...this.#live.keys()].find((key) => key.startsWith(`${value.name}/`) && key.endsWith(`/${value.store}/${value.channel}`));
    if (before !== undefined && before !== numberOf(value)) this.#live.delete(before);
    this.#live.set(numberOf(value), value);
    if (this.viewers.size === 0) return;
    this.#sendAll({ kind: 'live', now: this.#deps.now(), values: [value] });
    this.refresh();
  }

  #read(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { now, warn } = this.#deps;
    const startedAt = now();
    this.#reading ??= this.#source.read(Math.min(startedAt, Math.max(this.#dirtyAt, startedAt - FRESH_MS))).then((data) => {
      this.#state = { data, readAt: startedAt, failed: false };
    }).catch((error: unknown) => {
      // The minute's refresh tries again, and so does the store's return.
      if (this.#state?.failed !== true) warn(messageOf(error));
      this.#state = { data: this.#state?.data ?? null, readAt: startedAt, failed: true };
    }).then(() => {
      this.#reading = undefined;
      this.#sendAll(this.#message());
      if (this.#dirtyAt > startedAt) this.refresh();
    });
  }

  #message(): WidgetState {
    const { now, shop, troubles } = this.#deps;
    const failed: readonly Trouble[] = this.#state?.failed === true ? ['store'] : [];
    const live = [...this.#live.values()];
    return { kind: 'state', now: now(), shop, data: this.#state?.data ?? null, live, troubles: [...new Set([...troubles(), ...failed])] };
  }

  #sendAll(message: WidgetMessage): void {
    for (const viewer of this.viewers) {
      if (viewer.connected) this.#deps.send(viewer, message);
      else this.viewers.delete(viewer);
    }
  }
}
