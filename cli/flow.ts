/**
 * An exported flow's shop, rules and numbers: the nodes of one shop, as Node-RED saved them.
 */
import { ConfigError } from '../engine/base/errors.js';
import type { FlowParts } from '../engine/ruletest/parse.js';
import { readConfig as readAlert } from '../nodes/70-alert/config.js';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** `text`: the export's JSON, whole or a part. Throws `ConfigError` where it has no shop, or several and none was named. */
export function readFlow(text: string, shopName: string | undefined): FlowParts {
  const nodes = nodesIn(text);
  const shop = shopOf(nodes.filter(({ type }) => type === 'bottega-shop'), shopName);
  const belongs = (type: string): FlowNode[] => nodes.filter((node) => node.type === type && node['shop'] === shop.id && node['d'] !== true);
  const [window] = belongs('bottega-window');
  const rules = belongs('bottega-alert').map((node) => readAlert(node).rows);
  return { shop, rules: rules.flatMap((rows) => (Array.isArray(rows) ? rows as readonly unknown[] : [])), ...(window === undefined ? {} : { window }) };
}

function nodesIn(text: string): FlowNode[] {
  const parsed = jsonOf(text);
  // Node-RED's second version of the file wraps the list: {"rev", "flows"}.
  const nodes = Array.isArray(parsed) ? parsed as unknown : (parsed as { flows?: unknown } | null)?.flows;
  if (!Array.isArray(nodes)) throw new ConfigError('flow', 'must be a flow exported from Node-RED', undefined);
  return nodes.filter((node): node is FlowNode => typeof node === 'object' && node !== null && 'type' in node && 'id' in node);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigError('flow', 'must be JSON', undefined);
    throw error;
  }
}

function shopOf(shops: readonly FlowNode[], name: string | undefined): FlowNode {
  const names = shops.map((shop) => [shop['name'], shop['tenant']].filter((each) => typeof each === 'string' && each !== '').join('/'));
  const found = name === undefined ? shops : shops.filter((shop): boolean => [shop['name'], shop['tenant'], shop.id].includes(name));
  const [shop, ...more] = found;
  if (shop === undefined || more.length > 0) throw new ConfigError('shop', `must name one of the flow's shops: ${names.join(', ')}`, name);
  return shop;
}
