/**
 * The trial shows it with customers in it, before anybody is connected: the retail template with a simulator where the webhooks stand.
 */
import { dashboardOf } from './dashboard.js';
import { SECTORS, type Template } from './description.js';
import { pipelineOf } from './pipeline.js';
import { type FlowNode, idOf } from './sheet.js';

const SCOPE = 'trial';
const NAME = 'Prova in 2 minuti';
const [retail] = SECTORS;

/** A sale as a canonical event, in JSONata. `more` goes into its data. */
function sale(id: string, at: string, more: string): string {
  return `{"specversion": "1.0", "id": ${id}, "source": "urn:bottega:prova", "type": "sale", "subject": "ordine/" & ${id}, "time": ${at}, `
    + `"data": {"store": "negozio", "status": "completed", "amount": $formatNumber(4 + $random() * 76, "0.00"), ${more}}}`;
}

/** Some time in the last eight hours. */
const PAST = '$fromMillis($millis() - 60000 - $floor($random() * 28800000))';
const NOW_ID = '$string($millis())';
const AT_TILL = '"channel": "pos", "quantity": 1, "payment": $random() < 0.7 ? "card" : "cash"';
const ONLINE = '"channel": "online", "payment": "card", "campaign": {"source": "instagram", "medium": "social"}';

function visit(id: string, at: string, people: number): string {
  return `{"specversion": "1.0", "id": ${id}, "source": "urn:bottega:prova", "type": "visit", "time": ${at}, `
    + `"data": {"store": "negozio", "channel": "pos", "quantity": ${String(people)}}}`;
}

interface Actor {
  readonly name: string;
  /** Seconds between two; empty: once, at the start. */
  readonly every: string;
  readonly payload: string;
}

/** Ids of the morning are the same all day: whoever deploys again counts nothing twice. */
const ACTORS: readonly Actor[] = [
  {
    name: 'le ore già passate', every: '',
    payload: `[1..160].(${sale('"mattina-" & $substring($now(), 0, 10) & "-" & $string($)', PAST, AT_TILL)})`,
  },
  {
    name: 'ingressi già passati', every: '',
    payload: `[1..80].(${visit('"mattina-ingressi-" & $substring($now(), 0, 10) & "-" & $string($)', PAST, 5)})`,
  },
  { name: 'scontrino', every: '3', payload: sale(NOW_ID, '$now()', AT_TILL) },
  { name: 'ordine online', every: '11', payload: sale(`"web-" & ${NOW_ID}`, '$now()', ONLINE) },
  { name: 'persone che entrano', every: '4', payload: visit(`"v-" & ${NOW_ID}`, '$now()', 3) },
  {
    name: 'reso', every: '47',
    payload: `{"specversion": "1.0", "id": "r-" & ${NOW_ID}, "source": "urn:bottega:prova", "type": "refund", "subject": "reso/" & ${NOW_ID}, "time": $now(), `
      + '"data": {"store": "negozio", "channel": "pos", "status": "completed", "amount": $formatNumber(3 + $random() * 20, "0.00")}}',
  },
];

const NOTE = {
  name: 'Clienti inventati, numeri veri',
  info: 'Al posto dei webhook, sei pulsanti che si premono da soli: scontrini, ordini, ingressi, resi. Tutto il resto è il modello vero. Il cruscotto è in /dashboard. '
    + 'Il negozio si chiama “prova”: niente di questo entra nei numeri di un altro negozio.',
};

/** The whole flow. */
export function trialFlow(): FlowNode[] {
  if (retail === undefined) throw new Error('there is no sector');
  const template: Template = { ...retail, id: SCOPE, role: 'all', sector: retail.id, label: NAME };
  return [...withSimulator(pipelineOf(template)), ...dashboardOf(template)].map((node) => (
    node.type === 'bottega-shop' ? { ...node, tenant: 'prova' } : node
  ));
}

/** The box with the webhooks keeps its place and gets other nodes. */
function withSimulator(pipeline: readonly FlowNode[]): FlowNode[] {
  const webhooks = pipeline.filter(({ type }) => type === 'bottega-webhook');
  const box = webhooks[0]?.['g'];
  return pipeline.filter((node) => !webhooks.includes(node)).flatMap((node): FlowNode[] => {
    if (node.type === 'comment' && node['g'] === box) return [{ ...node, ...NOTE }];
    if (node.id !== box) return [node];
    const actors = ACTORS.map((actor, index) => actorNode(actor, index, node));
    const kept = (node['nodes'] as readonly string[]).filter((id) => !webhooks.some((webhook) => webhook.id === id));
    return [{ ...node, name: '1 · Simulatore', nodes: [...kept, ...actors.map(({ id }) => id)] }, ...actors];
  });
}

function actorNode({ name, every, payload }: Actor, index: number, box: FlowNode): FlowNode {
  return {
    id: idOf(SCOPE, 'actor', name), type: 'inject', z: box['z'], g: box.id, name,
    props: [{ p: 'payload' }, { p: 'intake', v: '{"provider":"events","trust":"token"}', vt: 'json' }],
    repeat: every, crontab: '', once: true, onceDelay: String(1 + index), topic: '', payload, payloadType: 'jsonata',
    x: Number(box['x']) + 120, y: Number(box['y']) + 110 + index * 40, wires: [[idOf(SCOPE, 'normalize')]],
  };
}
