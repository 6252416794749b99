/**
 * `AlertReader` reads how a shop's alerts are: from the alert nodes of this process; where there are none, from the topics that those of another keep.
 */
import { alertsFilter } from '../../../engine/event/topic.js';
import { isRecord } from '../../../engine/base/json.js';
import { alertPorts, type Notice, type PastNotice, type WatchedRule } from '../alertPort.js';
import type { BrokerPort } from '../ports.js';
import type { Choice, CommandOutcome } from './wire.js';

/** `NodeNotice` names the alert node that it is of; empty where that is in another process. */
export interface NodeNotice extends Notice {
  readonly node: string;
}

/** `AlertsRead`: alerts, open ones first; history, the newest first. `elsewhere`: no alert node is in this process, so none takes a command. */
export interface AlertsRead {
  readonly place: 'here' | 'elsewhere';
  readonly alerts: readonly NodeNotice[];
  readonly history: readonly PastNotice[];
  readonly rules: readonly (WatchedRule & { readonly node: string })[];
}

/** `MAX_ALERTS_SHOWN` of a shop, and of a broker's topics; who has more open alerts reads the first ones. */
export const MAX_ALERTS_SHOWN = 200;
const HISTORY = 50;

export class AlertReader {
  readonly #tenant: string;
  readonly #retained = new Map<string, Notice>();
  readonly #ends: (() => unknown)[];

  /** `changed` is called when there is something new to read. */
  constructor(tenant: string, broker: Pick<BrokerPort, 'subscribe'>, changed: () => void) {
    this.#tenant = tenant;
    const end = broker.subscribe(alertsFilter(tenant), (topic, payload) => {
      this.#keep(topic, payload.toString());
      changed();
    });
    this.#ends = [end, alertPorts.watch(tenant, changed)];
  }

  async read(): Promise<AlertsRead> {
    const ports = alertPorts.of(this.#tenant);
    if (ports.length === 0) {
      const alerts = [...this.#retained.values()].map((notice) => ({ ...notice, node: '' }));
      return { place: 'elsewhere', alerts: shown(alerts), history: [], rules: [] };
    }
    const lists = await Promise.all(ports.map(async (port) => ({ port, ...await port.list(HISTORY) })));
    return {
      place: 'here',
      alerts: shown(lists.flatMap(({ port, alerts }) => alerts.map((notice) => ({ ...notice, node: port.id })))),
      history: lists.flatMap(({ history }) => history).sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, HISTORY),
      rules: ports.flatMap((port) => port.rules.map((rule) => ({ ...rule, node: port.id }))),
    };
  }

  /** A command as the alert node's input takes it, with the `node` that it is for. */
  async command({ node, ...command }: Choice): Promise<CommandOutcome> {
    const port = alertPorts.of(this.#tenant).find(({ id }) => id === node);
    return port !== undefined && await port.command(command) === 'done' ? 'done' : 'refused';
  }

  close(): void {
    for (const end of this.#ends) void end();
    this.#retained.clear();
  }

  #keep(topic: string, text: string): void {
    this.#retained.delete(topic);
    const notice = noticeIn(text);
    if (notice === undefined) return;
    this.#retained.set(topic, notice);
    if (this.#retained.size <= MAX_ALERTS_SHOWN) return;
    // Rather a quiet one than an open one.
    const quiet = [...this.#retained].find(([, each]) => !isOpen(each)) ?? [...this.#retained][0];
    if (quiet !== undefined) this.#retained.delete(quiet[0]);
  }
}

/** `isOpen`: something is wrong, silenced or not. */
export function isOpen({ state }: Pick<Notice, 'state'>): boolean {
  return state === 'firing' || state === 'noData';
}

function shown(alerts: readonly NodeNotice[]): NodeNotice[] {
  return [...alerts].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (a.since < b.since ? 1 : -1)).slice(0, MAX_ALERTS_SHOWN);
}

/** Anybody who may publish could have written it: only what is a notice is shown. */
function noticeIn(text: string): Notice | undefined {
  if (text === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isNotice = isRecord(parsed) && ['id', 'rule', 'state', 'store', 'since', 'at', 'text', 'unit'].every((field) => typeof parsed[field] === 'string');
  return isNotice ? parsed as Notice : undefined;
}
