/**
 * `WidgetFeed` serves the viewers of one widget: each sees what he chose, at once when he comes, then each change.
 */
import { messageOf } from '../../../engine/base/errors.js';
import { isRecord } from '../../../engine/base/json.js';
import { MINUTE } from '../../../engine/base/time.js';
import { throttle } from '../throttle.js';
import { rightsOf, type Viewer } from './dashboard.js';
import { View, type ViewDeps, type ViewSource } from './view.js';
import type { Choice, CommandAnswer, CommandOutcome, ViewerRights, WidgetMessage } from './wire.js';

/** `FeedDeps`: `sourceOf` says what a choice means; two that mean the same have the same key. */
export interface FeedDeps extends Omit<ViewDeps, 'send'> {
  readonly event: string;
  sourceOf(choice: Choice): { readonly key: string; readonly source: ViewSource };
  /** Absent where there is nothing to command. */
  readonly command?: (command: Choice, rights: ViewerRights) => Promise<CommandOutcome | CommandAnswer>;
  /** The number of viewers changed, or somebody was refused. */
  changed(): void;
}

/** `MAX_VIEWERS` of one widget, and `MAX_VIEWS`: different choices among them. */
export const MAX_VIEWERS = 500;
export const MAX_VIEWS = 100;
/** A viewer changes his choice at most so often; the last one always counts. */
const CHOICE_MS = 100;
const MAX_FIELDS = 10;
const MAX_TEXT = 64;
/** A command names rules and encoded sources. */
const MAX_NAME = 1_000;
/** `MAX_COMMANDS` of a widget at a time: what comes on top has failed, and may be given again. */
export const MAX_COMMANDS = 20;

interface Served {
  serial: number;
  commandSerial: number;
  view: View | undefined;
  choice: Choice;
  readonly show: ReturnType<typeof throttle>;
}

export class WidgetFeed {
  readonly #deps: FeedDeps;
  readonly #views = new Map<string, View>();
  readonly #viewers = new Map<Viewer, Served>();
  #minute: NodeJS.Timeout | undefined;
  #commands = 0;
  refused = 0;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Takes what a viewer's browser sent; what is no message of ours is ignored. */
  take(viewer: Viewer, message: unknown): void {
    if (!isRecord(message)) return;
    if (message['bottega'] === 'leave') this.#leave(viewer);
    if (message['bottega'] === 'command') void this.#command(viewer, Number(message['serial']), textsIn(message['command'], MAX_NAME));
    if (message['bottega'] !== 'view') return;
    const serial = Number(message['serial']);
    const served = this.#viewers.get(viewer) ?? this.#admit(viewer);
    // Each dashboard of the installation hands on the same message.
    if (served === undefined || serial === served.serial) return;
    served.serial = serial;
    served.choice = textsIn(message['choice'], MAX_TEXT);
    served.show();
  }

  /** Reads all that is seen anew. */
  refresh(): void {
    this.#sweep();
    for (const view of this.#views.values()) view.refresh();
  }

  close(): void {
    clearTimeout(this.#minute);
    for (const { show } of this.#viewers.values()) show.cancel();
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
    this.#viewers.clear();
  }

  #admit(viewer: Viewer): Served | undefined {
    if (this.#viewers.size >= MAX_VIEWERS) this.#sweep();
    if (this.#viewers.size >= MAX_VIEWERS) {
      this.#refuse(viewer, 'viewers');
      return undefined;
    }
    const served: Served = { serial: NaN, commandSerial: NaN, view: undefined, choice: {}, show: throttle(() => { this.#show(viewer, served); }, CHOICE_MS) };
    this.#viewers.set(viewer, served);
    this.#deps.changed();
    this.#tick();
    return served;
  }

  /** Only who views may command, and each command counts once. */
  async #command(viewer: Viewer, serial: number, command: Choice): Promise<void> {
    const served = this.#viewers.get(viewer);
    if (served === undefined || this.#deps.command === undefined || !Number.isFinite(serial) || served.commandSerial === serial) return;
    served.commandSerial = serial;
    const answer = this.#commands >= MAX_COMMANDS ? 'failed' : await this.#carryOut(this.#deps.command(command, rightsOf(viewer)));
    this.#send(viewer, { kind: 'answer', serial, ...(typeof answer === 'string' ? { outcome: answer } : answer) });
  }

  async #carryOut(command: Promise<CommandOutcome | CommandAnswer>): Promise<CommandOutcome | CommandAnswer> {
    this.#commands += 1;
    try {
      return await command;
    } catch (error) {
      this.#deps.warn(messageOf(error));
      return 'failed';
    } finally {
      this.#commands -= 1;
    }
  }

  #show(viewer: Viewer, served: Served): void {
    const { key, source } = this.#deps.sourceOf(served.choice);
    const known = this.#views.get(key);
    if (known === undefined && this.#views.size >= MAX_VIEWS) this.#sweep();
    if (known === undefined && this.#views.size >= MAX_VIEWS) {
      this.#refuse(viewer, 'choices');
      return;
    }
    const view = known ?? new View(source, { ...this.#deps, send: (to, message) => { this.#send(to, message); } });
    this.#views.set(key, view);
    if (served.view !== view) served.view?.viewers.delete(viewer);
    served.view = view;
    view.join(viewer);
    this.#dropEmpty();
  }

  #leave(viewer: Viewer): void {
    const served = this.#viewers.get(viewer);
    if (served === undefined) return;
    served.show.cancel();
    served.view?.viewers.delete(viewer);
    this.#viewers.delete(viewer);
    this.#dropEmpty();
    this.#deps.changed();
  }

  /** Whose connection ended has left, whether his browser said so or not. */
  #sweep(): void {
    for (const viewer of this.#viewers.keys()) if (!viewer.connected) this.#leave(viewer);
  }

  #dropEmpty(): void {
    for (const [key, view] of this.#views) {
      if (view.viewers.size > 0) continue;
      view.close();
      this.#views.delete(key);
    }
  }

  /** What is usual by now, and which window is open, changes with the minute; while nobody is there, nothing is read. */
  #tick(): void {
    if (this.#minute !== undefined) return;
    const untilNext = MINUTE - (this.#deps.now() % MINUTE);
    this.#minute = setTimeout(() => {
      this.#minute = undefined;
      this.refresh();
      if (this.#viewers.size > 0) this.#tick();
    }, untilNext).unref();
  }

  #refuse(viewer: Viewer, limit: 'viewers' | 'choices'): void {
    this.refused += 1;
    this.#send(viewer, { kind: 'refused', limit });
    this.#deps.changed();
  }

  #send(viewer: Viewer, message: WidgetMessage): void {
    const isBound = message.kind === 'state' && rightsOf(viewer) === 'view';
    viewer.emit(this.#deps.event, isBound ? { ...message, rights: 'view' } : message);
  }
}

/** Short texts by short names, without a prototype. */
function textsIn(raw: unknown, longest: number): Choice {
  const texts = Object.create(null) as Record<string, string>;
  if (!isRecord(raw)) return texts;
  for (const [name, value] of Object.entries(raw).slice(0, MAX_FIELDS)) {
    if (/^[a-z][A-Za-z]{0,20}$/.test(name) && typeof value === 'string' && value.length <= longest) texts[name] = value;
  }
  return texts;
}
