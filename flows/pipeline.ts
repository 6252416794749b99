/**
 * `pipelineOf` is the way of an event from the webhook to the number, one box a step; what a step refuses leaves by its second output.
 */
import { LINKS, WORDS } from './dashboard.js';
import { type Alert, type Role, type Sender, SENDERS, type Template } from './description.js';
import { answersOf } from './parts.js';
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';

const SENDER_IDS = Object.keys(SENDERS) as Sender[];
const COLUMN = 300;
const ROW = 370;

/** What the tab with the pipeline is called. */
const TITLES: Readonly<Record<Role, string>> = { all: 'Dal webhook al numero', edge: 'Cassa del negozio', worker: 'Conteggio', front: 'Numeri e avvisi' };

/** The pipeline of one template: its configuration nodes and its tab. */
export function pipelineOf(template: Template): FlowNode[] {
  const info = 'Ogni passo è un nodo con due porte: dalla prima esce ciò che va avanti, dalla seconda ciò che è stato rifiutato, con il motivo in `msg.reason`.';
  return [...configurationOf(template), ...sheetOf(template.id, TITLES[template.role], info, boxesOf(template))];
}

function boxesOf(template: Template): Box[] {
  switch (template.role) {
    case 'all':
      return [
        ...intakeBoxes(template), inboxBox(template, 1), windowBox(template, 1), alertBox(template, 1), toDashboardBox(template, 1),
        deadletterBox(template, 0, 1.6), queryBox(template, 1, 1.6), monitorBox(template, 2, 1.6),
      ];
    case 'edge': return [...intakeBoxes(template), deadletterBox(template, 0, 1), monitorBox(template, 1, 1)];
    case 'worker': return [inboxBox(template, 0), windowBox(template, 0), deadletterBox(template, 0, 0.6), monitorBox(template, 1, 0.6)];
    case 'front':
      return [listenBox(template), alertBox(template, 0), toDashboardBox(template, 0), queryBox(template, 0, 0.6), monitorBox(template, 1, 0.6)];
  }
}

/** Store and broker are the same in every template, so that two of them in one Node-RED share them; only an edge keeps its store to itself. */
function configurationOf(template: Template): FlowNode[] {
  const kind = template.role === 'edge' ? { kind: 'embedded' } : {};
  return [
    { id: storeOf(template), type: 'bottega-store', name: 'Archivio', ...kind },
    { id: idOf('broker'), type: 'bottega-broker', name: 'Broker' },
    { id: idOf(template.id, 'shop'), type: 'bottega-shop', name: template.label, sector: template.sector, cutoff: template.cutoff, stores: template.stores },
  ];
}

function storeOf({ id, role }: Template): string {
  return role === 'edge' ? idOf(id, 'store') : idOf('store');
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

function fieldsOf(template: Template, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { store: storeOf(template), shop: idOf(template.id, 'shop'), broker: idOf('broker'), ...own };
}

const TALL = 350;
/** Thousands of rows take their time. */
const PATIENT = { deadline: 30 };

function intakeBoxes(template: Template): Box[] {
  const webhook = (sender: Sender, index: number, x: number, y: number): Placed => ({
    type: 'bottega-webhook', at: [x, y + index * 36], wires: [['normalize'], []],
    fields: fieldsOf(template, { name: SENDERS[sender], provider: sender, path: `/in/${sender}`, ...(sender === 'batch' ? PATIENT : {}) }),
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
      [AGAIN.bodies]: linkIn(template, 'di nuovo', `${AGAIN.bodies} via`, 'normalize', x - 75, y + 110),
      normalize: { type: 'bottega-normalize', at: [x, y + 50], wires: [['dedupe'], ['scarti di normalizza']], fields: fieldsOf(template, { name: 'Normalizza' }) },
      ...refused(template, 'normalizza', x + 130, y + 100),
    })),
    step(2, 0, TALL, {
      label: '3 · Una volta sola', says: 'I doppioni si fermano qui',
      why: 'I mittenti rimandano quando non sono sicuri. Un evento già visto esce dalla seconda porta ed è solo contato: per questo non è collegata.',
    }, (x, y) => ({ dedupe: { type: 'bottega-dedupe', at: [x, y + 50], wires: [['outbox'], []], fields: fieldsOf(template, { name: 'Doppioni' }) } })),
    step(3, 0, TALL, {
      label: '4 · Al sicuro', says: 'Prima su disco, poi in viaggio',
      why: 'Conserva gli eventi finché chi li conta non ne ha dato ricevuta. Se la rete o il broker mancano, aspettano qui.',
    }, (x, y) => ({ outbox: { type: 'bottega-outbox', at: [x, y + 50], wires: [[], []], fields: fieldsOf(template, { name: 'In partenza' }) } })),
  ];
}

