/** (h) What do a hundred people cost who watch the dashboard? The server's CPU per sale, with one viewer and with a hundred, in turns. */
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { type RunningProduct, startProduct, temporaryData } from '../test/support/product.js';
import { event } from '../test/support/shop.js';
import { median, report } from './report.js';

const VIEWERS = 100;
const ROUNDS = 3;
const SALES = 60;
/** Far enough apart that each sale is a message of its own. */
const PAUSE_MS = 200;
const SETTLE_MS = 3_000;
/** Linux counts CPU in hundredths of a second. */
const TICK_MS = 10;

export async function viewers(): Promise<void> {
  const data = temporaryData();
  const product = await startProduct(data.path);
  try {
    await round(product, 1);
    const [few, many]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < ROUNDS; turn++) {
      few.push(await round(product, 1));
      many.push(await round(product, VIEWERS));
    }
    report({ bench: 'viewers/CPU per KPI message, one viewer', unit: 'ms', value: median(few) });
    report({ bench: `viewers/CPU per KPI message, ${String(VIEWERS)} viewers`, unit: 'ms', value: median(many) });
    report({ bench: 'viewers/CPU per KPI message and further viewer', unit: 'ms', value: (median(many) - median(few)) / (VIEWERS - 1) });
  } finally {
    await product.stop();
    data.remove();
  }
}

let serial = 0;

/** CPU per sale, with so many sockets that get every message a browser gets. */
async function round(product: RunningProduct, count: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openViewer(product.url)));
  await pause(SETTLE_MS);
  const before = cpuOf(product.pid);
  for (let sale = 0; sale < SALES; sale++) {
    await product.post(product.senders.events(event(`viewers-${String(serial++)}`, 'sale', { amount: '10.00', payment: 'card' })));
    await pause(PAUSE_MS);
  }
  const spent = cpuOf(product.pid) - before;
  for (const socket of sockets) socket.terminate();
  await pause(SETTLE_MS);
  return spent / SALES;
}

/** Joins as the dashboard's own client does: asks once by polling, then changes to a web socket. */
async function openViewer(url: string): Promise<WebSocket> {
  const base = `${url}/dashboard/socket.io/?EIO=4`;
  const greeting = await (await fetch(`${base}&transport=polling`)).text();
  const { sid } = JSON.parse(greeting.slice(1)) as { sid: string };
  await (await fetch(`${base}&transport=polling&sid=${sid}`, { method: 'POST', body: '40', headers: { 'Content-Type': 'text/plain' } })).text();
  const socket = new WebSocket(`${base.replace('http', 'ws')}&transport=websocket&sid=${sid}`);
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text === '3probe') socket.send('5');
    else if (text === '2') socket.send('3');
  });
  socket.send('2probe');
  return socket;
}

/** User and system time so far, in ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
