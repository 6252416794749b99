/**
 * `normalizePixel` reads what the shop's own pages send. Anybody can write such a message: it makes visits and steps of a checkout, with their
 * campaign, and never a sum of money; nothing of it that names a person or a browser leaves.
 */
import { formatInstant, MINUTE } from '../../base/time.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { Collector, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { type PixelPage, readPage, type FunnelStep } from './page.js';
import { isRecord, present } from '../../base/json.js';

/** One source for all pages: names of sites are whatever somebody writes. */
const SOURCE = 'urn:bottega:pixel:web';
/** A browser's clock is believed this far from ours. */
const MAX_SKEW_MS = 2 * MINUTE;
/** Pages that are sent together. */
const MAX_PAGES = 50;

/** `normalizePixel`: one message or a few in an array. What cannot be used is counted and not kept. */
export function normalizePixel(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const collector = new Collector(intake, context);
  const pages: readonly unknown[] = Array.isArray(body) ? body.slice(0, MAX_PAGES + 1) : [body];
  pages.forEach((page, index) => {
    const read = isRecord(page) && index < MAX_PAGES ? readPage(page) : 'unreadable';
    if (read === 'unreadable') collector.ignore(index, 'page.form');
    else if (read === undefined) collector.ignore(index, 'page.event');
    else addPage(collector, index, new SeenPages(read, intake, context));
  });
  return collector;
}

function addPage(collector: Collector, index: number, seen: SeenPages): void {
  const { page } = seen;
  if (page.step === 'visit' && page.way === 'inside') {
    collector.ignore(index, 'page.inside');
    return;
  }
  const trial = new Collector(seen.intake, seen.context);
  trial.addCanonical(index, page.step === 'visit' ? visitOf(seen) : checkoutOf(seen, page.step));
  collector.events.push(...trial.events);
  // A refusal would be kept as a letter, sealed and whole.
  if (trial.refused > 0) collector.ignore(index, 'page.form');
}

/** A visitor counts once a day for each campaign that brought him: its id says so, and nobody need remember him. */
function visitOf(seen: SeenPages): Record<string, unknown> {
  const { page: { visitor, campaign }, time } = seen;
  const who = visitor === undefined ? seen.itself() : ['visitor', visitor, seen.day(), JSON.stringify(campaign ?? {})];
  return { specversion: '1.0', id: seen.name(...who), source: SOURCE, type: 'visit', time, data: { ...seen.data(), quantity: 1 } };
}

const RANKS: Readonly<Record<Exclude<FunnelStep, 'visit'>, number>> = { started: 1, continued: 2, completed: 3 };

/** All steps of one checkout are one fact, and the last step is its state, in whatever order they come. */
function checkoutOf(seen: SeenPages, step: Exclude<FunnelStep, 'visit'>): Record<string, unknown> {
  const { page: { checkout }, time } = seen;
  const subject = checkout === undefined ? seen.name(...seen.itself()) : seen.name('checkout', checkout);
  const progress = step === 'completed' ? { status: 'completed', closedAt: time } : { status: 'open', ...(step === 'started' ? { openedAt: time } : {}) };
  return {
    specversion: '1.0', id: seen.name(subject, step), source: SOURCE, type: 'checkout', subject: `checkout/${subject}`, time, sequence: RANKS[step],
    data: { ...seen.data(), ...progress, x_step: step },
  };
}

/** One page with what is known of its delivery. */
class SeenPages {
  readonly page: PixelPage;
  readonly intake: Intake;
  readonly context: NormalizeContext;
  readonly #at: number;

  constructor(page: PixelPage, intake: Intake, context: NormalizeContext) {
    this.page = page;
    this.intake = intake;
    this.context = context;
    const { saidAt } = page;
    this.#at = saidAt !== undefined && Math.abs(saidAt - intake.receivedAt) <= MAX_SKEW_MS ? saidAt : intake.receivedAt;
  }

  get time(): string {
    return formatInstant(this.#at);
  }

  /** The business day, by name. */
  day(): string {
    return formatInstant(this.context.calendar.windowAt('1d', this.#at).start);
  }

  /** What sets this message apart from every other: its id, else all it says, with the time it came where it says none itself. */
  itself(): string[] {
    const { id, saidAt } = this.page;
    if (id !== undefined) return ['message', id];
    return ['content', JSON.stringify(this.page), saidAt === undefined ? String(this.intake.receivedAt) : ''];
  }

  /** A name that only the shop's own key gives. */
  name(...parts: readonly string[]): string {
    return this.context.pseudonym(JSON.stringify(['pixel', ...parts]));
  }

  data(): Record<string, unknown> {
    const store = storeNamed(this.context, this.page.store) ?? defaultStore(this.context);
    return present({ store, channel: 'online', campaign: this.page.campaign, x_trust: 'untrusted' });
  }
}
