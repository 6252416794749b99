/**
 * `sayingsOf` and `placeOf` are how a notice of the alert node is read on a page: its sentence without its title, and where it is.
 */
import type { Notice } from '../../nodes/shared/alertPort.js';
import type { ShopWords, WidgetState } from '../../nodes/shared/widget/wire.js';
import type { Words } from './words.js';

/** The notice begins with the rule's name, which is the title above it, and ends with what to do about it. */
export function sayingsOf({ rule, text }: Pick<Notice, 'rule' | 'text'>): { readonly text: string; readonly advice: string } {
  const rest = text.startsWith(rule) ? text.slice(rule.length).replace(/^[.:]? */, '') : text;
  const [said = '', advice = ''] = rest.split(/\.? *(?:Che fare|What to do): /);
  return { text: capital(said), advice: capital(advice) };
}

/** " · Milano"; empty for all stores, or a source. */
export function placeOf({ store, source }: Pick<Notice, 'store' | 'source'>, { stores }: ShopWords): string {
  return store === '_' || source !== undefined ? '' : ` · ${stores.find(({ id }) => id === store)?.name ?? store}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `warningOf` says that what is shown is old, or not shown at all; empty where all is well. */
export function warningOf(link: 'loading' | 'live' | 'lost' | 'refused', state: WidgetState | undefined, now: number, words: Words): string {
  if (link === 'refused') return words.text('state.refused');
  if (link !== 'lost' || state === undefined) return '';
  const trouble = state.troubles.find((each) => each !== 'elsewhere') ?? 'lost';
  return words.text(`state.${trouble}`, { age: words.age(now - state.now) });
}
