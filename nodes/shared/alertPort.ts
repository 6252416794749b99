/**
 * `AlertPort` is what an alert node offers to displays in its process: which rules it watches, how its alerts are, and the commands that its input takes.
 */
import type { AlertRule } from '../../engine/alert/rule.js';
import type { ChangeCause, StateName } from '../../engine/alert/state.js';
import type { OutputReason } from '../../engine/base/errorTable/index.js';

/** `Notice` leaves the alert node and is kept on the alert's topic; instants are RFC 3339. `id` is the same however often it is sent. */
export interface Notice {
  readonly id: string;
  readonly rule: string;
  readonly state: StateName;
  readonly cause: ChangeCause | 'restart';
  /** Of an absent source its encoded name: what to acknowledge, silence or retire it by. */
  readonly store: string;
  readonly source?: string;
  readonly channel: string;
  readonly kpi: string;
  readonly window: { readonly size: AlertRule['size']; readonly start: string; readonly end: string } | null;
  readonly value: number | null;
  /** What was compared, where that was not the value: at this pace, or in proportion to its open time. */
  readonly projected?: number;
  /** Of an absent source: messages usual in this hour. */
  readonly threshold: number;
  readonly unit: string;
  readonly since: string;
  readonly at: string;
  readonly acknowledgedAt?: string;
  readonly silencedUntil?: string;
  readonly text: string;
}

/** `PastNotice`: `audience` is who was notified, as the node's answer to `list` names it. */
export interface PastNotice extends Notice {
  readonly audience: string;
}

/** `WatchedRule` with its sentence in the languages that we speak. */
export interface WatchedRule {
  readonly name: string;
  readonly kind: 'kpi' | 'absence';
  readonly sentence: { readonly it: string; readonly en: string };
}

/** `AlertList`: all alerts of the node, the quiet ones too; the newest change first. */
export interface AlertList {
  readonly alerts: readonly Notice[];
  readonly history: readonly PastNotice[];
}

export interface AlertPort {
  readonly tenant: string;
  /** Of the node, so that a command finds the one it is for. */
  readonly id: string;
  readonly rules: readonly WatchedRule[];
  list(limit: number): Promise<AlertList>;
  /** As the node's input; the answer is `done`, or why not. */
  command(payload: unknown): Promise<'done' | OutputReason>;
}

/** `AlertOffer`: `changed` calls those who watch; `close` withdraws the port. */
export interface AlertOffer {
  changed(): void;
  close(): void;
}

/** Across all nodes of the process: a display may stand in the flow before the alert node or after it. */
const ports = new Set<AlertPort>();
const listeners = new Map<string, Set<() => void>>();

/** `offerAlerts` makes a node's port known until it closes. */
export function offerAlerts(port: AlertPort): AlertOffer {
  const changed = (): void => { for (const listener of [...listeners.get(port.tenant) ?? []]) listener(); };
  ports.add(port);
  changed();
  return { changed, close: () => { if (ports.delete(port)) changed(); } };
}

/** `alertPorts` of one shop, in a fixed order. */
export function alertPorts(tenant: string): readonly AlertPort[] {
  return [...ports].filter((port) => port.tenant === tenant).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `watchAlertPorts` calls when a port comes or goes, or an alert of one changes. The answer ends it. */
export function watchAlertPorts(tenant: string, listener: () => void): () => void {
  const own = (): void => { listener(); };
  const ofTenant = listeners.get(tenant) ?? new Set();
  listeners.set(tenant, ofTenant.add(own));
  return () => {
    ofTenant.delete(own);
    if (ofTenant.size === 0 && listeners.get(tenant) === ofTenant) listeners.delete(tenant);
  };
}
