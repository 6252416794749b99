/**
 * `it`: the words of the Italian templates.
 */
import type { Texts } from './texts.js';

export const it: Texts = {
  language: 'it',
  sectors: {
    retail: { label: 'Commercio al dettaglio', shop: 'Il mio negozio' },
    restaurant: { label: 'Ristorazione', shop: 'Il mio ristorante' },
    artisan: { label: 'Artigianato', shop: 'La mia bottega' },
  },
  cards: { now: 'Fatturato adesso', bills: 'Conti chiusi', orders: 'Ordini' },
  alerts: { highRefunds: 'Resi alti', manyOpen: 'Molti ordini aperti', slowService: 'Servizio lento', slowSupport: 'Assistenza lenta' },
  store: { id: 'negozio', name: 'Negozio' },
  senders: {
    shopify: 'Shopify', hubspot: 'HubSpot', woocommerce: 'WooCommerce', pos: 'Cassa', events: 'Eventi via API', pixel: 'Pagine del negozio', batch: 'File',
  },
  nodes: {
    store: 'Archivio', broker: 'Broker', normalize: 'Normalizza', dedupe: 'Doppioni', outbox: 'In partenza', inbox: 'In arrivo', window: 'Finestre', listen: 'Ascolto',
    alert: 'Avvisi', notify: 'Invio', deadletter: 'Scarti', database: 'Database', monitor: 'Stato',
  },
  way: {
    all: 'Dal webhook al numero', edge: 'Cassa del negozio', worker: 'Conteggio', front: 'Numeri e avvisi',
    info: 'La via di un evento. Ogni nodo ha due uscite: dalla prima esce ciò che va avanti, dalla seconda ciò che è stato rifiutato, con il motivo in `msg.reason`. '
      + 'Dove la seconda uscita di “normalizza”, “in partenza”, “in arrivo” e “finestre” non ha fili, ciò che rifiuta va da sé agli scarti del negozio. '
      + 'Ciò che si vede in /dashboard sta nell’altra scheda, senza fili.',
  },
  boxes: {
    intake: {
      label: '1 · Ricevere', says: 'entra solo chi ha la firma, una volta sola, e prima di tutto su disco',
      why: 'Ogni mittente firma quello che manda, e riceve “200” soltanto quando gli eventi sono su disco; altrimenti “503”, e rimanda. “Normalizza” traduce ordini, '
        + 'scontrini, contatti e richieste nello stesso evento; i dati personali si fermano lì. Un evento già visto esce dalla seconda uscita di “doppioni” ed è solo '
        + 'contato: per questo non è collegata. “In partenza” conserva gli eventi finché chi li conta non ne ha dato ricevuta.',
    },
    counting: {
      label: '2 · Contare', says: 'dagli eventi ai numeri, dai numeri agli avvisi',
      why: 'La ricevuta parte quando “finestre” ha scritto l’evento. Ogni vendita è un fatto: la sua correzione toglie il vecchio importo e mette il nuovo, nell’ora '
        + 'giusta. La regola di un avviso si legge come una frase nel modulo del nodo; parte una volta, e un’altra quando è risolto.',
    },
    showing: {
      label: '1 · Mostrare', says: 'i numeri di chi conta, e gli avvisi',
      why: 'Chi conta pubblica ogni numero su MQTT, dove resta l’ultimo valore. Da qui va avanti come se contasse questo Node-RED.',
    },
    aside: {
      label: 'Accanto', says: 'niente sparisce in silenzio; questi nodi lavorano senza fili',
      why: '“Scarti” conserva sigillato ciò che non si è potuto usare, con il motivo, e lo rimanda a “normalizza” o a “finestre” quando si chiede. “GET /kpi” risponde ai '
        + 'programmi, con la chiave API. “Stato” dice su /health e /metrics se gli eventi si possono conservare.',
    },
  },
  more: {
    label: 'Altri mittenti',
    info: 'Ogni mittente ha il suo indirizzo, per esempio `/in/square`. Finché il suo nodo non ha un segreto, a chiunque risponde “401”, e /health dice quale variabile impostare. '
      + 'Il modulo di ciascun nodo dice dove si trova il segreto. Chi non serve si può togliere.',
    box: {
      label: 'Casse, pagamenti e negozi', says: 'chiusi finché non hanno un segreto',
      why: 'Square, Zettle, Loyverse, Lightspeed, Cassa in Cloud e Fatture in Cloud danno il loro segreto; per gli altri ne genera uno il primo avvio. Tilby e SumUp non firmano: '
        + 'hanno un indirizzo segreto, e ciò che dicono non conta finché non viene letto da loro. Di “POS Zon” e delle due casse si dice in “normalizza” dove si trova ogni valore.',
    },
    tills: { 'till-hmac': 'Cassa (HMAC)', 'till-basic': 'Cassa (nome e parola d’ordine)' },
  },
  dashboard: {
    label: 'Cruscotto',
    info: 'Le pagine che si vedono in /dashboard, un riquadro per pagina. Nessun filo e nessun calcolo: ogni widget chiede da sé al negozio, all’archivio e al broker. '
      + 'Doppio clic su un widget per scegliere numero, periodo e confronto; per aggiungerne uno, trascinalo dalla palette e scegli la pagina.',
    box: 'Pagina',
  },
  pages: {
    today: { title: 'Oggi', path: '/oggi', says: 'quanto, contro il solito, e dove si arriva' },
    trend: { title: 'Andamento', path: '/andamento', says: 'i giorni, le ore della settimana, il confronto' },
    sales: { title: 'Vendite', path: '/vendite', says: 'da dove vengono, e come pagano' },
    alerts: { title: 'Avvisi', path: '/avvisi', says: 'che cosa va guardato, e che cosa è sorvegliato' },
    sources: { title: 'Fonti', path: '/fonti', says: 'chi manda, chi manca, che cosa non si è capito' },
  },
  seen: 'i numeri',
  cases: {
    tills: {
      label: 'Due casse diverse', says: 'Premi i due pulsanti: due scontrini scritti in modo diverso fanno un solo fatturato',
      why: 'Ogni cassa ha il suo webhook, con il suo indirizzo e la sua chiave, e il suo nodo “normalizza”, che dice dove si trovano numero, data e totale. La seconda scrive i centesimi '
        + 'come numeri interi. Da “doppioni” in poi la via è una sola.',
      info: 'Due casse che scrivono in modo diverso. Per una terza: copia webhook e “normalizza”, cambia l’indirizzo e, nel modulo di “normalizza”, incolla un suo scontrino. '
        + 'Ciò che uno dei due nodi non capisce va agli scarti, e da lì torna allo stesso nodo.',
      names: ['Cassa 1', 'Cassa 2', 'scontrino della cassa 1', 'scontrino della cassa 2'],
    },
    shopify: {
      label: 'Due negozi Shopify', says: 'Apri i due webhook, scrivi le chiavi dei due negozi e pubblica',
      why: 'Ogni negozio Shopify firma con la sua chiave: perciò due webhook, con due indirizzi. “Normalizza” ha nell’elenco i due nomi myshopify.com che possono parlare; un terzo finisce agli scarti.',
      info: 'Due negozi Shopify che contano insieme. Al posto dei nomi di esempio scrivi i tuoi nel nodo “normalizza”, alla voce “Negozi ammessi”; in Shopify usa gli indirizzi /in/shopify-1 e '
        + '/in/shopify-2. Un indirizzo che è già di un altro nodo viene rifiutato nel modulo.',
      names: ['Primo negozio', 'Secondo negozio'],
    },
    stores: {
      label: 'Un secondo punto vendita', says: 'Premi i due pulsanti: ogni scontrino va al suo punto vendita',
      why: 'I punti vendita stanno nel nodo negozio, ognuno con i nomi che casse e negozi online gli danno (MI-01, RM-01). Ogni numero c’è per ciascuno e in tutto; i widget li mostrano con '
        + '“Solo il punto vendita”, con i filtri o come parti.',
      info: 'Lo stesso negozio in due luoghi, una cassa per ciascuno. Per aggiungerne un terzo apri il nodo negozio, nella scheda dei nodi di configurazione, e scrivi una riga: nome, '
        + 'identificativo e i nomi con cui lo chiamano le casse. Non servono altri nodi.',
      second: { id: 'roma', name: 'Roma' },
      names: ['Casse dei due punti vendita', 'scontrino di Milano', 'scontrino di Roma'],
    },
  },
  trial: {
    label: 'Prova in 2 minuti', shop: 'Negozio di prova', box: '1 · Simulatore: clienti inventati, numeri veri',
    why: 'Al posto dei webhook, sei pulsanti che si premono da soli: scontrini, ordini, ingressi, resi. Tutto il resto è il modello vero. Il cruscotto è in /dashboard. '
      + 'Il negozio si chiama “prova”: niente di questo entra nei numeri di un altro negozio.',
    actors: ['le ore già passate', 'ingressi già passati', 'scontrino', 'ordine online', 'persone che entrano', 'reso'],
  },
};
