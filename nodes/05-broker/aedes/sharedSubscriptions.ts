/**
 * `Sharing` lets clients of the embedded broker share a subscription. aedes knows no `$share`: each member subscribes to the filter itself,
 * and each message is handed to the one whose turn it is.
 */
import { matches } from '../mqtt/subscriptions.js';

/** `ShareMember` is what aedes says of a client. */
export interface ShareMember {
  readonly id: string;
  readonly clean: boolean;
}
interface SharedMessage {
  readonly topic: string;
  readonly brokerCounter?: number;
}

interface ShareGroup {
  readonly filter: string;
  /** Client ids in the order in which they came. */
  readonly members: string[];
}

const SHARED = /^\$share\/([^/+#]+)\/(.+)$/s;
/** Multiples of it fall evenly between 0 and 1, whatever the step from one message to the next. */
const GOLDEN = 0.618_033_988_749_895;

/** `Sharing` has the groups of one broker. In a group of clients that stay away nothing is kept for them: sessions must be clean. */
export class Sharing {
  readonly #groups = new Map<string, ShareGroup>();
  /** Filters that a client has for itself. */
  readonly #own = new Map<string, Set<string>>();

  /** What to subscribe the client to; `undefined`: refused. */
  subscribe({ id, clean }: ShareMember, topic: string): string | undefined {
    if (!topic.startsWith('$share/')) {
      this.#own.set(id, (this.#own.get(id) ?? new Set<string>()).add(topic));
      return topic;
    }
    const filter = SHARED.exec(topic)?.[2];
    if (filter === undefined || !clean) return undefined;
    const group = this.#groups.get(topic) ?? { filter, members: [] };
    this.#groups.set(topic, group);
    if (!group.members.includes(id)) group.members.push(id);
    return filter;
  }

  unsubscribe(id: string, topics: readonly string[]): void {
    for (const topic of topics) {
      this.#own.get(id)?.delete(topic);
      this.#leave(id, topic);
    }
  }

  gone(id: string): void {
    this.#own.delete(id);
    for (const topic of [...this.#groups.keys()]) this.#leave(id, topic);
  }

  /** Whether this client gets the message: it wants it for itself, or it is its turn in a group. */
  isFor(id: string, { topic, brokerCounter = 0 }: SharedMessage): boolean {
    if (this.#groups.size === 0) return true;
    const groups = [...this.#groups.values()].filter(({ filter }) => matches(filter, topic));
    if (groups.length === 0 || [...this.#own.get(id) ?? []].some((filter) => matches(filter, topic))) return true;
    return groups.some(({ members }) => members[Math.floor(((brokerCounter * GOLDEN) % 1) * members.length)] === id);
  }

  #leave(id: string, topic: string): void {
    const group = this.#groups.get(topic);
    const at = group?.members.indexOf(id) ?? -1;
    if (group === undefined || at < 0) return;
    group.members.splice(at, 1);
    if (group.members.length === 0) this.#groups.delete(topic);
  }
}
