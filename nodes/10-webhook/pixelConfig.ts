/**
 * Whose pages may send, and how much? The part of the form that is for pages of the shop.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { type Origins, parseOrigins } from '../../engine/verify/pixel/origins.js';
import { filled, readNumber } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export interface PixelTerms {
  readonly origins: Origins;
  /** One of them, to pose as. */
  readonly example?: string;
  /** From one address. */
  readonly perMinute: number;
  /** From all of them. */
  readonly perSecond: number;
}

const PER_MINUTE = 60;
const PER_SECOND = 50;

export function readPixelTerms(saved: SavedForm, env: Readonly<Record<string, string | undefined>>): PixelTerms {
  const typed = filled(saved['origins']) ?? filled(env['BOTTEGA_PIXEL_ORIGINS']) ?? '';
  const origins = parseOrigins(typed);
  if (origins === undefined) throw new ConfigError('origins', 'must be addresses such as https://www.shop.example, one per line', typed);
  const example = exampleOf(typed);
  return {
    origins,
    perMinute: readNumber(saved['perMinute'] ?? PER_MINUTE, 'perMinute', 1, 100_000),
    perSecond: readNumber(saved['perSecond'] ?? PER_SECOND, 'perSecond', 1, 10_000),
    ...(example === undefined ? {} : { example }),
  };
}

function exampleOf(typed: string): string | undefined {
  const [first = ''] = typed.split(/[\s,]+/);
  if (first === '' || first === 'null') return first === '' ? undefined : first;
  const name = first.replace('*.', 'www.').replace(/\/$/, '');
  return name.includes('://') ? name : `https://${name}`;
}
