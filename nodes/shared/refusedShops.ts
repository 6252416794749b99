/**
 * `refuseShop` counts the shops that nobody has let in, so that the list of sources can show them and `/health` can say so.
 */
import { LRUCache } from 'lru-cache';
import { HOUR } from '../../engine/base/time.js';
import type { Warning } from './ports.js';

/** `RefusedShop` is one that was refused since the process started. */
export interface RefusedShop {
  readonly source: string;
  readonly count: number;
}

const MAX_SHOPS = 50;
/** `/health` says so until none was refused for as long. */
const SAID_FOR_MS = HOUR;

/** Milliseconds of a clock that nobody sets. */
const ticks = (): number => performance.now();

const refused = new LRUCache<string, { count: number; readonly at: number }>({ max: MAX_SHOPS });

/** A message of this source was refused. */
export function refuseShop(source: string): void {
  refused.set(source, { count: (refused.get(source)?.count ?? 0) + 1, at: ticks() });
}

/** The latest ones. */
export function refusedShops(): readonly RefusedShop[] {
  return [...refused.entries()].map(([source, { count }]) => ({ source, count }));
}

/** `refusedShopWarnings` name them. */
export function refusedShopWarnings(): readonly Warning[] {
  const names = [...refused.entries()].filter(([, { at }]) => ticks() - at < SAID_FOR_MS).map(([source]) => source).sort();
  if (names.length === 0) return [];
  const shops = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
  const message = `messages of ${shops} are kept as dead letters: list the shop in the normalize node if it is yours`;
  return [{ cause: 'shop.unknown', message }];
}
