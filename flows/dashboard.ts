/**
 * `dashboardOf` is what the shop sees: four pages of cards; each card shows what a wire brings it, and keeps nothing but what is on screen.
 */
import { CHANNELS, KPI_NAMES, SENDERS, type Template, TRUST } from './description.js';
import { frameOf, type Page, PAGE_NAMES, PAGES, TITLES } from './pages.js';
import { AT_ONCE_THEN_LAST, card, change, linkIn, linkOut, ONCE_PER_SECOND, onChange, type Part, query, vue } from './parts.js';
import { REASONS } from './reasons.js';
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';
import { style } from './widgets.js';

/** Names of the links through which the pipeline reaches the dashboard. */
export const LINKS = { numbers: 'numeri', alerts: 'avvisi', state: 'stato' } as const;
/** And of those through which the dashboard reaches the pipeline. */
export const WORDS = { alerts: 'visto', letters: 'rimanda' } as const;

const WIDTH = 1172;

/** The dashboard of one template: its configuration nodes and its tab. */
export function dashboardOf(template: Template): FlowNode[] {
  const info = 'Le pagine che si vedono in /dashboard. Nessun calcolo qui: i numeri arrivano già fatti.';
  const boxes = [shopBox(template), numbersBox(template), chartsBox(template), periodBox(template), alertsBox(template), sourcesBox(template)];
  return [...frameOf(template), ...sheetOf(template.id, 'Cruscotto', info, boxes)];
}

/** Whether letters can be sent in again from here: a front does not have them. */
function canReplay({ role }: Template): boolean {
  return role === 'all';
}

function placed(part: Part, x: number, y: number, ...wires: readonly (readonly string[])[]): Placed {
  return { ...part, at: [x, y], wires };
}

function headerOf(template: Template, page: Page): Part {
  const { title } = PAGES[page];
  return card(template, `testa ${page}`, 'header', `Testata ${title}`, { sector: template.label, title, pages: TITLES });
}

const HEADERS = PAGE_NAMES.map((page) => `header ${page}`);
/** Cards elsewhere on the tab that need the shop's clock and the names of its stores. */
const SHOP_TO = ['negozio alle schede', 'negozio ai grafici', 'negozio al periodo', 'negozio agli avvisi', 'negozio alle fonti'];

function shopBox(template: Template): Box {
  return {
    label: 'Negozio', at: [34, 59], size: [WIDTH, 252],
    says: 'Testata di ogni pagina, orologio e nomi dei punti vendita',
    why: 'Il nodo “stato” dice chi è il negozio e se sta bene. A ogni scheda arriva solo quando qualcosa è cambiato.',
    nodes: {
      [LINKS.state]: placed(linkIn(template, LINKS.state, `${LINKS.state} via`), 95, 160, ['shopOnly', 'stato via alle fonti']),
      'stato via alle fonti': placed(linkOut(template, 'stato', 'stato alle fonti'), 205, 240),
      shopOnly: placed(change('solo il negozio', [{ set: 'shop', to: '$merge([payload.shop, {"health": payload.health}])' }, { remove: 'payload' }]), 260, 160, ['ifNew']),
      ifNew: placed(onChange('se è cambiato', 'shop'), 440, 160, [...HEADERS, 'negozio via']),
      'negozio via': placed(linkOut(template, 'negozio', ...SHOP_TO), 565, 240),
      'quanti avvisi': placed(linkIn(template, 'quanti avvisi', 'quanti avvisi via'), 565, 280, HEADERS),
      ...Object.fromEntries(PAGE_NAMES.map((page, index) => [`header ${page}`, placed(headerOf(template, page), 720, 130 + index * 45, [])])),
      style: placed(vue('Stile', { group: '', page: '', ui: idOf(template.id, 'base'), templateScope: 'site:style' }, style()), 950, 160, []),
    },
  };
}

function numbersBox(template: Template): Box {
  return {
    label: 'Adesso · numeri', at: [34, 339], size: [WIDTH, 192],
    says: 'Ogni numero con la sua età, in diretta',
    why: 'La scheda tiene il valore più nuovo di ogni KPI. Quando un browser si collega chiede lo stato intero, e la risposta va solo a lui (`msg._client`).',
    nodes: {
      [LINKS.numbers]: placed(linkIn(template, LINKS.numbers, `${LINKS.numbers} via`), 95, 450, ['totals']),
      totals: placed(change('solo i numeri delle schede', [{ set: 'payload', to: totalsOf(template) }]), 280, 450, ['ifAny']),
      ifAny: placed(IF_ANY, 460, 450, ['cards', 'totali via']),
      'totali via': placed(linkOut(template, 'totali', 'totali'), 565, 500),
      'negozio alle schede': placed(linkIn(template, 'negozio', 'negozio via'), 565, 400, ['cards']),
      cards: placed(card(template, 'schede', 'cards', 'Schede', { cards: template.cards }), 660, 450, ['stateOfDay', 'stateOfNow']),
      stateOfDay: placed(query(template, 'oggi', { kpi: '', window: '1d', group: '' }), 840, 420, ['cards'], []),
      stateOfNow: placed(query(template, 'adesso', { kpi: '', window: 'auto', group: '' }), 840, 490, ['cards'], []),
    },
  };
}

