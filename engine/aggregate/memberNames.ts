/**
 * `withKnownMembers` asks of each event whether its products, categories, means of payment and who sold may have numbers of their own, and keeps by which
 * name a product was last called. What is too many counts as `BEYOND`, in the fact itself: so whatever comes later takes back what was added.
 */
import { MAX_AGE_MS } from '../event/event.js';
import type { EventData, ShopEvent } from '../event/event.js';
import type { EventLine } from '../event/lines.js';
import { DAY, SECOND } from '../base/time.js';
import { BEYOND, type Dimension } from '../kpi/dimension.js';
import { productOf } from '../kpi/portions.js';
import { prefixRange, type Put, scanAll, type Store, textOf } from '../store/store.js';

/** The dimensions whose members are whatever senders say. */
export type NamedDimension = Exclude<Dimension, 'rate'>;
export type MemberLimits = Readonly<Record<NamedDimension, number>>;

/** `MEMBER_LIMITS` that hold where nobody chose others: far above what an honest shop has. */
export const MEMBER_LIMITS: MemberLimits = { product: 5_000, category: 500, payment: 50, staff: 200 };

/** `MEMBER_NAMES` begins the keys of all that is known. */
export const MEMBER_NAMES = 'ln/';
/** A member of which nothing is sold any more is forgotten as its last sums are; each month it is written down anew. */
export const MEMBER_KEPT_MS = MAX_AGE_MS + 31 * DAY;
const RENEWED_MS = 31 * DAY;
/** Members that other workers let in are known within so long. */
const FRESH_MS = SECOND;

/** As it is stored. `at`: when it was called so, by the time of the event. */
interface StoredMember {
  readonly name?: string;
  at: string;
  readonly keptAt: number;
}

type KnownMembers = ReadonlyMap<NamedDimension, Map<string, StoredMember>>;

interface MemberCatalog {
  readonly known: KnownMembers;
  readonly readAt: number;
}

const catalogs = new WeakMap<Store, MemberCatalog>();
const LETTER: Readonly<Record<NamedDimension, string>> = { product: 'p', category: 'c', payment: 'y', staff: 's' };
const NAMED = Object.keys(LETTER) as NamedDimension[];

/** The events as they are to be counted; the same list where all is known. Throws the store's faults. Several workers may let in a few too many. */
export async function withKnownMembers(
  store: Store, events: readonly ShopEvent[], now: number, limits: Partial<MemberLimits> = {},
): Promise<readonly ShopEvent[]> {
  const last = catalogs.get(store)?.known;
  const unknown = events.filter((event) => saysMembers(event) && (last === undefined || !knowsAll(last, event, now)));
  if (unknown.length === 0) return events;
  const mentions = unknown.map(mentionsOf);
  const { known } = await freshCatalog(store, now);
  const admission = { known, now, limits: { ...MEMBER_LIMITS, ...limits }, puts: new Map<string, Put>() };
  for (const mention of mentions.flat()) admit(mention, admission);
  try {
    if (admission.puts.size > 0) await store.commit([...admission.puts.values()], 'stored');
  } catch (error) {
    catalogs.delete(store);
    throw error;
  }
  return withoutBeyond(events, unknown, mentions, known);
}

/** The names by which members were last called, by member; those that have none are called as they are. */
export async function readMemberNames(store: Store, dimension: Dimension, members: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (dimension !== 'product' || members.length === 0) return new Map();
  const texts = (await store.read(members.map((member) => memberKeyOf('product', member)))).map(textOf);
  return new Map(members.flatMap((member, index) => {
    const text = texts[index];
    const { name } = text === undefined ? {} as Partial<StoredMember> : JSON.parse(text) as StoredMember;
    return name === undefined ? [] : [[member, name] as const];
  }));
}

/** How many members are known to this process. */
export function countMembers(store: Store, dimension: NamedDimension): number {
  return catalogs.get(store)?.known.get(dimension)?.size ?? 0;
}

interface Mention {
  readonly dimension: NamedDimension;
  readonly member: string;
  readonly name?: string | undefined;
  readonly at: string;
}

/** Means of payment that senders of this package know: they always count. */
const USUAL_MEANS: ReadonlySet<string> = new Set(['card', 'cash', 'voucher', 'split', 'transfer', 'online', 'other']);

function saysMembers({ data: { lines, staff, payment, payments } }: ShopEvent): boolean {
  return lines !== undefined || staff !== undefined || payments !== undefined || (payment !== undefined && !USUAL_MEANS.has(payment));
}

/** The same as asking of each mention whether it is new, for the many events that say nothing new. */
function knowsAll(known: KnownMembers, event: ShopEvent, now: number): boolean {
  const { data: { lines = [], staff, payment, payments }, time } = event;
  if (staff !== undefined || payments !== undefined || (payment !== undefined && !USUAL_MEANS.has(payment))) {
    if (mentionsOf(event).some((mention) => isNew(mention, known, now))) return false;
  }
  const [products, categories] = [known.get('product'), known.get('category')];
  return lines.every((line) => {
    const article = productOf(line);
    return knowsMember(products, { member: article, name: nameOf(line), at: time }, now) && knowsMember(categories, { member: line.category, at: time }, now);
  });
}

