/**
 * `processingRecord` is the shop's record of processing activities (GDPR article 30) as far as this program knows it, made of what is stored.
 */
import { formatInstant } from '../base/time.js';
import { prefixRange, type Store } from '../store/store.js';
import { RETENTION, retentionTable } from './retention.js';

/** Entries that are counted of one class; beyond it the record says that there are more. */
const MAX_COUNTED = 1_000_000;
const PAGE = 1_000;

/** `ClassCounts`: how much of each class lies in the store, by its id. */
export type ClassCounts = ReadonlyMap<string, { readonly entries: number; readonly more: 'yes' | 'no' }>;

/** `countClasses` reads the store a page at a time. Throws its faults. */
export async function countClasses(store: Store): Promise<ClassCounts> {
  const counts = new Map<string, { readonly entries: number; readonly more: 'yes' | 'no' }>();
  for (const { id, prefixes } of RETENTION) {
    let entries = 0;
    for (const prefix of prefixes) entries += await countBelow(store, prefix, MAX_COUNTED - entries);
    counts.set(id, { entries, more: entries >= MAX_COUNTED ? 'yes' : 'no' });
  }
  return counts;
}

async function countBelow(store: Store, prefix: string, most: number): Promise<number> {
  const { gte, lt } = prefixRange(prefix);
  let counted = 0;
  for (let from = gte; counted < most;) {
    const page = await store.scan({ gte: from, lt }, PAGE);
    counted += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    from = `${last.key}\u0001`;
  }
  return Math.min(counted, most);
}

/** `RecordFacts` of the shop that the record is about. `sources`: who sends, as far as anything of them is kept. */
export interface RecordFacts {
  readonly shop: string;
  readonly sources: readonly string[];
  readonly at: number;
}

/** `processingRecord` in Markdown. What only the owner knows is left for him to fill in, and marked. */
export function processingRecord(language: 'en' | 'it', counts: ClassCounts, { shop, sources, at }: RecordFacts): string {
  const text = TEXTS[language];
  const number = (entries: number): string => FORMATS[language].format(entries);
  const stored = (id: string): string => {
    const { entries = 0, more = 'no' } = counts.get(id) ?? {};
    return `${more === 'yes' ? '≥ ' : ''}${number(entries)}`;
  };
  return [
    `# ${text.title}`, `${text.shop}: ${inline(shop)} · ${formatInstant(at).slice(0, 10)}`, text.fill,
    ...text.sections.map(([head, body]) => `## ${head}\n\n${body}`),
    `## ${text.senders}`, sources.length === 0 ? text.nobody : sources.map((source) => `- ${inline(source)}`).join('\n'),
    `## ${text.kept}`, retentionTable(language, { head: text.stored, cell: ({ id }) => stored(id) }),
    `## ${text.measures}`, text.protection,
  ].join('\n\n');
}

/** Names come from outside: none may write Markdown of its own. */
function inline(name: string): string {
  return `\`${name.replaceAll(/[`\r\n]/g, ' ')}\``;
}

const FORMATS = { en: new Intl.NumberFormat('en-US'), it: new Intl.NumberFormat('it-IT') } as const;

const TEXTS = {
  en: {
    title: 'Record of processing activities', shop: 'Shop', stored: 'entries now',
    senders: 'Sources of the data', nobody: 'Nothing has come yet.',
    fill: 'Made from what is stored. Fields marked with […] only the controller can fill in.',
    kept: 'Categories of data, and how long they are kept', measures: 'Security measures',
    sections: [
      ['Controller', '[name, address, contact; data protection officer, if any]'],
      ['Purposes', 'Sales figures, alerts and evaluation of campaigns of the shop. [legal basis]'],
      ['Data subjects',
        'Customers of the shop, by a pseudonym made of their e-mail address with a secret key. No name, address or '
        + 'telephone number is kept outside sealed dead letters.'],
      ['Recipients', 'Nobody, unless the flow sends notices or numbers elsewhere. [processors, transfers to third countries]'],
    ],
    protection:
      'Keyed pseudonyms (HMAC-SHA256), sealed dead letters (AES-256-GCM), expiry by the table above, erasure on '
      + 'request in all facts and dead letters, senders proven by signature or token. [further measures]',
  },
  it: {
    title: 'Registro delle attività di trattamento', shop: 'Negozio', stored: 'voci ora',
    senders: 'Da dove vengono i dati', nobody: 'Non è ancora arrivato nulla.',
    fill: 'Fatto con ciò che è memorizzato. I campi segnati con […] può compilarli solo il titolare.',
    kept: 'Categorie di dati e tempi di conservazione', measures: 'Misure di sicurezza',
    sections: [
      ['Titolare', '[nome, indirizzo, recapito; responsabile della protezione dei dati, se c’è]'],
      ['Finalità', 'Numeri delle vendite, avvisi e valutazione delle campagne del negozio. [base giuridica]'],
      ['Interessati',
        'Clienti del negozio, con uno pseudonimo fatto dall’indirizzo e-mail e da una chiave segreta. Nomi, indirizzi '
        + 'e telefoni non restano, se non negli scarti sigillati.'],
      ['Destinatari', 'Nessuno, salvo che il flusso mandi altrove avvisi o numeri. [responsabili, trasferimenti in paesi terzi]'],
    ],
    protection:
      'Pseudonimi con chiave (HMAC-SHA256), scarti sigillati (AES-256-GCM), scadenza secondo la tabella qui sopra, '
      + 'cancellazione a richiesta in tutti i fatti e gli scarti, mittenti provati da firma o token. [altre misure]',
  },
} as const;
