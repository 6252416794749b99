/**
 * What happens when, in the room of alerts? States change at the desk; what people must hear is told when it is due; sources are listened
 * for each minute.
 */
import { randomUUID } from 'node:crypto';
import { historyPut, pruneHistory, readHistory } from '../../engine/alertBook.js';
import { Telling } from '../../engine/alertTelling.js';
import { HOUR, MINUTE } from '../../engine/time.js';
import type { ShopPort, StorePort } from '../ports.js';
import type { RoomContext } from '../runtime.js';
import { Alarm } from '../alarm.js';
import type { AlertConfig } from './config.js';
import { Desk, type Happening, type Standing } from './desk.js';
import type { Herald } from './herald.js';
import { MuteWatch } from './muteWatch.js';
import type { Notice, Writer } from './notice.js';

export interface OfficeParts {
  readonly context: RoomContext<AlertConfig>;
  readonly shop: ShopPort;
  readonly storePort: StorePort;
  readonly writer: Writer;
  readonly herald: Herald;
}

export class Office {
  readonly #parts: OfficeParts;
  readonly #store;
  readonly #desk: Desk;
  readonly #telling: Telling<Notice>;
  readonly #passing: Alarm;
  readonly #bell: Alarm;
  readonly #ear: Alarm;
  #prunedAt = 0;

  constructor(parts: OfficeParts) {
    const { context, shop, storePort, writer, herald } = parts;
    const now = (): number => context.now();
    const warn = (text: string): void => { context.node.warn(text); };
    const { id: owner } = context.node;
    const store = storePort.of(shop.tenant);
    this.#parts = parts;
    this.#store = store;
    this.#telling = new Telling<Notice>({
      store, owner, now, by: randomUUID(), reach: storePort.reach,
      confirmed: ({ notice, order }, toldAt) => [historyPut(owner, order, { audience: 'tell', toldAt, notice })],
    });
    this.#desk = new Desk({
      store, owner, now, rules: context.config.rules, hours: shop.opening,
      write: (standing, change, at) => writer.write(standing, change, at),
      toTell: (notice, order, at) => this.#telling.waiting(notice, order, at + context.config.groupMs),
      forget: (gone) => { herald.forget(gone); },
      changed: (news) => {
        this.#telling.committed(news.map(({ notice }) => notice));
        herald.show(news, this.#desk.standing());
        if (news.some(({ transition }) => transition.audience === 'tell')) this.#bell.set(now() + context.config.groupMs);
        this.#passing.set(this.#desk.wakeAt());
      },
    });
    const mutes = new MuteWatch(store, context.config.rules, shop, (happenings) => this.apply(happenings));
    this.#passing = new Alarm({ now, warn, look: () => this.#desk.wake() });
    this.#bell = new Alarm({ now, warn, look: () => this.#ring() });
    this.#ear = new Alarm({ now, warn, look: () => mutes.look(now()) });
  }

  standing(): readonly Standing[] {
    return this.#desk.standing();
  }

  /** Reads where the alerts stand, and what was left to be told. */
  async open(): Promise<void> {
    await this.#desk.load();
    this.#parts.herald.start(() => this.#desk.standing());
    const now = this.#parts.context.now();
    for (const alarm of [this.#bell, this.#ear]) alarm.set(now);
    this.#passing.set(this.#desk.wakeAt());
  }

  apply(happenings: readonly Happening[]): Promise<readonly Happening[]> {
    return this.#desk.apply(happenings).finally(() => { this.#passing.set(this.#desk.wakeAt()); });
  }

  /** How each alert stands, and the last changes, the newest first. */
  async list(limit: number): Promise<object> {
    await this.#desk.load();
    const { context: { node, now }, writer } = this.#parts;
    const standing = this.#desk.standing().map((one) => writer.write(one, { to: one.state.state, cause: 'restart' }, now()));
    const history = await readHistory<Notice>(this.#store, node.id, limit);
    return { standing, history: history.map(({ notice, audience, toldAt }) => ({ ...notice, audience, told: toldAt !== undefined })) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#passing, this.#bell, this.#ear].map((alarm) => alarm.close()));
    await this.#desk.close();
  }

  /** On a shared store another process may have died with something untold. */
  async #ring(): Promise<number | undefined> {
    const { context, herald, storePort } = this.#parts;
    const next = await this.#telling.tellDue((due) => { herald.tell(due, this.#desk.standing()); });
    const now = context.now();
    if (now - this.#prunedAt >= HOUR) await pruneHistory(this.#store, context.node.id);
    this.#prunedAt = now - this.#prunedAt >= HOUR ? now : this.#prunedAt;
    return storePort.reach === 'shared' ? Math.min(next ?? Infinity, now + MINUTE) : next;
  }
}