/** What an article with a number of its own is called. */
function nameOf({ product, name }: EventLine): string | undefined {
  return product === undefined ? undefined : name;
}

type Named = Pick<Mention, 'name' | 'at'> & { readonly member: string | undefined };

/** Whether there is nothing to write down; a later time of the same name is only remembered. */
function knowsMember(members: ReadonlyMap<string, StoredMember> | undefined, { member, name, at }: Named, now: number): boolean {
  if (member === undefined) return true;
  const last = members?.get(member);
  if (last === undefined || Math.abs(now - last.keptAt) > RENEWED_MS) return false;
  if (at <= last.at || name === undefined) return true;
  if (name === last.name) last.at = at;
  return name === last.name;
}

function mentionsOf({ data, time: at }: ShopEvent): readonly Mention[] {
  const { lines, staff, payment, payments } = data;
  const mentions: Mention[] = [];
  for (const line of lines ?? []) {
    const product = productOf(line);
    if (product !== undefined) mentions.push({ dimension: 'product', member: product, name: nameOf(line), at });
    if (line.category !== undefined) mentions.push({ dimension: 'category', member: line.category, at });
  }
  const means = [...(payment === undefined ? [] : [payment]), ...(payments ?? []).map(({ by }) => by)];
  for (const member of means) if (!USUAL_MEANS.has(member)) mentions.push({ dimension: 'payment', member, at });
  if (staff !== undefined) mentions.push({ dimension: 'staff', member: staff, at });
  return mentions;
}

function isNew(mention: Mention, known: KnownMembers, now: number): boolean {
  return mention.member !== BEYOND && !knowsMember(known.get(mention.dimension), mention, now);
}

interface MemberAdmission {
  readonly known: KnownMembers;
  readonly now: number;
  readonly limits: MemberLimits;
  readonly puts: Map<string, Put>;
}

function admit(mention: Mention, { known, now, limits, puts }: MemberAdmission): void {
  const { dimension, member, name, at } = mention;
  const members = known.get(dimension);
  if (members === undefined || !isNew(mention, known, now)) return;
  const last = members.get(member);
  if (last === undefined && members.size >= limits[dimension]) return;
  const former = last ?? { at: '' };
  const entry: StoredMember = name !== undefined && at > former.at ? { name, at, keptAt: now } : { ...former, keptAt: now };
  members.set(member, entry);
  const key = memberKeyOf(dimension, member);
  puts.set(key, { key, value: JSON.stringify(entry), expiresAt: now + MEMBER_KEPT_MS });
}

/** All events, with `BEYOND` where one of these mentions a member that is not known: it was one too many. */
function withoutBeyond(
  events: readonly ShopEvent[], mentioning: readonly ShopEvent[], mentions: readonly (readonly Mention[])[], known: KnownMembers,
): readonly ShopEvent[] {
  const beyond = new Set(mentioning.filter((_event, index) => mentions[index]?.some(({ dimension, member }) => known.get(dimension)?.has(member) !== true)));
  return beyond.size === 0 ? events : events.map((event) => (beyond.has(event) ? { ...event, data: renamed(event.data, known) } : event));
}

function renamed(data: EventData, known: KnownMembers): EventData {
  const within = (dimension: NamedDimension, member: string): string => (known.get(dimension)?.has(member) === true ? member : BEYOND);
  const means = (by: string): string => (USUAL_MEANS.has(by) ? by : within('payment', by));
  const { lines, staff, payment, payments } = data;
  return {
    ...data,
    ...(lines === undefined ? {} : {
      lines: lines.map(({ product, name, category, ...line }) => {
        const article = productOf({ product, name });
        const isWithin = article === undefined || within('product', article) !== BEYOND;
        const named = isWithin ? { ...(name === undefined ? {} : { name }), ...(product === undefined ? {} : { product }) } : { product: BEYOND };
        return { ...line, ...named, ...(category === undefined ? {} : { category: within('category', category) }) };
      }),
    }),
    ...(staff === undefined ? {} : { staff: within('staff', staff) }),
    ...(payment === undefined ? {} : { payment: means(payment) }),
    ...(payments === undefined ? {} : { payments: payments.map(({ by, amount }) => ({ by: means(by), amount })) }),
  };
}

async function freshCatalog(store: Store, now: number): Promise<MemberCatalog> {
  const last = catalogs.get(store);
  // The distance: a clock that was set back must not keep old members for an hour.
  if (last !== undefined && Math.abs(now - last.readAt) < FRESH_MS) return last;
  const known: KnownMembers = new Map(NAMED.map((dimension) => [dimension, new Map<string, StoredMember>()]));
  for (const dimension of NAMED) {
    const prefix = memberKeyOf(dimension, '');
    for (const { key, value } of await scanAll(store, prefixRange(prefix))) {
      known.get(dimension)?.set(key.slice(prefix.length), JSON.parse(textOf(value) ?? '{}') as StoredMember);
    }
  }
  const catalog = { known, readAt: now };
  catalogs.set(store, catalog);
  return catalog;
}

function memberKeyOf(dimension: NamedDimension, member: string): string {
  return `${MEMBER_NAMES}${LETTER[dimension]}/${member}`;
}
