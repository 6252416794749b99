/**
 * `RuleEngine` runs the rules of one alert node: inputs are evaluated, people are notified when it is due, sources are watched each minute.
 */
import { randomUUID } from 'node:crypto';
import { historyPut, pruneHistory, readHistory, storedAudience } from '../../engine/alert/stateStore.js';
import { NotificationLog } from '../../engine/alert/notificationLog.js';
import { HOUR, MINUTE } from '../../engine/base/time.js';
import type { Store } from '../../engine/store/store.js';
import type { AlertList, Notice } from '../shared/alertPort.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import type { NodeContext } from '../shared/node.js';
import { WakeTimer } from '../shared/wakeTimer.js';
import type { AlertConfig } from './config.js';
import { AlertEvaluator, type AlertInput } from './evaluator.js';
import type { Dispatcher } from './dispatcher.js';
import { AbsenceWatcher } from './absenceWatcher.js';
import type { Writer } from './notification.js';

export interface RuleEngineParts {
  readonly context: NodeContext<AlertConfig>;
  readonly shop: ShopPort;
  readonly storePort: StorePort;
  readonly writer: Writer;
  readonly dispatcher: Dispatcher;
  /** An alert changed. */
  changed(): void;
}

export class RuleEngine {
  readonly #parts: RuleEngineParts;
  readonly #store: Store;
  readonly #evaluator: AlertEvaluator;
  readonly #notificationLog: NotificationLog<Notice>;
  readonly #absenceWatcher: AbsenceWatcher;
  readonly #evaluationTimer: WakeTimer;
  readonly #notificationTimer: WakeTimer;
  readonly #absenceTimer: WakeTimer;
  #prunedAt = 0;

  constructor(parts: RuleEngineParts) {
    const { context, shop, storePort, writer, dispatcher } = parts;
    const { config: { rules, groupMs }, node: { id: owner } } = context;
    const now = (): number => context.now();
    const warn = (text: string): void => { context.node.warn(text); };
    const store = storePort.of(shop.tenant);
    this.#parts = parts;
    this.#store = store;
    this.#notificationLog = new NotificationLog<Notice>({
      store, owner, now, by: randomUUID(), reach: storePort.reach,
      confirmed: ({ notice, order }, notifiedAt) => [historyPut(owner, order, { audience: 'people', notifiedAt, notice })],
    });
    this.#evaluator = new AlertEvaluator({
      store, owner, now, rules, hours: shop.opening,
      absentSince: (since) => this.#absenceWatcher.absentSince(since),
      write: (alert, change, at) => writer.write(alert, change, at),
      toNotify: (notice, order, at) => this.#notificationLog.waiting(notice, order, at + groupMs),
      forget: (gone) => { dispatcher.forget(gone); },
      changed: (changes) => {
        this.#notificationLog.committed(changes.map(({ notice }) => notice));
        dispatcher.show(changes, this.#evaluator.activeAlerts());
        parts.changed();
        if (changes.some(({ transition }) => transition.audience === 'people')) this.#notificationTimer.set(now() + groupMs);
        this.#evaluationTimer.set(this.#evaluator.wakeAt());
      },
    });
    this.#absenceWatcher = new AbsenceWatcher({ store, rules, shop, apply: (inputs) => this.apply(inputs), alerts: () => this.#evaluator.activeAlerts() });
    this.#evaluationTimer = new WakeTimer({ now, warn, wake: () => this.#evaluator.wake() });
    this.#notificationTimer = new WakeTimer({ now, warn, wake: () => this.#notify() });
    this.#absenceTimer = new WakeTimer({ now, warn, wake: () => this.#absenceWatcher.advance(now()) });
  }

  /** Reads the states of the alerts, and what people were not notified of yet. */
  async open(): Promise<void> {
    await this.#evaluator.load();
    this.#parts.dispatcher.start(() => this.#evaluator.activeAlerts());
    this.#parts.changed();
    const now = this.#parts.context.now();
    for (const timer of [this.#notificationTimer, this.#absenceTimer]) timer.set(now);
    this.#evaluationTimer.set(this.#evaluator.wakeAt());
  }

  async apply(inputs: readonly AlertInput[]): Promise<readonly AlertInput[]> {
    try {
      return await this.#evaluator.apply(inputs);
    } finally {
      this.#evaluationTimer.set(this.#evaluator.wakeAt());
    }
  }

  /** The state of each alert, and the last changes, the newest first. */
  async list(limit: number): Promise<AlertList> {
    await this.#evaluator.load();
    const { context: { node, now }, writer } = this.#parts;
    const alerts = this.#evaluator.activeAlerts().map((one) => writer.write(one, { to: one.state.state, cause: 'restart' }, now()));
    const entries = await readHistory<Notice>(this.#store, node.id, limit);
    const history = entries.map(({ notice, audience, notifiedAt }) => (
      { ...notice, audience: storedAudience(audience), told: notifiedAt !== undefined } // vocabulary-ok: on the wire
    ));
    return { alerts, history };
  }

  async close(): Promise<void> {
    await Promise.all([this.#evaluationTimer, this.#notificationTimer, this.#absenceTimer].map((timer) => timer.close()));
    await this.#evaluator.close();
  }

  /** On a shared store another process may have died with something unsent. */
  async #notify(): Promise<number | undefined> {
    const { context, dispatcher, storePort } = this.#parts;
    const next = await this.#notificationLog.notifyDue((due) => { dispatcher.dispatch(due, this.#evaluator.activeAlerts()); });
    const now = context.now();
    if (now - this.#prunedAt >= HOUR) await pruneHistory(this.#store, context.node.id);
    this.#prunedAt = now - this.#prunedAt >= HOUR ? now : this.#prunedAt;
    return storePort.reach === 'shared' ? Math.min(next ?? Infinity, now + MINUTE) : next;
  }
}
