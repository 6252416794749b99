/**
 * `setupSource` reads what of a shop is connected and what is not, as the nodes of this process say, and carries out what the page asks: a trial, or that
 * something is not needed.
 */
import { PROVIDERS } from '../../engine/normalize/normalize.js';
import { alertPorts } from '../shared/alertPort.js';
import { noticePorts, type NoticePort } from '../shared/noticePort.js';
import type { ShopPort } from '../shared/ports.js';
import { ANY_SHOP, type SenderPort, senderPorts, type SenderTrial } from '../shared/senderPort.js';
import type { Choice, CommandOutcome, ViewerRights } from '../shared/widget/wire.js';
import type { WidgetParts, WidgetSource } from '../shared/widget/widget.js';
import { AddressTrial } from './addressTrial.js';
import type { SetupConfig } from './config.js';
import { type JudgedAddress, SetupMemory } from './memory.js';

/** `SetupSender`: `firstAt`, the first message that ever got in; `trial`, the last one on this page since the start. Instants: epoch ms. */
export interface SetupSender extends Pick<SenderPort, 'id' | 'name' | 'provider' | 'label' | 'path' | 'address' | 'access' | 'proof' | 'leastBytes' | 'seen'> {
  readonly firstAt?: number;
  readonly trial?: 'running' | SenderTrial;
}

/** `SetupShop`: a `named` store has a name of its own, not that of the template. */
export interface SetupShop {
  readonly node: string;
  readonly hours: 'weekly' | 'always';
  readonly stores: readonly string[];
  readonly named: 'own' | 'template';
}

/** `SetupNotices`: alert nodes with how many rules they watch, and ways by which notices leave. */
export interface SetupNotices {
  readonly alerts: readonly { readonly id: string; readonly rules: number }[];
  readonly ways: readonly Pick<NoticePort, 'id' | 'way'>[];
}

/** `SetupData` is what the browser gets. `editor`: where the editor's nodes are found on this server, if there is one. */
export interface SetupData {
  readonly editor: string | null;
  readonly senders: readonly SetupSender[];
  readonly address: { readonly trial: 'running' | 'idle'; readonly judged: JudgedAddress | null };
  readonly shop: SetupShop;
  readonly notices: SetupNotices;
  readonly putAway: readonly string[];
}

/** `TASKS` beside the senders, whose task is `sender:<id>`. */
export const TASKS = ['address', 'hours', 'stores', 'notices'] as const;
/** `MAX_SENDERS_SHOWN`; who has more webhook nodes sees the first ones. */
export const MAX_SENDERS_SHOWN = 50;

export const taskOf = (sender: string): string => `sender:${sender}`;

export function setupSource(parts: WidgetParts<SetupConfig>, editor: string | null): WidgetSource {
  const setup = new Setup(parts, editor);
  return { view: () => ({ key: '', read: () => setup.read() }), command: (command, rights) => setup.command(command, rights), close: () => { setup.close(); } };
}

class Setup {
  readonly #parts: WidgetParts<SetupConfig>;
  readonly #editor: string | null;
  readonly #memory: SetupMemory;
  readonly #address: AddressTrial;
  readonly #trials = new Map<string, 'running' | SenderTrial>();
  #judged: JudgedAddress | undefined;
  readonly #noted = new Set<string>();
  readonly #ends: (() => void)[];

