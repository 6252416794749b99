/**
 * `refusalLog` counts what the built-in broker refuses, and says of each kind now and then who was refused what: never a user name that is none of its own,
 * since people type a password where a name belongs.
 */
import { MINUTE } from '../../../engine/base/time.js';
import { brokerRefusals } from '../../shared/metrics.js';
import type { BrokerRefusal } from './clientGuard.js';

/** `RefusalWords`: `text` gives the words of a locale key. */
export interface RefusalWords {
  readonly warn: (line: string) => void;
  readonly text: (key: string, values: Record<string, unknown>) => string;
  /** Epoch ms. */
  readonly now: () => number;
}

const QUIET_MS = 10 * MINUTE;
const MAX_TOPIC_LENGTH = 100;

/** `refusalLog` of one broker. */
export function refusalLog({ warn, text, now }: RefusalWords): (refusal: BrokerRefusal) => void {
  /** By login and action, of which there are few. */
  const saidAt = new Map<string, number>();
  return ({ action, login, address, topic }) => {
    brokerRefusals.inc({ login, action });
    const kind = `${login} ${action}`;
    if (now() - (saidAt.get(kind) ?? -Infinity) < QUIET_MS) return;
    saidAt.set(kind, now());
    const shown = topic?.replaceAll(/\p{C}/gu, '').slice(0, MAX_TOPIC_LENGTH);
    warn(text(`refused.${action}`, { login: text(`login.${login}`, {}), address, topic: shown }));
  };
}
