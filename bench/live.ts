/** (g) How old is a number when people see it? From the sender's POST to its 200, to the KPI on MQTT, and to the dashboard in a real browser. */
import { readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import type { Page } from 'playwright-core';
import { openBrowser, openDashboard } from '../test/support/browser.js';
import { type RunningProduct, startProduct, temporaryData } from '../test/support/product.js';
import { Poster } from './post.js';
import { median, percentile, report } from './report.js';
import { Source, SOURCES } from './traffic.js';

/** Events a second, and for how many seconds. */
const LOADS = [[10, 20], [50, 15], [100, 10]] as const;
const STARTS = 3;
const SETTLE_MS = 5_000;

export async function live(): Promise<void> {
  await reportStarts();
  const data = temporaryData();
  const product = await startProduct(data.path);
  const browser = await openBrowser();
  try {
    report({ bench: 'live/memory after the start', unit: 'MB RSS', value: memoryOf(product.pid) });
    const { page } = await openDashboard(browser, product.url);
    await watchDashboard(page);
    const watch = await watchKpi(product);
    await load(product, page, watch.seen, 10, 5);
    for (const [rate, seconds] of LOADS) reportLatencies(rate, await load(product, page, watch.seen, rate, seconds));
    report({ bench: 'live/memory after the loads', unit: 'MB RSS', value: memoryOf(product.pid) });
    await watch.end();
  } finally {
    await browser.close();
    await product.stop();
    data.remove();
  }
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

interface Latencies {
  readonly answer: readonly number[];
  readonly kpi: readonly number[];
  readonly dom: readonly number[];
}

/** Each source posts a sale of 1.00 at its own pace, ten percent early or late; none waits for its last answer. */
async function load(product: RunningProduct, page: Page, seen: readonly Sight[], rate: number, seconds: number): Promise<Latencies> {
  const poster = new Poster(product.url, 64);
  const before = seen.at(-1)?.[1] ?? 0;
  const sentAt: number[] = [];
  const installation = { url: product.url, publicUrl: product.url, secrets: product.secrets };
  const run = Date.now() % 100_000_000;
  const answers = await Promise.all(Array.from({ length: SOURCES }, async (_source, index) => {
    const source = new Source(index, installation, run);
    const answered: Promise<number>[] = [];
    const everyMs = (SOURCES / rate) * 1_000;
    await pause(everyMs * (index / SOURCES));
    for (let sent = 0; sent < (rate / SOURCES) * seconds; sent += 1) {
      const request = source.sale(Date.now(), 100).sign();
      sentAt.push(epochNow());
      answered.push(poster.post(request).then(({ status, ms, text }) => {
        if (status !== 200) throw new Error(`answered ${String(status)} ${text}`);
        return ms;
      }));
      await pause(everyMs * (0.9 + Math.random() / 5));
    }
    return Promise.all(answered);
  }));
  poster.close();
  await pause(SETTLE_MS);
  const shown = await page.evaluate<Sight[]>('window.bottegaSeen');
  return { answer: answers.flat(), kpi: delaysOf(sentAt, seen, before), dom: delaysOf(sentAt, shown, before) };
}

/**
 * The n-th sale is seen once the revenue has grown by n euro. Two that overtake each other change places, which leaves the
 * delays' distribution as it is.
 */
function delaysOf(sentAt: readonly number[], seen: readonly Sight[], before: number): number[] {
  return [...sentAt].sort((a, b) => a - b).map((at, index) => {
    const sight = seen.find(([when, euro]) => when >= at && euro >= before + index + 1);
    if (sight === undefined) throw new Error(`sale ${String(index + 1)} of ${String(sentAt.length)} was never seen`);
    return sight[0] - at;
  });
}

async function watchKpi({ mqttPort }: RunningProduct): Promise<{ seen: Sight[]; end(): Promise<void> }> {
  const seen: Sight[] = [];
  const client = await connectAsync(`mqtt://127.0.0.1:${String(mqttPort)}`);
  client.on('message', (_topic, payload) => { seen.push([epochNow(), (JSON.parse(payload.toString()) as { value: number }).value]); });
  await client.subscribeAsync('bottega/shop/kpi/revenue/1d/_/_', { qos: 1 });
  return { seen, end: () => client.endAsync() };
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

function reportLatencies(rate: number, latencies: Latencies): void {
  for (const [to, name] of [['answer', '200'], ['kpi', 'KPI on MQTT'], ['dom', 'DOM']] as const) {
    for (const share of [0.5, 0.99]) {
      report({ bench: `live/${String(rate)} events/s/POST to ${name}/p${String(share * 100)}`, unit: 'ms', value: percentile(latencies[to], share) });
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