  constructor(parts: WidgetParts<SetupConfig>, editor: string | null) {
    const { shop, storePort, changed, now } = parts;
    this.#parts = parts;
    this.#editor = editor;
    this.#memory = new SetupMemory(storePort.of(shop.tenant));
    this.#address = new AddressTrial(now);
    const sent = (): void => {
      this.#noteFirsts();
      changed();
    };
    this.#ends = [
      senderPorts.watch(ANY_SHOP, sent), noticePorts.watch(shop.tenant, changed), alertPorts.watch(shop.tenant, changed),
      storePort.watch(() => { this.#noteFirsts(); }),
    ];
    this.#noteFirsts();
  }

  async read(): Promise<SetupData> {
    const { shop, config } = this.#parts;
    const ports = shownPorts();
    const tasks = [...TASKS, ...ports.map(({ id }) => taskOf(id))];
    const { firstAt, putAway, address } = await this.#memory.read(ports.map(({ id }) => id), tasks);
    return {
      editor: this.#editor, senders: ports.map((port) => senderOf(port, firstAt.get(port.id), this.#trials.get(port.id))),
      address: { trial: this.#address.state, judged: this.#judged ?? address ?? null },
      shop: shopOf(shop, config.shop, this.#parts.now()),
      notices: {
        alerts: alertPorts.of(shop.tenant).map(({ id, rules }) => ({ id, rules: rules.length })),
        ways: noticePorts.of(shop.tenant).map(({ id, way }) => ({ id, way })),
      },
      putAway: [...putAway],
    };
  }

  /** `try` a sender by its id, or `address`; `away` and `back` name a task. */
  async command({ try: tried = '', away = '', back = '' }: Choice, rights: ViewerRights): Promise<CommandOutcome> {
    if (rights === 'view') return 'refused';
    if (tried === 'address') return this.#tryAddress();
    if (tried !== '') return this.#trySender(tried);
    const task = away === '' ? back : away;
    if (![...TASKS, ...shownPorts().map(({ id }) => taskOf(id))].includes(task)) return 'refused';
    await (away === '' ? this.#memory.takeBack(task) : this.#memory.putAway(task, this.#parts.now()));
    this.#parts.changed();
    return 'done';
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#trials.clear();
  }

  /** The answer may take longer than a page waits for one: it comes with the state. */
  #trySender(id: string): CommandOutcome {
    const port = shownPorts().find((each) => each.id === id);
    if (port === undefined || this.#trials.get(id) === 'running') return 'refused';
    this.#trials.set(id, 'running');
    const settle = (trial: SenderTrial): void => {
      this.#trials.set(id, trial);
      this.#parts.changed();
    };
    port.try('here').then(settle, (error: unknown) => { settle({ outcome: 'away', fault: String(error) }); });
    this.#parts.changed();
    return 'done';
  }

  #tryAddress(): CommandOutcome {
    const { changed } = this.#parts;
    const started = this.#address.start(shownPorts(), (judged) => {
      this.#judged = judged;
      // A store that is away is said by the page itself; it is tried again after the next start.
      void this.#memory.noteAddress(judged).then(changed, changed);
    });
    changed();
    return started === 'started' ? 'done' : 'refused';
  }

  /** With or without viewers; what a store that is away does not take is noted when it is back, or with the next message. */
  #noteFirsts(): void {
    for (const { id, seen: { receivedAt } } of senderPorts.of(ANY_SHOP)) {
      if (receivedAt === undefined || this.#noted.has(id)) continue;
      this.#noted.add(id);
      this.#memory.noteFirst(id, receivedAt).catch(() => { this.#noted.delete(id); });
    }
  }
}

/** In the order in which senders are listed everywhere. */
function shownPorts(): readonly SenderPort[] {
  const placeOf = ({ provider }: SenderPort): number => PROVIDERS.findIndex((name) => name === provider);
  return [...senderPorts.of(ANY_SHOP)].sort((a, b) => placeOf(a) - placeOf(b)).slice(0, MAX_SENDERS_SHOWN);
}

/** Field by field: a port can do more than a page is to know. */
function senderOf(port: SenderPort, firstAt: number | undefined, trial: SetupSender['trial']): SetupSender {
  const { id, name, provider, label, path, address, access, proof, leastBytes, seen } = port;
  return {
    id, name, provider, label, path, address, access, proof, seen,
    ...(leastBytes === undefined ? {} : { leastBytes }), ...(firstAt === undefined ? {} : { firstAt }), ...(trial === undefined ? {} : { trial }),
  };
}

/** A store that is called as its id is called still has the name that it came with. */
function shopOf({ opening, stores }: ShopPort, node: unknown, now: number): SetupShop {
  const [only, ...more] = stores;
  const isTemplate = more.length === 0 && only?.name.toLowerCase() === only?.id.toLowerCase();
  return {
    node: typeof node === 'string' ? node : '', hours: opening.hoursAt(now) === undefined ? 'always' : 'weekly', stores: stores.map(({ name }) => name),
    named: isTemplate ? 'template' : 'own',
  };
}
