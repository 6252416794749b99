/**
 * Examples of one node on its own, one small flow per node: something goes in at a button, what comes out stands in the debug sidebar.
 */
import { examplePage } from './pages.js';
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';

/** A shop of its own: what is tried here must not be counted as a real sale. */
const SHOP = { id: idOf('examples', 'shop'), type: 'bottega-shop', name: 'Negozio di esempio', tenant: 'esempio' };
const STORE = { id: idOf('store'), type: 'bottega-store', name: 'Archivio' };
const BROKER = { id: idOf('broker'), type: 'bottega-broker', name: 'Broker' };
const CONFIGURATION: readonly FlowNode[] = [SHOP, STORE, BROKER];
/** A page of Dashboard 2 with one group, for the examples of widgets. */
const PAGE: readonly FlowNode[] = examplePage();
const GROUP = idOf('examples', 'group');

/** What is done with it, and how many nodes wide and high its box is. */
interface Example {
  /** The name of the node's folder, without its number. */
  readonly type: string;
  readonly title: string;
  readonly says: string;
  readonly why: string;
  readonly nodes: Readonly<Record<string, Placed>>;
}

const SALE = '{"specversion": "1.0", "id": $string($millis()), "source": "urn:bottega:esempio", "type": "sale", "subject": "ordine/" & $string($millis()), '
  + '"time": $now(), "data": {"store": "negozio", "channel": "pos", "status": "completed", "amount": "42.50", "payment": "card"}}';
const ONLINE_SALE = SALE.replace('"channel": "pos"', '"channel": "online"').replace('42.50', '18.00');
const SAME_SALE = SALE.replace('"id": $string($millis())', '"id": "sempre-lo-stesso"').replace('"ordine/" & $string($millis())', '"ordine/1"');
const RECEIPT = '{"numeroScontrino": $string($millis()), "dataOra": $now(), "totale": "12,50", "pagamenti": [{"tipo": "CONTANTI"}], "stato": "completo"}';
const BAD_RECEIPT = '{"numeroScontrino": "1", "dataOra": $now(), "totale": "dodici euro"}';

const PLACES = { first: [140, 150], second: [340, 150], third: [540, 150], fourth: [740, 150], fifth: [940, 150] } as const;
type Column = keyof typeof PLACES;

function press(name: string, payload: string, to: string): Placed {
  const fields = { name, props: [{ p: 'payload' }], repeat: '', crontab: '', once: false, onceDelay: 0.1, topic: '', payload, payloadType: 'jsonata' };
  return { type: 'inject', at: PLACES.first, fields, wires: [[to]] };
}

function nodeOf(type: string, column: Column, fields: Readonly<Record<string, unknown>>, ...wires: string[][]): Placed {
  const name = type.startsWith('ui-') ? type.replace('ui-', 'ui-bottega-') : `bottega-${type}`;
  return { type: name, at: PLACES[column], fields: { shop: SHOP.id, store: STORE.id, broker: BROKER.id, ...fields }, wires };
}

/** A widget on the example's page; no wire leads to it. */
function widgetOf(type: string, fields: Readonly<Record<string, unknown>>): Placed {
  return nodeOf(type, 'third', { name: '', group: GROUP, order: 1, ...fields });
}

/** Two debug nodes behind a node's outputs. */
function debugs(column: Column, side = 'seconda uscita'): Readonly<Record<'main' | 'side', Placed>> {
  const [x, y] = PLACES[column];
  const debug = (name: string, dy: number): Placed => ({
    type: 'debug', at: [x, y + dy], wires: [],
    fields: { name, active: true, tosidebar: true, console: false, tostatus: false, complete: 'true', targetType: 'full', statusVal: '', statusType: 'auto' },
  });
  return { main: debug('prima uscita', -25), side: debug(side, 35) };
}

const RULE = {
  name: 'Incasso dell’ora sopra 40 euro', kpi: 'revenue', size: '1h', threshold: '40', recovery: '40', channel: '', group: 'all', op: 'above', upper: '', live: true,
  for: '', keepFiringFor: '', repeat: '', noData: '',
};