const LOW = 190;

/** Steps whose second output leads to the dead letters. */
const REFUSING: Readonly<Record<Role, readonly string[]>> = {
  all: ['normalizza', 'arrivo', 'finestre'], edge: ['normalizza'], worker: ['arrivo', 'finestre'], front: [],
};

/** Workers take turns: an event goes to one of them. */
const GROUP = 'workers';

function inboxBox(template: Template, row: number): Box {
  const shared = template.role === 'worker' ? { group: GROUP } : {};
  return step(0, row, LOW, {
    label: '5 · Arrivare', says: 'Riceve da MQTT e dà ricevuta',
    why: 'La ricevuta parte quando tutto ciò che segue ha finito: fino ad allora la casella di partenza non butta nulla.',
  }, (x, y) => ({
    inbox: { type: 'bottega-inbox', at: [x, y], wires: [['window'], ['scarti di arrivo']], fields: fieldsOf(template, { name: 'In arrivo', ...shared }) },
    ...refused(template, 'arrivo', x + 130, y + 50),
  }));
}

/** With the window that is chosen by how much there is to count. */
const SIZES = ['5m', '15m', '1h', '1d', 'auto'];

function windowBox(template: Template, row: number): Box {
  const onward = template.role === 'worker' ? [] : ['alert', `${LINKS.numbers} via`];
  return step(1, row, LOW, {
    label: '6 · Contare', says: 'Dagli eventi ai numeri',
    why: 'Ogni vendita è un fatto: la sua correzione toglie il vecchio importo e mette il nuovo, nell’ora giusta. I numeri escono subito, poi al più dieci volte al secondo.',
  }, (x, y) => ({
    [AGAIN.events]: linkIn(template, 'di nuovo', `${AGAIN.events} via`, 'window', x - 75, y + 50),
    window: { type: 'bottega-window', at: [x, y], wires: [onward, ['scarti di finestre']], fields: fieldsOf(template, { name: 'Finestre', sizes: SIZES, incompleteAfter: template.incompleteAfter }) },
    ...refused(template, 'finestre', x + 130, y + 50),
  }));
}

function listenBox(template: Template): Box {
  return step(1, 0, LOW, {
    label: '6 · Ascoltare', says: 'I numeri di chi conta',
    why: 'Chi conta pubblica ogni numero su MQTT, dove resta l’ultimo valore. Da qui va avanti come se contasse questo Node-RED.',
  }, (x, y) => ({ listen: { type: 'bottega-listen', at: [x, y], wires: [['alert', `${LINKS.numbers} via`], []], fields: fieldsOf(template, { name: 'Ascolto' }) } }));
}

function alertBox(template: Template, row: number): Box {
  return step(2, row, LOW, {
    label: '7 · Avvisare', says: 'Chi va avvisato, e quando',
    why: 'La regola si legge come una frase nel modulo del nodo. Un avviso parte una volta, e un’altra quando è risolto.',
  }, (x, y) => ({
    [`${WORDS.alerts} via`]: linkIn(template, WORDS.alerts, WORDS.alerts, 'alert', x - 50, y + 10),
    alert: {
      type: 'bottega-alert', at: [x + 60, y + 10], wires: [[`${LINKS.alerts} via`, 'notify'], [`${LINKS.alerts} via`]],
      fields: fieldsOf(template, { name: 'Avvisi', rules: template.alerts.map(rowOf) }),
    },
    notify: { type: 'bottega-notify', at: [x + 60, y + 55], wires: [[], []], fields: fieldsOf(template, { name: 'Invio', channel: '' }) },
  }));
}

