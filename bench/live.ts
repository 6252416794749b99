/** (g) How old is a number when people see it? From the sender's POST to its 200, to the KPI on MQTT, and to the dashboard in a real browser. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import type { Page } from 'playwright-core';
import { openBrowser, openDashboard } from '../test/support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../test/support/product.js';
import { Poster } from './post.js';
import { median, percentile, report } from './report.js';
import { SOURCES, StoreProgram } from './traffic.js';

/** Events a second, and for how many seconds. */
const LOADS = [[10, 20], [50, 15], [100, 10], [500, 6]] as const;
/** Where the user has numbers published twice as often as by default. */
const OFTEN_MS = 50;
const OFTEN_LOADS = [[50, 15]] as const;
const STARTS = 3;
const SETTLE_MS = 60_000;
const POLL_MS = 50;
/** What stands for all stores in a topic. */
const ALL = '_';

export async function live(): Promise<void> {
  await reportStarts();
  const data = temporaryData();
  try {
    await reportLoads(data.path, LOADS, '');
    publishOften(data.path);
    // The name of the measurement stays what it was.
    await reportLoads(data.path, OFTEN_LOADS, ` told every ${String(OFTEN_MS)} ms`); // vocabulary-ok
  } finally {
    data.remove();
  }
}

async function reportLoads(data: string, loads: readonly (readonly [number, number])[], how: string): Promise<void> {
  const product = await startProduct(data);
  const browser = await openBrowser();
  try {
    report({ bench: `live/memory after the start${how}`, unit: 'MB RSS', value: memoryOf(product.pid) });
    const { page } = await openDashboard(browser, product.url);
    await watchDashboard(page);
    const numbers = await watchKpi(product);
    await load(product, page, numbers, 10, 5);
    for (const [rate, seconds] of loads) reportLatencies(`${String(rate)} events/s${how}`, await load(product, page, numbers, rate, seconds));
    report({ bench: `live/memory after the loads${how}`, unit: 'MB RSS', value: memoryOf(product.pid) });
    await numbers.end();
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** As a user does who deploys another interval in the window node. */
function publishOften(data: string): void {
  const file = join(data, 'flows.json');
  const flows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[];
  const windows = flows.filter(({ type }) => type === 'bottega-window');
  if (windows.length === 0) throw new Error('no window node in the flows');
  for (const node of windows) node['interval'] = OFTEN_MS;
  writeFileSync(file, JSON.stringify(flows));
}

/** From the spawning of the process to its line `ready`, on an empty directory. */
async function reportStarts(): Promise<void> {
  const times: number[] = [];
  for (let start = 0; start <= STARTS; start += 1) {
    const data = temporaryData();
    const startedAt = performance.now();
    const product = await startProduct(data.path);
    // The first may have built the package before.
    if (start > 0) times.push(performance.now() - startedAt);
    await product.stop();
    data.remove();
  }
  report({ bench: 'live/start-up', unit: 'ms', value: median(times) });
}

/** When (epoch ms) which revenue of today was seen, in euro. */
type Sight = readonly [at: number, euro: number];

/** Sights of one store, or of all together. */
interface Numbers {
  of(store: string): readonly Sight[];
  end(): Promise<void>;
}

const METERS = ['answer', 'own', 'total', 'dom'] as const;
type Latencies = Readonly<Record<(typeof METERS)[number], readonly number[]>>;

const NAMES: Readonly<Record<(typeof METERS)[number], string>> = {
  answer: '200', own: 'KPI of its store on MQTT', total: 'KPI of all stores on MQTT', dom: 'DOM (all stores)',
};

/** When each sale of a store was posted, and what came of it. */
interface Run {
  readonly store: string;
  readonly before: number;
  readonly sentAt: number[];
  readonly answers: Promise<number>[];
}

/** Each source posts a sale of 1.00 at its own pace, ten percent early or late; none waits for its last answer. */
async function load(product: RunningProduct, page: Page, numbers: Numbers, rate: number, seconds: number): Promise<Latencies> {
  const poster = new Poster(product.url, 64);
  const before = last(numbers.of(ALL));
  const everyMs = (SOURCES / rate) * 1_000;
  const runs = await Promise.all(Array.from({ length: SOURCES }, async (_source, index) => {
    await pause(everyMs * (index / SOURCES));
    return runOf(new StoreProgram(index, product, Date.now()), poster, numbers, everyMs, (rate / SOURCES) * seconds);
  }));
  const answer = await Promise.all(runs.flatMap(({ answers }) => answers));
  poster.close();
  const sentAt = runs.flatMap((run) => run.sentAt);
  const isPublished = (): boolean => last(numbers.of(ALL)) >= before + sentAt.length
    && runs.every((run) => last(numbers.of(run.store)) >= run.before + run.sentAt.length);
  await settled(async () => isPublished() && last(await shownOn(page)) >= before + sentAt.length);
  return {
    answer,
    own: runs.flatMap((run) => delaysOf(run.sentAt, numbers.of(run.store), run.before)),
    total: delaysOf(sentAt, numbers.of(ALL), before),
    dom: delaysOf(sentAt, await shownOn(page), before),
  };
}

async function runOf(program: StoreProgram, poster: Poster, numbers: Numbers, everyMs: number, sales: number): Promise<Run> {
  const run: Run = { store: program.store, before: last(numbers.of(program.store)), sentAt: [], answers: [] };
  for (let sent = 0; sent < sales; sent += 1) {
    const request = program.sale(Date.now(), 100).sign();
    run.sentAt.push(epochNow());
    run.answers.push(poster.post(request).then(({ status, ms, text }) => {
      if (status !== 200) throw new Error(`answered ${String(status)} ${text}`);
      return ms;
    }));
    await pause(everyMs * (0.9 + Math.random() / 5));
  }
  return run;
}

async function settled(isDone: () => Promise<boolean>): Promise<void> {
  for (const until = performance.now() + SETTLE_MS; !await isDone(); ) {
    await pause(POLL_MS);
    if (performance.now() > until) return;
  }
}

/**
 * The n-th sale is seen once the revenue has grown by n euro. Two that overtake each other change places, which leaves the
 * delays' distribution as it is.
 */
function delaysOf(sentAt: readonly number[], seen: readonly Sight[], before: number): number[] {
  let next = 0;
  return [...sentAt].sort((a, b) => a - b).map((at, index) => {
    // Sights are in order of time, and a later sale is never in an earlier one.
    while (next < seen.length && ((seen[next]?.[0] ?? 0) < at || (seen[next]?.[1] ?? 0) < before + index + 1)) next += 1;
    const sight = seen[next];
    if (sight === undefined) throw new Error(`sale ${String(index + 1)} of ${String(sentAt.length)} was never seen`);
    return sight[0] - at;
  });
}

async function watchKpi({ mqttPort }: RunningProduct): Promise<Numbers> {
  const seen = new Map<string, Sight[]>();
  const client = await connectAsync(`mqtt://127.0.0.1:${String(mqttPort)}`);
  client.on('message', (_topic, payload) => {
    const { store, value } = JSON.parse(payload.toString()) as { store: string; value: number };
    const sights = seen.get(store) ?? [];
    seen.set(store, sights);
    sights.push([epochNow(), value]);
  });
  await client.subscribeAsync('bottega/shop/kpi/revenue/1d/+/_', { qos: 1 });
  return { of: (store) => seen.get(store) ?? [], end: () => client.endAsync() };
}

function last(seen: readonly Sight[]): number {
  return seen.at(-1)?.[1] ?? 0;
}

async function watchDashboard(page: Page): Promise<void> {
  await page.evaluate(`{
    window.bottegaSeen = [];
    const number = document.querySelector('[data-kpi="revenue"][data-window="1d"]') ?? document.querySelector('[data-kpi="revenue"]');
    new MutationObserver(() => {
      window.bottegaSeen.push([performance.timeOrigin + performance.now(), Number(number.getAttribute('data-value'))]);
    }).observe(number, { attributes: true, attributeFilter: ['data-value'] });
  }`);
}

function shownOn(page: Page): Promise<Sight[]> {
  return page.evaluate<Sight[]>('window.bottegaSeen');
}

function reportLatencies(load: string, latencies: Latencies): void {
  for (const meter of METERS) {
    for (const share of [0.5, 0.99]) {
      report({ bench: `live/${load}/POST to ${NAMES[meter]}/p${String(share * 100)}`, unit: 'ms', value: percentile(latencies[meter], share) });
    }
  }
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? NaN) / 1_000;
}

/** Finer than `Date.now()`, and on the same clock as the browser's. */
function epochNow(): number {
  return performance.timeOrigin + performance.now();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
