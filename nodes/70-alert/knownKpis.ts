/**
 * `knownKpis` are those that somebody counts here: the presets, what the window nodes of these flows define, and what a shop leaves out that names its
 * systems of record.
 */
import type { NodeAPI } from 'node-red';
import type { KnownKpis } from '../../engine/alert/ruleForm.js';
import { kpiOf, readCustomKpis } from '../../engine/kpi/customKpis.js';
import { ConfigError } from '../../engine/base/errors.js';
import { kpisWithOwn } from '../../engine/kpi/builtinKpis.js';
import type { SystemOfRecord } from '../../engine/kpi/systemOfRecord.js';

/** `knownKpis`: `undefined` where no window node is: others count, and define what they like. */
export function knownKpis(RED: NodeAPI, records: readonly SystemOfRecord[]): KnownKpis {
  const rows: unknown[] = [];
  RED.nodes.eachNode((node) => { if (node.type === 'bottega-window') rows.push((node as { kpis?: unknown }).kpis); });
  return rows.length === 0 ? undefined : kpisWith(rows, records);
}

/** `kpisWith` are the presets and those of several forms of window nodes; a form that is wrong is that node's affair. */
export function kpisWith(forms: readonly unknown[], records: readonly SystemOfRecord[] = []): NonNullable<KnownKpis> {
  return new Map(kpisWithOwn(forms.flatMap(customOf), { records }).map((kpi) => [kpi.name, kpi]));
}

function customOf(form: unknown): ReturnType<typeof kpiOf>[] {
  try {
    return readCustomKpis(form).map(kpiOf);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
