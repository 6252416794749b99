/**
 * `Subscriptions` are the listeners of this process, behind one subscription per filter at the broker.
 */
import type { MessageListener } from '../../shared/ports.js';

/** `SubscribeOptions`: see `BrokerPort`. */
export interface SubscribeOptions {
  readonly group?: string;
  readonly retained?: 'skip';
}

interface Member {
  readonly listener: MessageListener;
  readonly options: SubscribeOptions;
}

/** `Subscription` is one filter (and group) with its listeners: all of them receive a message, in a group they take turns. */
export class Subscription {
  readonly filter: string;
  readonly group: string | undefined;
  readonly #members = new Set<Member>();
  readonly #report: (error: unknown) => void;
  #turn = 0;

  constructor(filter: string, group: string | undefined, report: (error: unknown) => void) {
    this.filter = filter;
    this.group = group;
    this.#report = report;
  }

  get size(): number {
    return this.#members.size;
  }

  /** The filter as an MQTT broker wants it. */
  get wire(): string {
    return this.group === undefined ? this.filter : `$share/${this.group}/${this.filter}`;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  remove(member: Member): void {
    this.#members.delete(member);
  }

  deliver(topic: string, payload: Buffer, retained: 'retained' | 'live'): void {
    for (const { listener, options } of this.#turnOf()) {
      if (retained === 'retained' && options.retained === 'skip') continue;
      try {
        listener(topic, payload);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #turnOf(): Member[] {
    const members = [...this.#members];
    if (this.group === undefined || members.length < 2) return members;
    this.#turn = (this.#turn + 1) % members.length;
    return members.slice(this.#turn, this.#turn + 1);
  }
}

/** What became of a new listener. `added`: its subscription, if it is a new one; `end` answers the subscription if nobody is left to receive it. */
interface AddedSubscription {
  readonly added: Subscription | undefined;
  readonly all: Subscription;
  readonly end: () => Subscription | undefined;
}

/** `Subscriptions` of one broker node. */
export class Subscriptions {
  readonly #byWire = new Map<string, Subscription>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  all(): Subscription[] {
    return [...this.#byWire.values()];
  }

  add(filter: string, listener: MessageListener, options: SubscribeOptions): AddedSubscription {
    const fresh = new Subscription(filter, options.group, this.#report);
    const known = this.#byWire.get(fresh.wire);
    const subscription = known ?? fresh;
    const member = { listener, options };
    subscription.add(member);
    this.#byWire.set(subscription.wire, subscription);
    const end = (): Subscription | undefined => {
      subscription.remove(member);
      if (subscription.size > 0 || this.#byWire.get(subscription.wire) !== subscription) return undefined;
      this.#byWire.delete(subscription.wire);
      return subscription;
    };
    return { added: known === undefined ? subscription : undefined, all: subscription, end };
  }

  /** Hands a message from the wire to every subscription it fits. */
  deliver(topic: string, payload: Buffer, retained: 'retained' | 'live'): void {
    for (const subscription of this.#byWire.values()) {
      if (matches(subscription.filter, topic)) subscription.deliver(topic, payload, retained);
    }
  }
}

/** `matches` follows MQTT topic filters (MQTT 5 section 4.7): `+` is one level, a final `#` any number, neither reaches `$…` topics from the top. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
