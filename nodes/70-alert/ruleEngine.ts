/**
 * What happens when, in the room of alerts? States change at the desk; what people must hear is told when it is due; sources are listened
 * for each minute.
 */
import { randomUUID } from 'node:crypto';
import { historyPut, pruneHistory, readHistory } from '../../engine/alert/stateStore.js';
import { NotificationLog } from '../../engine/alert/notificationLog.js';
import { HOUR, MINUTE } from '../../engine/base/time.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import type { NodeContext } from '../shared/node.js';
import { WakeTimer } from '../shared/wakeTimer.js';
import type { AlertConfig } from './config.js';
import { AlertEvaluator, type AlertInput } from './evaluator.js';
import type { Dispatcher } from './dispatcher.js';
import { AbsenceWatcher } from './absenceWatcher.js';
import type { Notice, Writer } from './notification.js';
import { type ActiveAlert } from "../../engine/alert/state.js";

export interface RuleEngineParts {
  readonly context: NodeContext<AlertConfig>;
  readonly shop: ShopPort;
  readonly storePort: StorePort;
  readonly writer: Writer;
  readonly dispatcher: Dispatcher;
}

export class RuleEngine {
  readonly #parts: RuleEngineParts;
  readonly #store;
  readonly #evaluator: AlertEvaluator;
  readonly #notificationLog: NotificationLog<Notice>;
  readonly #passing: WakeTimer;
  readonly #bell: WakeTimer;
  readonly #ear: WakeTimer;
  #prunedAt = 0;

  constructor(parts: RuleEngineParts) {
    const { context, shop, storePort, writer, dispatcher: herald } = parts;
    const now = (): number => context.now();
    const warn = (text: string): void => { context.node.warn(text); };
    const { id: owner } = context.node;
    const store = storePort.of(shop.tenant);
    this.#parts = parts;
    this.#store = store;
    this.#notificationLog = new NotificationLog<Notice>({
      store, owner, now, by: randomUUID(), reach: storePort.reach,
      confirmed: ({ notice, order }, toldAt) => [historyPut(owner, order, { audience: 'tell', toldAt, notice })],
    });
    this.#evaluator = new AlertEvaluator({
      store, owner, now, rules: context.config.rules, hours: shop.opening,
      write: (activeAlerts, change, at) => writer.write(activeAlerts, change, at),
      toNotify: (notice, order, at) => this.#notificationLog.waiting(notice, order, at + context.config.groupMs),
      forget: (gone) => { herald.forget(gone); },
      changed: (news) => {
        this.#notificationLog.committed(news.map(({ notice }) => notice));
        herald.show(news, this.#evaluator.activeAlerts());
        if (news.some(({ transition }) => transition.audience === 'tell')) this.#bell.set(now() + context.config.groupMs);
        this.#passing.set(this.#evaluator.wakeAt());
      },
    });
    const mutes = new AbsenceWatcher(store, context.config.rules, shop, (happenings) => this.apply(happenings));
    this.#passing = new WakeTimer({ now, warn, wake: () => this.#evaluator.wake() });
    this.#bell = new WakeTimer({ now, warn, wake: () => this.#ring() });
    this.#ear = new WakeTimer({ now, warn, wake: () => mutes.advance(now()) });
  }

  standing(): readonly ActiveAlert[] {
    return this.#evaluator.activeAlerts();
  }

  /** Reads where the alerts stand, and what was left to be told. */
  async open(): Promise<void> {
    await this.#evaluator.load();
    this.#parts.dispatcher.start(() => this.#evaluator.activeAlerts());
    const now = this.#parts.context.now();
    for (const alarm of [this.#bell, this.#ear]) alarm.set(now);
    this.#passing.set(this.#evaluator.wakeAt());
  }

  apply(happenings: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    return this.#evaluator.apply(happenings).finally(() => { this.#passing.set(this.#evaluator.wakeAt()); });
  }

  /** How each alert stands, and the last changes, the newest first. */
  async list(limit: number): Promise<object> {
    await this.#evaluator.load();
    const { context: { node, now }, writer } = this.#parts;
    const standing = this.#evaluator.activeAlerts().map((one) => writer.write(one, { to: one.state.state, cause: 'restart' }, now()));
    const history = await readHistory<Notice>(this.#store, node.id, limit);
    return { standing, history: history.map(({ notice, audience, toldAt }) => ({ ...notice, audience, told: toldAt !== undefined })) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#passing, this.#bell, this.#ear].map((alarm) => alarm.close()));
    await this.#evaluator.close();
  }

  /** On a shared store another process may have died with something untold. */
  async #ring(): Promise<number | undefined> {
    const { context, dispatcher: herald, storePort } = this.#parts;
    const next = await this.#notificationLog.notifyDue((due) => { herald.dispatch(due, this.#evaluator.activeAlerts()); });
    const now = context.now();
    if (now - this.#prunedAt >= HOUR) await pruneHistory(this.#store, context.node.id);
    this.#prunedAt = now - this.#prunedAt >= HOUR ? now : this.#prunedAt;
    return storePort.reach === 'shared' ? Math.min(next ?? Infinity, now + MINUTE) : next;
  }
}
