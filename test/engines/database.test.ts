/** A shop's facts and numbers in a real PostgreSQL: whatever happens on the way, the tables say in the end what the store says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { ShopEvent } from '../../engine/event/event.js';
import { ChangeReader } from '../../engine/export/changeReader.js';
import { readRows } from '../../engine/read/windowReader.js';
import type { Store } from '../../engine/store/store.js';
import { Exporter } from '../../nodes/83-database/exporter.js';
import { DatabaseWriter } from '../../nodes/83-database/writer.js';
import { event, NOW } from '../support/events.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { ROOT } from '../support/product.js';
import { calendar, memoryStore, receive, shop } from '../support/shopStore.js';

const DAYS = { start: Date.UTC(2026, 10, 18), end: Date.UTC(2026, 10, 24) };
const SILENT = { ok: () => undefined, waiting: () => undefined, broken: () => undefined, idle: () => undefined };
/** Longer than the time in which all writers learn that somebody reads. */
const STEP_MS = 60_000;

/** A shop and its exporter; the clock goes on by a minute with each turn. */
class Trial {
  readonly store: Store;
  readonly #writer: DatabaseWriter;
  readonly #exporter: Exporter;
  #now = NOW;

  constructor(store: Store, url: string, schema: string) {
    this.store = store;
    this.#writer = new DatabaseWriter({
      url, schema, tenant: 'shop', currency: 'EUR', tls: { minVersion: 'TLSv1.3' },
      dayOf: (instant) => new Date(calendar.dayNumber(Date.parse(instant)) * 86_400_000).toISOString().slice(0, 10),
    });
    const reader = new ChangeReader(store, () => Promise.resolve(shop));
    this.#exporter = new Exporter({ store, reader, writer: this.#writer, status: SILENT, now: () => this.#now, random: () => 0 });
  }

  receive(events: readonly ShopEvent[]): Promise<unknown> {
    return receive(this.store, events, this.#now);
  }

  async turn(): Promise<void> {
    this.#now += STEP_MS;
    await this.#exporter.turn();
  }

  /** As many turns as history and changes need. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) await this.turn();
  }

  close(): Promise<void> {
    return this.#exporter.close();
  }
}

/** Every number of hours and days in the store, as the table has them. */
async function numbersIn(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for (const size of ['1h', '1d'] as const) {
    const spans = calendar.windowsBetween(size, DAYS.start, DAYS.end, 1_000);
    for (const group of [{ store: false, channel: false }, { store: true, channel: false }, { store: false, channel: true }, { store: true, channel: true }]) {
      const rows = await readRows(store, { size, spans, group }, shop, NOW + 30 * STEP_MS);
      for (const row of rows) if (row.name !== 'incomplete_orders') lines.push(lineOf(row.name, size, row.window.start, row.store, row.channel, row.value));
    }
  }
  return lines.sort();
}

async function numbersOf(server: PostgresServer, schema: string): Promise<string[]> {
  const rows = await server.rows<{ name: string; size: string; start: Date; store: string; channel: string; value: string | null }>(
    `SELECT name, size, start, store, channel, value FROM ${schema}.kpi_values WHERE name <> 'incomplete_orders'`);
  return rows.map(({ name, size, start, store, channel, value }) => lineOf(name, size, start.toISOString(), store, channel, value === null ? null : Number(value))).sort();
}

function lineOf(name: string, size: string, start: string, store: string, channel: string, value: number | null): string {
  return `${start} ${size} ${store}/${channel} ${name} ${String(value)}`;
}

/** Sales, returns, annulments and corrections of four orders on five days. */
const events: fc.Arbitrary<readonly ShopEvent[]> = fc.array(fc.record({
  order: fc.integer({ min: 1, max: 4 }), day: fc.integer({ min: 18, max: 22 }), hour: fc.integer({ min: 0, max: 11 }), cents: fc.integer({ min: 1, max: 99_999 }),
  store: fc.constantFrom('milano', 'roma'), channel: fc.constantFrom('pos', 'online'), kind: fc.constantFrom('sale' as const, 'sale' as const, 'refund' as const, 'voided' as const),
  version: fc.integer({ min: 0, max: 3 }), payment: fc.constantFrom('card', 'cash'),
}), { minLength: 1, maxLength: 12 }).map((said) => said.map(({ order, day, hour, cents, store, channel, kind, version, payment }) => event({
  type: kind === 'refund' ? 'refund' : 'sale', subject: `${kind === 'refund' ? 'refund' : 'order'}/${String(order)}`,
  time: `2026-11-${String(day)}T${String(hour).padStart(2, '0')}:15:00Z`, sequence: `2026-11-22T10:00:0${String(version)}Z`,
  data: { store, channel, payment, amount: (cents / 100).toFixed(2), ...(kind === 'voided' ? { status: 'voided' } : {}), ...(kind === 'refund' ? { refersTo: `order/${String(order)}` } : {}) },
})));

describe('numbers for others, in PostgreSQL', function () {
  this.timeout(240_000);
  let server: PostgresServer;
  let schemas = 0;
  const trials: Trial[] = [];

  before(async () => { server = await startPostgres(); });
  afterEach(async () => { for (const trial of trials.splice(0)) await trial.close(); });
  after(() => server.dispose());

  async function trial(store?: Store, schema = `shop${String(schemas += 1)}`): Promise<{ trial: Trial; schema: string }> {
    const made = new Trial(store ?? await memoryStore(), server.url, schema);
    trials.push(made);
    return { trial: made, schema };
  }

  async function assertSame(store: Store, schema: string): Promise<void> {
    const [stored, exported] = await Promise.all([numbersIn(store), numbersOf(server, schema)]);
    const [missing, wrong] = [stored.filter((line) => !exported.includes(line)), exported.filter((line) => !stored.includes(line))];
    assert.deepEqual({ missing, wrong }, { missing: [], wrong: [] });
    const [total] = await server.rows<{ facts: string; days: string }>(`SELECT
      (SELECT coalesce(sum(revenue), 0) FROM ${schema}.facts)::numeric(18, 2)::text AS facts,
      (SELECT coalesce(sum(revenue), 0) FROM ${schema}.days WHERE store IS NULL AND channel IS NULL)::numeric(18, 2)::text AS days`);
    assert.equal(total?.facts, total?.days, 'the sum of rows is the shop’s revenue');
  }

  it('says what the store says, in whatever order sales, corrections and turns come', async () => {
    const steps = fc.array(fc.record({ events, turns: fc.integer({ min: 0, max: 2 }) }), { minLength: 1, maxLength: 5 });
    await fc.assert(fc.asyncProperty(steps, async (said) => {
      const { trial: shopTrial, schema } = await trial();
      for (const step of said) {
        await shopTrial.receive(step.events);
        for (let turn = 0; turn < step.turns; turn += 1) await shopTrial.turn();
      }
      await shopTrial.settle();
      await assertSame(shopTrial.store, schema);
      await trials.splice(0)[0]?.close();
    }), { numRuns: 25 });
  });

  it('gets all there was before, page by page', async () => {
    const { trial: shopTrial, schema } = await trial();
    const many = Array.from({ length: 1_203 }, (_, index) => event({
      subject: `order/${String(index)}`, time: `2026-11-2${String(index % 3)}T0${String(index % 9)}:15:00Z`, data: { amount: `${String(1 + index % 70)}.10` },
    }));
    await shopTrial.receive(many);
    await shopTrial.settle();
    const [{ count } = { count: '' }] = await server.rows<{ count: string }>(`SELECT count(*) FROM ${schema}.sales`);
    assert.equal(count, '1203');
    await assertSame(shopTrial.store, schema);
  });

  it('misses nothing while the database is killed, and the shop does not wait for it', async () => {
    const { trial: shopTrial, schema } = await trial();
    await shopTrial.receive([event({ subject: 'order/1', data: { amount: '10.00' } })]);
    await shopTrial.settle();
    await server.kill();
    await shopTrial.receive([event({ subject: 'order/2', data: { amount: '20.00' } }), event({ subject: 'order/1', sequence: '2026-11-22T11:30:00Z', data: { amount: '11.00' } })]);
    await shopTrial.turn();
    await server.start();
    await shopTrial.settle();
    await assertSame(shopTrial.store, schema);
    const rows = await server.rows(`SELECT subject, amount::text FROM ${schema}.sales ORDER BY subject`);
    assert.deepEqual(rows, [{ subject: 'order/1', amount: '11.0000' }, { subject: 'order/2', amount: '20.0000' }]);
  });

  it('two that write at the same time do not undo each other', async () => {
    const { trial: one, schema } = await trial();
    const { trial: two } = await trial(one.store, schema);
    for (let round = 0; round < 6; round += 1) {
      await one.receive([event({ subject: `order/${String(round % 2)}`, sequence: `2026-11-22T11:20:0${String(round)}Z`, data: { amount: `${String(10 + round)}.00` } })]);
      await Promise.all([one.turn(), two.turn()]);
    }
    await Promise.all([one.settle(), two.settle()]);
    await assertSame(one.store, schema);
  });

  it('gives a new database everything, although the list of changes is empty', async () => {
    const { trial: first } = await trial();
    await first.receive([event({ subject: 'order/7', data: { amount: '7.00' } })]);
    await first.settle();
    const { trial: second, schema } = await trial(first.store);
    await second.settle();
    await assertSame(first.store, schema);
  });

  it('lets its role read the views and change nothing', async () => {
    const { trial: shopTrial, schema } = await trial();
    const sold = [{ product: 'sku-1', name: 'Margherita', quantity: 2, amount: '12.50', vatRate: '10' }];
    await shopTrial.receive([event({ data: { amount: '12.50', payments: [{ by: 'card', amount: '10.00' }, { by: 'voucher', amount: '2.50' }], lines: sold } })]);
    await shopTrial.settle();
    const paid = await server.rows(`SELECT paid_by, amount::text FROM ${schema}.payments ORDER BY paid_by`);
    assert.deepEqual(paid, [{ paid_by: 'card', amount: '10.00' }, { paid_by: 'voucher', amount: '2.50' }]);
    const lines = await server.rows(`SELECT product, quantity::float AS quantity, amount::text AS amount, vat_rate::float AS rate FROM ${schema}.sale_lines`);
    assert.deepEqual(lines, [{ product: 'sku-1', quantity: 2, amount: '12.50', rate: 10 }]);
    await server.rows('CREATE ROLE analyst LOGIN IN ROLE bottega_reader');
    const reader = new URL(server.url);
    reader.username = 'analyst';
    const { Client } = await import('pg');
    const client = new Client({ connectionString: reader.href });
    await client.connect();
    try {
      const { rows } = await client.query<{ revenue: string }>(`SELECT revenue::text FROM ${schema}.days WHERE store IS NULL AND channel IS NULL`);
      assert.deepEqual(rows.map(({ revenue }) => Number(revenue)), [12.5]);
      await assert.rejects(client.query(`DELETE FROM ${schema}.facts`), /permission denied/);
    } finally {
      await client.end();
    }
  });

  it('answers every question of the provisioned Grafana dashboard and alerts', async () => {
    const { trial: shopTrial, schema } = await trial(undefined, 'bottega');
    const sale = event({ data: { amount: '12.50', payments: [{ by: 'card', amount: '12.50' }] } });
    const returned = event({ type: 'refund', subject: 'refund/1', data: { amount: '2.50' } });
    await shopTrial.receive([sale, returned, event({ subject: 'order/2', time: '2026-11-20T10:00:00Z', data: { amount: '5.00', channel: 'online' } })]);
    await shopTrial.settle();
    const empty: string[] = [];
    for (const { title, sql } of await grafanaQueries()) {
      const rows = await server.rows(sql);
      if (rows.length === 0) empty.push(title);
    }
    assert.deepEqual(empty, ['Days that were corrected', 'bottega-discounts'], `${schema}: nothing published was corrected, and none of these sales is of today`);
  });
});

/** The SQL in the files for Grafana, its macros as Grafana writes them out. */
async function grafanaQueries(): Promise<readonly { readonly title: string; readonly sql: string }[]> {
  const folder = join(ROOT, 'grafana');
  const board = JSON.parse(await readFile(join(folder, 'dashboards/shop.json'), 'utf8')) as Dashboard;
  const alerts = load(await readFile(join(folder, 'provisioning/alerting/bottega.yaml'), 'utf8')) as Alerting;
  const questions = [
    ...board.templating.list.map(({ name, query }) => ({ title: name, sql: query })),
    ...board.panels.flatMap(({ title, targets }) => targets.map(({ rawSql }) => ({ title, sql: rawSql }))),
    ...alerts.groups.flatMap(({ rules }) => rules.flatMap(({ uid, data }) => data.flatMap(({ model: { rawSql } }) => (rawSql === undefined ? [] : [{ title: uid, sql: rawSql }])))),
  ];
  return questions.map(({ title, sql }) => ({
    title, sql: sql.replace(/\$__timeFilter\(([^)]+)\)/g, "$1 BETWEEN '2026-11-15T00:00:00Z' AND '2026-11-30T00:00:00Z'").replaceAll('${store}', 'all'),
  }));
}

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly rawSql: string }[] }[];
}

interface Alerting {
  readonly groups: readonly { readonly rules: readonly { readonly uid: string; readonly data: readonly { readonly model: { readonly rawSql?: string } }[] }[] }[];
}
