/**
 * Which way does an event go? From the webhook to the number, one box a step; what a step refuses leaves by its second door.
 */
import { LINKS } from './dashboard.js';
import { type Alert, type Sector, type Sender, SENDERS } from './description.js';
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';

const SENDER_IDS = Object.keys(SENDERS) as Sender[];
const COLUMN = 300;
const ROW = 370;

/** The pipeline of one sector: its configuration nodes and its tab. */
export function pipelineOf(sector: Sector): FlowNode[] {
  const info = 'Ogni passo è un nodo con due porte: dalla prima esce ciò che va avanti, dalla seconda ciò che è stato rifiutato, con il motivo in `msg.reason`.';
  return [...configurationOf(sector), ...sheetOf(sector.id, 'Dal webhook al numero', info, [...intakeBoxes(sector), ...countingBoxes(sector), ...aroundBoxes(sector)])];
}

/** Store and broker are the same in every template, so that two of them in one Node-RED share them. */
function configurationOf(sector: Sector): FlowNode[] {
  return [
    { id: idOf('store'), type: 'bottega-store', name: 'Archivio' },
    { id: idOf('broker'), type: 'bottega-broker', name: 'Broker' },
    { id: idOf(sector.id, 'shop'), type: 'bottega-shop', name: sector.label, sector: sector.id, cutoff: sector.cutoff, stores: sector.stores },
  ];
}

interface Step {
  readonly label: string;
  readonly says: string;
  readonly why: string;
}

/** A box at its place in the grid. `nodes` are given the middle of the box. */
function step(column: number, row: number, height: number, said: Step, nodes: (x: number, y: number) => Readonly<Record<string, Placed>>): Box {
  const left = 34 + column * COLUMN;
  const top = 59 + row * ROW;
  return { ...said, at: [left, top], size: [COLUMN - 20, height], nodes: nodes(left + 110, top + 110) };
}

function fieldsOf(sector: Sector, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { store: idOf('store'), shop: idOf(sector.id, 'shop'), broker: idOf('broker'), ...own };
}

const TALL = 330;

function intakeBoxes(sector: Sector): Box[] {
  const webhook = (sender: Sender, index: number, x: number, y: number): Placed => ({
    type: 'bottega-webhook', at: [x, y + index * 50], wires: [['normalize'], []],
    fields: fieldsOf(sector, { name: SENDERS[sender], provider: sender, path: `/in/${sender}` }),
  });
  return [
    step(0, 0, TALL, {
      label: '1 · Ricevere', says: 'Entra solo chi ha la firma',
      why: 'Ogni mittente firma quello che manda. Riceve “200” soltanto quando tutto ciò che segue ha finito e gli eventi sono su disco; altrimenti “503”, e rimanda.',
    }, (x, y) => Object.fromEntries(SENDER_IDS.map((sender, index) => [sender, webhook(sender, index, x, y)]))),
    step(1, 0, TALL, {
      label: '2 · Capire', says: 'Una sola lingua per tutti',
      why: 'Traduce ordini, scontrini, contatti e richieste nello stesso evento. I dati personali si fermano qui. Per la cassa si dice nel modulo quale campo contiene che cosa.',
    }, (x, y) => ({
      normalize: { type: 'bottega-normalize', at: [x, y + 50], wires: [['dedupe'], ['scarti di normalizza']], fields: fieldsOf(sector, { name: 'Normalizza' }) },
      ...refused(sector, 'normalizza', x + 130, y + 100),
    })),
    step(2, 0, TALL, {
      label: '3 · Una volta sola', says: 'I doppioni si fermano qui',
      why: 'I mittenti rimandano quando non sono sicuri. Un evento già visto esce dalla seconda porta ed è solo contato: per questo non è collegata.',
    }, (x, y) => ({ dedupe: { type: 'bottega-dedupe', at: [x, y + 50], wires: [['outbox'], []], fields: fieldsOf(sector, { name: 'Doppioni' }) } })),
    step(3, 0, TALL, {
      label: '4 · Al sicuro', says: 'Prima su disco, poi in viaggio',
      why: 'Conserva gli eventi finché chi li conta non ne ha dato ricevuta. Se la rete o il broker mancano, aspettano qui.',
    }, (x, y) => ({ outbox: { type: 'bottega-outbox', at: [x, y + 50], wires: [[], []], fields: fieldsOf(sector, { name: 'In partenza' }) } })),
  ];
}

const LOW = 190;

/** Steps whose second door leads to the dead letters. */
const REFUSING = ['normalizza', 'arrivo', 'finestre'];

