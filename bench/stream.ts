/** What is folded? A seeded day of sales in arrays: a tenth of them duplicates, a tenth corrections, three shops, two channels. */
import { parseEvent, type ShopEvent } from '../engine/event/event.js';
import { DAY, formatInstant, LocalClock, SECOND } from '../engine/base/time.js';
import { MEASURES } from '../engine/kpi/builtinKpis.js';
import { openGenerations } from '../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../engine/aggregate/slice.js';
import type { Store } from '../engine/store/store.js';
import { Calendar } from '../engine/calendar/windowAssigner.js';
import { type Chance, chanceOf } from '../launcher/simulator/chance.js';

export const CURRENCY = 'EUR';

/** Repetitions and corrections speak of one of so many latest sales. */
const RECENT = 1_000;

/** `facts` sales and, for every eight of them, one duplicate and one correction; in order of time but for what is late. */
export function salesOf(facts: number, seed = 1, now = Date.now()): ShopEvent[] {
  const chance = chanceOf(seed);
  const events: ShopEvent[] = [];
  const latest: ShopEvent[] = [];
  for (let fact = 0; fact < facts;) {
    const known = latest[chance.between(0, RECENT - 1)];
    const kind = known === undefined ? 'new' : chance.pick<'new' | 'duplicate' | 'correction'>([['new', 8], ['duplicate', 1], ['correction', 1]]);
    if (kind === 'duplicate' && known !== undefined) events.push(known);
    else if (kind === 'correction' && known !== undefined) events.push(correctionOf(known, chance, now));
    else {
      const at = now - DAY + Math.floor((fact / facts) * DAY) - chance.between(0, 60) * SECOND;
      const sale = saleOf(`${String(seed)}-${String(fact)}`, at, chance, now);
      latest[fact % RECENT] = sale;
      events.push(sale);
      fact += 1;
    }
  }
  return events;
}

export function arraysOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_array, index) => all.slice(index * size, (index + 1) * size));
}

/** The preset measures, in Rome. */
export async function foldContextOf(store: Store, now = Date.now()): Promise<FoldContext> {
  const generations = await openGenerations(store, MEASURES);
  return { now, currency: CURRENCY, calendar: new Calendar(new LocalClock('Europe/Rome')), graceMs: 5 * SECOND, ...generations };
}

export function canonical(input: unknown, now: number): ShopEvent {
  const parsed = parseEvent(input, { now, currency: CURRENCY });
  if (parsed.outcome === 'refused') throw new Error(JSON.stringify(parsed.refusals));
  return parsed.event;
}

function saleOf(name: string, at: number, chance: Chance, now: number): ShopEvent {
  return canonical({
    specversion: '1.0', id: `sale-${name}`, source: `urn:bottega:pos:cassa-${String(chance.between(1, 3))}`, type: 'sale', subject: `receipt/${name}`,
    time: formatInstant(at), sequence: formatInstant(at),
    data: {
      store: `bottega-${String(chance.between(1, 3))}`, channel: chance.pick([['pos', 2], ['online', 1]]), status: 'completed',
      amount: `${String(chance.between(1, 99))}.${String(chance.between(10, 99))}`, quantity: chance.between(1, 5), payment: chance.pick([['card', 3], ['cash', 1]]),
    },
  }, now);
}

function correctionOf(sale: ShopEvent, chance: Chance, now: number): ShopEvent {
  const sequence = formatInstant(Date.parse(sale.sequence) + chance.between(1, 1_000_000));
  return canonical({ ...sale, id: `${sale.id}@${sequence}`, sequence, data: { ...sale.data, amount: `${String(chance.between(1, 99))}.00` } }, now);
}
