/**
 * Who hears of it, and where? People by the main door; everything else that changed by the side door; each state on its topic.
 */
import type { BrokerPort } from '../ports.js';
import type { RoomContext } from '../runtime.js';
import type { AlertConfig } from './config.js';
import type { News, Standing } from './desk.js';
import type { Notice, Writer } from './notice.js';

/** Side door: `pending`, `silenced` (nobody is told), `quiet` (a word from the dashboard, an end without a beginning), `restart` (told before). */
export class Herald {
  readonly #context: RoomContext<AlertConfig>;
  readonly #writer: Writer;
  readonly #topic: string;
  readonly #broker: BrokerPort | undefined;
  #unwatch: (() => void) | undefined;
  #phase: 'new' | 'started' = 'new';

  constructor(context: RoomContext<AlertConfig>, writer: Writer, topic: string, broker: BrokerPort | undefined) {
    this.#context = context;
    this.#writer = writer;
    this.#topic = topic;
    this.#broker = broker;
  }

  tell(news: readonly News[], standing: readonly Standing[]): void {
    const now = this.#context.now();
    const byAudience = new Map<string, Notice[]>();
    for (const { rule, store, state, transition } of news) {
      const notice = this.#writer.write(rule, store, state, transition, now);
      byAudience.set(transition.audience, [...(byAudience.get(transition.audience) ?? []), notice]);
      this.#publish(notice);
    }
    for (const [audience, payload] of byAudience) this.#send(payload, audience);
    this.#show(standing);
  }

  /** Once, at the start, and at each return of the broker: how the alerts stand. */
  start(standing: () => readonly Standing[]): void {
    this.#show(standing());
    if (this.#phase === 'started') return;
    this.#phase = 'started';
    const notices = this.#notices(standing());
    if (notices.length > 0) this.#send(notices, 'restart');
    this.#unwatch = this.#broker?.watch(({ state }) => {
      if (state === 'ok') for (const notice of this.#notices(standing())) this.#publish(notice);
    });
  }

  forget(gone: readonly { readonly rule: string; readonly store: string }[]): void {
    for (const { rule, store } of gone) this.#retain(`${this.#topic}/${rule}/${store}`, '');
  }

  close(): void {
    this.#unwatch?.();
  }

  #notices(standing: readonly Standing[]): Notice[] {
    const now = this.#context.now();
    return standing.map(({ rule, store, state }) => this.#writer.write(rule, store, state, { to: state.state, cause: 'restart' }, now));
  }

  #send(payload: Notice[], audience: string): void {
    const message = { topic: 'alert', payload } as never;
    if (audience === 'tell') this.#context.out.main(message);
    else this.#context.out.side(message, audience);
  }

  #show(standing: readonly Standing[]): void {
    const firing = standing.filter(({ state }) => state.state === 'firing').length;
    this.#context.status.ok(firing === 0 ? 'quiet' : 'firing', { count: firing, rules: this.#context.config.rules.length });
  }

  #publish(notice: Notice): void {
    this.#retain(`${this.#topic}/${notice.rule}/${notice.store}`, JSON.stringify(notice));
  }

  /** What a broker that is away misses, it gets at its return (see `start`). */
  #retain(topic: string, payload: string): void {
    this.#broker?.publish(topic, payload, { retain: true }).catch((error: unknown) => {
      if (this.#broker?.health().state === 'ok') this.#context.node.warn(String(error));
    });
  }
}
