/**
 * `npm run load -- --url http://127.0.0.1:1880 --rate 50 --minutes 5 --data .bottega`: a busy day for an installation. Eleven sources at once,
 * with versions, duplicates and disorder; then the times of the answers and of each hop, what was lost, and whether /kpi says what was sent.
 *
 * Secrets come from `--data <directory>` (its `secrets.json`) or from the variables the installation was started with. Nobody else should send
 * meanwhile, or the figures cannot agree.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MINUTE, SECOND } from '../engine/base/time.js';
import { type ShopLedger, ledgerOf, reportLedger } from './loadLedger.js';
import { hopsOf, sayHops, SHARES } from './loadHops.js';
import { Poster } from './post.js';
import { percentile, report } from './report.js';
import { RequestMaker, type Installation, type TrafficRequest, Source, SOURCES } from './traffic.js';

const CONNECTIONS = 64;
const ATTEMPTS = 30;
const AGAIN_MS = 2 * SECOND;
/** How far back a late sale may lie. */
const LATE_MS = 10 * MINUTE;

interface Tally {
  readonly sent: ShopLedger;
  readonly times: number[];
  readonly answers: Map<number, number>;
  deliveries: number;
  lost: number;
}

void main();

async function main(): Promise<void> {
  const { installation, rate, minutes } = readOptions();
  const startedAt = Date.now();
  const [before, hopsBefore] = await Promise.all([ledgerOf(installation, startedAt - LATE_MS), hopsOf(installation)]);
  const tally: Tally = { sent: { revenue: 0, refunds: 0, orders: 0, tickets: 0 }, times: [], answers: new Map(), deliveries: 0, lost: 0 };
  const poster = new Poster(installation.url, CONNECTIONS);
  const run = startedAt % 100_000_000;
  const support = new RequestMaker(installation, run);
  const sources = Array.from({ length: SOURCES }, (_source, index) => new Source(index, installation, run));
  const acts: Act[] = [...sources.map((source): Act => ({ deliveries: source.kind === 'shopify' ? 2.1 : 1, act: () => sell(source, tally.sent) })),
    { deliveries: 2, act: () => assist(support, tally.sent) }];
  await Promise.all(acts.map((act) => play(act, rate / acts.length, startedAt + minutes * MINUTE, poster, tally)));
  poster.close();
  sayTally(tally, (Date.now() - startedAt) / SECOND);
  const agreed = await reportLedger(installation, startedAt - LATE_MS, before, tally.sent);
  sayHops(hopsBefore, await hopsOf(installation));
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

interface Due {
  readonly after: number;
  readonly request: TrafficRequest;
}

/** What a source does again and again, and how many deliveries that is on average. */
interface Act {
  readonly deliveries: number;
  readonly act: () => Due[];
}

/** One source: it acts at its pace, deliveries when they are due, until all of them are answered. */
async function play({ act, deliveries }: Act, rate: number, until: number, poster: Poster, tally: Tally): Promise<void> {
  const underWay: Promise<void>[] = [];
  while (Date.now() < until) {
    for (const { after, request } of act()) underWay.push(pause(after).then(() => deliver(request, poster, tally)));
    await pause((SECOND / rate) * deliveries * 1.03 * (0.5 + Math.random()));
  }
  await Promise.all(underWay);
}

/** A sale, sometimes late; at Shopify an order in versions that overtake each other, some given back. */
function sell(source: Source, sent: ShopLedger): Due[] {
  const at = momentAgo();
  const cents = 100 + Math.floor(Math.random() * 20_000);
  const back = source.kind === 'shopify' && Math.random() < 0.1 ? 100 : 0;
  sent.orders += 1;
  sent.refunds += back;
  sent.revenue += cents - back;
  return dueOf(source.kind === 'shopify' ? source.order(at, cents, back) : [source.sale(at, cents)]);
}

function assist(support: RequestMaker, sent: ShopLedger): Due[] {
  const closedAt = momentAgo();
  sent.tickets += 1;
  return dueOf(support.ticket(closedAt - Math.ceil(Math.random() * 90) * MINUTE, closedAt));
}

/** In whole seconds, as a till writes them. */
function momentAgo(): number {
  const late = Math.random() < 0.04 ? Math.random() * LATE_MS : 0;
  return Math.floor((Date.now() - late - 2 * SECOND) / SECOND) * SECOND;
}

/** Several overtake each other. Three in a hundred come twice. */
function dueOf(requests: readonly TrafficRequest[]): Due[] {
  const first = requests.map((request) => ({ request, after: requests.length === 1 ? 0 : Math.random() * SECOND }));
  const again = first.filter(() => Math.random() < 0.03).map(({ request, after }) => ({ request, after: after + 2 * SECOND }));
  return [...first, ...again];
}

/** Again while the installation asks for it, or cannot be reached; what is never acknowledged is lost. */
async function deliver(request: TrafficRequest, poster: Poster, tally: Tally): Promise<void> {
  tally.deliveries += 1;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { status, ms } = await poster.post(request.sign());
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
  for (const share of [...SHARES, 1]) report({ bench: `load/POST to 200/p${String(share * 100)}`, unit: 'ms', value: percentile(times, share) });
  for (const [status, count] of answers) report({ bench: `load/answers/${status === 0 ? 'none' : String(status)}`, unit: 'answers', value: count });
  report({ bench: 'load/lost', unit: 'deliveries', value: lost });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
