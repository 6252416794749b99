/**
 * Refused content: what is wrong with an event, a receipt, a file or a question. Italian texts are those of the dashboard's dead letters.
 */
import type { ErrorRows } from './row.js';

/** Rules of what was sent. Shopify, HubSpot and WooCommerce get 200 instead of 422: a refusal would end their subscription. */
export const CONTENT = {
  json: {
    status: [400],
    en: ['Not valid JSON', 'Send UTF-8 JSON without a comma too many'],
    it: ['Il contenuto non è JSON valido', 'Mandare JSON in UTF-8, senza virgole di troppo'],
  },
  'json.depth': {
    status: [400],
    en: ['JSON nested more than 100 levels deep', 'Send the data flat: no sender that is known nests more than ten levels'],
    it: ['JSON annidato per più di 100 livelli', 'Mandare i dati meno annidati: nessun mittente noto supera i dieci livelli'],
  },
  type: {
    status: [422, 415, 400],
    en: ['A value, or the body, is of another type than expected', 'Correct the field that the path names; of a body, its Content-Type'],
    it: ['Un valore è di un tipo diverso da quello atteso', 'Correggere il campo indicato dal percorso; per il contenuto intero, il Content-Type'],
  },
  required: {
    status: [422],
    en: ['A required field is missing', 'Correct the field that the path names'],
    it: ['Manca un campo necessario', 'Correggere il campo indicato dal percorso'],
  },
  additionalProperties: {
    status: [422],
    en: ['A field that we do not know', 'Leave it out, or begin its name with x_'],
    it: ['C’è un campo che non conosciamo', 'Toglierlo, o farne cominciare il nome con x_'],
  },
  propertyNames: {
    status: [422],
    en: ['A field has a name that cannot be', 'Names are lower case letters, digits and _'],
    it: ['Un campo ha un nome non ammesso', 'I nomi hanno lettere minuscole, cifre e _'],
  },
  maxProperties: {
    status: [422],
    en: ['Too many fields', 'At most 40 in data'],
    it: ['Troppi campi', 'Al massimo 40 in data'],
  },
  enum: {
    status: [422, 400],
    en: ['Not one of the allowed values', 'Correct the field that the path names'],
    it: ['Un valore non è fra quelli ammessi', 'Correggere il campo indicato dal percorso'],
  },
  const: {
    status: [422],
    en: ['Not CloudEvents 1.0', 'Set specversion to 1.0'],
    it: ['Non è CloudEvents 1.0', 'Mettere specversion a 1.0'],
  },
  anyOf: {
    status: [422],
    en: ['Neither of the allowed forms', 'Correct the field that the path names'],
    it: ['Un valore non ha nessuna delle forme ammesse', 'Correggere il campo indicato dal percorso'],
  },
  pattern: {
    status: [422, 400],
    en: ['A text does not have the expected form', 'Correct the field that the path names'],
    it: ['Un testo non ha la forma attesa', 'Correggere il campo indicato dal percorso'],
  },
  minLength: {
    status: [422],
    en: ['A text is too short', 'Correct the field that the path names'],
    it: ['Un testo è troppo corto', 'Correggere il campo indicato dal percorso'],
  },
  maxLength: {
    status: [422],
    en: ['A text is too long', 'Correct the field that the path names'],
    it: ['Un testo è troppo lungo', 'Correggere il campo indicato dal percorso'],
  },
  minimum: {
    status: [422],
    en: ['A number is too small', 'Correct the field that the path names'],
    it: ['Un numero è troppo piccolo', 'Correggere il campo indicato dal percorso'],
  },
  maximum: {
    status: [422],
    en: ['A number is too large', 'Correct the field that the path names'],
    it: ['Un numero è troppo grande', 'Correggere il campo indicato dal percorso'],
  },
  exclusiveMinimum: {
    status: [422],
    en: ['A number is too small', 'Correct the field that the path names'],
    it: ['Un numero è troppo piccolo', 'Correggere il campo indicato dal percorso'],
  },
  exclusiveMaximum: {
    status: [422],
    en: ['A number is too large', 'Correct the field that the path names'],
    it: ['Un numero è troppo grande', 'Correggere il campo indicato dal percorso'],
  },
  precision: {
    status: [422],
    en: ['A quantity with more than three decimals, or an amount beyond the exact numbers', 'Correct the field that the path names'],
    it: ['Quantità con più di tre decimali, o importo oltre i numeri esatti', 'Correggere il campo indicato dal percorso'],
  },
  instant: {
    status: [422, 400],
    en: ['Not an instant with a zone', 'Send RFC 3339, such as 2026-11-22T09:00:00+01:00'],
    it: ['Data e ora non leggibili', 'Mandare RFC 3339, per esempio 2026-11-22T09:00:00+01:00'],
  },
  order: {
    status: [422, 400],
    en: ['The end comes before the beginning', 'Correct the field that the path names'],
    it: ['La fine viene prima dell’inizio', 'Correggere il campo indicato dal percorso'],
  },
  span: {
    status: [422],
    en: ['Closed more than ten years after it was opened', 'Correct the field that the path names'],
    it: ['Chiuso più di dieci anni dopo l’apertura', 'Correggere il campo indicato dal percorso'],
  },
  'time.future': {
    status: [422],
    en: ['More than five minutes in the future', 'Set the sender’s clock by NTP'],
    it: ['Ora nel futuro: l’orologio della cassa è avanti?', 'Regolare l’orologio del mittente con NTP'],
  },
  'time.past': {
    status: [422],
    en: ['More than 400 days old', 'Nothing: so old a number is not kept any more'],
    it: ['Più vecchio di 400 giorni', 'Niente: numeri così vecchi non si conservano più'],
  },
  'currency.foreign': {
    status: [422],
    en: ['Not the currency of the shop', 'A shop counts in one currency, chosen in the shop node'],
    it: ['Valuta diversa da quella del negozio', 'Un negozio conta in una sola valuta, scelta nel nodo negozio'],
  },
  'currency.mixed': {
    status: [422],
    en: ['Several currencies in one order', 'Correct the order at the sender'],
    it: ['Più valute nello stesso ordine', 'Correggere l’ordine nel mittente'],
  },
  maxItems: {
    status: [422],
    en: ['Too many elements in one request (10,000; a file: 25,000 rows) or in one list of an event', 'Send them in several parts'],
    it: ['Troppi elementi in una volta: vanno mandati in più volte', 'Mandarli in più parti'],
  },
  'topic.body': {
    status: [422],
    en: ['The body is not what its topic says', 'Nothing: somebody may have sent a captured message again under another topic'],
    it: ['Il contenuto non è quello del suo argomento', 'Niente: qualcuno può aver rimandato un messaggio intercettato con un altro argomento'],
  },
  'topic.replayed': {
    status: [422],
    en: ['The same body came before, under another topic or for another shop', 'Nothing: what it said first counts'],
    it: ['Lo stesso contenuto era già arrivato, con un altro argomento o per un altro negozio', 'Niente: vale quello che diceva la prima volta'],
  },
  'shop.unknown': {
    status: [422],
    en: ['A shop that is not known here', 'If it is yours, list it in the normalize node and send the dead letters in again'],
    it: ['Un negozio che qui non è conosciuto', 'Se è tuo, scriverlo nel nodo normalizza e rimandare gli scarti'],
  },
  'topic.missing': {
    status: [422],
    en: ['The sender does not say what the message is about', 'See that the proxy in front passes the sender’s topic header on'],
    it: ['Il mittente non dice di che cosa parla il messaggio', 'Controllare che il proxy davanti inoltri l’intestazione con l’argomento'],
  },
  'provider.unknown': {
    status: [422],
    en: ['An unknown sender', 'Choose the sender in the normalize node'],
    it: ['Mittente sconosciuto', 'Scegliere il mittente nel nodo normalizza'],
  },
  'value.unknown': {
    status: [422],
    en: ['A word of the till that is not in its table', 'Add it to the table in the normalize node'],
    it: ['Una parola della cassa non è nella sua tabella', 'Aggiungerla alla tabella nel nodo normalizza'],
  },
  number: {
    status: [422],
    en: ['A people counter sent something else than a plain number of people', 'Send digits only'],
    it: ['Un conta-persone ha mandato qualcosa che non è un numero di persone', 'Mandare soltanto cifre'],
  },
  label: {
    status: [422],
    en: ['The topic does not end in the name of a store', 'Publish to …/in/footfall/<store>'],
    it: ['Il topic non finisce con il nome di un negozio', 'Pubblicare su …/in/footfall/<negozio>'],
  },
  'number.type': {
    status: [422],
    en: ['Neither text nor number', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Né testo né numero', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'number.form': {
    status: [422],
    en: ['Not a number that can be read', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Numero non leggibile', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'number.missing': {
    status: [422],
    en: ['A number is missing', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Manca un numero', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'number.locale': {
    status: [422],
    en: ['It is not known whether the dot separates decimals or thousands', 'Choose the number format in the normalize node'],
    it: ['Non si sa se il punto separa i decimali o le migliaia', 'Scegliere il formato dei numeri nel nodo normalizza'],
  },
  'number.grouping': {
    status: [422],
    en: ['A thousands separator out of place', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Separatore delle migliaia fuori posto', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'number.currency': {
    status: [422],
    en: ['A number is in another currency', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Un numero è in un’altra valuta', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'number.rate': {
    status: [422],
    en: ['A rate that may be a fraction or a percentage', 'Send it with a percent sign, or below 1'],
    it: ['Un’aliquota che può essere frazione o percentuale', 'Mandarla con il segno di percento, o sotto 1'],
  },
  'number.integer': {
    status: [422],
    en: ['Minor units with decimals', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Centesimi con decimali', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'id.precision': {
    status: [422],
    en: ['A number too large to be exact', 'Send ids as text'],
    it: ['Numero troppo grande per essere esatto', 'Mandare gli identificativi come testo'],
  },
  'date.type': {
    status: [422],
    en: ['A date is neither text nor number', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Una data non è né testo né numero', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'date.form': {
    status: [422],
    en: ['Not a date that can be read', 'Choose the date format in the normalize node'],
    it: ['Data non leggibile', 'Scegliere il formato delle date nel nodo normalizza'],
  },
  'date.order': {
    status: [422],
    en: ['It is not known whether day or month comes first', 'Choose the date format in the normalize node'],
    it: ['Non si sa se viene prima il giorno o il mese', 'Scegliere il formato delle date nel nodo normalizza'],
  },
  'date.impossible': {
    status: [422],
    en: ['A date that does not exist', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Data che non esiste', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'date.missing': {
    status: [422],
    en: ['The date is missing', 'Correct it at the sender, or in the form of the normalize node'],
    it: ['Manca la data', 'Correggerlo nel mittente, o nella scheda del nodo normalizza'],
  },
  'date.zone': {
    status: [422],
    en: ['A time without zone', 'Choose the time zone in the normalize node'],
    it: ['Un’ora senza fuso', 'Scegliere il fuso orario nel nodo normalizza'],
  },
  'date.epoch': {
    status: [422],
    en: ['Not an epoch of the years 1973 to 9999', 'See whether it is in seconds or milliseconds'],
    it: ['Secondi che non danno una data fra il 1973 e il 9999', 'Controllare se sono secondi o millisecondi'],
  },
  'text.form': {
    status: [400],
    en: ['The file is empty or no text', 'Export it again, as UTF-8'],
    it: ['Il file è vuoto o non è testo', 'Esportarlo di nuovo, in UTF-8'],
  },
  'csv.form': {
    status: [400],
    en: ['Not a table that can be read', 'See whether a quote does not close'],
    it: ['Tabella non leggibile', 'Cercare una virgoletta che non si chiude'],
  },
  'csv.columns': {
    status: [422],
    en: ['A required column is missing or has another name', 'Add its heading to the columns in the normalize node'],
    it: ['Manca una colonna necessaria, o ha un altro nome', 'Aggiungere la sua intestazione alle colonne nel nodo normalizza'],
  },
  'xml.form': {
    status: [400],
    en: ['Not well-formed XML', 'Export it again'],
    it: ['XML non valido', 'Esportarlo di nuovo'],
  },
  'xml.doctype': {
    status: [422],
    en: ['XML with a document type declaration', 'Leave the declaration out: it is never read'],
    it: ['XML con una dichiarazione di tipo', 'Togliere la dichiarazione: non si legge mai'],
  },
  'xml.size': {
    status: [422],
    en: ['XML with too many elements, or too deep', 'Send one closing per file'],
    it: ['XML con troppi elementi, o troppo profondo', 'Mandare una chiusura per file'],
  },
  'xml.root': {
    status: [422],
    en: ['Not the closing of a fiscal till', 'Send the COR10 file of the till'],
    it: ['Non è la chiusura di un registratore telematico', 'Mandare il file COR10 del registratore'],
  },
  'receipt.line': {
    status: [422],
    en: ['Another row of the same receipt is refused', 'Correct that row'],
    it: ['Un’altra riga dello stesso scontrino è rifiutata', 'Correggere quella riga'],
  },
  'receipt.twice': {
    status: [422],
    en: ['One number in rows that are not one receipt', 'Give each receipt a number of its own'],
    it: ['Lo stesso numero in righe diverse', 'Dare a ogni scontrino un numero suo'],
  },
  'document.unknown': {
    status: [422],
    en: ['A kind of document that nobody knows', 'Say in the normalize node whether it is a sale, a return, a void or to be ignored'],
    it: ['Un tipo di documento che nessuno conosce', 'Dire nel nodo normalizza se è una vendita, un reso, un annullo o da ignorare'],
  },
  'receipt.total': {
    status: [422],
    en: ['Different totals for one receipt', 'Correct the total at the till'],
    it: ['Totali diversi per lo stesso scontrino', 'Correggere il totale nella cassa'],
  },
  'sum.inexact': {
    status: [422],
    en: ['The sum of the hour would no longer be exact to the cent', 'See whether the amount is an error; the limit is far above what shops sell'],
    it: [
      'La somma dell’ora non sarebbe più esatta al centesimo',
      'Controllare se l’importo è un errore; il limite è molto sopra quello che un negozio vende',
    ],
  },
  'inbox.full': {
    en: ['Too many events were under way, and nobody sends this one again', 'Send it in again on the page Fonti; the limit is in the inbox node'],
    it: ['Troppi eventi in corso, e nessuno rimanda questo', 'Rimandarlo dalla pagina Fonti; il limite è nel nodo in arrivo'],
  },
  notStored: {
    en: ['The flow failed, and nobody sends this event again', 'Send it in again on the page Fonti'],
    it: ['Il flusso ha fallito, e nessuno rimanda questo evento', 'Rimandarlo dalla pagina Fonti'],
  },
} as const satisfies ErrorRows;

/** Rules of questions for KPIs alone; the others of a question stand in `CONTENT`. */
export const QUESTIONS = {
  unknown: {
    status: [400],
    en: ['No KPI has that name', 'The names are in docs/numbers.md and in the window node'],
    it: ['Nessun KPI ha quel nome', 'I nomi sono in docs/numbers.it.md e nel nodo finestre e KPI'],
  },
  date: {
    status: [400],
    en: ['A day that does not exist', 'Ask for days such as 2026-11-01'],
    it: ['Un giorno che non esiste', 'Chiedere giorni come 2026-11-01'],
  },
  range: {
    status: [400],
    en: ['Too many windows', 'Ask for a shorter period or longer windows'],
    it: ['Troppe finestre', 'Chiedere un periodo più breve o finestre più lunghe'],
  },
} as const satisfies ErrorRows;
