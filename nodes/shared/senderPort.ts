/**
 * `SenderPort` is what a webhook node offers to displays in its process: where its sender is to send, whether it could get in, when it did, and a trial.
 */
import { PortRegistry } from './portRegistry.js';

/** `ANY_SHOP`: an endpoint belongs to no shop; whose event it was is found out behind it. */
export const ANY_SHOP = '';

/** `TrialWay` of a signed example: straight to this process, or by the address that senders use. */
export type TrialWay = 'here' | 'public';

/**
 * `SenderTrial`: what became of a signed example. `foreignKey`: only the sender can sign; `away`: nobody answered. `arrival`: whether it came to this very
 * endpoint, whatever the answer was.
 */
export type SenderTrial =
  | { readonly outcome: 'noSecret' | 'foreignKey' }
  | { readonly outcome: 'away'; readonly fault: string }
  | {
    readonly outcome: 'answered'; readonly status: number; readonly tookMs: number; readonly arrival: 'arrived' | 'missing';
    readonly counts?: unknown; readonly errors?: unknown;
  };

/** `SenderSeen`: when its sender last got in, and when somebody last was refused and by which rule; epoch ms, since the node was opened. */
export interface SenderSeen {
  readonly receivedAt?: number;
  readonly refusedAt?: number;
  readonly refusal?: string;
}

/** `SenderAddress`: `local`, nobody has said where the internet finds this server. `ending`: the URL goes on with a secret, which is not in it. */
export interface SenderAddress {
  readonly url: string;
  readonly reach: 'public' | 'local';
  readonly ending: 'none' | 'secret';
}

export interface SenderPort {
  readonly tenant: typeof ANY_SHOP;
  readonly id: string;
  /** As its owner calls the node; empty where he does not. */
  readonly name: string;
  readonly provider: string;
  /** Of a sender that is data; empty for others, which every display has a word for. */
  readonly label: string;
  readonly path: string;
  readonly address: SenderAddress;
  /** `closed` while nobody has given it a secret; `anybody`: pages prove nothing. */
  readonly access: 'open' | 'closed' | 'anybody';
  /** Whether what it sends proves itself without giving the secret away: only such a trial may leave this machine. */
  readonly proof: 'signature' | 'bearer' | 'none';
  /** Of the secret: how many bytes it should have, where it has fewer. */
  readonly leastBytes?: number;
  readonly seen: SenderSeen;
  /** Counts nowhere, and is none of the sender's messages. */
  try(way: TrialWay): Promise<SenderTrial>;
}

/** `senderPorts` across all nodes of the process. */
export const senderPorts = new PortRegistry<SenderPort>();
