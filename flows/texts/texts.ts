/**
 * `Texts` are the words of a template in one language: what stands on the canvas and on the pages, beside what the widgets say themselves.
 */
import type { PageId, SectorId, Sender } from '../description.js';
import { en } from './en.js';
import { it } from './it.js';

export type Language = 'it' | 'en';

/** `Said` of a box on the canvas: its title, what happens in it, and why, behind it. */
export interface Said {
  readonly label: string;
  readonly says: string;
  readonly why: string;
}

/** `Case` is a flow with what the tab says of itself. */
export type Case = Said & { readonly info: string };

export interface Texts {
  readonly language: Language;
  readonly sectors: Readonly<Record<SectorId, { readonly label: string; readonly shop: string }>>;
  /** Titles of cards where the number's own name says less. */
  readonly cards: Readonly<Record<string, string>>;
  readonly alerts: Readonly<Record<string, string>>;
  readonly store: { readonly id: string; readonly name: string };
  readonly senders: Readonly<Record<Sender, string>>;
  readonly nodes: Readonly<Record<'store' | 'broker' | 'normalize' | 'dedupe' | 'outbox' | 'inbox' | 'window' | 'listen' | 'alert' | 'notify' | 'deadletter' | 'database' | 'monitor', string>>;
  /** The tab with the way of an event, and what it says of itself. */
  readonly way: Readonly<Record<'all' | 'edge' | 'worker' | 'front', string>> & { readonly info: string };
  readonly boxes: Readonly<Record<'intake' | 'counting' | 'showing' | 'aside', Said>>;
  /** The tab with the senders that are data; tills that nobody makes have a name in each language. */
  readonly more: { readonly label: string; readonly info: string; readonly box: Said; readonly tills: Readonly<Record<string, string>> };
  /** The tab with the widgets. */
  readonly dashboard: { readonly label: string; readonly info: string; readonly box: string };
  readonly pages: Readonly<Record<PageId, { readonly title: string; readonly path: string; readonly says: string }>>;
  /** What a shop may have twice; `names` of nodes in the order in which the case has them. */
  readonly seen: string;
  readonly cases: {
    readonly tills: Case & { readonly names: readonly [till: string, other: string, press: string, otherPress: string] };
    readonly shopify: Case & { readonly names: readonly [first: string, second: string] };
    readonly stores: Case & { readonly second: Texts['store']; readonly names: readonly [till: string, press: string, otherPress: string] };
  };
  readonly trial: { readonly label: string; readonly shop: string; readonly box: string; readonly why: string; readonly actors: readonly string[] };
}

export const TEXTS: Readonly<Record<Language, Texts>> = { it, en };
