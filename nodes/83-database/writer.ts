/**
 * `DatabaseWriter` writes facts and KPI values to PostgreSQL. Every page is one transaction under a lock of its shop: who reads a page from the store
 * holds the lock while it is written, so that what is older never comes after what is newer.
 */
import { Client, type ClientConfig } from 'pg';
import type { WindowGroup } from '../../engine/export/changeReader.js';
import type { FactRow } from '../../engine/export/factRow.js';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import { type TlsOptions } from '../../engine/base/tls.js';
import { MIGRATIONS, quoted } from './schema.js';

/** `HistoryProgress` of the history that a new database is given. `beginAt`: epoch ms. */
export interface HistoryProgress {
  readonly state: 'facts' | 'values' | 'done';
  readonly factsAfter: string;
  readonly valuesAfter: string;
  readonly beginAt: number;
}

/** `WriterTerms`: `dayOf` is the business day of an instant, as a date. */
export interface WriterTerms {
  readonly url: string;
  readonly schema: string;
  readonly tenant: string;
  readonly currency: string;
  readonly tls: TlsOptions;
  readonly dayOf: (instant: string) => string;
}

const CONNECT_MS = 5_000;
/** A statement that hangs for longer is given up, and written again later. */
const STATEMENT_MS = 30_000;
const RUNNING: ClientConfig = {
  connectionTimeoutMillis: CONNECT_MS, statement_timeout: STATEMENT_MS, query_timeout: STATEMENT_MS + CONNECT_MS, keepAlive: true,
};

/** Rows that come as JSON: their columns with types, and the names alone. */
interface RowShape {
  readonly columns: string;
  readonly names: readonly string[];
}

function shapeOf(columns: string): RowShape {
  return { columns, names: columns.split(', ').map((column) => column.split(' ')[0] ?? '') };
}

const factShape = shapeOf('key text, type text, source text, subject text, store text, channel text, "time" timestamptz, status text, '
  + 'amount numeric, revenue numeric, orders integer, customer text, fields jsonb');
const valueShape = shapeOf('name text, size text, start timestamptz, "end" timestamptz, store text, channel text, value numeric, unit text, '
  + 'count bigint, coverage numeric, revision bigint, corrected boolean, day date');

/** `DatabaseWriter` on one connection; every method rejects with what `pg` says where the database is away or refuses. */
export class DatabaseWriter {
  readonly #terms: WriterTerms;
  readonly #schema: string;
  #client: Client | undefined;

  constructor(terms: WriterTerms) {
    this.#terms = terms;
    this.#schema = quoted(terms.schema);
  }

