/**
 * The flow for installations that still have the older dashboard (node-red-dashboard 3): the numbers of today, the day as a line, the last alert.
 */
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';

const SCOPE = 'dashboard1';
const id = (name: string): string => idOf(SCOPE, name);

const CONFIGURATION: readonly FlowNode[] = [
  { id: id('shop'), type: 'bottega-shop', name: 'Negozio' },
  { id: idOf('store'), type: 'bottega-store', name: 'Archivio' },
  { id: idOf('broker'), type: 'bottega-broker', name: 'Broker' },
  { id: id('tab'), type: 'ui_tab', name: 'Bottega', icon: 'store', order: 1, disabled: false, hidden: false },
  ...['Oggi', 'Andamento', 'Avvisi'].map((name, index) => (
    { id: id(name), type: 'ui_group', name, tab: id('tab'), order: index + 1, disp: true, width: '6', collapse: false, className: '' })),
];

const CARDS = {
  revenue: 'Fatturato', orders: 'Scontrini e ordini', average_ticket: 'Scontrino medio', refunds: 'Resi', incomplete_orders: 'Ordini aperti', footfall: 'Ingressi',
} as const;

/** `[ ]` keeps an array an array, also of one. */
const TOTALS = "[payload[store = '_' and channel = '_' and window.size = '1d']]";
/** Numbers as Italians write them; unknown is a dash, never a zero. The unit of money is its currency. */
const ITALIAN = `(
  $italian := {"decimal-separator": ",", "grouping-separator": "."};
  $money := $contains(payload.unit, /^[A-Z]{3}$/);
  $known := $exists(payload.value) and payload.value != null;
  $text := $known ? $formatNumber(payload.value, $money ? "#.##0,00" : "#.##0", $italian);
  $known ? $text & ($money ? (payload.unit = "EUR" ? " €" : " " & payload.unit) : "") : "–"
)`;

function change(name: string, at: Placed['at'], rules: readonly (readonly [field: string, expression: string])[], to: readonly string[]): Placed {
  return { type: 'change', at, wires: [to], fields: { name, rules: rules.map(([p, expression]) => ({ t: 'set', p, pt: 'msg', to: expression, tot: 'jsonata' })) } };
}

function split(at: Placed['at'], to: readonly string[]): Placed {
  const fields = { name: 'uno a uno', splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false, addname: '', property: 'payload' };
  return { type: 'split', at, wires: [to], fields };
}

function byName(at: Placed['at']): Placed {
  const rules = Object.keys(CARDS).map((each) => ({ t: 'eq', v: each, vt: 'str' }));
  return {
    type: 'switch', at, wires: Object.keys(CARDS).map((each) => (each === 'revenue' ? [each, 'punto'] : [each])),
    fields: { name: 'quale numero', property: 'name', propertyType: 'msg', rules, checkall: 'true', repair: false, outputs: rules.length },
  };
}

function card(label: string, order: number, at: Placed['at'], group = 'Oggi'): Placed {
  const style = { style: false, font: '', fontSize: 16, color: '#000000' };
  return { type: 'ui_text', at, wires: [], fields: { group: id(group), order, width: 0, height: 0, name: label, label, format: '{{msg.payload}}', layout: 'row-spread', className: '', ...style } };
}

const CHART = {
  name: 'Fatturato di oggi', group: id('Andamento'), order: 1, width: 0, height: 0, label: 'Fatturato di oggi (€)', chartType: 'line', legend: 'false', xformat: 'HH:mm',
  interpolate: 'step', nodata: 'in attesa del primo numero', dot: false, ymin: '0', ymax: '', removeOlder: 1, removeOlderPoints: '', removeOlderUnit: '86400',
  cutout: 0, useOneColor: false, useUTC: false, colors: ['#17614f', '#AEC7E8', '#FF7F0E', '#2CA02C', '#98DF8A', '#D62728', '#FF9896', '#9467BD', '#C5B0D5'],
  outputs: 1, useDifferentColor: false, className: '',
};
const TOAST = { position: 'top right', displayTime: '10', highlight: '#B5653A', sendall: true, outputs: 0, ok: 'OK', cancel: '', raw: false, className: '', topic: '', name: 'Avviso' };
const RULE = {
  name: 'Resi alti', kpi: 'refunds', size: '1d', threshold: '300', recovery: '300', channel: '', group: 'all', op: 'above', upper: '', live: true,
  for: '', keepFiringFor: '', repeat: '', noData: '',
};

function numbers(): Box {
  const names = Object.entries(CARDS);
  return {
    label: 'Numeri', at: [34, 59], size: [1130, 390],
    says: 'I totali di oggi, uno per scheda',
    why: 'I numeri arrivano già contati: li pubblica su MQTT il nodo “finestre”, in questo Node-RED o in un altro. Qui si scelgono quelli di oggi e si scrivono all’italiana.',
    said: 'comment',
    nodes: {
      listen: { type: 'bottega-listen', at: [130, 170], wires: [['totals', 'alert'], []], fields: { name: 'Ascolto', shop: id('shop'), broker: idOf('broker') } },
      totals: change('solo i totali di oggi', [330, 170], [['payload', TOTALS]], ['each']),
      each: split([510, 170], ['written']),
      written: change('all’italiana', [660, 170], [['name', 'payload.name'], ['value', 'payload.value'], ['payload', ITALIAN]], ['which']),
      which: byName([820, 170]),
      ...Object.fromEntries(names.map(([name, label], index) => [name, card(label, index + 1, [1050, 130 + index * 45])])),
      punto: change('punto del grafico', [850, 400], [['payload', 'value'], ['topic', '"Fatturato"']], ['chart']),
      chart: { type: 'ui_chart', at: [1050, 400], wires: [[]], fields: CHART },
    },
  };
}

function alerts(): Box {
  return {
    label: 'Avvisi', at: [34, 479], size: [1130, 150],
    says: 'L’ultimo avviso, e un messaggio quando scatta',
    why: 'La regola si legge come una frase nel modulo del nodo “avvisi”.',
    said: 'comment',
    nodes: {
      alert: {
        type: 'bottega-alert', at: [130, 580], wires: [['oneByOne'], []],
        fields: { name: 'Avvisi', shop: id('shop'), store: idOf('store'), broker: '', rules: [RULE] },
      },
      oneByOne: split([330, 580], ['words']),
      words: change('il testo', [510, 580], [['payload', 'payload.text']], ['last', 'toast']),
      last: card('Ultimo avviso', 1, [720, 560], 'Avvisi'),
      toast: { type: 'ui_toast', at: [710, 600], wires: [], fields: TOAST },
    },
  };
}

/** The whole flow. */
export function dashboard1Flow(): FlowNode[] {
  return [...CONFIGURATION, ...sheetOf(SCOPE, 'Cruscotto (dashboard 1)', 'La pagina che si vede in /ui. Nessun calcolo qui: i numeri arrivano già fatti.', [numbers(), alerts()])];
}
