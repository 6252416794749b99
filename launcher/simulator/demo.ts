/**
 * `Demo` is the kind of demonstration that was asked for: `--demo`, and behind it how much past, in which seed, and whether it goes on live.
 */
import { parseArgs } from 'node:util';
import { ConfigError, messageOf } from '../../engine/base/errors.js';

export interface Demo {
  /** Days of history before today; 0: only today's hours. */
  readonly days: number;
  /** `live` goes on at the pace of a shop; `quiet` leaves the history as it is. */
  readonly then: 'live' | 'quiet';
  readonly seed: number;
  /** Trade in proportion to the usual. */
  readonly volume: number;
  /** A file that gets each delivery that was stored, one JSON object a line. */
  readonly ledger?: string;
}

/** As far back as events are taken. */
const MAX_DAYS = 390;

/** `undefined` where no demonstration was asked for. Throws `ConfigError`. */
export function readDemo(typed: readonly string[]): Demo | undefined {
  const { demo, fast, days, seed, volume, ledger } = optionsIn(typed);
  if (!demo) return undefined;
  if (fast && days === undefined) throw new ConfigError('--fast', 'needs --days', undefined);
  return {
    days: days === undefined ? 0 : numberAt('--days', days, 1, MAX_DAYS),
    then: fast ? 'quiet' : 'live',
    seed: numberAt('--seed', seed ?? '1', 0, 1_000_000),
    volume: numberAt('--volume', volume ?? '100', 1, 1_000) / 100,
    ...(ledger === undefined ? {} : { ledger }),
  };
}

function optionsIn(typed: readonly string[]): { demo: boolean; fast: boolean } & Partial<Record<'days' | 'seed' | 'volume' | 'ledger', string>> {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean', default: false }] as const;
  try {
    return parseArgs({ args: [...typed], options: { demo: flag, fast: flag, days: text, seed: text, volume: text, ledger: text } }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError('options', messageOf(error), typed.join(' '));
    throw error;
  }
}

function numberAt(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d{1,7}$/.test(text) || number < least || number > most) throw new ConfigError(name, `a whole number from ${String(least)} to ${String(most)}`, text);
  return number;
}
