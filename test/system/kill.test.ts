import assert from 'node:assert/strict';
import { DAY, formatInstant, HOUR } from '../../engine/base/time.js';
import { chanceOf } from '../../launcher/simulator/chance.js';
import { cellsOf } from '../support/ledger.js';
import { killWhileStarting, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { COUNTED, type Shipment, Trade } from '../support/trade.js';
import { until } from '../support/waiting.js';

const KILLS = 20;
/** After every so many of them, one more hits the product while it starts on what the last one left. */
const PER_START_KILL = 4;
/** Deliveries acknowledged before each kill, at least. */
const PER_KILL = 21;
const LANES = 12;
const SEED = 20_261_122;

describe('kill -9 under load', () => {
  const data = temporaryData();
  const from = Math.floor((Date.now() - 3 * DAY) / HOUR) * HOUR;
  const chance = chanceOf(SEED);
  const trade = new Trade(SEED, from);
  let product: RunningProduct;

  after(async () => {
    await product.stop('SIGKILL');
    data.remove();
  });

  it(`leaves every cell exact after ${String(KILLS)} kills at random moments`, async () => {
    const counts = { kills: 0, acknowledged: 0, unanswered: 0, refused: 0 };
    let waiting: Shipment[] = [];
    for (; counts.kills < KILLS; counts.kills += 1) {
      product = await startProduct(data.path);
      const killed = killUnderLoad(product, chance.between(100, 1_200), counts);
      waiting = await load(product, waiting, () => trade.next(), counts);
      await killed;
      if (counts.kills % PER_START_KILL === 0) await killWhileStarting(data.path, chance.between(300, 2_500));
    }
    product = await startProduct(data.path);
    for (let round = 0; waiting.length > 0 && round < 5; round += 1) waiting = await load(product, waiting, () => [], counts);
    assert.deepEqual(waiting.length, 0, 'the running product refuses what it should accept');
    const expected = trade.ledger.cells();
    const found = await until(readCells, (cells) => JSON.stringify(cells) === JSON.stringify(expected));
    assert.deepEqual(found, expected);
    console.log(`      ${String(counts.kills)} kills, ${String(counts.acknowledged)} deliveries acknowledged, ${String(counts.unanswered)} cut off, `
      + `${String(counts.refused)} refused and sent again, ${String(expected.length)} cells exact`);
    assert.ok(counts.acknowledged >= PER_KILL * KILLS, 'there was no load to speak of');
    assert.ok(counts.unanswered > 0, 'no kill hit a delivery');
  });

  /** So many milliseconds later, or later still where a slow machine has acknowledged few by then: each kill is one under load. */
  async function killUnderLoad(running: RunningProduct, afterMs: number, counts: Counts): Promise<void> {
    const [kill, acknowledged] = [Date.now() + afterMs, counts.acknowledged + PER_KILL];
    await until(() => Date.now() >= kill && counts.acknowledged >= acknowledged, (isTime) => isTime);
    await running.stop('SIGKILL');
  }

  /** All cells of all hours, out of the product. */
  async function readCells(): Promise<unknown[]> {
    const { json } = await product.kpi(`window=1h&group=store,channel&from=${formatInstant(from)}&to=${formatInstant(from + 9 * HOUR)}`);
    return cellsOf(json.rows, COUNTED);
  }
});

interface Counts {
  acknowledged: number;
  unanswered: number;
  refused: number;
}

/** Sends what waits, then what comes new, on several lanes, until nothing comes any more or the product is gone. Answers what was not acknowledged. */
async function load(product: RunningProduct, waiting: readonly Shipment[], more: () => Shipment[], counts: Counts): Promise<Shipment[]> {
  const queue = [...waiting];
  const unacknowledged: Shipment[] = [];
  let isGone = false;
  const lane = async (): Promise<void> => {
    while (!isGone) {
      if (queue.length === 0) queue.push(...more());
      const shipment = queue.shift();
      if (shipment === undefined) return;
      const outcome = await send(product, shipment);
      counts[outcome] += 1;
      if (outcome !== 'acknowledged') unacknowledged.push(shipment);
      isGone ||= outcome === 'unanswered';
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return [...unacknowledged, ...queue];
}

async function send(product: RunningProduct, shipment: Shipment): Promise<keyof Counts> {
  try {
    const { status, text } = await product.post(shipment(product.senders));
    if (status === 503) return 'refused';
    assert.equal(status, 200, text);
    return 'acknowledged';
  } catch (error) {
    // A connection cut by the kill. What else goes wrong is a finding.
    if (error instanceof TypeError) return 'unanswered';
    throw error;
  }
}
