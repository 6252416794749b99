/**
 * `pseudonymsOf` a shop: of customers always, of who sold only where the shop counts that.
 */
import type { NormalizeContext } from '../../engine/normalize/draft/collector.js';
import { pseudonymOf, staffPseudonymOf } from '../../engine/privacy/pseudonym.js';
import type { ShopPort } from '../shared/ports.js';

/** `pseudonymsOf`: both by the shop's own key. */
export function pseudonymsOf({ privacyKey, staff }: Pick<ShopPort, 'privacyKey' | 'staff'>): Pick<NormalizeContext, 'pseudonym' | 'staffPseudonym'> {
  return {
    pseudonym: (email) => pseudonymOf(email, privacyKey),
    ...(staff === 'counted' ? { staffPseudonym: (name: string) => staffPseudonymOf(name, privacyKey) } : {}),
  };
}
