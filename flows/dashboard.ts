/**
 * What does the shop see? One page, "Adesso", of six cards; each shows what a wire brings it, and keeps nothing but what is on screen.
 */
import { CHANNELS, SENDERS, type Template, TRUST, ZONE } from './description.js';
import { REASONS } from './reasons.js';
import { type Box, type FlowNode, idOf, sheetOf } from './sheet.js';
import { style, widget } from './widgets.js';

/** Names of the links through which the pipeline reaches the dashboard. */
export const LINKS = { numbers: 'numeri', alerts: 'avvisi', state: 'stato' } as const;

const theme = {
  colors: { surface: '#f5f2ec', primary: '#17614f', bgPage: '#f5f2ec', groupBg: '#f5f2ec', groupOutline: '#f5f2ec' },
  sizes: { density: 'default', pagePadding: '16px', groupGap: '12px', groupBorderRadius: '14px', widgetGap: '12px' },
};

/** The cards from top to bottom: width of the group at a desk, in twelfths. */
const GROUPS = { header: 12, alerts: 12, cards: 12, hours: 8, channels: 4, sources: 8, deadletters: 4 } as const;
type Group = keyof typeof GROUPS;

/** The dashboard of one template: its configuration nodes and its tab. */
export function dashboardOf(template: Template): FlowNode[] {
  const scope = template.id;
  return [...frameOf(scope), ...sheetOf(scope, 'Cruscotto', 'La pagina che si vede in /dashboard. Nessun calcolo qui: i numeri arrivano già fatti.', [
    numbersBox(template), chartsBox(template), aroundBox(template),
  ])];
}

function frameOf(scope: string): FlowNode[] {
  const base = {
    id: idOf(scope, 'base'), type: 'ui-base', name: 'Bottega', path: '/dashboard', appIcon: '', includeClientData: true,
    acceptsClientConfig: ['ui-notification', 'ui-control', 'ui-template'], showPathInSidebar: false, headerContent: 'none', navigationStyle: 'none',
    titleBarStyle: 'hidden', showReconnectNotification: false, notificationDisplayTime: 1, showDisconnectNotification: false, allowInstall: false,
  };
  const page = {
    id: idOf(scope, 'page'), type: 'ui-page', name: 'Adesso', ui: base.id, path: '/adesso', icon: 'storefront', layout: 'grid', theme: idOf(scope, 'theme'),
    breakpoints: [{ name: 'Telefono', px: 0, cols: 3 }, { name: 'Schermo', px: 900, cols: 12 }],
    order: 1, className: '', visible: true, disabled: false,
  };
  const groups = Object.entries(GROUPS).map(([name, width], order) => ({
    id: idOf(scope, 'group', name), type: 'ui-group', name, page: page.id, width, height: 1, order: order + 1,
    showTitle: false, className: '', visible: true, disabled: false, groupType: 'default',
  }));
  return [base, { id: page.theme, type: 'ui-theme', name: 'Bottega', ...theme }, page, ...groups];
}

