/**
 * `MIGRATIONS` make the tables and views that others read, one step after the other; what a database has, it keeps.
 *
 * `facts` is what is known of each sale, refund, visit …, one row each, restated where something is corrected. `kpi_values` are the shop's numbers by
 * hour and business day, as `/kpi` answers them; `_` in `store` or `channel` means all. The views give them the names that a report needs.
 */

/** `quoted` is a schema's name for use in SQL; it has been checked to be lower-case letters, digits and `_`. */
export function quoted(schema: string): string {
  return `"${schema}"`;
}

const TABLES = (s: string): string => `
CREATE TABLE ${s}.progress (
  tenant text PRIMARY KEY, facts_after text NOT NULL DEFAULT '', values_after text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'facts' CHECK (state IN ('facts', 'values', 'done')), begin_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE ${s}.facts (
  tenant text NOT NULL, key text NOT NULL, type text NOT NULL, source text NOT NULL, subject text NOT NULL, store text NOT NULL, channel text NOT NULL,
  "time" timestamptz, status text NOT NULL, amount numeric(18, 4), revenue numeric(18, 4) NOT NULL, orders integer NOT NULL, currency text NOT NULL,
  customer text, fields jsonb NOT NULL, written_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant, key));
CREATE INDEX facts_by_time ON ${s}.facts (tenant, "time");
CREATE TABLE ${s}.kpi_values (
  tenant text NOT NULL, name text NOT NULL, size text NOT NULL, start timestamptz NOT NULL, "end" timestamptz NOT NULL, store text NOT NULL,
  channel text NOT NULL, value numeric, unit text NOT NULL, count bigint NOT NULL, coverage numeric, revision bigint NOT NULL,
  corrected boolean NOT NULL, day date NOT NULL, written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, name, size, start, store, channel));
CREATE INDEX kpi_values_by_time ON ${s}.kpi_values (tenant, size, start);`;

const VIEWS = (s: string): string => `
CREATE VIEW ${s}.kpi AS
  SELECT tenant, name, size, start, "end", day, NULLIF(store, '_') AS store, NULLIF(channel, '_') AS channel, value, unit, count, coverage, revision,
    CASE WHEN "end" + interval '5 seconds' > now() THEN 'live' WHEN corrected THEN 'corrected' ELSE 'final' END AS status
  FROM ${s}.kpi_values;
CREATE VIEW ${s}.days AS
  SELECT tenant, day, store, channel,
    max(value) FILTER (WHERE name = 'revenue') AS revenue, max(value) FILTER (WHERE name = 'orders') AS orders,
    max(value) FILTER (WHERE name = 'average_ticket') AS average_ticket, max(value) FILTER (WHERE name = 'refunds') AS refunds,
    max(value) FILTER (WHERE name = 'net_sales') AS net_sales, max(value) FILTER (WHERE name = 'taxes') AS taxes,
    max(value) FILTER (WHERE name = 'discounts') AS discounts, max(value) FILTER (WHERE name = 'card_share') AS card_share,
    max(value) FILTER (WHERE name = 'footfall') AS footfall, max(value) FILTER (WHERE name = 'conversion') AS conversion
  FROM ${s}.kpi WHERE size = '1d' GROUP BY tenant, day, store, channel;
CREATE VIEW ${s}.sales AS
  SELECT tenant, key, source, subject, store, channel, "time", status, amount, revenue, orders, currency, customer,
    fields ->> 'payment' AS payment, (fields ->> 'discount')::numeric AS discount, (fields ->> 'tip')::numeric AS tip,
    (fields ->> 'shipping')::numeric AS shipping, (fields ->> 'quantity')::numeric AS quantity,
    (fields ->> 'openedAt')::timestamptz AS opened_at, (fields ->> 'closedAt')::timestamptz AS closed_at,
    fields ->> 'campaign.source' AS campaign_source, fields ->> 'campaign.medium' AS campaign_medium, fields ->> 'campaign.name' AS campaign_name
  FROM ${s}.facts WHERE type = 'sale';
CREATE VIEW ${s}.refunds AS
  SELECT tenant, key, source, subject, store, channel, "time", status, amount, revenue, currency, fields ->> 'refersTo' AS refers_to
  FROM ${s}.facts WHERE type = 'refund';
CREATE VIEW ${s}.payments AS
  SELECT f.tenant, f.key, f.store, f.channel, f."time", f.status, part ->> 'of' AS paid_by, (part ->> 'amount')::numeric AS amount
  FROM ${s}.facts f CROSS JOIN LATERAL jsonb_array_elements(f.fields -> 'payments') AS part
  WHERE jsonb_typeof(f.fields -> 'payments') = 'array';
CREATE VIEW ${s}.sale_lines AS
  SELECT f.tenant, f.key, f.type, f.store, f.channel, f."time", f.status, line ->> 'product' AS product, line ->> 'name' AS name,
    line ->> 'category' AS category,
    (line ->> 'quantity')::numeric AS quantity, (line ->> 'amount')::numeric AS amount, (line ->> 'discount')::numeric AS discount,
    (line ->> 'vatRate')::numeric AS vat_rate, (line ->> 'cost')::numeric AS cost
  FROM ${s}.facts f CROSS JOIN LATERAL jsonb_array_elements(f.fields -> 'lines') AS line
  WHERE jsonb_typeof(f.fields -> 'lines') = 'array';`;

/** Who may read: a role without login that others are given. A user who may make no roles makes none, and grants as he likes. */
const READER = (s: string): string => `
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'bottega_reader') THEN CREATE ROLE bottega_reader NOLOGIN; END IF;
  GRANT USAGE ON SCHEMA ${s} TO bottega_reader;
  GRANT SELECT ON ALL TABLES IN SCHEMA ${s} TO bottega_reader;
  ALTER DEFAULT PRIVILEGES IN SCHEMA ${s} GRANT SELECT ON TABLES TO bottega_reader;
EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'no role bottega_reader: this user may not make one';
END $$;`;

/** Where TimescaleDB is installed in the database, the numbers lie in chunks of three months. */
const HYPERTABLE = (s: string): string => `
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'timescaledb') THEN
    PERFORM create_hypertable('${s}.kpi_values', 'start', chunk_time_interval => interval '90 days', migrate_data => true);
  END IF;
END $$;`;

/** `MIGRATIONS`: the first is version 1. A migration that was released is never changed. */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (schema) => [TABLES, HYPERTABLE, VIEWS, READER].map((part) => part(quoted(schema))).join('\n'),
];
