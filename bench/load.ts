/**
 * `npm run load -- --url http://127.0.0.1:1880 --rate 50 --minutes 5 --data .bottega`: does an installation stand a busy day? Ten sources at once,
 * with versions, duplicates and disorder; then the times of the answers, what was lost, and whether /kpi says what was sent.
 *
 * Secrets come from `--data <directory>` (its `secrets.json`) or from the variables the installation was started with. Nobody else should send
 * meanwhile, or the figures cannot agree.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatInstant, HOUR, MINUTE, SECOND } from '../engine/time.js';
import { Poster } from './post.js';
import { percentile, report } from './report.js';
import { type Installation, type Parcel, Source, SOURCES } from './traffic.js';

const CONNECTIONS = 64;
const ATTEMPTS = 30;
const AGAIN_MS = 2 * SECOND;
const SETTLE_MS = 30 * SECOND;
/** How far back a late sale may lie. */
const LATE_MS = 10 * MINUTE;

/** Cents, but for orders. */
interface Books {
  revenue: number;
  refunds: number;
  orders: number;
}

interface Tally {
  readonly sent: Books;
  readonly times: number[];
  readonly answers: Map<number, number>;
  deliveries: number;
  lost: number;
}

void main();

async function main(): Promise<void> {
  const { installation, rate, minutes } = readOptions();
  const startedAt = Date.now();
  const before = await booksOf(installation, startedAt);
  const tally: Tally = { sent: { revenue: 0, refunds: 0, orders: 0 }, times: [], answers: new Map(), deliveries: 0, lost: 0 };
  const poster = new Poster(installation.url, CONNECTIONS);
  const until = startedAt + minutes * MINUTE;
  await Promise.all(Array.from({ length: SOURCES }, (_source, index) => play(new Source(index, installation, startedAt % 100_000_000), rate / SOURCES, until, poster, tally)));
  poster.close();
  sayTally(tally, (Date.now() - startedAt) / SECOND);
  const agreed = await sayBooks(installation, startedAt, before, tally.sent);
  process.exitCode = agreed === 'yes' && tally.lost === 0 ? 0 : 1;
}

function readOptions(): { installation: Installation; rate: number; minutes: number } {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, rate: { type: 'string' }, minutes: { type: 'string' }, data: { type: 'string' }, 'public-url': { type: 'string' } },
  });
  const url = (values.url ?? 'http://127.0.0.1:1880').replace(/\/+$/, '');
  const secrets = values.data === undefined ? process.env : JSON.parse(readFileSync(join(values.data, 'secrets.json'), 'utf8')) as Record<string, string>;
  const known = Object.fromEntries(Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const [rate, minutes] = [Number(values.rate ?? 50), Number(values.minutes ?? 5)];
  if (!(rate > 0 && rate <= 10_000 && minutes > 0)) throw new RangeError('--rate and --minutes must be positive numbers');
  return { rate, minutes, installation: { url, publicUrl: values['public-url'] ?? known['BOTTEGA_PUBLIC_URL'] ?? url, secrets: known } };
}

/** One source: happenings at its pace, deliveries when they are due, until all of them are answered. */
async function play(source: Source, rate: number, until: number, poster: Poster, tally: Tally): Promise<void> {
  const underWay: Promise<void>[] = [];
  while (Date.now() < until) {
    for (const { after, parcel } of happen(source, tally.sent)) underWay.push(pause(after).then(() => deliver(parcel, poster, tally)));
    await pause((SECOND / rate) * deliveriesEach(source) * (0.5 + Math.random()));
  }
  await Promise.all(underWay);
}

interface Due {
  readonly after: number;
  readonly parcel: Parcel;
}

/** A sale, sometimes late; at Shopify an order in versions that overtake each other, some given back. Three in a hundred deliveries come twice. */
function happen(source: Source, books: Books): Due[] {
  const late = Math.random() < 0.04 ? Math.random() * LATE_MS : 0;
  // A till writes whole seconds.
  const at = Math.floor((Date.now() - late - 2 * SECOND) / SECOND) * SECOND;
  const cents = 100 + Math.floor(Math.random() * 20_000);
  const back = source.kind === 'shopify' && Math.random() < 0.1 ? 100 : 0;
  books.orders += 1;
  books.refunds += back;
  books.revenue += cents - back;
  const parcels = source.kind === 'shopify' ? source.order(at, cents, back) : [source.sale(at, cents)];
  const first = parcels.map((parcel) => ({ parcel, after: parcels.length === 1 ? 0 : Math.random() * SECOND }));
  const again = first.filter(() => Math.random() < 0.03).map(({ parcel, after }) => ({ parcel, after: after + 2 * SECOND }));
  return [...first, ...again];
}

