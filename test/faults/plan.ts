/** Which faults, on what, for how long? All drawn from the seed before anything runs, so that a seed is a plan. */
import { chanceOf, type Chance } from '../../launcher/simulator/chance.js';
import { LINKS, ROLES } from './plant.js';

export const KINDS = [
  'kill.edge', 'kill.worker', 'kill.front', 'freeze', 'broker.restart.kept', 'broker.restart.forgotten', 'broker.away', 'redis.restart', 'redis.pause',
  'link.delay', 'link.cut', 'link.halfOpen', 'disk.full', 'clock.forward', 'clock.back', 'inbox.twice',
  'senders.idle', 'names.many', 'flow.damaged', 'close.slowStore',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Fault {
  readonly kind: Kind;
  /** A process, a link, or what stands for the whole of it. Never two faults at a time on one target. */
  readonly target: string;
  readonly holdMs: number;
  /** Fair weather after it. */
  readonly restMs: number;
}

/** `short` is for every test run, `long` for a night. */
export type Form = 'short' | 'long';

/** Faults without end: deck after deck of the kinds, each deck shuffled anew. */
export function* planOf(seed: number, form: Form, kinds: readonly Kind[] = KINDS): Generator<Fault, never> {
  const chance = chanceOf(seed);
  for (;;) {
    for (const kind of shuffled(kinds, chance)) yield drawn(kind, form, chance);
  }
}

/** So many faults of a plan, in its order, except that one whose target is busy lets the next ones go first. */
export class Deck {
  readonly #plan: Iterator<Fault>;
  readonly #busy = new Set<string>();
  #waiting: Fault[] = [];
  #left: number;

  constructor(plan: Iterator<Fault>, size: number) {
    this.#plan = plan;
    this.#left = size;
  }

  /** Its target is busy from now on. `undefined`: there is none left. */
  draw(): Fault | undefined {
    const ready = this.#waiting.findIndex(({ target }) => !this.#busy.has(target));
    const [fault] = ready < 0 ? [] : this.#waiting.splice(ready, 1);
    const next = fault ?? this.#drawNew();
    if (next !== undefined) this.#busy.add(next.target);
    return next;
  }

  discard({ target }: Fault): void {
    this.#busy.delete(target);
  }

  #drawNew(): Fault | undefined {
    while (this.#left > 0) {
      this.#left -= 1;
      const fault = this.#plan.next().value as Fault;
      if (!this.#busy.has(fault.target)) return fault;
      this.#waiting.push(fault);
    }
    return undefined;
  }
}

function drawn(kind: Kind, form: Form, chance: Chance): Fault {
  const [least, most] = form === 'short' ? [500, 2_000] : [500, 8_000];
  const target = targetOf(kind, chance);
  const holdMs = kind === 'broker.away' ? (form === 'short' ? 5_000 : 60_000) : chance.between(least, most);
  return { kind, target, holdMs, restMs: chance.between(0, form === 'short' ? 500 : 3_000) };
}

function targetOf(kind: Kind, chance: Chance): string {
  const one = (names: readonly string[]): string => names[chance.between(0, names.length - 1)] ?? '';
  if (kind === 'kill.worker' || kind === 'close.slowStore') return one(ROLES.filter((role) => role.startsWith('worker')));
  if (kind === 'freeze' || kind === 'flow.damaged' || kind.startsWith('clock.')) return one(ROLES);
  if (kind.startsWith('link.')) return one(LINKS);
  if (kind === 'inbox.twice') return 'events';
  if (kind === 'disk.full' || kind === 'senders.idle') return 'edge';
  return kind.startsWith('kill.') ? kind.slice('kill.'.length) : (kind.split('.')[0] ?? '');
}

function shuffled<T>(things: readonly T[], chance: Chance): T[] {
  return things.map((thing) => ({ thing, order: chance.next() })).sort((a, b) => a.order - b.order).map(({ thing }) => thing);
}
