/**
 * `knownKpis` are those that somebody counts here: the presets, and what the window nodes of these flows define.
 */
import type { NodeAPI } from 'node-red';
import type { KnownKpis } from '../../engine/alert/ruleForm.js';
import { kpiOf, readCustomKpis } from '../../engine/kpi/customKpis.js';
import { ConfigError } from '../../engine/base/errors.js';
import { kpisWithOwn } from '../../engine/kpi/builtinKpis.js';

/** `knownKpis`: `undefined` where no window node is: others count, and define what they like. */
export function knownKpis(RED: NodeAPI): KnownKpis {
  const rows: unknown[] = [];
  RED.nodes.eachNode((node) => { if (node.type === 'bottega-window') rows.push((node as { kpis?: unknown }).kpis); });
  return rows.length === 0 ? undefined : kpisWith(rows);
}

/** `kpisWith` are the presets and those of several forms of window nodes; a form that is wrong is that node's affair. */
export function kpisWith(forms: readonly unknown[]): NonNullable<KnownKpis> {
  return new Map(kpisWithOwn(forms.flatMap(customOf)).map((kpi) => [kpi.name, kpi]));
}

function customOf(form: unknown): ReturnType<typeof kpiOf>[] {
  try {
    return readCustomKpis(form).map(kpiOf);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