interface Part {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function card(template: Template, group: Group, name: string, options: Readonly<Record<string, unknown>>): Part {
  const place = { group: idOf(template.id, 'group', group), page: '', ui: '', templateScope: 'local' };
  return vue(name, place, widget(group, { zone: ZONE, ...options }));
}

function vue(name: string, place: Readonly<Record<string, string>>, format: string): Part {
  const fields = { name, ...place, order: 1, width: 0, height: 0, head: '', format, storeOutMessages: true, passthru: false, resendOnRefresh: true, className: '' };
  return { type: 'ui-template', fields };
}

function query(template: Template, name: string, question: { kpi: string; window: '1d' | '1h'; group: string }): Part {
  return { type: 'bottega-query', fields: { version: 1, name, store: idOf('store'), shop: idOf(template.id, 'shop'), ...question, path: '', grace: 5, answers: answersOf(template) } };
}

/** A front without Redis has a store that knows nothing of what others count. */
export function answersOf({ role }: Template): 'always' | 'shared' {
  return role === 'front' ? 'shared' : 'always';
}

function change(name: string, expression: string): Part {
  return { type: 'change', fields: { name, rules: [{ t: 'set', p: 'payload', pt: 'msg', to: expression, tot: 'jsonata' }] } };
}

/** One end of a link; `from` and `to` are names of the other ends. */
function linkIn(template: Template, name: string, from: string): Part {
  return { type: 'link in', fields: { name, links: [idOf(template.id, from)] } };
}

function linkOut(template: Template, name: string, to: readonly string[]): Part {
  return { type: 'link out', fields: { name, mode: 'link', links: to.map((each) => idOf(template.id, each)) } };
}

function numbersBox(template: Template): Box {
  return {
    label: 'Numeri', at: [34, 59], size: [1172, 192],
    says: 'Ogni numero con la sua età, in diretta',
    why: 'La scheda tiene il valore più nuovo di ogni KPI. Quando un browser si collega chiede lo stato intero, e la risposta va solo a lui (`msg._client`).',
    nodes: {
      [LINKS.numbers]: { ...linkIn(template, LINKS.numbers, `${LINKS.numbers} via`), at: [95, 170], wires: [['totals']] },
      totals: { ...change('solo i totali di oggi e dell’ora', TOTALS), at: [280, 170], wires: [['cards', 'totali via']] },
      'totali via': { ...linkOut(template, 'totali', ['totali']), at: [475, 220], wires: [] },
      'fuso alle schede': { ...linkIn(template, 'fuso', 'fuso via'), at: [475, 120], wires: [['cards']] },
      cards: { ...card(template, 'cards', 'Schede', { cards: template.cards }), at: [570, 170], wires: [['stateOfDay', 'stateOfHour']] },
      stateOfDay: { ...query(template, 'oggi', { kpi: '', window: '1d', group: '' }), at: [770, 140], wires: [['cards'], []] },
      stateOfHour: { ...query(template, 'quest’ora', { kpi: '', window: '1h', group: '' }), at: [780, 210], wires: [['cards'], []] },
    },
  };
}

/** `[ ]` keeps an array an array, also of one. */
const TOTALS = "[payload[store = '_' and channel = '_' and window.size in ['1h', '1d']]]";

/** The shop's zone goes with the messages; unset, the widgets keep Italy's. */
const SHOP_ZONE: Part = { type: 'change', fields: { name: 'fuso del negozio', rules: [{ t: 'set', p: 'zone', pt: 'msg', to: 'TZ_SHOP', tot: 'env' }] } };

/** Each change of an alert updates the object of all alerts: whoever comes later is given that object. */
const ONE_BY_ONE: Part = { type: 'split', fields: { name: 'uno a uno', splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false, addname: '', property: 'payload' } };
const BY_RULE: Part = {
  type: 'change',
  fields: { name: 'per regola', rules: [{ t: 'set', p: 'topic', pt: 'msg', to: "payload.rule & '/' & payload.store", tot: 'jsonata' }, { t: 'delete', p: 'parts', pt: 'msg' }] },
};
const STANDING: Part = {
  type: 'join',
  fields: {
    name: 'tutti', mode: 'custom', build: 'object', property: 'payload', propertyType: 'msg', key: 'topic', joiner: '\\n', joinerType: 'str',
    useparts: false, accumulate: true, timeout: '', count: '1', reduceRight: false, reduceExp: '', reduceInit: '', reduceInitType: '', reduceFixup: '',
  },
};

const EVERY_MINUTE: Part = {
  type: 'inject', fields: { name: 'ogni minuto', props: [], repeat: '60', crontab: '', once: true, onceDelay: '1', topic: '' },
};

/** Waits a second after the first message, then lets the last one go: bursts become one, and the last one is never lost. */
const ONCE_PER_SECOND: Part = {
  type: 'trigger',
  fields: {
    name: 'al più una al secondo', op1: '', op1type: 'nul', op2: '', op2type: 'payl', duration: '1', units: 's', extend: false, overrideDelay: false,
    reset: '', bytopic: 'all', topic: 'topic', outputs: 1,
  },
};

function chartsBox(template: Template): Box {
  return {
    label: 'Grafici', at: [34, 289], size: [1172, 192],
    says: 'Una serie finita, al più ogni secondo',
    why: 'Quando un numero si muove si rilegge dall’archivio la serie intera: chi si collega dopo trova sempre il grafico completo.',
    nodes: {
      totali: { ...linkIn(template, 'totali', 'totali via'), at: [95, 390], wires: [['oncePerSecond']] },
      oncePerSecond: { ...ONCE_PER_SECOND, at: [260, 390], wires: [['byChannel']] },
      'fuso ai grafici': { ...linkIn(template, 'fuso', 'fuso via'), at: [95, 450], wires: [['byChannel']] },
      byChannel: { ...query(template, 'oggi, per canale', { kpi: 'revenue', window: '1d', group: 'channel' }), at: [490, 420], wires: [['channels', 'sinceOpening'], []] },
      channels: { ...card(template, 'channels', 'Canali', { channels: CHANNELS }), at: [680, 390], wires: [[]] },
      sinceOpening: { ...change('dall’inizio di oggi', '{"from": payload[0].window.start}'), at: [700, 450], wires: [['byHour']] },
      byHour: { ...query(template, 'oggi, ora per ora', { kpi: 'revenue', window: '1h', group: '' }), at: [900, 450], wires: [['hours'], []] },
      hours: { ...card(template, 'hours', 'Ore', { opens: template.opens, closes: template.closes }), at: [1070, 450], wires: [[]] },
    },
  };
}

function aroundBox(template: Template): Box {
  const known = { providers: { ...SENDERS, simulator: 'Contapersone (demo)', mqtt: 'Contapersone' }, reasons: REASONS };
  return {
    label: 'Intorno', at: [34, 519], size: [1172, 312],
    says: 'Testata, avvisi, fonti e scarti',
    why: 'Gli avvisi arrivano dal nodo “avvisi”: uno a uno aggiornano l’elenco di tutti. “Visto” torna indietro e ferma le ripetizioni. Fonti e scarti arrivano dal nodo “stato”.',
    nodes: {
      everyMinute: { ...EVERY_MINUTE, at: [140, 620], wires: [['zone']] },
      zone: { ...SHOP_ZONE, at: [330, 620], wires: [['fuso via', 'header', 'alerts', 'sources']] },
      'fuso via': { ...linkOut(template, 'fuso', ['fuso alle schede', 'fuso ai grafici']), at: [475, 580], wires: [] },
      header: { ...card(template, 'header', 'Testata', { sector: template.label }), at: [580, 620], wires: [[]] },
      style: { ...vue('Stile', { group: '', page: '', ui: idOf(template.id, 'base'), templateScope: 'site:style' }, style()), at: [770, 620], wires: [[]] },
      [LINKS.alerts]: { ...linkIn(template, LINKS.alerts, `${LINKS.alerts} via`), at: [95, 690], wires: [['oneByOne']] },
      oneByOne: { ...ONE_BY_ONE, at: [200, 690], wires: [['byRule']] },
      byRule: { ...BY_RULE, at: [340, 690], wires: [['standing']] },
      standing: { ...STANDING, at: [480, 690], wires: [['alerts']] },
      alerts: { ...card(template, 'alerts', 'Avvisi', {}), at: [620, 690], wires: [['visto']] },
      visto: { ...linkOut(template, 'visto', ['visto via']), at: [735, 690], wires: [] },
      [LINKS.state]: { ...linkIn(template, LINKS.state, `${LINKS.state} via`), at: [95, 750], wires: [['sources', 'deadletters']] },
      sources: { ...card(template, 'sources', 'Fonti', { ...known, trust: TRUST, staleHours: template.staleHours }), at: [570, 750], wires: [[]] },
      deadletters: { ...card(template, 'deadletters', 'Scarti', known), at: [570, 800], wires: [[]] },
    },
  };
}
