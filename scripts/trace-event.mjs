/**
 * Trace of one event: what the product's own code runs while one sale goes from its POST to its KPI on MQTT, counted by V8.
 *
 * `npm run trace-event` prints the sums, with `-- --list` also the files in the order in which the sale enters them, with their functions.
 * `--of <folder>` traces another checkout, which must be built. The flow is the retail template's with one alert rule, on the embedded store and
 * broker, with one store and one channel; the shop has sold before, so that everything is warm.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { WebSocket } from 'ws';
import { lineOf, startProduct } from './product.mjs';

const HERE = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const WARM_UP = 12;
/** Each sale is counted by itself; the median is not disturbed by a timer (monitor, health) that happens to run meanwhile. */
const MEASURED = 7;
/** The KPIs of a sale are out once none has come for so long. */
const SILENCE_MS = 60;
const LIMIT_MS = 30_000;
/** A debugger that stops at each function makes the sale slow: nobody is to give it up meanwhile. */
const DEADLINE_SECONDS = 30;
const RULE = { name: 'Incasso', kpi: 'revenue', size: '1d', threshold: '1000000', recovery: '1000000', op: 'above', group: 'all' };
/** The one function of its kind that each sum counts the calls of. */
const COUNTED = [
  ['full validations', 'event.js', 'parseEvent'],
  ['store.commit calls', 'levelStore.js', 'commit'],
];

let sold = 0;

const root = resolve(argumentAfter('--of') ?? HERE);
if (root === HERE) await import('./build.mjs');
const data = mkdtempSync(join(tmpdir(), 'bottega-trace-'));
try {
  await trace();
} finally {
  rmSync(data, { recursive: true, force: true });
}

async function trace() {
  writeFileSync(join(data, 'flows.json'), JSON.stringify(flowWithOneRule()));
  writeFileSync(join(data, 'role'), 'all\n');
  const product = await startProduct(root, data, { flags: ['--inspect=127.0.0.1:0'], stderr: 'pipe' });
  const inspectorUrl = await lineOf(product.child.stderr, /^Debugger listening on (.*)/);
  const [inspector, messages] = await Promise.all([connectInspector(inspectorUrl), watchKpis(product.mqttPort)]);
  try {
    await inspector.send('Profiler.enable');
    await inspector.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    const sell = () => sellOne(product, messages);
    for (let sale = 0; sale < WARM_UP; sale += 1) await sell();
    const runs = [];
    for (let sale = 0; sale < MEASURED; sale += 1) runs.push(await measure(inspector, sell));
    const run = runs.sort((a, b) => a.calls - b.calls)[Math.floor(MEASURED / 2)];
    printSums(run);
    if (process.argv.includes('--list')) printFiles(run, await orderOfEntry(inspector, run, sell));
  } finally {
    // A process does not end while an inspector is attached to it.
    inspector.close();
    await messages.end();
    await product.stop();
  }
}

/** What one sale runs: own functions with their number of calls. */
async function measure(inspector, sell) {
  await inspector.send('Profiler.takePreciseCoverage');
  const published = await sell();
  const { result } = await inspector.send('Profiler.takePreciseCoverage');
  const functions = result.flatMap(functionsOf);
  const calls = functions.reduce((sum, each) => sum + each.count, 0);
  return { functions, calls, published, files: new Set(functions.map(({ file }) => file)) };
}

function functionsOf({ url, scriptId, functions }) {
  const start = `file://${join(root, 'dist')}/`;
  if (!url.startsWith(start)) return [];
  const file = url.slice(start.length);
  // The range of a whole module begins at 0: it ran at the start, not now.
  return functions.filter(({ ranges: [{ startOffset, count }] }) => count > 0 && startOffset > 0)
    .map(({ functionName, ranges: [{ startOffset, endOffset, count }] }) => ({ file, scriptId, name: functionName, startOffset, endOffset, count }));
}

function printSums({ files, functions, calls, published }) {
  const sums = [['files', files.size], ['functions', functions.length], ['calls', calls]];
  for (const [title, file, name] of COUNTED) {
    sums.push([title, functions.filter((each) => basename(each.file) === file && each.name === name).reduce((sum, { count }) => sum + count, 0)]);
  }
  for (const [title, count] of [...sums, ['retained KPI messages', published]]) console.log(`${String(count).padStart(7)}  ${title}`);
}

