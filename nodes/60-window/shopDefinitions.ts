/**
 * `ShopDefinitions` are what all window nodes of one shop add up together: facts are stored once for all of them, so every node counts what
 * any of them defines. Two nodes that mean different things by one number are refused by name.
 */
import { ConfigError } from '../../engine/base/errors.js';
import type { CustomKpi } from '../../engine/kpi/customKpis.js';
import type { SliceChange } from '../../engine/aggregate/slice.js';
import type { StorePort } from '../shared/ports.js';

/** What one window node says. `settings`: what has to be the same for all nodes of the shop, by the name of its field. */
export interface NodeDefinitions {
  readonly id: string;
  readonly name: string;
  readonly kpis: readonly CustomKpi[];
  readonly settings: Readonly<Record<string, string>>;
}

/** One node's part in its shop. */
export interface Membership {
  /** The numbers of all nodes, in a steady order. */
  kpis(): readonly CustomKpi[];
  /** Slices that this node changed: the others publish them, too. */
  moved(slices: readonly SliceChange[]): void;
  leave(): void;
}

/** What a node does when another one's numbers came or went, and when another one stored something. */
export interface MemberHooks {
  readonly onChange: () => void;
  readonly onMoved: (slices: readonly SliceChange[]) => void;
}

type WindowMember = NodeDefinitions & MemberHooks;

const shops = new WeakMap<StorePort, Map<string, Map<string, WindowMember>>>();

/** Joins the shop's nodes; throws `ConfigError` that names the other node where both cannot be meant. */
export function joinShop(store: StorePort, tenant: string, definitions: NodeDefinitions, hooks: MemberHooks): Membership {
  const tenants = shops.get(store) ?? new Map<string, Map<string, WindowMember>>();
  shops.set(store, tenants);
  const members = tenants.get(tenant) ?? new Map<string, WindowMember>();
  tenants.set(tenant, members);
  for (const other of members.values()) if (other.id !== definitions.id) refuseContradiction(definitions, other);
  const member = { ...definitions, ...hooks };
  members.set(definitions.id, member);
  announce(members, definitions);
  return {
    kpis: () => unionOf([...members.values()]),
    moved: (slices) => { for (const other of members.values()) if (other !== member) other.onMoved(slices); },
    leave: () => {
      if (members.get(definitions.id) !== member) return;
      members.delete(definitions.id);
      announce(members, definitions);
    },
  };
}

function announce(members: ReadonlyMap<string, WindowMember>, { id, kpis }: NodeDefinitions): void {
  if (kpis.length > 0) for (const other of members.values()) if (other.id !== id) other.onChange();
}

function unionOf(members: readonly WindowMember[]): CustomKpi[] {
  const byName = new Map(members.flatMap(({ kpis }) => kpis).map((kpi) => [kpi.name, kpi]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function refuseContradiction({ kpis, settings }: NodeDefinitions, other: NodeDefinitions): void {
  for (const [field, value] of Object.entries(settings)) {
    const theirs = other.settings[field] ?? '';
    if (theirs !== value) throw new ConfigError(field, `must be as in the window node "${other.name}" of the same shop: ${theirs}`, value);
  }
  kpis.forEach((kpi, index) => {
    const theirs = other.kpis.find(({ name }) => name === kpi.name);
    if (theirs !== undefined && JSON.stringify(theirs) !== JSON.stringify(kpi)) {
      throw new ConfigError(`kpis[${String(index)}].name`, `is defined otherwise in the window node "${other.name}" of the same shop`, kpi.name);
    }
  });
}
