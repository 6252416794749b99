/** How do senders behave? Several at once, in no order, again until answered 2xx, and now and then again although they were. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../../launcher/simulator/chance.js';
import type { Plant } from './plant.js';
import type { Order } from './stream.js';

/** A sender's patience (Shopify: 5 s). */
const PATIENCE_MS = 6_000;
const LANES = 8;
const AGAIN_MS = 300;
const DUPLICATES = 0.1;

export interface Counts {
  acknowledged: number;
  duplicates: number;
  refused: number;
  unanswered: number;
  /** Refused because the clock of the edge was wrong: a token not valid yet or no more, an event of the future. */
  clock: number;
  givenUp: number;
}

type Sent = 'acknowledged' | 'refused' | 'unanswered' | 'clock';

export class SenderPool {
  readonly counts: Counts = { acknowledged: 0, duplicates: 0, refused: 0, unanswered: 0, clock: 0, givenUp: 0 };
  readonly #plant: Plant;
  readonly #chance: Chance;
  readonly #finding: (text: string) => void;
  /** While `wrong`, and for requests under way at its end. */
  readonly #wasClockWrong: (since: number) => boolean;
  readonly #queue: { readonly order: Order; readonly notBefore: number; readonly state: 'new' | 'acknowledged' }[] = [];
  #life: 'open' | 'closed' = 'open';
  #underWay = 0;

  constructor(plant: Plant, chance: Chance, wasClockWrong: (since: number) => boolean, finding: (text: string) => void) {
    this.#plant = plant;
    this.#chance = chance;
    this.#wasClockWrong = wasClockWrong;
    this.#finding = finding;
    for (let lane = 0; lane < LANES; lane += 1) void this.#work();
  }

  /** What waits or is on its way. */
  get waiting(): number {
    return this.#queue.length + this.#underWay;
  }

  post(orders: readonly Order[]): void {
    for (const order of orders) this.#queue.push({ order, notBefore: 0, state: 'new' });
  }

  /** Resolves when it is acknowledged. */
  async postAndWait(order: Order): Promise<void> {
    await new Promise<void>((resolve) => { this.post([{ ...order, acknowledged: () => { order.acknowledged?.(); resolve(); } }]); });
  }

  close(): void {
    this.#life = 'closed';
  }

  async #work(): Promise<void> {
    while (this.#life === 'open') {
      const ready = this.#queue.findIndex(({ notBefore }) => notBefore <= Date.now());
      const [job] = ready < 0 ? [] : this.#queue.splice(ready, 1);
      if (job === undefined) {
        await pause(10);
        continue;
      }
      this.#underWay += 1;
      this.#settle(job.order, job.state, await this.#send(job.order));
      this.#underWay -= 1;
    }
  }

  #settle(order: Order, state: 'new' | 'acknowledged', sent: Sent): void {
    if (state === 'acknowledged') return;
    this.counts[sent] += 1;
    if (sent === 'acknowledged') {
      order.acknowledged?.();
      if (this.#chance.next() < DUPLICATES) this.#queue.push({ order, notBefore: Date.now() + this.#chance.between(0, 3_000), state: 'acknowledged' });
    } else if (order.onRefusal === 'again') {
      this.#queue.push({ order, notBefore: Date.now() + AGAIN_MS, state: 'new' });
    } else {
      this.counts.givenUp += 1;
    }
  }

  async #send(order: Order): Promise<Sent> {
    const startedAt = Date.now();
    const { path, headers, body } = order.shipment(this.#plant.senders);
    try {
      const response = await fetch(this.#plant.intake + path, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
      return this.#judge(response.status, await response.text(), startedAt, path);
    } catch (error) {
      if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return 'unanswered';
      throw error;
    }
  }

  #judge(status: number, text: string, startedAt: number, path: string): Sent {
    if (status === 503 || status === 429) return 'refused';
    const tally = status === 200 ? JSON.parse(text) as { accepted: number; duplicates: number; rejected: number } : undefined;
    if (tally?.rejected === 0) {
      if (tally.duplicates > 0) this.counts.duplicates += 1;
      return 'acknowledged';
    }
    if (this.#wasClockWrong(startedAt)) return 'clock';
    this.#finding(`${path} answered ${String(status)} ${text.slice(0, 300)}`);
    return 'refused';
  }
}