function printFiles({ functions }, order) {
  const at = (each) => order.get(keyOf(each)) ?? Infinity;
  const byFile = groupByFile(functions);
  const files = [...byFile].map(([file, own]) => [file, own.sort((a, b) => at(a) - at(b))]).sort(([, [a]], [, [b]]) => at(a) - at(b));
  for (const [file, own] of files) {
    console.log(`\n${file}  ${own.length} functions, ${own.reduce((sum, { count }) => sum + count, 0)} calls`);
    for (const { name, count } of own) console.log(`  ${String(count).padStart(6)}  ${name === '' ? '(anonymous)' : name}`);
  }
}

function groupByFile(functions) {
  const groups = new Map();
  for (const each of functions) groups.set(each.file, [...(groups.get(each.file) ?? []), each]);
  return groups;
}

/** One more sale, stopped once at the beginning of each of these functions. */
async function orderOfEntry(inspector, { functions }, sell) {
  const order = new Map();
  const placed = new Map();
  let phase = 'placing';
  inspector.onPaused(async ({ hitBreakpoints = [] }) => {
    for (const breakpointId of hitBreakpoints) {
      if (phase === 'selling') order.set(placed.get(breakpointId), order.size);
      await inspector.send('Debugger.removeBreakpoint', { breakpointId });
    }
    await inspector.send('Debugger.resume');
  });
  await inspector.send('Debugger.enable');
  for (const scriptId of new Set(functions.map((each) => each.scriptId))) {
    const { scriptSource } = await inspector.send('Debugger.getScriptSource', { scriptId });
    for (const each of functions.filter((own) => own.scriptId === scriptId)) {
      const [start, end] = [each.startOffset, each.endOffset].map((offset) => locationOf(scriptSource, offset, scriptId));
      const { locations: [first] } = await inspector.send('Debugger.getPossibleBreakpoints', { start, end, restrictToFunction: true });
      if (first === undefined) continue;
      const { breakpointId } = await inspector.send('Debugger.setBreakpoint', { location: first });
      placed.set(breakpointId, keyOf(each));
    }
  }
  phase = 'selling';
  await sell();
  return order;
}

function keyOf({ scriptId, startOffset }) {
  return `${scriptId}:${startOffset}`;
}

function locationOf(source, offset, scriptId) {
  const before = source.slice(0, offset).split('\n');
  return { scriptId, lineNumber: before.length - 1, columnNumber: before.at(-1).length };
}

function flowWithOneRule() {
  const nodes = JSON.parse(readFileSync(join(root, 'flows/retail.json'), 'utf8'));
  return nodes.map((node) => {
    if (node.type === 'bottega-alert') return { ...node, rules: [{ ...node.rules[0], ...RULE }] };
    return node.deadline === undefined ? node : { ...node, deadline: DEADLINE_SECONDS };
  });
}

/** Chrome's DevTools protocol. */
async function connectInspector(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const waiting = new Map();
  let paused = () => undefined;
  let last = 0;
  socket.on('message', (text) => {
    const { id, method, params, result, error } = JSON.parse(text.toString());
    if (method === 'Debugger.paused') paused(params);
    const { resolve: answer, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) answer?.(result);
    else reject(new Error(error.message));
  });
  const send = (method, params = {}) => new Promise((answer, reject) => {
    last += 1;
    waiting.set(last, { resolve: answer, reject });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
  return { send, onPaused: (listener) => { paused = listener; }, close: () => { socket.close(); } };
}

/** Counts the messages on the shop's KPI topics, each of which the broker retains. */
async function watchKpis(port) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const seen = { count: 0, at: 0 };
  client.on('message', () => {
    seen.count += 1;
    seen.at = performance.now();
  });
  await client.subscribeAsync('bottega/shop/kpi/#', { qos: 1 });
  return { seen, end: () => client.endAsync() };
}

/** Answers how many KPI messages the sale led to. */
async function sellOne({ url, token }, { seen }) {
  sold += 1;
  const before = seen.count;
  const time = new Date().toISOString();
  const event = {
    specversion: '1.0', id: `trace-${sold}`, source: 'pos/trace', type: 'sale', subject: `order-${sold}`, time,
    data: { store: 'negozio', channel: 'pos', status: 'completed', amount: '12.50', currency: 'EUR', payment: 'card' },
  };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/in/events`, { method: 'POST', headers, body: JSON.stringify(event) });
  if (response.status !== 200) throw new Error(`answered ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  const until = performance.now() + LIMIT_MS;
  while (seen.count === before || performance.now() - seen.at < SILENCE_MS) {
    if (performance.now() > until) throw new Error('the sale led to no KPI message');
    await pause(5);
  }
  return seen.count - before;
}

function argumentAfter(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
