/**
 * `WebhookCounters` counts the answers of one endpoint for metrics, status and the second output, and keeps each of them from flooding.
 */
import type { Refusal } from '../../engine/base/errors.js';
import type { Tally } from '../shared/delivery/delivery.js';
import { events, hopSeconds } from '../shared/metrics.js';
import type { NodeContext } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import type { WebhookProvider } from './config.js';

const STATUS_MS = 500;
const SIDE_MS = 1_000;
const WARN_MS = 10_000;

/** Milliseconds of a clock that nobody sets: one set back must not silence anybody. */
const ticks = (): number => performance.now();

/** `Doubt` is what a sender's first message shows to be wrong with an endpoint: it has no secret, or what comes by it does not count. */
export type Doubt = 'secret.missing' | 'sender.untrusted';

/** `WebhookCounters` of one endpoint. Without a secret (`closed`) the status says so for good: counts would hide it. */
export class WebhookCounters {
  readonly #context: Pick<NodeContext<unknown>, 'out' | 'status' | 'text' | 'node'>;
  readonly #provider: WebhookProvider;
  readonly #show: { (): void; cancel(): void };
  #stored = 0;
  #duplicates = 0;
  #refused = 0;
  #unreported = 0;
  #reportedAt = -Infinity;
  #warnedAt = -Infinity;
  #cause: string | undefined;
  readonly #doubt: (doubt: Doubt) => void;

  /** `doubt` is called for each such message. */
  constructor(
    context: Pick<NodeContext<unknown>, 'out' | 'status' | 'text' | 'node'>, provider: WebhookProvider, endpoint: 'open' | 'closed',
    doubt: (doubt: Doubt) => void,
  ) {
    this.#doubt = doubt;
    this.#context = context;
    this.#provider = provider;
    this.#show = throttle(() => { if (endpoint === 'open') this.#display(); }, STATUS_MS);
  }

  close(): void {
    this.#show.cancel();
  }

  /** A delivery that ended well. */
  stored({ accepted, duplicates, rejected, ignored }: Tally, seconds: number): void {
    this.#count('accepted', accepted);
    this.#count('duplicate', duplicates);
    this.#count('rejected', rejected);
    this.#count('ignored', ignored);
    hopSeconds.observe({ hop: 'intake' }, seconds);
    this.#stored += Math.max(0, accepted);
    this.#duplicates += duplicates;
    this.#cause = undefined;
    this.#show();
  }

  /** A delivery whose sender nobody has proven. */
  unproven(): void {
    this.#doubt('sender.untrusted');
  }

  /** A sender without proof. The second output gets at most one message a second, with how many there were, never with a body. */
  refused(refusal: Refusal): void {
    this.#count('refused', 1);
    if (refusal.rule === 'secret.missing') this.#doubt('secret.missing');
    this.#refused += 1;
    this.#unreported += 1;
    const now = ticks();
    if (now - this.#reportedAt >= SIDE_MS) {
      const payload = { provider: this.#provider, ...refusal, count: this.#unreported };
      this.#reportedAt = now;
      this.#unreported = 0;
      this.#context.out.secondary({ topic: this.#provider, payload }, refusal.rule);
    }
    this.#show();
  }

  /** A delivery that its sender has to repeat. `nodes` are those that were not done. */
  failed(rule: string, nodes: readonly string[] = []): void {
    this.#count('unavailable', 1);
    this.#cause = rule;
    const now = ticks();
    if (now - this.#warnedAt >= WARN_MS) {
      this.#warnedAt = now;
      this.#context.node.warn(this.#context.text('warning.failed', { cause: rule, nodes: nodes.join(', ') || '–' }));
    }
    this.#show();
  }

  #count(outcome: string, n: number): void {
    if (n > 0) events.inc({ source: this.#provider, outcome }, n);
  }

  #display(): void {
    const { status } = this.#context;
    const values = { stored: this.#stored, duplicates: this.#duplicates, refused: this.#refused };
    if (this.#cause !== undefined) status.waiting('failing', { cause: this.#cause });
    else status.ok(this.#refused > 0 ? 'countsRefused' : 'counts', values);
  }
}