/** `[ ]` keeps an array an array, also of one. */
function totalsOf({ cards }: Template): string {
  const shown = JSON.stringify(cards.map(({ name, window }) => `${name}/${window}`));
  return `[payload[store = '_' and channel = '_' and (name & '/' & (adaptive ? 'auto' : window.size)) in ${shown}]]`;
}

const IF_ANY: Part = {
  type: 'switch',
  fields: { name: 'se ce n’è', property: 'payload', propertyType: 'msg', rules: [{ t: 'nempty' }], checkall: 'true', repair: false, outputs: 1 },
};

function chartsBox(template: Template): Box {
  const hours = { kpi: 'revenue', title: 'Fatturato per ora', opens: template.opens, closes: template.closes, asks: true };
  return {
    label: 'Adesso · grafici', at: [34, 559], size: [WIDTH, 232],
    says: 'Una serie finita, al più ogni secondo',
    why: 'Quando un numero si muove si rilegge dall’archivio la serie intera. Un browser che si collega la chiede, e la riceve solo lui.',
    nodes: {
      totali: placed(linkIn(template, 'totali', 'totali via'), 95, 670, ['oncePerSecond']),
      oncePerSecond: placed(ONCE_PER_SECOND, 260, 670, ['today']),
      today: placed(change('oggi', [{ set: 'payload', to: '{"period": "today", "compare": "usual"}' }]), 450, 670, ['byHour', 'byChannel', 'byPayment']),
      'negozio ai grafici': placed(linkIn(template, 'negozio', 'negozio via'), 95, 750, ['hours', 'parts']),
      byHour: placed(query(template, 'ora per ora', { kpi: 'revenue', window: '1h', group: '' }), 640, 640, ['hours'], []),
      hours: placed(card(template, 'ore', 'bars', 'Ore', hours), 840, 640, ['byHour']),
      byChannel: placed(query(template, 'per canale', { kpi: 'revenue', window: '1d', group: 'channel' }), 640, 690, ['parts'], []),
      byPayment: placed(query(template, 'per pagamento', { kpi: 'card_share', window: '1d', group: '' }), 650, 740, ['parts'], []),
      parts: placed(card(template, 'parti', 'parts', 'Canali e pagamenti', { channels: CHANNELS }), 870, 715, ['byChannel', 'byPayment']),
    },
  };
}

function periodBox(template: Template): Box {
  const names = { channels: CHANNELS, kpis: KPI_NAMES, shown: template.table };
  const question = { kpi: '', window: 'total', group: '' };
  const answered = ['andamento', 'tabella'];
  return {
    label: 'Periodo', at: [34, 819], size: [WIDTH, 312],
    says: 'Ognuno il suo: i filtri di un browser non toccano gli altri',
    why: 'Il messaggio porta con sé chi ha chiesto (`msg._client`): la risposta torna solo a lui, e non resta in memoria.',
    nodes: {
      'negozio al periodo': placed(linkIn(template, 'negozio', 'negozio via'), 95, 930, ['filtri', 'totali del periodo', 'andamento', 'quote', 'tabella']),
      filtri: placed(card(template, 'filtri', 'filters', 'Filtri', { channels: CHANNELS }), 230, 980, ['series', 'noWindow']),
      noWindow: placed(change('senza finestra', [{ remove: 'payload.window' }]), 420, 1040, ['total', 'asChannel', 'asStore']),
      series: placed(query(template, 'giorno per giorno', { kpi: '', window: '1d', group: '' }), 640, 930, answered, ['filtri']),
      total: placed(query(template, 'in tutto', question), 630, 980, ['totali del periodo'], []),
      asChannel: placed(change('per canale', [{ set: 'topic', to: '"channel"' }]), 610, 1030, ['perChannel']),
      perChannel: placed(query(template, 'canali', { ...question, kpi: 'revenue', group: 'channel' }), 760, 1030, ['quote'], []),
      asStore: placed(change('per punto vendita', [{ set: 'topic', to: '"store"' }]), 620, 1080, ['perStore']),
      perStore: placed(query(template, 'punti vendita', { ...question, kpi: 'revenue', group: 'store' }), 790, 1080, ['quote'], []),
      andamento: placed(card(template, 'andamento', 'bars', 'Andamento', { ...names, kpi: 'revenue', title: 'Andamento' }), 910, 910, []),
      tabella: placed(card(template, 'tabella', 'table', 'Tabella', names), 900, 950, []),
      'totali del periodo': placed(card(template, 'totali', 'totals', 'Totali', names), 890, 990, []),
      quote: placed(card(template, 'quote', 'shares', 'Quote', names), 960, 1055, []),
    },
  };
}