const EXAMPLES: readonly Example[] = [
  {
    type: 'webhook', title: 'Ricevere da un programma', says: 'Apri il nodo, scrivi una chiave, pubblica, premi “Invia un esempio firmato”',
    why: 'Il nodo risponde su /in/esempio a chi manda “Authorization: Bearer” e la chiave. Chi non ce l’ha riceve 401 ed esce dalla seconda uscita.',
    nodes: { node: nodeOf('webhook', 'second', { name: '', provider: 'events', path: '/in/esempio', store: '' }, ['main'], ['side']), ...debugs('third', 'mittenti rifiutati') },
  },
  {
    type: 'normalize', title: 'Capire uno scontrino', says: 'Premi il pulsante: dallo scontrino nasce una vendita',
    why: 'Il modulo del nodo dice dove si trovano numero, data e totale nel JSON della cassa; là si può anche incollare uno scontrino vero e vedere che cosa ne esce.',
    nodes: { press: press('scontrino', RECEIPT, 'node'), node: nodeOf('normalize', 'second', { name: '', provider: 'pos' }, ['main'], ['side']), ...debugs('third', 'scarti') },
  },
  {
    type: 'dedupe', title: 'Fermare i doppioni', says: 'Premi due volte: la seconda esce dalla seconda uscita',
    why: 'L’evento porta sempre lo stesso identificativo. Il nodo lo ricorda per 48 ore, anche dopo un riavvio.',
    nodes: { press: press('la stessa vendita', SAME_SALE, 'node'), node: nodeOf('dedupe', 'second', { name: '' }, ['main'], ['side']), ...debugs('third', 'doppioni') },
  },
  {
    type: 'outbox', title: 'Mettere al sicuro e spedire', says: 'Premi: l’evento va su disco e poi al broker',
    why: 'Qui nessuno riceve gli eventi, quindi il nodo li toglie dal disco quando il broker li ha accettati. Di solito si sceglie la ricevuta di “in arrivo”.',
    nodes: { press: press('vendita', SALE, 'node'), node: nodeOf('outbox', 'second', { name: '', until: 'accepted' }, ['main'], ['side']), ...debugs('third', 'non eventi') },
  },
  {
    type: 'deadletter', title: 'Conservare gli scarti', says: 'Premi: “dodici euro” non è un totale',
    why: 'Lo scontrino che non si può usare esce dalla seconda uscita di “normalizza” con il motivo, e viene conservato sigillato.',
    nodes: {
      press: press('scontrino sbagliato', BAD_RECEIPT, 'before'), before: nodeOf('normalize', 'second', { name: '', provider: 'pos' }, [], ['node']),
      node: nodeOf('deadletter', 'third', { name: '' }, ['main'], ['side']), ...debugs('fourth', 'non conservati'),
    },
  },
  {
    type: 'inbox', title: 'Ricevere da MQTT', says: 'Premi: l’evento parte, arriva e se ne dà ricevuta',
    why: '“In partenza” tiene l’evento su disco finché “in arrivo” non dice che tutti i nodi che seguono hanno finito. Fra i due c’è soltanto il broker.',
    nodes: {
      press: press('vendita', SALE, 'before'), before: nodeOf('outbox', 'second', { name: '' }, [], []),
      node: nodeOf('inbox', 'third', { name: '' }, ['main'], ['side']), ...debugs('fourth', 'non eventi'),
    },
  },
  {
    type: 'listen', title: 'Ascoltare i numeri di chi conta', says: 'Premi: “finestre” conta e pubblica, “ascolto” sente',
    why: 'Nella realtà i due nodi stanno in due Node-RED diversi: uno conta, l’altro mostra.',
    nodes: {
      press: press('vendita', SALE, 'before'), before: nodeOf('window', 'second', { name: '' }, [], []),
      node: nodeOf('listen', 'third', { name: '' }, ['main'], ['side']), ...debugs('fourth', 'superati'),
    },
  },
  {
    type: 'window', title: 'Contare', says: 'Premi più volte: il fatturato cresce',
    why: 'Ogni vendita entra nella sua ora e nel suo giorno. I numeri escono tutti insieme in una lista.',
    nodes: { press: press('vendita', SALE, 'node'), node: nodeOf('window', 'second', { name: '' }, ['main'], ['side']), ...debugs('third', 'rifiutati') },
  },
  {
    type: 'alert', title: 'Avvisare', says: 'Premi: con 42,50 euro l’avviso scatta',
    why: 'La regola si legge come una frase nel modulo del nodo. L’avviso parte una volta sola, e un’altra quando è risolto.',
    nodes: {
      press: press('vendita', SALE, 'before'), before: nodeOf('window', 'second', { name: '' }, ['node'], []),
      node: nodeOf('alert', 'third', { name: '', rules: [RULE] }, ['main'], ['side']), ...debugs('fourth', 'fermati'),
    },
  },
  {
    type: 'notify', title: 'Mandare gli avvisi fuori', says: 'Apri “invio avvisi”, scegli posta o webhook, pubblica e premi',
    why: 'Finché non si sceglie dove mandare, gli avvisi escono dalla seconda uscita con il motivo notify.unset. Poi partono, e si riprova finché non arrivano.',
    nodes: {
      press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, ['judge'], []),
      judge: nodeOf('alert', 'third', { name: '', rules: [{ ...RULE, name: 'Incasso da far sapere' }] }, ['node'], []),
      node: nodeOf('notify', 'fourth', { name: '', channel: '' }, ['main'], ['side']), ...debugs('fifth', 'non consegnati'),
    },
  },
  {
    type: 'query', title: 'Chiedere un numero', says: 'Premi: il fatturato di oggi, ora per ora',
    why: 'Risponde anche a GET /kpi-esempio, con la chiave API della variabile BOTTEGA_API_TOKEN.',
    nodes: {
      press: press('quanto oggi?', '{}', 'node'), node: nodeOf('query', 'second', { name: '', path: '/kpi-esempio', kpi: 'revenue', window: '1h' }, ['main'], ['side']),
      ...debugs('third', 'domande sbagliate'),
    },
  },
  {
    type: 'ui-header', title: 'La testata', says: 'Apri /dashboard/esempio: il nome del negozio, e se tutto è in diretta',
    why: 'Con più pagine la testata ha una linguetta per ciascuna. Il nome è quello del nodo negozio; il monitor dello stesso Node-RED dice se qualcosa non va.',
    nodes: { monitor: nodeOf('monitor', 'second', { name: '' }, []), node: widgetOf('ui-header', { width: 12 }) },
  },
  {
    type: 'ui-kpi', title: 'Una scheda', says: 'Premi, poi apri /dashboard/esempio: la scheda è già cresciuta',
    why: 'La scheda non ha fili: chiede da sé al negozio, all’archivio e al broker. Nel suo modulo si scelgono numero, finestra, confronto e filtri.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-kpi', { kpi: 'revenue', width: 3 }) },
  },
  {
    type: 'ui-day', title: 'La giornata', says: 'Premi più volte, poi apri /dashboard/esempio',
    why: 'La curva cresce a ogni vendita. Il solito e la previsione arrivano quando nell’archivio ci sono giorni uguali della settimana: uno per il solito, quattro per la previsione.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-day', { target: '500', width: 12 }) },
  },
  {
    type: 'ui-breakdown', title: 'Le parti di un numero', says: 'Premi i due pulsanti, poi apri /dashboard/esempio',
    why: 'Ogni canale ha la sua barra, con la quota. Nel modulo si scelgono anche i punti vendita o i mezzi di pagamento, i giorni e il confronto.',
    nodes: {
      press: press('vendita in negozio', SALE, 'count'), online: { ...press('vendita online', ONLINE_SALE, 'count'), at: [140, 200] },
      count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-breakdown', { width: 6 }),
    },
  },
  {
    type: 'ui-chart', title: 'Un grafico', says: 'Premi più volte, poi apri /dashboard/esempio',
    why: 'La barra dell’ora cresce a ogni vendita. Nel modulo si scelgono barre, linea o mappa delle ore, i giorni e il confronto, che si vede tratteggiato.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-chart', { width: 8 }) },
  },
  {
    type: 'database', title: 'Numeri per altri', says: 'Apri il nodo, scrivi l’indirizzo del database, pubblica: le vendite ci arrivano da sole',
    why: 'Il nodo legge dall’archivio che cosa è cambiato e lo scrive in PostgreSQL, per Grafana, Power BI o il commercialista. Senza indirizzo non fa niente.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: nodeOf('database', 'third', { name: '', schema: 'bottega' }) },
  },
  {
    type: 'ui-table', title: 'Una tabella', says: 'Premi più volte, poi apri /dashboard/esempio',
    why: 'Ogni ora è una riga, i numeri scelti sono le colonne. Lo scontrino medio del totale è quello di tutta la giornata. “Scarica CSV” apre i numeri in un foglio di calcolo.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-table', { width: 8 }) },
  },
  {
    type: 'monitor', title: 'Sorvegliare', says: 'Ogni secondo dice come sta tutto',
    why: 'Le stesse cose si leggono su GET /health e, per Prometheus, su GET /metrics.',
    nodes: { node: nodeOf('monitor', 'second', { name: '' }, ['main']), main: debugs('third').main },
  },
  {
    type: 'ui-alerts', title: 'Gli avvisi', says: 'Premi, poi apri /dashboard/esempio: con 42,50 euro c’è un avviso aperto',
    why: 'Il widget trova da sé il nodo avvisi dello stesso negozio. “Visto” e “Silenzia” arrivano a quel nodo senza fili.',
    nodes: {
      press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, ['judge'], []),
      judge: nodeOf('alert', 'third', { name: '', rules: [{ ...RULE, name: 'Incasso da guardare' }] }, [], []),
      node: nodeOf('ui-alerts', 'fourth', { name: '', group: GROUP, order: 1, width: 6 }),
    },
  },
  {
    type: 'ui-deadletters', title: 'I messaggi da controllare', says: 'Premi, poi apri /dashboard/esempio: lo scontrino si apre e si riprova',
    why: '“dodici euro” non è un totale: lo scontrino resta fra gli scarti. Il widget lo mostra con che cosa fare; “Riprova” lo fa rientrare dalla terza uscita.',
    nodes: {
      press: press('scontrino sbagliato', BAD_RECEIPT, 'before'), before: nodeOf('normalize', 'second', { name: '', provider: 'pos' }, [], ['letters']),
      letters: nodeOf('deadletter', 'third', { name: '' }, [], [], ['before'], []),
      node: nodeOf('ui-deadletters', 'fourth', { name: '', group: GROUP, order: 1, width: 6 }),
    },
  },
  {
    type: 'ui-sources', title: 'Le fonti', says: 'Premi, poi apri /dashboard/esempio: la fonte è in elenco',
    why: 'Si vede quando ogni mittente ha scritto l’ultima volta e quanto oggi. Con un nodo avvisi anche chi manca, con un nodo monitor anche che cosa non va.',
    nodes: { press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-sources', { width: 6 }) },
  },
  {
    type: 'ui-setup', title: 'I collegamenti', says: 'Apri /dashboard/esempio: il mittente aspetta il suo segreto',
    why: 'Per ogni nodo webhook si vede se il segreto c’è, l’indirizzo da copiare, i passi e se il primo messaggio è arrivato. Scrivi una chiave nel nodo, pubblica e prova dalla pagina.',
    nodes: {
      sender: nodeOf('webhook', 'second', { name: 'Il tuo programma', provider: 'events', path: '/in/esempio-collegamenti', store: '' }, [], []),
      node: widgetOf('ui-setup', { width: 8 }),
    },
  },
  {
    type: 'ui-filters', title: 'I filtri', says: 'Premi, poi apri /dashboard/esempio e scegli un altro periodo',
    why: 'La scheda segue ciò che si sceglie, e ognuno sceglie per sé. La scelta sta nell’indirizzo: lo si può salvare o mandare a qualcuno.',
    nodes: {
      press: press('vendita', SALE, 'count'), count: nodeOf('window', 'second', { name: '' }, [], []), node: widgetOf('ui-filters', { width: 12 }),
      card: nodeOf('ui-kpi', 'fourth', { name: '', group: GROUP, order: 2, kpi: 'revenue', width: 3 }),
    },
  },
];

/** File name → the nodes of the flow, one per node type that stands on a tab. */
export function exampleFlows(): Map<string, FlowNode[]> {
  return new Map(EXAMPLES.map((example) => [`nodes/${example.type}.json`, flowOf(example)]));
}

function flowOf({ type, title, says, why, nodes }: Example): FlowNode[] {
  const scope = `example/${type}`;
  const [right, bottom] = [Math.max(...Object.values(nodes).map(({ at }) => at[0])), Math.max(...Object.values(nodes).map(({ at }) => at[1]))];
  const box: Box = { label: title, at: [34, 59], size: [Math.max(right + 80, says.length * 7 + 90), bottom - 20], says, why, said: 'comment', nodes };
  const sheet = sheetOf(scope, title, 'Un nodo alla volta. Il negozio di esempio è un negozio a parte: quello che si prova qui non entra nei numeri veri.', [box]);
  const used = new Set(sheet.flatMap((node) => [node['shop'], node['store'], node['broker']]));
  return [...CONFIGURATION.filter(({ id }) => used.has(id)), ...(type.startsWith('ui-') ? PAGE : []), ...sheet];
}
