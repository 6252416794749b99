/**
 * `InboxConsumer` makes messages of the flow from the broker's: collected for one turn, sent on under a delivery, acknowledged when it completes.
 */
import type { Refusal } from '../../engine/base/errors.js';
import { encodeAcknowledgement, type OutboxMark, PendingAcknowledgements } from '../../engine/delivery/acknowledgements.js';
import { acknowledgementsTopic } from '../../engine/event/topic.js';
import { beginDelivery, type Outcome } from '../shared/delivery/delivery.js';
import { events as eventCounter, hopSeconds } from '../shared/metrics.js';
import type { BrokerPort } from '../shared/ports.js';
import type { NodeContext, InputMessage } from '../shared/node.js';
import { type MarkedEvent, type DecodeContext, deadLetterOfEvent, type DecodedMessage, type RejectedEvent } from './decode.js';
import type { InboxConfig } from './config.js';

const MAX_MESSAGE_EVENTS = 500;
/** From one message to the next at least: a lone event goes on at once, those of a crowd go on together, which costs a fraction. */
const LONE_MS = 4;
const CROWD_MS = 16;
const FULL: Refusal = { path: '', rule: 'inbox.full', message: 'too many events under way, and nobody sends this one again' };
const NOT_STORED: Refusal = { path: '', rule: 'notStored', message: 'the flow failed, and nobody sends this event again' };

type ConsumerContext = Pick<NodeContext<InboxConfig>, 'RED' | 'config' | 'out' | 'now'> & {
  /** Whether what leaves by the second output arrives anywhere, by wire or at the shop's dead letters. */
  readonly refusals: () => 'arrive' | 'vanish';
  readonly tenant: string;
  readonly broker: BrokerPort;
  decodeContext(): DecodeContext;
  changed(): void;
};

export class InboxConsumer {
  readonly #context: ConsumerContext;
  readonly #pending = new PendingAcknowledgements();
  #unmarked = 0;
  #arrived: MarkedEvent[] = [];
  #rejected: RejectedEvent[] = [];
  #turn: { cancel(): void } | undefined;
  #nextAt = -Infinity;
  #life: 'running' | 'closed' = 'running';
  received = 0;
  dead = 0;

  constructor(context: ConsumerContext) {
    this.#context = context;
  }

  get underWay(): number {
    return this.#pending.size + this.#unmarked;
  }

  /** What the broker handed over. What does not fit now is left without acknowledgement: its outbox sends it again. */
  take({ events, rejected }: DecodedMessage): void {
    if (this.#life === 'closed') return;
    for (const event of events) this.#admit(event);
    for (const one of rejected) if (one.mark === undefined || this.#begin(one.mark)) this.#rejected.push(one);
    this.#plan();
  }

  close(): void {
    this.#life = 'closed';
    this.#turn?.cancel();
    this.#acknowledge();
  }

  #admit(message: MarkedEvent): void {
    if (message.mark !== undefined) {
      if (this.#begin(message.mark)) this.#arrived.push(message);
    } else if (this.underWay < this.#context.config.maxUnderWay) {
      this.#unmarked += 1;
      this.#arrived.push(message);
    } else if (message.settled !== undefined) {
      message.settled('failed');
    } else {
      this.#rejected.push({ deadLetter: deadLetterOfEvent(message.event, FULL, this.#context.decodeContext()) });
    }
  }

  #begin(mark: OutboxMark): boolean {
    return this.underWay < this.#context.config.maxUnderWay && this.#pending.begin(mark) === 'begun';
  }

  #plan(): void {
    this.#turn ??= later(this.#nextAt - performance.now(), () => {
      this.#turn = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    this.#acknowledge();
    if (this.#arrived.length > 0) this.#nextAt = performance.now() + (this.#arrived.length > 1 ? CROWD_MS : LONE_MS);
    while (this.#arrived.length > 0) this.#forward(this.#arrived.splice(0, MAX_MESSAGE_EVENTS));
    while (this.#rejected.length > 0) this.#refuse(this.#rejected.splice(0, MAX_MESSAGE_EVENTS));
  }

  #forward(arrived: readonly MarkedEvent[]): void {
    const { out, now } = this.#context;
    const startedAt = now();
    this.received += arrived.length;
    eventCounter.inc({ source: 'mqtt', outcome: 'received' }, arrived.length);
    const message: InputMessage = { _msgid: this.#context.RED.util.generateId(), topic: 'events', payload: arrived.map(({ event }) => event) };
    this.#deliver(message, () => { out.primary(message); }, (outcome) => {
      const marked = marksOf(arrived);
      this.#unmarked -= arrived.length - marked.length;
      if (outcome === 'complete') this.#complete(marked, (now() - startedAt) / 1_000);
      else this.#abandon(arrived, marked);
      for (const { settled } of arrived) settled?.(outcome === 'complete' ? 'stored' : 'failed');
    });
    this.#context.changed();
  }

  #refuse(rejected: readonly RejectedEvent[]): void {
    const { out, RED, refusals } = this.#context;
    this.dead += rejected.length;
    eventCounter.inc({ source: 'mqtt', outcome: 'dead' }, rejected.length);
    const marked = marksOf(rejected);
    const message: InputMessage = { _msgid: RED.util.generateId(), topic: 'dead', payload: rejected.map(({ deadLetter }) => deadLetter) };
    // Where nobody takes them the counter and the status are all there is: sending it again for ever would not help.
    if (refusals() === 'vanish') this.#complete(marked);
    else this.#deliver(message, () => { out.secondary(message, 'invalid'); }, (outcome) => {
      if (outcome === 'complete') this.#complete(marked);
      else this.#pending.abandon(marked);
    });
    this.#context.changed();
  }

  #deliver(message: InputMessage, send: () => void, settled: (outcome: Outcome['outcome']) => void): void {
    const delivery = beginDelivery(this.#context.RED, message, this.#context.config.deadlineMs);
    delivery.onSettled(({ outcome }) => { settled(outcome); });
    send();
    delivery.sent();
  }

  #complete(marks: readonly OutboxMark[], seconds?: number): void {
    if (seconds !== undefined) hopSeconds.observe({ hop: 'inbox' }, Math.max(0, seconds));
    this.#pending.complete(marks);
    if (this.#life === 'closed') this.#acknowledge();
    else this.#plan();
  }

  #abandon(arrived: readonly MarkedEvent[], marked: readonly OutboxMark[]): void {
    this.#pending.abandon(marked);
    const lost = arrived.filter(({ mark, settled }) => mark === undefined && settled === undefined);
    this.#rejected.push(...lost.map(({ event }) => ({ deadLetter: deadLetterOfEvent(event, NOT_STORED, this.#context.decodeContext()) })));
    if (lost.length > 0 && this.#life === 'running') this.#plan();
  }

  #acknowledge(): void {
    const { broker, tenant } = this.#context;
    for (const { outboxId, ranges } of this.#pending.drain()) {
      // An acknowledgement that does not get through is no loss: the event comes again and is stored already.
      broker.publish(acknowledgementsTopic(tenant, outboxId), encodeAcknowledgement(ranges)).catch(() => { this.#context.changed(); });
    }
  }
}

/** After so many ms, or at the end of this turn. */
function later(ms: number, act: () => void): { cancel(): void } {
  if (ms > 0) {
    const timer = setTimeout(act, ms);
    return { cancel: () => { clearTimeout(timer); } };
  }
  const turn = setImmediate(act);
  return { cancel: () => { clearImmediate(turn); } };
}

function marksOf(things: readonly { readonly mark?: OutboxMark }[]): OutboxMark[] {
  return things.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
}