function deliveriesEach({ kind }: Source): number {
  return (kind === 'shopify' ? 2.1 : 1) * 1.03;
}

/** Again while the installation asks for it, or cannot be reached; what is never acknowledged is lost. */
async function deliver(parcel: Parcel, poster: Poster, tally: Tally): Promise<void> {
  tally.deliveries += 1;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { status, ms } = await poster.post(parcel.sign());
    tally.answers.set(status, (tally.answers.get(status) ?? 0) + 1);
    if (status === 200) {
      tally.times.push(ms);
      return;
    }
    if (status !== 0 && status !== 429 && status !== 503) break;
    await pause(AGAIN_MS);
  }
  tally.lost += 1;
}

function sayTally({ times, answers, deliveries, lost }: Tally, seconds: number): void {
  report({ bench: 'load/deliveries', unit: 'deliveries', value: deliveries });
  report({ bench: 'load/rate', unit: 'deliveries/s', value: deliveries / seconds });
  for (const share of [0.5, 0.9, 0.99, 1]) report({ bench: `load/POST to 200/p${String(share * 100)}`, unit: 'ms', value: percentile(times, share) });
  for (const [status, count] of answers) report({ bench: `load/answers/${status === 0 ? 'none' : String(status)}`, unit: 'answers', value: count });
  report({ bench: 'load/lost', unit: 'deliveries', value: lost });
}

/** `baseline` is what was sent; the ratio is 1 where /kpi agrees to the cent. */
async function sayBooks(installation: Installation, startedAt: number, before: Books, sent: Books): Promise<'yes' | 'no'> {
  const counted = await settled(installation, startedAt, before, sent);
  for (const name of ['revenue', 'refunds', 'orders'] as const) {
    report({ bench: `load/kpi/${name}`, unit: name === 'orders' ? 'orders' : 'cents', value: counted[name], baseline: sent[name], ratio: counted[name] / sent[name] });
  }
  const agreed = isEqual(counted, sent) ? 'yes' : 'no';
  process.stderr.write(agreed === 'yes' ? 'the figures agree to the cent\n' : 'THE FIGURES DO NOT AGREE\n');
  return agreed;
}

async function settled(installation: Installation, startedAt: number, before: Books, sent: Books): Promise<Books> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = await booksOf(installation, startedAt);
    const counted = { revenue: now.revenue - before.revenue, refunds: now.refunds - before.refunds, orders: now.orders - before.orders };
    if (isEqual(counted, sent) || Date.now() > deadline) return counted;
    await pause(SECOND);
  }
}

function isEqual(a: Books, b: Books): boolean {
  return a.revenue === b.revenue && a.refunds === b.refunds && a.orders === b.orders;
}

/** Totals of the hours that the run can touch. */
async function booksOf(installation: Installation, startedAt: number): Promise<Books> {
  const [revenue, refunds, orders] = await Promise.all(['revenue', 'refunds', 'orders'].map((name) => totalOf(installation, name, startedAt)));
  return { revenue: Math.round((revenue ?? 0) * 100), refunds: Math.round((refunds ?? 0) * 100), orders: orders ?? 0 };
}

async function totalOf({ url, secrets }: Installation, name: string, startedAt: number): Promise<number> {
  const from = encodeURIComponent(formatInstant(Math.floor((startedAt - LATE_MS) / HOUR) * HOUR));
  const to = encodeURIComponent(formatInstant(Math.ceil((Date.now() + 1) / HOUR) * HOUR));
  const headers = { authorization: `Bearer ${secrets['BOTTEGA_API_TOKEN'] ?? ''}` };
  const answer = await fetch(`${url}/kpi?name=${name}&window=1h&from=${from}&to=${to}`, { headers });
  if (answer.status !== 200) throw new Error(`/kpi answers ${String(answer.status)} ${await answer.text()}`);
  const { rows } = await answer.json() as { rows: { value: number | null }[] };
  return rows.reduce((sum, { value }) => sum + (value ?? 0), 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