function countingBoxes(sector: Sector): Box[] {
  return [
    step(0, 1, LOW, {
      label: '5 · Arrivare', says: 'Riceve da MQTT e dà ricevuta',
      why: 'La ricevuta parte quando tutto ciò che segue ha finito: fino ad allora la casella di partenza non butta nulla.',
    }, (x, y) => ({
      inbox: { type: 'bottega-inbox', at: [x, y], wires: [['window'], ['scarti di arrivo']], fields: fieldsOf(sector, { name: 'In arrivo' }) },
      ...refused(sector, 'arrivo', x + 130, y + 50),
    })),
    step(1, 1, LOW, {
      label: '6 · Contare', says: 'Dagli eventi ai numeri',
      why: 'Ogni vendita è un fatto: la sua correzione toglie il vecchio importo e mette il nuovo, nell’ora giusta. I numeri escono subito, poi al più dieci volte al secondo.',
    }, (x, y) => ({
      window: {
        type: 'bottega-window', at: [x, y], wires: [['alert', `${LINKS.numbers} via`], ['scarti di finestre']], fields: fieldsOf(sector, { name: 'Finestre' }),
      },
      ...refused(sector, 'finestre', x + 130, y + 50),
    })),
    step(2, 1, LOW, {
      label: '7 · Avvisare', says: 'Chi va avvisato, e quando',
      why: 'La regola si legge come una frase nel modulo del nodo. Un avviso parte una volta, e un’altra quando è risolto.',
    }, (x, y) => ({
      'visto via': { type: 'link in', at: [x - 50, y + 40], wires: [['alert']], fields: { name: 'visto', links: [idOf(sector.id, 'visto')] } },
      alert: {
        type: 'bottega-alert', at: [x + 60, y + 40], wires: [[`${LINKS.alerts} via`], [`${LINKS.alerts} via`]],
        fields: fieldsOf(sector, { name: 'Avvisi', rules: sector.alerts.map(rowOf) }),
      },
    })),
    step(3, 1, LOW, {
      label: 'Al cruscotto', says: 'Numeri, avvisi e stato',
      why: 'Vanno alla scheda “Cruscotto”.',
    }, (x, y) => Object.fromEntries(Object.values(LINKS).map((name, index) => [`${name} via`, linkOut(sector, name, name, x - 40 + index * 60, y)]))),
  ];
}

/** Told as soon as it is true, while the window is still filling. */
function rowOf(alert: Alert): Record<string, unknown> {
  return { ...alert, channel: '', group: 'all', op: 'above', upper: '', live: true, for: '', keepFiringFor: '', repeat: '', noData: '' };
}

function linkOut(sector: Sector, name: string, to: string, x: number, y: number): Placed {
  return { type: 'link out', at: [x, y], wires: [], fields: { name, mode: 'link', links: [idOf(sector.id, to)] } };
}

/** The way from a second door to the dead letters. */
function refused(sector: Sector, from: string, x: number, y: number): Readonly<Record<string, Placed>> {
  const name = `scarti di ${from}`;
  return { [name]: linkOut(sector, name, 'scarti', x, y) };
}

function aroundBoxes(sector: Sector): Box[] {
  const row = 1.6;
  return [
    step(0, row, LOW, {
      label: 'Scarti', says: 'Niente sparisce in silenzio',
      why: 'Conserva sigillato ciò che era firmato ma non si è potuto usare, con il motivo; lo pubblica su MQTT e lo mostra nel cruscotto.',
    }, (x, y) => ({
      scarti: { type: 'link in', at: [x - 50, y], wires: [['deadletter']], fields: { name: 'scarti', links: REFUSING.map((from) => idOf(sector.id, `scarti di ${from}`)) } },
      deadletter: { type: 'bottega-deadletter', at: [x + 60, y], wires: [[], []], fields: fieldsOf(sector, { name: 'Scarti' }) },
    })),
    step(1, row, LOW, {
      label: 'Rispondere', says: 'GET /kpi, con la chiave API',
      why: 'Le stesse righe del cruscotto per altri programmi, in JSON o CSV.',
    }, (x, y) => ({ kpi: { type: 'bottega-query', at: [x, y], wires: [[], []], fields: fieldsOf(sector, { name: 'GET /kpi', path: '/kpi', kpi: '', window: '1h', group: '' }) } })),
    step(2, row, LOW, {
      label: 'Sorvegliare', says: 'GET /health e GET /metrics',
      why: 'Dice se gli eventi si possono conservare, quando si è sentita ogni fonte e quanti messaggi sono da controllare.',
    }, (x, y) => ({ monitor: { type: 'bottega-monitor', at: [x, y], wires: [[`${LINKS.state} via`]], fields: fieldsOf(sector, { name: 'Stato' }) } })),
  ];
}
