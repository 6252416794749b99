/**
 * The normalize node makes canonical events of raw requests, in one language for all senders; personal data stays here.
 */
import type { NodeAPI } from 'node-red';
import { setTimeout as rest } from 'node:timers/promises';
import { inTurns, type Steps, type Turns } from '../../engine/base/steps.js';
import { heldLetter, lettersOf } from '../../engine/deadletter/deadLetter.js';
import type { NormalizeContext } from '../../engine/normalize/draft/collector.js';
import { type NormalizedBody, normalizeSteps } from '../../engine/normalize/normalize.js';
import { PROFILE_NAMES, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { readMapping } from '../../engine/normalize/mapping/fieldMapping.js';
import { serveEditor } from '../shared/editorApi.js';
import { deliveryOf } from '../shared/delivery/delivery.js';
import { events as eventsTotal } from '../shared/metrics.js';
import type { ShopPort } from '../shared/ports.js';
import { type Outputs, portOf, registerNode, type NodeSpec, type NodeContext, type InputMessage } from '../shared/node.js';
import { offerStation, reaches, SECOND } from '../shared/shopNodes.js';
import { throttle } from '../shared/throttle.js';
import { type NormalizeConfig, readConfig } from './config.js';
import { arrivalOf, harmless, type NormalizeInput, senderOf } from './message.js';
import { preview } from './preview.js';
import { pseudonymsOf } from './pseudonyms.js';
import { SourceCheck, storeIn } from './sourceCheck.js';
import { type CorrectedOutcome, correctedOutcome } from './slowClock.js';

const STATUS_MS = 500;
/** Senders who receive what was refused, and still have it: of one request so many letters are kept. */
const WITH_REFUSALS: ReadonlySet<string> = new Set([
  'pos', 'events', 'batch', ...PROFILE_NAMES.filter((name) => PROFILES[name].receipts === 'mapped'),
]);
const MAX_LETTERS = 500;
/**
 * A day's file takes seconds: whoever asks or sends meanwhile is answered between its turns. A request needs several rounds of the event loop, hence
 * the rest.
 */
const TURN_MS = 25;
const REST_MS = 8;
const TURNS: Turns = { turnMs: TURN_MS, ticks: () => performance.now(), others: () => rest(REST_MS) };

interface ReadDelivery {
  readonly outcome: NormalizedBody;
  /** Present where our own clock is to blame. */
  readonly corrected?: CorrectedOutcome | undefined;
}

const spec: NodeSpec<NormalizeConfig> = {
  type: 'bottega-normalize',
  readConfig,
  refused: 'kept',
  open(context) {
    const shop = portOf<ShopPort>(context.RED, context.config.shop, 'shop');
    const withdraw = offerStation(shop.tenant, 'normalize', context.node);
    const sources = new SourceCheck(context.config.shops, storeIn(context.RED, shop.tenant), context);
    const translator = new Translator(context, shop, sources);
    return {
      input: (message, out) => translator.handle(message, out),
      close() {
        withdraw();
        translator.show.cancel();
        return sources.close();
      },
    };
  },
};

class Translator {
  readonly #node: NodeContext<NormalizeConfig>;
  readonly #shop: ShopPort;
  readonly #sources: SourceCheck;
  readonly #settings: Omit<NormalizeContext, 'now'>;
  readonly #counts = { accepted: 0, rejected: 0, ignored: 0 };
  readonly show = throttle(() => { this.#node.status.ok('counts', { ...this.#counts }); }, STATUS_MS);

  constructor(context: NodeContext<NormalizeConfig>, shop: ShopPort, sources: SourceCheck) {
    const { currency, stores, calendar } = shop;
    const { stages, mapping, columns } = context.config;
    this.#node = context;
    this.#shop = shop;
    this.#sources = sources;
    const pos = readMapping(mapping, calendar.clock.zone);
    this.#settings = { currency, stores, calendar, stages, pos, columns, ...pseudonymsOf(shop) };
  }

  /**
   * At once, but for what takes longer than a turn, and for the first messages of all: who may speak is read from the store, and who came first is
   * written there.
   */
  handle(message: InputMessage, out: Outputs): Promise<void> | undefined {
    const now = this.#node.now();
    const sources = this.#sources;
    const arrival = arrivalOf(message, this.#node.config.provider, now);
    if (!sources.isReadyFor(arrival)) return sources.load().then(() => this.handle(message, out));
    const steps = this.#read(message.payload, arrival, now);
    const read = inTurns(steps, TURNS);
    return read instanceof Promise ? read.then((late) => this.#settle(message, out, arrival, late)) : this.#settle(message, out, arrival, read);
  }

  #settle(message: InputMessage, out: Outputs, arrival: NormalizeInput, { outcome, corrected }: ReadDelivery): Promise<void> | undefined {
    if (this.#sources.hasFirst) return this.#sources.save().then(() => this.handle(message, out));
    if (corrected === undefined) this.#pass(message, out, arrival, outcome);
    else this.#hold(message, out, arrival, outcome, corrected);
    return undefined;
  }

  /**
   * What comes from the future because our clock is slow is neither refused nor counted now: proven senders get 200, and it goes in again when the
   * clock is right. Where nobody keeps letters, it is refused as ever.
   */
  *#read(payload: unknown, arrival: NormalizeInput, now: number): Steps<ReadDelivery> {
    const context = { ...this.#settings, ...this.#sources.admitterFor(arrival) };
    const outcome = this.#sources.judge(yield* normalizeSteps(payload, arrival, { ...context, now }), payload, arrival);
    const isKept = reaches(this.#node.node, SECOND, this.#shop.tenant, 'deadletter');
    if (this.#sources.hasFirst || arrival.trust === 'untrusted' || !isKept) return { outcome };
    return { outcome, corrected: yield* correctedOutcome(outcome, now, (then) => normalizeSteps(payload, arrival, { ...context, now: then })) };
  }

  #pass(message: InputMessage, out: Outputs, arrival: NormalizeInput, outcome: NormalizedBody): void {
    const sender = senderOf(arrival, this.#shop.privacyKey, this.#node.node.id);
    const letters = lettersOf(outcome, message.payload, sender, WITH_REFUSALS.has(arrival.provider) ? MAX_LETTERS : Infinity);
    this.#report(message, arrival.provider, outcome);
    const clean = harmless(message, arrival);
    if (outcome.events.length > 0) out.primary({ ...clean, payload: outcome.events });
    if (letters.length > 0) out.secondary({ ...clean, payload: letters }, letters[0]?.reason ?? '');
    this.show();
  }

  #hold(message: InputMessage, out: Outputs, arrival: NormalizeInput, outcome: NormalizedBody, corrected: CorrectedOutcome): void {
    const letter = heldLetter(outcome, message.payload, senderOf(arrival, this.#shop.privacyKey, this.#node.node.id), corrected.correctedNow);
    this.#report(message, arrival.provider, corrected.outcome);
    out.secondary({ ...harmless(message, arrival), payload: [letter] }, letter.reason);
    this.show();
  }

  /** A webhook counts what became of its delivery itself; what nobody waits for is counted here. */
  #report(message: InputMessage, provider: string, { events, refused, ignored, refusals }: NormalizedBody): void {
    const change = { accepted: events.length, rejected: refused, ignored: ignored.length };
    const delivery = deliveryOf(message);
    for (const outcome of ['accepted', 'rejected', 'ignored'] as const) {
      this.#counts[outcome] += change[outcome];
      if (delivery === undefined && change[outcome] > 0) eventsTotal.inc({ source: provider, outcome }, change[outcome]);
    }
    delivery?.report(change, refusals.map(({ index, path, rule, message: words }) => ({ index, path, rule, message: words })));
  }
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
  serveEditor(RED, 'normalize', (asked) => preview(RED, asked, Date.now()));
};
