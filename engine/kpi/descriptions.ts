/**
 * Descriptions say in one sentence what each built-in number counts: for the help, the documentation, the page and `GET /kpi?describe`.
 */

/** One sentence in English and in Italian. */
export interface Description {
  readonly en: string;
  readonly it: string;
}

/** By the name of the KPI, in the order in which they are listed; the last one is there where the shop names a system of record. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  revenue: {
    en: 'What customers paid for goods and services, with VAT and shipping and after discounts, minus refunds; without tips and gift cards sold.',
    it: 'Quanto i clienti hanno pagato per merce e servizi, con IVA e spedizione e dopo gli sconti, meno i rimborsi; senza mance e buoni regalo venduti.',
  },
  gross_revenue: { en: 'Revenue before refunds.', it: 'Il fatturato prima dei rimborsi.' },
  refunds: {
    en: 'Money given back, in the window in which it was given back.',
    it: 'Il denaro restituito, nella finestra in cui è stato restituito.',
  },
  returns: { en: 'How many refunds there were.', it: 'Quanti rimborsi ci sono stati.' },
  returns_rate: {
    en: 'Refunds divided by the revenue before refunds of the same window; unknown above 100 %.',
    it: 'I rimborsi divisi per il fatturato prima dei rimborsi della stessa finestra; ignota oltre il 100 %.',
  },
  orders: {
    en: 'Completed sales of more than 0; free orders and gift cards sold alone are not counted.',
    it: 'Le vendite concluse di importo maggiore di 0; omaggi e soli buoni regalo non contano.',
  },
  average_ticket: { en: 'Revenue before refunds divided by orders.', it: 'Il fatturato prima dei rimborsi diviso per gli scontrini.' },
  net_sales: {
    en: 'Revenue without VAT, shipping and duties, of the sales that say their VAT; `coverage` is their share of revenue.',
    it: 'Il fatturato senza IVA, spedizione e dazi, delle vendite che dicono la loro IVA; `coverage` è la loro quota di fatturato.',
  },
  gross_sales: {
    en: 'Goods before discounts and refunds, without VAT, shipping and duties, of the sales that say their VAT; `coverage` is their share.',
    it: 'La merce prima di sconti e rimborsi, senza IVA, spedizione e dazi, delle vendite che dicono l’IVA; `coverage` è la loro quota.',
  },
  discounts: {
    en: 'Discounts given on completed sales, as far as the senders say them.',
    it: 'Gli sconti sulle vendite concluse, per quanto dicono le sorgenti.',
  },
  taxes: {
    en: 'VAT contained in completed sales, minus that of refunds, as far as the senders say it; `coverage` is their share of revenue.',
    it: 'L’IVA contenuta nelle vendite concluse, meno quella dei rimborsi, per quanto dicono le sorgenti; `coverage` è la loro quota di fatturato.',
  },
  units: {
    en: 'Pieces sold, of the sales that say their articles; `coverage` is their share of revenue.',
    it: 'I pezzi venduti, delle vendite che dicono i loro articoli; `coverage` è la loro quota di fatturato.',
  },
  units_per_order: {
    en: 'Pieces sold divided by orders, of the sales that say their articles; `coverage` is their share of revenue.',
    it: 'I pezzi venduti divisi per gli scontrini, delle vendite che dicono i loro articoli; `coverage` è la loro quota di fatturato.',
  },
  tips: { en: 'Tips given with completed sales, minus those given back.', it: 'Le mance lasciate con le vendite concluse, meno quelle restituite.' },
  shipping: {
    en: 'Shipping paid with completed sales, minus what was given back of it.',
    it: 'La spedizione pagata con le vendite concluse, meno quella restituita.',
  },
  gift_cards_sold: {
    en: 'Gift cards sold, minus those given back: money that is owed until the card is spent.',
    it: 'I buoni regalo venduti, meno quelli restituiti: denaro da dare finché il buono non è speso.',
  },
  voids: {
    en: 'Sales that were voided and returns that an annulment takes away, in their own window, and annulments that name neither, in theirs.',
    it: 'Le vendite annullate e i resi tolti da un annullo, nella loro finestra, e gli annulli che non indicano né l’una né l’altro, nella propria.',
  },
  open_orders: { en: 'Orders of the window that are still open.', it: 'Gli ordini della finestra ancora aperti.' },
  incomplete_orders: {
    en: 'Orders still open in the window of their time; with a limit set, orders open for longer than that, in the window in which they became so.',
    it: 'Gli ordini ancora aperti, nella finestra della loro ora; con un limite, quelli rimasti aperti più a lungo, nella finestra in cui è successo.',
  },
  oldest_open_order: {
    en: 'Seconds since the oldest order was opened, of those of the last 24 hours that are still open; only of the present.',
    it: 'I secondi da quando è aperto il più vecchio degli ordini delle ultime 24 ore ancora aperti; solo nel presente.',
  },
  open_quotes: {
    en: 'Quotes nobody has answered yet, of whatever day; only of the present.',
    it: 'I preventivi ancora senza risposta, di qualunque giorno; solo nel presente.',
  },
  open_quotes_amount: {
    en: 'What those quotes amount to; only of the present.',
    it: 'L’importo di quei preventivi; solo nel presente.',
  },
  service_time: {
    en: 'Mean seconds from opened to paid of completed sales; more than 24 hours is a forgotten order and left out.',
    it: 'I secondi in media dall’apertura al pagamento delle vendite concluse; oltre 24 ore è un ordine dimenticato e resta fuori.',
  },
  service_time_p90: {
    en: 'The service time that nine of ten orders stay below, to 2.5 %.',
    it: 'Il tempo di servizio sotto cui restano nove ordini su dieci, al 2,5 %.',
  },
  service_time_outliers: {
    en: 'Completed sales that were open for more than 24 hours.',
    it: 'Le vendite concluse rimaste aperte più di 24 ore.',
  },
  covers: { en: 'People seated, of completed sales that say so.', it: 'I coperti delle vendite concluse che li dicono.' },
  average_per_cover: {
    en: 'Revenue before refunds of the sales that say their covers, divided by covers.',
    it: 'Il fatturato prima dei rimborsi delle vendite che dicono i coperti, diviso per i coperti.',
  },
  footfall: { en: 'People counted at the entrance.', it: 'Le persone contate all’ingresso.' },
  conversion: {
    en: 'Sales made in the store divided by people counted at the entrance, without online, delivery and phone; unknown above 100 %.',
    it: 'Le vendite fatte in negozio divise per le persone contate all’ingresso, senza online, consegne e telefono; ignota oltre il 100 %.',
  },
  social_conversion: {
    en: 'Won deals and sales from social networks divided by contacts, deals and orders from there, lost and cancelled too; a contact and its deal are one.',
    it: 'Trattative vinte e vendite dai social divise per contatti, trattative e ordini dai social, anche persi; un contatto e la sua trattativa sono uno.',
  },
  social_visit_conversion: {
    en: 'Completed online sales divided by web visits, both from social networks; unknown above 100 %.',
    it: 'Le vendite online concluse divise per le visite al sito, le une e le altre arrivate dai social; ignota oltre il 100 %.',
  },
  support_time: {
    en: 'Mean seconds from a ticket’s opening to its closing, in the window of the closing.',
    it: 'I secondi in media dall’apertura alla chiusura di una richiesta, nella finestra della chiusura.',
  },
  waste: { en: 'Value of what was thrown away.', it: 'Il valore degli scarti di magazzino.' },
  card_share: {
    en: 'Share of the payments whose means is known that was paid by card, net of refunds; what its sale states, too, counts once.',
    it: 'La quota pagata con carta dei pagamenti di cui si conosce il mezzo, al netto dei rimborsi; quello che dice anche la vendita conta una volta.',
  },
  cash_share: {
    en: 'The same share paid in cash, without the change.',
    it: 'La stessa quota pagata in contanti, senza il resto.',
  },
  other_share: {
    en: 'The same share paid by any other means.',
    it: 'La stessa quota pagata con qualunque altro mezzo.',
  },
  other_sources: {
    en: 'Sales, refunds and waste that other sources sent than the system of record of their store and channel: they count nowhere else.',
    it: 'Vendite, rimborsi e scarti arrivati da sorgenti diverse da quella che conta per il loro punto vendita e canale: non contano altrove.',
  },
};
