/**
 * What does a sender do that takes the order's number for the store? A thousand stores that nobody declared come in by the real endpoint: those below
 * the limit count, the others are kept, and nobody waits for it, before a restart or after it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { request } from '../support/http.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { eventually, until } from '../support/waiting.js';

const STORES = 1_000;
const LIMIT = 200;
const AT_ONCE = 10;
const ANSWER_MS = 1_000;
/** Of a busy machine. */
const SLOWEST_MS = 5_000;
const MEMORY_MB = 500;

describe('a thousand stores that nobody declared', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  /** Milliseconds to the answer. */
  async function sell(subject: string, store: string): Promise<number> {
    const event = { specversion: '1.0', id: subject, source: 'urn:test', type: 'sale', subject, time: new Date().toISOString(), data: { store, amount: '1.00' } };
    const headers = { authorization: `Bearer ${product.secrets['BOTTEGA_API_TOKEN'] ?? ''}`, 'content-type': 'application/json' };
    const startedAt = performance.now();
    const { status } = await request(`${product.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(event) });
    assert.equal(status, 200);
    return performance.now() - startedAt;
  }

  const megabytes = (): number => Number(spawnSync('ps', ['-o', 'rss=', '-p', String(product.pid)]).stdout.toString()) / 1_024;

  async function revenue(): Promise<number> {
    const { json } = await product.kpi('name=revenue&window=total&period=today');
    return (json.rows as { value: number }[]).reduce((sum, { value }) => sum + value, 0);
  }

  /** Letters kept, whoever sent what is in them. */
  async function dead(): Promise<number> {
    const { text } = await product.get('/metrics');
    return [...text.matchAll(/^bottega_events_total\{[^}]*outcome="dead"[^}]*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async function warnings(): Promise<string[]> {
    const { json } = await product.get('/health');
    assert.equal(json.status, 'ok');
    return ((json.warnings ?? []) as { cause: string }[]).map(({ cause }) => cause).filter((cause) => cause.startsWith('store'));
  }

  it('are answered at once, in bounded memory; what is beyond the limit is kept and said', async () => {
    const taken: number[] = [];
    for (let from = 0; from < STORES; from += AT_ONCE) {
      taken.push(...await Promise.all(Array.from({ length: AT_ONCE }, (_each, index) => sell(`order/${String(from + index)}`, `order-${String(from + index)}`))));
    }
    const ordered = taken.sort((a, b) => a - b);
    assert.ok((ordered[Math.floor(STORES * 0.99)] ?? Infinity) < ANSWER_MS, `99 of 100 answers took up to ${String(ordered[Math.floor(STORES * 0.99)])} ms`);
    assert.ok(Math.max(...taken) < SLOWEST_MS, `the slowest answer took ${String(Math.max(...taken))} ms`);
    assert.equal(await until(revenue, (sum) => sum === LIMIT), LIMIT);
    assert.equal(await until(dead, (count) => count === STORES - LIMIT), STORES - LIMIT);
    assert.deepEqual(await warnings(), ['store.tooMany', 'stores.many']);
    assert.ok(megabytes() < MEMORY_MB, `${String(megabytes())} MB`);
  });

  it('a store of the shop node counts all the same, at once', async () => {
    assert.ok(await sell('order/declared', 'MI-01') < ANSWER_MS);
    await eventually(async () => await revenue() === LIMIT + 1, 'the sale of the declared store');
  });

  it('the limit and the names hold after a restart', async () => {
    await product.stop();
    product = await startProduct(data.path);
    assert.ok(await sell('order/after', 'order-one-more') < ANSWER_MS);
    await sell('order/known', 'order-7');
    await eventually(async () => await revenue() === LIMIT + 2, 'the sale of a store that is known');
    assert.deepEqual(await warnings(), ['store.tooMany', 'stores.many']);
  });
});
