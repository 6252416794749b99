/**
 * Parts of the dashboard's tab: cards, questions to the store, and the few core nodes between them.
 */
import { type Role, type Template, ZONE } from './description.js';
import { idOf } from './sheet.js';
import { widget } from './widgets.js';

/** A node without its place. */
export interface Part {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A Vue card from `widgets/<file>.vue` in a group of a page. */
export function card(template: Template, group: string, file: string, name: string, options: Readonly<Record<string, unknown>>): Part {
  const place = { group: idOf(template.id, 'group', group), page: '', ui: '', templateScope: 'local' };
  return vue(name, place, widget(file, { zone: ZONE, ...options }));
}

export function vue(name: string, place: Readonly<Record<string, string>>, format: string): Part {
  const fields = { name, ...place, order: 1, width: 0, height: 0, head: '', format, storeOutMessages: true, passthru: false, resendOnRefresh: true, className: '' };
  return { type: 'ui-template', fields };
}

/** What a query node asks where the message says nothing else. */
export interface Asked {
  readonly kpi: string;
  readonly window: string;
  readonly group: string;
}

export function query(template: Template, name: string, question: Asked): Part {
  const fields = { version: 1, name, store: idOf('store'), shop: idOf(template.id, 'shop'), ...question, path: '', grace: 5, answers: answersOf(template) };
  return { type: 'bottega-query', fields };
}

/** A front without Redis has a store that knows nothing of what others count. */
export function answersOf({ role }: { readonly role: Role }): 'always' | 'shared' {
  return role === 'front' ? 'shared' : 'always';
}

/** Sets or deletes properties of the message; a property set to a JSONata expression. */
export function change(name: string, rules: readonly ({ readonly set: string; readonly to: string } | { readonly remove: string })[]): Part {
  const saved = rules.map((rule) => ('remove' in rule ? { t: 'delete', p: rule.remove, pt: 'msg' } : { t: 'set', p: rule.set, pt: 'msg', to: rule.to, tot: 'jsonata' }));
  return { type: 'change', fields: { name, rules: saved } };
}

/** Lets a message pass whose property differs from the last one's. */
export function onChange(name: string, property: string): Part {
  return { type: 'rbe', fields: { name, func: 'rbe', gap: '', start: '', inout: 'out', septopics: false, property, topi: 'topic' } };
}

/** One end of a link; `from` and `to` are names of the other ends. */
export function linkIn(template: Template, name: string, ...from: readonly string[]): Part {
  return { type: 'link in', fields: { name, links: from.map((each) => idOf(template.id, each)) } };
}

export function linkOut(template: Template, name: string, ...to: readonly string[]): Part {
  return { type: 'link out', fields: { name, mode: 'link', links: to.map((each) => idOf(template.id, each)) } };
}

/** Waits a second after the first message, then lets the last one go: bursts become one, and the last one is never lost. */
export const ONCE_PER_SECOND = perSecond('al più una al secondo', 'nul');
/** The first one goes at once, the last one of a burst a second later. */
export const AT_ONCE_THEN_LAST = perSecond('subito, poi l’ultima', 'pay');

function perSecond(name: string, first: 'nul' | 'pay'): Part {
  return {
    type: 'trigger',
    fields: {
      name, op1: '', op1type: first, op2: '', op2type: 'payl', duration: '1', units: 's', extend: false, overrideDelay: false,
      reset: '', bytopic: 'all', topic: 'topic', outputs: 1,
    },
  };
}
