/**
 * `RETENTION` says what is kept of whom, and for how long: one row per class of data. The record of processing and the docs are made of it.
 */
import { ACTIVITY_KEPT_MS } from '../aggregate/sourceActivity.js';
import { KEEP_MS } from '../aggregate/slice.js';
import { MEMBER_KEPT_MS, MEMBER_NAMES } from '../aggregate/memberNames.js';
import { MEMBERS } from '../aggregate/memberSlice.js';
import { HISTORY_KEPT_MS } from '../alert/stateStore.js';
import { PENDING_KEPT_MS } from '../alert/notificationLog.js';
import { SENT_KEPT_MS } from '../alert/notificationQueue.js';
import { DAY, HOUR } from '../base/time.js';
import { DEAD_LETTER_LIMITS, OPEN_PREFIX, SEALED_PREFIX } from '../deadletter/deadLetterStore.js';
import { MAX_AGE_MS } from '../event/event.js';

/** `RetentionClass`: `prefixes` of its keys in a shop's store; `person`: how somebody could be found in it; `keptMs`: at most. */
export interface RetentionClass {
  readonly id: string;
  readonly prefixes: readonly string[];
  readonly person: 'pseudonym' | 'sealed' | 'none';
  readonly keptMs: number | 'untilDone';
  readonly en: string;
  readonly it: string;
}

/** The dedupe node's own default; its form may say otherwise. */
const IDS_KEPT_MS = 48 * HOUR;

export const RETENTION: readonly RetentionClass[] = [
  {
    id: 'facts', prefixes: ['f/', 'q/', 'wv/', 'rv/'], person: 'pseudonym', keptMs: MAX_AGE_MS,
    en: 'Facts: sales, refunds, visits, leads and tickets', it: 'Fatti: vendite, resi, visite, contatti e richieste',
  },
  {
    id: 'deadLetters', prefixes: [OPEN_PREFIX, SEALED_PREFIX], person: 'sealed', keptMs: DEAD_LETTER_LIMITS.keepMs,
    en: 'Dead letters: what could not be understood, whole and sealed', it: 'Scarti: ciò che non si è capito, intero e sigillato',
  },
  {
    id: 'outbox', prefixes: ['o/'], person: 'pseudonym', keptMs: 'untilDone',
    en: 'Outbox: events that wait for their acknowledgement', it: 'Outbox: eventi che attendono la ricevuta',
  },
  {
    id: 'erasureRequests', prefixes: ['er/'], person: 'pseudonym', keptMs: 'untilDone',
    en: 'Requests to be forgotten, until they are carried out', it: 'Richieste di cancellazione, finché non sono eseguite',
  },
  {
    id: 'dedupeIds', prefixes: ['d/'], person: 'none', keptMs: IDS_KEPT_MS,
    en: 'Ids of events that were here', it: 'Identificativi degli eventi già arrivati',
  },
  {
    id: 'minuteSums', prefixes: ['m/'], person: 'none', keptMs: KEEP_MS.minute,
    en: 'Sums per minute', it: 'Somme al minuto',
  },
  {
    id: 'hourSums', prefixes: ['h/'], person: 'none', keptMs: KEEP_MS.hour,
    en: 'Sums per hour', it: 'Somme all’ora',
  },
  {
    id: 'memberSums', prefixes: [MEMBERS], person: 'pseudonym', keptMs: KEEP_MS.hour,
    en: 'Sums per hour by product, category, VAT rate, means of payment and, where that is switched on, who sold',
    it: 'Somme all’ora per articolo, categoria, aliquota IVA, mezzo di pagamento e, dove è attivato, chi ha venduto',
  },
  {
    id: 'memberNames', prefixes: [MEMBER_NAMES], person: 'pseudonym', keptMs: MEMBER_KEPT_MS,
    en: 'Names of products, categories and means of payment, and who sold', it: 'Nomi di articoli, categorie e mezzi di pagamento, e chi ha venduto',
  },
  {
    id: 'alertHistory', prefixes: ['ah/'], person: 'none', keptMs: HISTORY_KEPT_MS,
    en: 'History of alerts', it: 'Storia degli avvisi',
  },
  {
    id: 'pendingNotices', prefixes: ['u/'], person: 'none', keptMs: PENDING_KEPT_MS,
    en: 'Notices that are due', it: 'Avvisi da notificare',
  },
  {
    id: 'sentNotices', prefixes: ['n/', 'nd/'], person: 'none', keptMs: SENT_KEPT_MS,
    en: 'Log of notices sent and to be sent', it: 'Registro degli avvisi inviati e da inviare',
  },
  {
    id: 'sourceActivity', prefixes: ['sh/'], person: 'none', keptMs: ACTIVITY_KEPT_MS,
    en: 'How much each source sends per hour', it: 'Quanto manda ogni sorgente all’ora',
  },
];

const FOR_DAYS = { en: 'days', it: 'giorni' } as const;
const UNTIL_DONE = { en: 'until done', it: 'finché serve' } as const;
const PERSONS = {
  en: { pseudonym: 'pseudonym of the e-mail address', sealed: 'whatever the sender sent, sealed (AES-256-GCM)', none: 'none' },
  it: { pseudonym: 'pseudonimo dell’indirizzo e-mail', sealed: 'ciò che il mittente ha mandato, sigillato (AES-256-GCM)', none: 'nessuno' },
} as const;
const HEADS = { en: ['what', 'personal data', 'kept'], it: ['che cosa', 'dati personali', 'conservazione'] } as const;

/** `retentionTable` is the table in Markdown; `more` adds a column. */
export function retentionTable(language: 'en' | 'it', more?: { readonly head: string; readonly cell: (row: RetentionClass) => string }): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const heads = [...HEADS[language], ...(more === undefined ? [] : [more.head])];
  const rows = RETENTION.map((each) => row([
    each[language], PERSONS[language][each.person], keptText(each, language), ...(more === undefined ? [] : [more.cell(each)]),
  ]));
  return [row(heads), row(heads.map(() => '---')), ...rows].join('\n');
}

function keptText({ keptMs }: RetentionClass, language: 'en' | 'it'): string {
  return keptMs === 'untilDone' ? UNTIL_DONE[language] : `${String(Math.round(keptMs / DAY))} ${FOR_DAYS[language]}`;
}