function alertsBox(template: Template): Box {
  const shown = ['alertsNow', 'alertsPage', 'history', 'firing'];
  return {
    label: 'Avvisi', at: [34, 1159], size: [WIDTH, 232],
    says: 'Chi è fuori soglia, chi è stato visto, chi tace',
    why: 'A ogni novità il nodo “avvisi” dice come stanno tutti e che cosa è successo: nessun elenco da tenere qui. “Visto” e “Silenzia” fermano le ripetizioni; “Non aspettare più” chiude l’avviso di una fonte che non c’è più.',
    nodes: {
      [LINKS.alerts]: placed(linkIn(template, LINKS.alerts, `${LINKS.alerts} via`), 95, 1270, ['answerOrNews']), // vocabulary-ok
      // The node's id comes from this name.
      answerOrNews: placed(ANSWER_OR_CHANGE, 230, 1270, shown, ['atOnceThenLast']), // vocabulary-ok
      atOnceThenLast: placed(AT_ONCE_THEN_LAST, 260, 1340, ['howAreAll']),
      howAreAll: placed(change('come stanno tutti?', [{ set: 'payload', to: '{"list": 50}' }]), 460, 1340, [WORDS.alerts]),
      firing: placed(change('quanti aperti', [{ set: 'firing', to: OPEN_ALERTS }, { remove: 'payload' }]), 720, 1360, ['quanti avvisi via']),
      'quanti avvisi via': placed(linkOut(template, 'quanti avvisi', 'quanti avvisi'), 845, 1360),
      'negozio agli avvisi': placed(linkIn(template, 'negozio', 'negozio via'), 565, 1310, ['alertsNow', 'alertsPage', 'history']),
      alertsNow: placed(card(template, 'avvisi', 'alerts', 'Avvisi adesso', { shows: 'open' }), 720, 1240, [WORDS.alerts]),
      alertsPage: placed(card(template, 'avvisi aperti', 'alerts', 'Avvisi', { shows: 'all' }), 710, 1280, [WORDS.alerts]),
      history: placed(card(template, 'storia', 'history', 'Storia', {}), 710, 1320, [WORDS.alerts]),
      [WORDS.alerts]: placed(linkOut(template, WORDS.alerts, `${WORDS.alerts} via`), 875, 1280),
    },
  };
}

const OPEN_ALERTS = "$count(payload.standing[state in ['firing', 'noData']])"; // vocabulary-ok: a field of the alert node's message

const ANSWER_OR_CHANGE: Part = {
  type: 'switch',
  fields: {
    name: 'risposta o novità?', property: 'reason', propertyType: 'msg', rules: [{ t: 'eq', v: 'list', vt: 'str' }, { t: 'else' }],
    checkall: 'false', repair: false, outputs: 2,
  },
};

function sourcesBox(template: Template): Box {
  const known = { providers: { ...SENDERS, simulator: 'Contapersone (demo)', mqtt: 'MQTT', flow: 'Dal flusso' }, reasons: REASONS };
  return {
    label: 'Fonti', at: [34, 1419], size: [WIDTH, 232],
    says: 'Chi manda, da quanto tace, e che cosa non si è capito',
    why: 'Il nodo “stato” li conta ogni secondo. “Riprova” rimanda uno scarto, o tutti, da capo.',
    nodes: {
      'stato alle fonti': placed(linkIn(template, 'stato', 'stato via alle fonti'), 95, 1530, ['sources', 'journey', 'letters']),
      'negozio alle fonti': placed(linkIn(template, 'negozio', 'negozio via'), 95, 1590, ['sources', 'journey', 'letters']),
      sources: placed(card(template, 'fonti', 'sources', 'Fonti', { ...known, trust: TRUST, staleHours: template.staleHours }), 300, 1520, []),
      journey: placed(card(template, 'viaggio', 'journey', 'Viaggio', {}), 300, 1565, []),
      letters: placed(card(template, 'scarti', 'deadletters', 'Scarti', { ...known, replay: canReplay(template) }), 300, 1610, canReplay(template) ? [WORDS.letters] : []),
      ...(canReplay(template) ? { [WORDS.letters]: placed(linkOut(template, WORDS.letters, `${WORDS.letters} via`), 475, 1610) } : {}),
    },
  };
}
