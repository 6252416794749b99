/**
 * `Dispatcher` sends what the rule engine has found: what people have to be notified of by the first output, everything else that changed by
 * the second, and each state on its topic.
 */
import type { DueNotification } from '../../engine/alert/notificationLog.js';
import { type ActiveAlert, isActive } from '../../engine/alert/state.js';
import type { Notice } from '../shared/alertPort.js';
import type { BrokerPort } from '../shared/ports.js';
import type { NodeContext } from '../shared/node.js';
import type { AlertConfig } from './config.js';
import type { StateChange } from './evaluator.js';
import type { Writer } from './notification.js';

/** `TopicOf` answers the topic of an alert's state. */
export type TopicOf = (alert: { readonly rule: string; readonly store: string }) => string;

/**
 * Second output: `pending`, `silenced` (nobody is notified), `quiet` (a command from the dashboard, an end without a beginning), `grouped`
 * (people are notified in a moment, with what else comes), `restart` (they were before).
 */
export class Dispatcher {
  readonly #context: NodeContext<AlertConfig>;
  readonly #writer: Writer;
  readonly #topicOf: TopicOf;
  readonly #broker: BrokerPort | undefined;
  #unwatch: (() => void) | undefined;
  #phase: 'new' | 'started' | 'closed' = 'new';

  constructor(context: NodeContext<AlertConfig>, writer: Writer, topicOf: TopicOf, broker: BrokerPort | undefined) {
    this.#context = context;
    this.#writer = writer;
    this.#topicOf = topicOf;
    this.#broker = broker;
  }

  /** What has changed, for displays. */
  show(changes: readonly StateChange[], alerts: readonly ActiveAlert[]): void {
    const byReason = new Map<string, Notice[]>();
    for (const { transition: { audience }, notice } of changes) {
      this.#publish(notice);
      const reason = audience === 'people' ? 'grouped' : audience;
      if (reason !== 'grouped' || this.#context.config.groupMs > 0) byReason.set(reason, [...(byReason.get(reason) ?? []), notice]);
    }
    for (const [reason, payload] of byReason) this.#context.out.secondary({ topic: 'alert', payload }, reason);
    this.#showStatus(alerts);
  }

  /** What people have to be notified of, together. Whoever died before sending it may not have shown it either. */
  dispatch(due: readonly DueNotification<Notice>[], alerts: readonly ActiveAlert[]): void {
    const notices = due.map(({ notice }) => notice);
    const present = new Map(this.#notices(alerts).map((notice) => [this.#topicOf(notice), notice]));
    for (const { notice, committer } of due) {
      const now = present.get(this.#topicOf(notice));
      if (committer === 'another' && now?.state === notice.state && now.since === notice.since) this.#publish(notice);
    }
    this.#context.out.primary({ topic: 'alert', payload: notices, summary: this.#writer.summary(notices) });
  }

  /** Shows the state of the alerts once, at the start, and at each return of the broker. */
  start(alerts: () => readonly ActiveAlert[]): void {
    this.#showStatus(alerts());
    if (this.#phase !== 'new') return;
    this.#phase = 'started';
    const notices = this.#notices(alerts());
    if (notices.length > 0) this.#context.out.secondary({ topic: 'alert', payload: notices }, 'restart');
    this.#unwatch = this.#broker?.watch(({ state }) => {
      if (state === 'ok') for (const notice of this.#notices(alerts())) this.#publish(notice);
    });
  }

  forget(gone: readonly { readonly rule: string; readonly store: string }[]): void {
    for (const one of gone) this.#retain(this.#topicOf(one), '');
  }

  close(): void {
    this.#phase = 'closed';
    this.#unwatch?.();
  }

  #notices(alerts: readonly ActiveAlert[]): Notice[] {
    const now = this.#context.now();
    return alerts.map((one) => this.#writer.write(one, { to: one.state.state, cause: 'restart' }, now));
  }

  #showStatus(alerts: readonly ActiveAlert[]): void {
    const count = alerts.filter(({ state }) => isActive(state)).length;
    this.#context.status.ok(count === 0 ? 'quiet' : 'firing', { count, rules: this.#context.config.rules.length });
  }

  #publish(notice: Notice): void {
    this.#retain(this.#topicOf(notice), JSON.stringify(notice));
  }

  /** What a broker that is away misses, it gets at its return (see `start`). */
  #retain(topic: string, payload: string): void {
    this.#broker?.publish(topic, payload, { retain: true }).catch((error: unknown) => {
      if (this.#broker?.health().state === 'ok') this.#context.node.warn(String(error));
    });
  }
}
