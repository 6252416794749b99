/**
 * `suggestedRows` are the rules that a shop starts with: a few for each sector, as rows of the form; their thresholds are to be changed.
 */
import type { RuleRow } from '../../engine/alert/ruleForm.js';
import type { Dictionary } from './text/format.js';

export type Sector = 'restaurant' | 'artisan' | 'retail';
type RuleName = keyof Dictionary['suggested'];
type Suggestion = RuleRow & { readonly id: RuleName };

const absence: Suggestion = { id: 'mute', kind: 'mute', source: '', hours: 'opening', repeat: '4h' }; // vocabulary-ok: saved
const refunds: Suggestion = { id: 'refunds', kpi: 'refunds', size: '1d', evaluate: 'live', op: 'above', threshold: '300' };

const SUGGESTIONS: Readonly<Record<Sector, readonly Suggestion[]>> = {
  restaurant: [
    { id: 'slowService', kpi: 'service_time', size: '1h', op: 'above', threshold: '45m', recovery: '35m', hours: 'opening' },
    { id: 'openOrders', kpi: 'open_orders', size: '1d', evaluate: 'live', op: 'above', threshold: '15', recovery: '8', for: '10m', hours: 'opening' },
    { id: 'forgotten', kpi: 'oldest_open_order', size: '1d', evaluate: 'live', op: 'above', threshold: '90m', recovery: '30m', hours: 'opening' },
    { id: 'lowPace', kpi: 'revenue', size: '1h', evaluate: 'projected', op: 'below', threshold: '150', recovery: '200', for: '10m', hours: 'opening' },
    absence,
  ],
  artisan: [
    { id: 'slowSupport', kpi: 'support_time', size: '1d', op: 'above', threshold: '8h', recovery: '6h' },
    { id: 'openQuotes', kpi: 'open_quotes', size: '1d', evaluate: 'live', op: 'above', threshold: '10', recovery: '6', hours: 'opening' },
    { id: 'lowSocial', kpi: 'social_conversion', size: '1d', op: 'below', threshold: '2%', recovery: '3%' },
    absence,
  ],
  retail: [
    { id: 'lowPace', kpi: 'revenue', size: '1h', evaluate: 'projected', op: 'below', threshold: '200', recovery: '250', for: '10m', hours: 'opening' },
    { id: 'lowConversion', kpi: 'conversion', size: '1h', op: 'below', threshold: '15%', recovery: '18%', hours: 'opening' },
    refunds,
    { id: 'waste', kpi: 'waste', size: '1d', evaluate: 'live', op: 'above', threshold: '100' },
    absence,
  ],
};

export function isSector(text: unknown): text is Sector {
  return typeof text === 'string' && Object.hasOwn(SUGGESTIONS, text);
}

/** `suggestedRows` are to be added to the form, named in its language. */
export function suggestedRows(sector: Sector, { suggested }: Dictionary): RuleRow[] {
  return SUGGESTIONS[sector].map(({ id, ...row }) => ({ name: suggested[id], ...row }));
}
