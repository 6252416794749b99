/**
 * How is this endpoint doing? Counts answers for metrics, status and the side door, and keeps each of them from flooding.
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

type CounterContext = Pick<NodeContext<unknown>, 'out' | 'status' | 'text' | 'node'>;

/** Milliseconds of a clock that nobody sets: one set back must not silence anybody. */
const ticks = (): number => performance.now();

export class Ledger {
  readonly #context: CounterContext;
  readonly #provider: WebhookProvider;
  readonly #show: { (): void; cancel(): void };
  #stored = 0;
  #duplicates = 0;
  #refused = 0;
  #unreported = 0;
  #reportedAt = -Infinity;
  #warnedAt = -Infinity;
  #cause: string | undefined;

  constructor(context: CounterContext, provider: WebhookProvider, door: 'open' | 'shut') {
    this.#context = context;
    this.#provider = provider;
    // Without a secret the status says so for good: counts would hide it.
    this.#show = throttle(() => { if (door === 'open') this.#display(); }, STATUS_MS);
  }

  close(): void {
    this.#show.cancel();
  }

  /** A delivery that ended well. */
  stored(tally: Tally, seconds: number): void {
    const { accepted, duplicates, rejected, ignored } = tally;
    const counted = { accepted, duplicate: duplicates, rejected, ignored };
    for (const [outcome, n] of Object.entries(counted)) if (n > 0) events.inc({ source: this.#provider, outcome }, n);
    hopSeconds.observe({ hop: 'intake' }, seconds);
    this.#stored += Math.max(0, accepted);
    this.#duplicates += duplicates;
    this.#cause = undefined;
    this.#show();
  }

  /** A sender without proof. The side door hears of it at most once a second, and how many there were. Never of the body. */
  refused(refusal: Refusal): void {
    events.inc({ source: this.#provider, outcome: 'refused' });
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
    events.inc({ source: this.#provider, outcome: 'unavailable' });
    this.#cause = rule;
    const now = ticks();
    if (now - this.#warnedAt >= WARN_MS) {
      this.#warnedAt = now;
      this.#context.node.warn(this.#context.text('warning.failed', { cause: rule, nodes: nodes.join(', ') || '–' }));
    }
    this.#show();
  }

  #display(): void {
    const { status } = this.#context;
    const values = { stored: this.#stored, duplicates: this.#duplicates, refused: this.#refused };
    if (this.#cause !== undefined) status.waiting('failing', { cause: this.#cause });
    else status.ok(this.#refused > 0 ? 'countsRefused' : 'counts', values);
  }
}