function toDashboardBox(template: Template, row: number): Box {
  return step(3, row, LOW, {
    label: 'Al cruscotto', says: 'Numeri, avvisi e stato',
    why: 'Vanno alla scheda “Cruscotto”.',
  }, (x, y) => Object.fromEntries(Object.values(LINKS).map((name, index) => [`${name} via`, linkOut(template, name, name, x - 40 + index * 60, y)])));
}

/** Notified as soon as it is true, while the window is still filling. */
function rowOf(alert: Alert): Record<string, unknown> {
  return { ...alert, channel: '', group: 'all', op: 'above', upper: '', live: true, for: '', keepFiringFor: '', repeat: '', noData: '' };
}

function linkOut(template: Template, name: string, to: string, x: number, y: number): Placed {
  return { type: 'link out', at: [x, y], wires: [], fields: { name, mode: 'link', links: [idOf(template.id, to)] } };
}

function linkIn(template: Template, name: string, from: string, to: string, x: number, y: number): Placed {
  return { type: 'link in', at: [x, y], wires: [[to]], fields: { name, links: [idOf(template.id, from)] } };
}

/** The way from a second output to the dead letters. */
function refused(template: Template, from: string, x: number, y: number): Readonly<Record<string, Placed>> {
  const name = `scarti di ${from}`;
  return { [name]: linkOut(template, name, 'scarti', x, y) };
}

/** Where letters go in again: what a sender had sent, and what was an event already. */
const AGAIN = { bodies: 'di nuovo a normalizza', events: 'di nuovo a finestre' } as const;
/** Which of them a role has. */
const AGAIN_IN: Readonly<Record<Role, readonly (keyof typeof AGAIN)[]>> = { all: ['bodies', 'events'], edge: ['bodies'], worker: ['events'], front: [] };

function deadletterBox(template: Template, column: number, row: number): Box {
  const kinds = AGAIN_IN[template.role];
  const again = (kind: keyof typeof AGAIN): string[] => (kinds.includes(kind) ? [`${AGAIN[kind]} via`] : []);
  const asked = template.role === 'all' ? [WORDS.letters] : [];
  const links = REFUSING[template.role].map((from) => idOf(template.id, `scarti di ${from}`));
  return step(column, row, LOW, {
    label: 'Scarti', says: 'Niente sparisce in silenzio',
    why: 'Conserva sigillato ciò che era firmato ma non si è potuto usare, con il motivo; lo pubblica su MQTT e lo mostra nel cruscotto. Da lì si rimanda, uno o tutti, quando la causa è corretta.',
  }, (x, y) => ({
    scarti: { type: 'link in', at: [x - 50, y], wires: [['deadletter']], fields: { name: 'scarti', links } },
    ...Object.fromEntries(asked.map((word) => [`${word} via`, linkIn(template, word, word, 'deadletter', x - 50, y + 50)])),
    deadletter: { type: 'bottega-deadletter', at: [x + 60, y], wires: [[], [], again('bodies'), again('events')], fields: fieldsOf(template, { name: 'Scarti' }) },
    ...Object.fromEntries(kinds.map((kind, index) => [`${AGAIN[kind]} via`, linkOut(template, 'di nuovo', AGAIN[kind], x + 40 + index * 50, y + 64)])),
  }));
}

function queryBox(template: Template, column: number, row: number): Box {
  const own = { name: 'GET /kpi', path: '/kpi', kpi: '', window: '1h', group: '', answers: answersOf(template) };
  return step(column, row, LOW, {
    label: 'Rispondere', says: 'GET /kpi, con la chiave API',
    why: 'Le stesse righe del cruscotto per altri programmi, in JSON o CSV.',
  }, (x, y) => ({ kpi: { type: 'bottega-query', at: [x, y], wires: [[], []], fields: fieldsOf(template, own) } }));
}

function monitorBox(template: Template, column: number, row: number): Box {
  const isShown = template.role === 'all' || template.role === 'front';
  return step(column, row, LOW, {
    label: 'Sorvegliare', says: 'GET /health e GET /metrics',
    why: 'Dice se gli eventi si possono conservare, quando si è sentita ogni fonte e quanti messaggi sono da controllare.',
  }, (x, y) => ({
    monitor: { type: 'bottega-monitor', at: [x, y], wires: [isShown ? [`${LINKS.state} via`] : []], fields: fieldsOf(template, { name: 'Stato' }) },
  }));
}
