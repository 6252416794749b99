/**
 * `pipelineOf` is the way of an event from the webhook to the number, in at most three boxes; what a step refuses finds the dead letters by itself.
 */
import { type Alert, ALIASES, type Role, type Sender, SENDERS, type Template } from './description.js';
import { type Drawn, stacked } from './grid.js';
import { moreSendersIn } from './senders.js';
import { type FlowNode, idOf, sheetOf } from './sheet.js';

type Nodes = Drawn['nodes'];
type Node = Nodes[string];

/** The pipeline of one template: its configuration nodes and its tab. */
export function pipelineOf(template: Template, senders: Senders): FlowNode[] {
  const { way } = template.texts;
  return [...configurationOf(template), ...sheetOf(template.id, way[template.role], way.info, stacked(boxesOf(template, senders)))];
}

/** `Senders`: those with code of their own, or all, the others by a link from their own tab. */
export type Senders = 'own' | 'all';

const BOXES: Readonly<Record<Role, (template: Template, senders: Senders) => readonly Drawn[]>> = {
  all: (template, senders) => [intakeBox(template, senders), countingBox(template, ['inbox', 'window', 'alert', 'notify']), asideBox(template, ['deadletter', 'kpi', 'database', 'monitor'])],
  edge: (template, senders) => [intakeBox(template, senders), asideBox(template, ['deadletter', 'monitor'])],
  worker: (template) => [countingBox(template, ['inbox', 'window']), asideBox(template, ['deadletter', 'database', 'monitor'])],
  front: (template) => [showingBox(template), asideBox(template, ['kpi', 'monitor'])],
};

function boxesOf(template: Template, senders: Senders): readonly Drawn[] {
  return BOXES[template.role](template, senders);
}

/** Store and broker are the same in every template, so that two of them in one Node-RED share them; only an edge keeps its store to itself. */
function configurationOf(template: Template): FlowNode[] {
  const { texts, sector, role } = template;
  const kind = role === 'edge' ? { kind: 'embedded' } : {};
  return [
    { id: storeOf(template), type: 'bottega-store', name: texts.nodes.store, ...kind },
    { id: idOf('broker'), type: 'bottega-broker', name: texts.nodes.broker },
    {
      id: idOf(template.id, 'shop'), type: 'bottega-shop', name: texts.sectors[sector.id].shop, sector: sector.id, cutoff: sector.cutoff,
      stores: [{ ...texts.store, aliases: ALIASES }],
    },
  ];
}

function storeOf({ id, role }: Template): string {
  return role === 'edge' ? idOf(id, 'store') : idOf('store');
}

/** `sharedFields` name the configuration nodes, in every node and widget of a template. */
export function sharedFields(template: Template): Record<string, unknown> {
  return { store: storeOf(template), shop: idOf(template.id, 'shop'), broker: idOf('broker') };
}

function nodeOf(template: Template, type: string, own: Readonly<Record<string, unknown>>, to: readonly string[]): Omit<Node, 'column' | 'row'> {
  return { type: `bottega-${type}`, wires: [to, []], fields: { ...sharedFields(template), ...own } };
}

/** Thousands of rows take their time. */
const PATIENT = { deadline: 30 };

function intakeBox(template: Template, senders: Senders): Drawn {
  const { texts } = template;
  const middle = (SENDERS.length - 1) / 2;
  const webhook = (sender: Sender): Omit<Node, 'column' | 'row'> => nodeOf(template, 'webhook', {
    name: texts.senders[sender], provider: sender, path: `/in/${sender}`, ...(sender === 'batch' ? PATIENT : {}),
  }, ['normalize']);
  return {
    said: texts.boxes.intake,
    nodes: {
      ...Object.fromEntries(SENDERS.map((sender, row) => [sender, { ...webhook(sender), column: 0, row }])),
      ...(senders === 'all' ? moreSendersIn(template, SENDERS.length) : {}),
      normalize: { ...nodeOf(template, 'normalize', { name: texts.nodes.normalize }, ['dedupe']), column: 1, row: middle },
      dedupe: { ...nodeOf(template, 'dedupe', { name: texts.nodes.dedupe }, ['outbox']), column: 2, row: middle },
      outbox: { ...nodeOf(template, 'outbox', { name: texts.nodes.outbox }, []), column: 3, row: middle },
    },
  };
}

/** Workers take turns: an event goes to one of them. */
const GROUP = 'workers';
/** With the window that is chosen by how much there is to count. */
const SIZES = ['5m', '15m', '1h', '1d', 'auto'];

/** From left to right, each leading to the next. */
function countingBox(template: Template, names: readonly ('inbox' | 'window' | 'alert' | 'notify')[]): Drawn {
  const { texts, sector, role } = template;
  const own: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    inbox: role === 'worker' ? { group: GROUP } : {}, window: { sizes: SIZES, incompleteAfter: sector.incompleteAfter }, alert: rulesOf(template), notify: { channel: '' },
  };
  const nodes = names.map((name, column) => {
    const next = names.slice(column + 1, column + 2);
    return [name, { ...nodeOf(template, name, { name: texts.nodes[name], ...own[name] }, next), column, row: 0 }] as const;
  });
  return { said: texts.boxes.counting, nodes: Object.fromEntries(nodes) };
}

function showingBox(template: Template): Drawn {
  const { texts } = template;
  return {
    said: texts.boxes.showing,
    nodes: {
      listen: { ...nodeOf(template, 'listen', { name: texts.nodes.listen }, ['alert']), column: 0, row: 0 },
      alert: { ...nodeOf(template, 'alert', { name: texts.nodes.alert, ...rulesOf(template) }, ['notify']), column: 1, row: 0 },
      notify: { ...nodeOf(template, 'notify', { name: texts.nodes.notify, channel: '' }, []), column: 2, row: 0 },
    },
  };
}

function rulesOf({ sector, texts }: Template): Readonly<Record<string, unknown>> {
  return { rules: sector.alerts.map((alert) => ruleOf(alert, texts.alerts[alert.name] ?? alert.name)) };
}

/** Notified as soon as it is true, while the window is still filling. */
function ruleOf(alert: Alert, name: string): Record<string, unknown> {
  return { ...alert, name, channel: '', group: 'all', op: 'above', upper: '', live: true, for: '', keepFiringFor: '', repeat: '', noData: '' };
}

/** A front without Redis has a store that knows nothing of what others count. */
function asideBox(template: Template, names: readonly ('deadletter' | 'kpi' | 'database' | 'monitor')[]): Drawn {
  const { texts, role } = template;
  const answers = role === 'front' ? 'shared' : 'always';
  const known = {
    deadletter: { ...nodeOf(template, 'deadletter', { name: texts.nodes.deadletter }, []), wires: [[], [], [], []] },
    kpi: nodeOf(template, 'query', { name: 'GET /kpi', path: '/kpi', kpi: '', window: '1h', group: '', answers }, []),
    // Idle where nobody has named a database.
    database: { ...nodeOf(template, 'database', { name: texts.nodes.database, schema: 'bottega' }, []), wires: [] },
    monitor: { ...nodeOf(template, 'monitor', { name: texts.nodes.monitor }, []), wires: [[]] },
  };
  return { said: texts.boxes.aside, nodes: Object.fromEntries(names.map((name, column) => [name, { ...known[name], column, row: 0 }])) };
}
