/**
 * `AlertPort` is what an alert node offers to displays in its process: which rules it watches, how its alerts are, and the commands that its input takes.
 */
import type { AlertRule } from '../../engine/alert/rule.js';
import type { ChangeCause, StateName } from '../../engine/alert/state.js';
import type { OutputReason } from '../../engine/base/errorTable/index.js';
import { PortRegistry } from './portRegistry.js';

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

/** `alertPorts` across all nodes of the process. */
export const alertPorts = new PortRegistry<AlertPort>();