  /** Connects, unless it is connected, and brings the tables to the present version. `lost` is called when the connection breaks later. */
  async open(lost: (error: Error) => void): Promise<void> {
    if (this.#client !== undefined) return;
    const client = new Client({ ...RUNNING, ...connectionOf(this.#terms) });
    client.on('error', (error) => {
      if (this.#client === client) this.#client = undefined;
      lost(error);
    });
    try {
      await client.connect();
      await migrate(client, this.#terms.schema);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  /** What `work` writes is there in whole or not at all; nobody else writes for this shop meanwhile. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const client = this.#connected();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`bottega/${this.#terms.schema}/${this.#terms.tenant}`]);
      const done = await work();
      await client.query('COMMIT');
      return done;
    } catch (error) {
      // What cannot be rolled back is a connection that is gone, and its transaction with it.
      await client.query('ROLLBACK').catch(() => this.close().catch(() => undefined));
      throw error;
    }
  }

  /** `begin`: where the history is to be written anew, from `beginAt` on. */
  async progress(begin?: number): Promise<HistoryProgress> {
    const client = this.#connected();
    if (begin !== undefined) {
      await client.query(`INSERT INTO ${this.#schema}.progress (tenant, begin_at) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE
        SET facts_after = '', values_after = '', state = 'facts', begin_at = excluded.begin_at`, [this.#terms.tenant, new Date(begin)]);
    }
    const { rows } = await client.query<{ state: HistoryProgress['state']; facts_after: string; values_after: string; begin_at: Date }>(
      `SELECT state, facts_after, values_after, begin_at FROM ${this.#schema}.progress WHERE tenant = $1`, [this.#terms.tenant]);
    const [row] = rows;
    if (row === undefined) return this.progress(Date.parse('1970-01-01T00:00:00Z'));
    return { state: row.state, factsAfter: row.facts_after, valuesAfter: row.values_after, beginAt: row.begin_at.getTime() };
  }

  async advance({ state, factsAfter, valuesAfter }: Pick<HistoryProgress, 'state' | 'factsAfter' | 'valuesAfter'>): Promise<void> {
    await this.#connected().query(`UPDATE ${this.#schema}.progress SET state = $2, facts_after = $3, values_after = $4 WHERE tenant = $1`,
      [this.#terms.tenant, state, factsAfter, valuesAfter]);
  }

  async writeFacts(rows: readonly FactRow[], gone: readonly string[] = []): Promise<void> {
    const { tenant, currency } = this.#terms;
    const client = this.#connected();
    if (gone.length > 0) await client.query(`DELETE FROM ${this.#schema}.facts WHERE tenant = $1 AND key = ANY($2)`, [tenant, gone]);
    if (rows.length === 0) return;
    const { names, columns } = factShape;
    await client.query(`INSERT INTO ${this.#schema}.facts (tenant, currency, ${names.join()})
      SELECT $1, $2, r.* FROM jsonb_to_recordset($3::jsonb) AS r(${columns})
      ON CONFLICT (tenant, key) DO UPDATE SET ${updates(names)}, currency = excluded.currency, written_at = now()`, [tenant, currency, JSON.stringify(rows)]);
  }

  /** `groups`: what has no value among these any more has none in the table. */
  async writeValues(values: readonly KpiValue[], groups: readonly WindowGroup[] = []): Promise<void> {
    const { tenant, dayOf } = this.#terms;
    const table = `${this.#schema}.kpi_values`;
    const rows = JSON.stringify(values.map(({ name, window, store, channel, value, unit, count, coverage, revision, status }) => ({
      name, size: window.size, start: window.start, end: window.end, store, channel, value, unit, count, coverage, revision,
      corrected: status === 'corrected', day: dayOf(window.start),
    })));
    const client = this.#connected();
    if (groups.length > 0) {
      await client.query(`DELETE FROM ${table} AS k USING jsonb_to_recordset($2::jsonb) AS g(size text, start timestamptz, store text, channel text)
        WHERE k.tenant = $1 AND (k.size, k.start, k.store, k.channel) = (g.size, g.start, g.store, g.channel) AND NOT EXISTS (
          SELECT FROM jsonb_to_recordset($3::jsonb) AS r(name text, size text, start timestamptz, store text, channel text)
          WHERE (r.name, r.size, r.start, r.store, r.channel) = (k.name, k.size, k.start, k.store, k.channel))`, [tenant, JSON.stringify(groups), rows]);
    }
    if (values.length === 0) return;
    const { names, columns } = valueShape;
    await client.query(`INSERT INTO ${table} (tenant, ${names.join()}) SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb) AS r(${columns})
      ON CONFLICT (tenant, name, size, start, store, channel) DO UPDATE SET ${updates(names)}, written_at = now()`, [tenant, rows]);
  }

  #connected(): Client {
    if (this.#client === undefined) throw new Error('the connection to the database is lost');
    return this.#client;
  }
}

function updates(names: readonly string[]): string {
  return names.map((name) => `${name} = excluded.${name}`).join(', ');
}

/** TLS where the address asks for it (`sslmode`), and then of our least version. */
function connectionOf({ url, tls }: WriterTerms): ClientConfig {
  const mode = new URL(url).searchParams.get('sslmode') ?? '';
  if (mode === '' || mode === 'disable') return { connectionString: url };
  const plain = new URL(url);
  plain.searchParams.delete('sslmode');
  return { connectionString: plain.href, ssl: { ...tls, rejectUnauthorized: mode !== 'no-verify' } };
}

async function migrate(client: Client, schema: string): Promise<void> {
  const name = quoted(schema);
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`bottega/${schema}`]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${name}.migrations (version integer PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<{ version: number | null }>(`SELECT max(version) AS version FROM ${name}.migrations`);
  for (let version = rows[0]?.version ?? 0; version < MIGRATIONS.length; version += 1) {
    await client.query(MIGRATIONS[version]?.(schema) ?? '');
    await client.query(`INSERT INTO ${name}.migrations (version) VALUES ($1)`, [version + 1]);
  }
  await client.query('COMMIT');
}
