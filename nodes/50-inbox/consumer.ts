/**
 * How do messages of the broker become messages of the flow? Collected for one turn, sent on under a delivery, receipted when it completes.
 */
import type { Refusal } from '../../engine/base/errors.js';
import { encodeReceipt, type OutboxMark, ReceiptBook } from '../../engine/delivery/acknowledgements.js';
import { receiptsTopic } from '../../engine/event/topic.js';
import { beginDelivery, type Outcome } from '../shared/delivery/delivery.js';
import { events as eventCounter, hopSeconds } from '../shared/metrics.js';
import type { BrokerPort } from '../shared/ports.js';
import type { NodeContext, InputMessage } from '../shared/node.js';
import { type InboxMessage, type ArrivalContext, letterOfEvent, type Read, type Rejected } from './decode.js';
import type { InboxConfig } from './config.js';

const MAX_MESSAGE_EVENTS = 500;
/** From one message to the next at least: a lone event goes on at once, those of a crowd go on together, which costs a fraction. */
const LONE_MS = 4;
const CROWD_MS = 16;
const FULL: Refusal = { path: '', rule: 'inbox.full', message: 'too many events under way, and nobody sends this one again' };
const NOT_STORED: Refusal = { path: '', rule: 'notStored', message: 'the flow failed, and nobody sends this event again' };

type ConsumerContext = Pick<NodeContext<InboxConfig>, 'RED' | 'config' | 'out' | 'now'> & {
  /** Whether anything is wired to the side door. */
  readonly sideDoor: 'wired' | 'unwired';
  readonly tenant: string;
  readonly broker: BrokerPort;
  arrivals(): ArrivalContext;
  changed(): void;
};

export class InboxConsumer {
  readonly #context: ConsumerContext;
  readonly #book = new ReceiptBook();
  #strangers = 0;
  #arrived: InboxMessage[] = [];
  #rejected: Rejected[] = [];
  #turn: { cancel(): void } | undefined;
  #nextAt = -Infinity;
  #life: 'running' | 'closed' = 'running';
  received = 0;
  dead = 0;

  constructor(context: ConsumerContext) {
    this.#context = context;
  }

  get underWay(): number {
    return this.#book.size + this.#strangers;
  }

  /** What the broker handed over. What does not fit now is left without receipt: its outbox sends it again. */
  take({ arrivals, rejected }: Read): void {
    if (this.#life === 'closed') return;
    for (const arrival of arrivals) this.#admit(arrival);
    for (const one of rejected) if (one.mark === undefined || this.#begin(one.mark)) this.#rejected.push(one);
    this.#plan();
  }

  close(): void {
    this.#life = 'closed';
    this.#turn?.cancel();
    this.#receipt();
  }

  #admit(arrival: InboxMessage): void {
    if (arrival.mark !== undefined) {
      if (this.#begin(arrival.mark)) this.#arrived.push(arrival);
    } else if (this.underWay < this.#context.config.maxUnderWay) {
      this.#strangers += 1;
      this.#arrived.push(arrival);
    } else {
      this.#rejected.push({ letter: letterOfEvent(arrival.event, FULL, this.#context.arrivals()) });
    }
  }

  #begin(mark: OutboxMark): boolean {
    return this.underWay < this.#context.config.maxUnderWay && this.#book.begin(mark) === 'begun';
  }

  #plan(): void {
    this.#turn ??= later(this.#nextAt - performance.now(), () => {
      this.#turn = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    this.#receipt();
    if (this.#arrived.length > 0) this.#nextAt = performance.now() + (this.#arrived.length > 1 ? CROWD_MS : LONE_MS);
    while (this.#arrived.length > 0) this.#forward(this.#arrived.splice(0, MAX_MESSAGE_EVENTS));
    while (this.#rejected.length > 0) this.#refuse(this.#rejected.splice(0, MAX_MESSAGE_EVENTS));
  }

  #forward(arrivals: readonly InboxMessage[]): void {
    const { out, now } = this.#context;
    const startedAt = now();
    this.received += arrivals.length;
    eventCounter.inc({ source: 'mqtt', outcome: 'received' }, arrivals.length);
    const message: InputMessage = { _msgid: this.#context.RED.util.generateId(), topic: 'events', payload: arrivals.map(({ event }) => event) };
    this.#deliver(message, () => { out.primary(message); }, (outcome) => {
      const marked = marksOf(arrivals);
      this.#strangers -= arrivals.length - marked.length;
      if (outcome === 'complete') this.#complete(marked, (now() - startedAt) / 1_000);
      else this.#abandon(arrivals, marked);
    });
    this.#context.changed();
  }

  #refuse(rejected: readonly Rejected[]): void {
    const { out, RED, sideDoor } = this.#context;
    this.dead += rejected.length;
    eventCounter.inc({ source: 'mqtt', outcome: 'dead' }, rejected.length);
    const marked = marksOf(rejected);
    const message: InputMessage = { _msgid: RED.util.generateId(), topic: 'dead', payload: rejected.map(({ letter }) => letter) };
    // With nobody behind the side door the counter and the status are all there is: sending it again for ever would not help.
    if (sideDoor === 'unwired') this.#complete(marked);
    else this.#deliver(message, () => { out.secondary(message, 'invalid'); }, (outcome) => {
      if (outcome === 'complete') this.#complete(marked);
      else this.#book.abandon(marked);
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
    this.#book.complete(marks);
    if (this.#life === 'closed') this.#receipt();
    else this.#plan();
  }

  #abandon(arrivals: readonly InboxMessage[], marked: readonly OutboxMark[]): void {
    this.#book.abandon(marked);
    const lost = arrivals.filter(({ mark }) => mark === undefined);
    this.#rejected.push(...lost.map(({ event }) => ({ letter: letterOfEvent(event, NOT_STORED, this.#context.arrivals()) })));
    if (lost.length > 0 && this.#life === 'running') this.#plan();
  }

  #receipt(): void {
    const { broker, tenant } = this.#context;
    for (const { outboxId, ranges } of this.#book.drain()) {
      // A receipt that does not get through is no loss: the event comes again and is stored already.
      broker.publish(receiptsTopic(tenant, outboxId), encodeReceipt(ranges)).catch(() => { this.#context.changed(); });
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
