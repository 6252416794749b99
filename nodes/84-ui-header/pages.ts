/**
 * `pagesBeside` finds the pages of the dashboard on which a widget stands, in the order of their tabs.
 */
import type { NodeAPI } from 'node-red';

/** `PageTab` leads to a page. `alerts`: all alerts are there, and their number stands on the tab. */
export interface PageTab {
  readonly name: string;
  readonly path: string;
  readonly alerts: 'there' | 'elsewhere';
}

type Saved = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** `pagesBeside` the group of that id; none where Dashboard 2 does not know it. What is hidden or switched off has no tab. */
export function pagesBeside(RED: NodeAPI, group: unknown): PageTab[] {
  const nodes: Saved[] = [];
  RED.nodes.eachNode((node) => { if (PARTS.has(node.type)) nodes.push(node as unknown as Saved); });
  const pageOf = (id: unknown): unknown => nodes.find((node) => node.id === id)?.['page'];
  const base = nodes.find(({ id }) => id === pageOf(group))?.['ui'];
  const withAlerts = new Set(nodes.filter(({ type, shows }) => type === ALERTS && shows !== 'open').map((node) => pageOf(node['group'])));
  return nodes
    .filter(({ type, ui, visible, disabled }) => type === 'ui-page' && base !== undefined && ui === base && isOn(visible) && !isOn(disabled ?? false))
    .sort((a, b) => Number(a['order']) - Number(b['order']))
    .map(({ id, name, path }) => ({ name: String(name), path: String(path), alerts: withAlerts.has(id) ? 'there' : 'elsewhere' }));
}

const ALERTS = 'ui-bottega-alerts';
const PARTS: ReadonlySet<string> = new Set(['ui-page', 'ui-group', ALERTS]);

/** Dashboard saves both words and truth values. */
function isOn(value: unknown): boolean {
  return value === undefined || value === true || value === 'true';
}
