/**
 * Who hears of it, and where? People by the main door; everything else that changed by the side door; each state on its topic.
 */
import type { DueNotification } from '../../engine/alert/notificationLog.js';
import type { BrokerPort } from '../shared/ports.js';
import type { NodeContext } from '../shared/node.js';
import type { AlertConfig } from './config.js';
import type { StateChange } from './evaluator.js';
import type { Notice, Writer } from './notification.js';
import { type ActiveAlert } from "../../engine/alert/state.js";

/**
 * Side door: `pending`, `silenced` (nobody is told), `quiet` (a word from the dashboard, an end without a beginning), `grouped` (people are
 * told in a moment, with what else comes), `restart` (told before).
 */
export class Dispatcher {
  readonly #context: NodeContext<AlertConfig>;
  readonly #writer: Writer;
  readonly #topic: string;
  readonly #broker: BrokerPort | undefined;
  #unwatch: (() => void) | undefined;
  #phase: 'new' | 'started' = 'new';

  constructor(context: NodeContext<AlertConfig>, writer: Writer, topic: string, broker: BrokerPort | undefined) {
    this.#context = context;
    this.#writer = writer;
    this.#topic = topic;
    this.#broker = broker;
  }

  /** What has changed, for all who look on. */
  show(news: readonly StateChange[], standing: readonly ActiveAlert[]): void {
    const byReason = new Map<string, Notice[]>();
    for (const { transition: { audience }, notice } of news) {
      this.#publish(notice);
      const reason = audience === 'tell' ? 'grouped' : audience;
      if (reason !== 'grouped' || this.#context.config.groupMs > 0) byReason.set(reason, [...(byReason.get(reason) ?? []), notice]);
    }
    for (const [reason, payload] of byReason) this.#context.out.secondary({ topic: 'alert', payload }, reason);
    this.#showStatus(standing);
  }

  /** What people have to hear, together. Whoever died before telling it may not have shown it either. */
  dispatch(due: readonly DueNotification<Notice>[], standing: readonly ActiveAlert[]): void {
    const notices = due.map(({ notice }) => notice);
    const present = new Map(this.#notices(standing).map((notice) => [this.#topicOf(notice), notice]));
    for (const { notice, committer } of due) {
      const now = present.get(this.#topicOf(notice));
      if (committer === 'another' && now?.state === notice.state && now.since === notice.since) this.#publish(notice);
    }
    this.#context.out.primary({ topic: 'alert', payload: notices, summary: this.#writer.summary(notices) });
  }

  /** Once, at the start, and at each return of the broker: how the alerts stand. */
  start(standing: () => readonly ActiveAlert[]): void {
    this.#showStatus(standing());
    if (this.#phase === 'started') return;
    this.#phase = 'started';
    const notices = this.#notices(standing());
    if (notices.length > 0) this.#context.out.secondary({ topic: 'alert', payload: notices }, 'restart');
    this.#unwatch = this.#broker?.watch(({ state }) => {
      if (state === 'ok') for (const notice of this.#notices(standing())) this.#publish(notice);
    });
  }

  forget(gone: readonly { readonly rule: string; readonly store: string }[]): void {
    for (const one of gone) this.#retain(this.#topicOf(one), '');
  }

  close(): void {
    this.#unwatch?.();
  }

  #notices(standing: readonly ActiveAlert[]): Notice[] {
    const now = this.#context.now();
    return standing.map((one) => this.#writer.write(one, { to: one.state.state, cause: 'restart' }, now));
  }

  #showStatus(standing: readonly ActiveAlert[]): void {
    const count = standing.filter(({ state }) => state.state === 'firing' || state.state === 'noData').length;
    this.#context.status.ok(count === 0 ? 'quiet' : 'firing', { count, rules: this.#context.config.rules.length });
  }

  #topicOf({ rule, store }: { readonly rule: string; readonly store: string }): string {
    return `${this.#topic}/${rule}/${store}`;
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
