/**
 * `NameLimits` say how many names a shop may have that nobody declared: of stores, of channels and of sources. Each name has numbers of its own that
 * are kept, computed and published; a sender that takes an order's number for a store's name would make thousands of them.
 */
import { ConfigError, type Refusal, type RefusalRule } from '../base/errors.js';
import { channelOf, type ShopEvent } from '../event/event.js';
import { REMOTE_CHANNELS } from '../kpi/builtinKpis.js';
import { MEMBER_LIMITS } from './memberNames.js';

/**
 * `NameLimits`: names beside those that are declared. A source is a till, an online shop, or any other sender; what more products there are counts as one
 * (see memberNames.ts).
 */
export interface NameLimits {
  readonly stores: number;
  readonly channels: number;
  readonly sources: number;
  readonly products: number;
}

/** `NAME_LIMITS` that hold where nobody chose others: far above what an honest shop has. */
export const NAME_LIMITS: NameLimits = { stores: 200, channels: 20, sources: 1_000, products: MEMBER_LIMITS.product };

const VARIABLES = { stores: 'BOTTEGA_MAX_STORES', channels: 'BOTTEGA_MAX_CHANNELS', sources: 'BOTTEGA_MAX_TILLS', products: 'BOTTEGA_MAX_PRODUCTS' } as const;
/** Beyond that, limits would bound nothing. */
const MOST = 100_000;

/** `readNameLimits` reads those of the environment; throws `ConfigError` with the variable's name. */
export function readNameLimits(environment: Readonly<Record<string, string | undefined>>): NameLimits {
  const limit = (field: keyof NameLimits): number => {
    const text = environment[VARIABLES[field]]?.trim() ?? '';
    if (text === '') return NAME_LIMITS[field];
    const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= MOST) return value;
    throw new ConfigError(VARIABLES[field], `must be a whole number from 1 to ${String(MOST)}`, text);
  };
  return { stores: limit('stores'), channels: limit('channels'), sources: limit('sources'), products: limit('products') };
}

/** `NameRules` of one shop. */
export interface NameRules {
  readonly limits: NameLimits;
  /** The stores of the shop node by all their names: they always count. */
  readonly declared: ReadonlySet<string>;
  /** What becomes of an event beyond the limits: a refusal, or it counts under `OTHER_NAME`. */
  readonly beyond: 'refuse' | 'other';
}

/** `OTHER_NAME` is the store or channel under which the owner may have all others counted. */
export const OTHER_NAME = 'altri';

/** `CountedNames` of a shop: what has been counted so far. */
export interface CountedNames {
  /** Stores that are not declared. */
  readonly stores: Set<string>;
  readonly channels: Set<string>;
  /** "store/channel" of the stores that are not declared. */
  readonly groups: Set<string>;
  readonly sources: Set<string>;
}

/** Channels that senders of this package or the KPIs themselves know: they always count. */
const USUAL_CHANNELS: ReadonlySet<string> = new Set(['pos', OTHER_NAME, ...REMOTE_CHANNELS]);
/** Groups of stores that are not declared, per such store: more channels in all of them at once would be as many numbers as too many stores. */
const CHANNELS_PER_STORE = 5;

/** `NameVerdict` of one event: as it is to be counted, or why not. `beyond`: the name that was one too many. */
export type NameVerdict =
  | { readonly outcome: 'admitted'; readonly event: ShopEvent; readonly beyond?: NameBeyond }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly beyond: NameBeyond };

/** `NameBeyond` the limits. */
export interface NameBeyond {
  readonly rule: NameRule;
  readonly name: string;
}

/** Whether these names were counted before or are declared: then nothing has to be asked. */
export function isKnown({ data, source }: ShopEvent, known: CountedNames, { declared }: Pick<NameRules, 'declared'>): boolean {
  const channel = channelOf(data);
  if (!known.sources.has(source)) return false;
  return isDeclared(data.store, declared) ? hasChannel(channel, known) : known.groups.has(`${data.store}/${channel}`);
}

/** Decides for one event, and notes its names as known where it is admitted. Below the limits the order of events does not matter. */
export function admit(event: ShopEvent, known: CountedNames, rules: NameRules): NameVerdict {
  const rule = firstBroken(event, known, rules);
  if (rule === undefined) return admitted(event, known, rules);
  const beyond = { rule, name: nameIn(event, rule) };
  if (rules.beyond === 'refuse' || rule === 'till.tooMany') return { outcome: 'refused', refusal: refusalOf(beyond, rules.limits), beyond };
  const data = { ...event.data, [rule === 'store.tooMany' ? 'store' : 'channel']: OTHER_NAME };
  return { ...admit({ ...event, data }, known, rules), beyond };
}

export type NameRule = Extract<RefusalRule, 'store.tooMany' | 'channel.tooMany' | 'till.tooMany'>;

function firstBroken({ data, source }: ShopEvent, known: CountedNames, { limits, declared }: NameRules): NameRule | undefined {
  const channel = channelOf(data);
  if (!known.sources.has(source) && known.sources.size >= limits.sources) return 'till.tooMany';
  if (!isDeclared(data.store, declared) && !known.stores.has(data.store) && known.stores.size >= limits.stores) return 'store.tooMany';
  if (!hasChannel(channel, known) && known.channels.size >= limits.channels) return 'channel.tooMany';
  if (isDeclared(data.store, declared) || channel === OTHER_NAME || known.groups.has(`${data.store}/${channel}`)) return undefined;
  return known.groups.size >= limits.stores * CHANNELS_PER_STORE ? 'channel.tooMany' : undefined;
}

function admitted(event: ShopEvent, known: CountedNames, { declared }: NameRules): NameVerdict {
  const channel = channelOf(event.data);
  known.sources.add(event.source);
  noteGroup(event.data.store, channel, known, declared);
  return { outcome: 'admitted', event };
}

/** Notes a store and channel that are counted. */
export function noteGroup(store: string, channel: string, known: CountedNames, declared: ReadonlySet<string>): void {
  if (!USUAL_CHANNELS.has(channel)) known.channels.add(channel);
  if (isDeclared(store, declared)) return;
  known.stores.add(store);
  known.groups.add(`${store}/${channel}`);
}

function isDeclared(store: string, declared: ReadonlySet<string>): boolean {
  return store === OTHER_NAME || declared.has(store);
}

function hasChannel(channel: string, { channels }: CountedNames): boolean {
  return USUAL_CHANNELS.has(channel) || channels.has(channel);
}

const PATHS: Readonly<Record<NameRule, string>> = { 'store.tooMany': '/data/store', 'channel.tooMany': '/data/channel', 'till.tooMany': '/source' };

function nameIn({ data, source }: ShopEvent, rule: NameRule): string {
  switch (rule) {
    case 'store.tooMany': return data.store;
    case 'channel.tooMany': return channelOf(data);
    case 'till.tooMany': return source;
  }
}

function refusalOf({ rule, name }: NameBeyond, { stores, channels, sources }: NameLimits): Refusal {
  const cause: Readonly<Record<NameRule, string>> = {
    'store.tooMany': `${String(stores)} stores are known that the shop node does not list: list this one there, or correct the sender`,
    'channel.tooMany': `${String(channels)} channels are known, or too many in all stores together: correct the sender`,
    'till.tooMany': `${String(sources)} tills and other sources are known: correct the sender`,
  };
  return { path: PATHS[rule], rule, message: `"${name}" is one too many: ${cause[rule]}` };
}
