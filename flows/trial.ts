/**
 * `trialOf` shows a template with customers in it, before anybody is connected: a simulator where the webhooks stand.
 */
import type { Template } from './description.js';
import { COLUMNS, ROW } from './grid.js';
import { type FlowNode, idOf } from './sheet.js';

/** Stands for the id of the template's store. */
const STORE = '"…"';

/** A sale as a canonical event, in JSONata. `more` goes into its data. */
function sale(id: string, at: string, more: string): string {
  return `{"specversion": "1.0", "id": ${id}, "source": "urn:bottega:prova", "type": "sale", "subject": "ordine/" & ${id}, "time": ${at}, `
    + `"data": {"store": ${STORE}, "status": "completed", "amount": $formatNumber(4 + $random() * 76, "0.00"), ${more}}}`;
}

/** Some time in the last eight hours. */
const PAST = '$fromMillis($millis() - 60000 - $floor($random() * 28800000))';
const NOW_ID = '$string($millis())';
const AT_TILL = '"channel": "pos", "quantity": 1, "payment": $random() < 0.7 ? "card" : "cash"';
const ONLINE = '"channel": "online", "payment": "card", "campaign": {"source": "instagram", "medium": "social"}';

function visit(id: string, at: string, people: number): string {
  return `{"specversion": "1.0", "id": ${id}, "source": "urn:bottega:prova", "type": "visit", "time": ${at}, `
    + `"data": {"store": ${STORE}, "channel": "pos", "quantity": ${String(people)}}}`;
}

interface Actor {
  /** Seconds between two; empty: once, at the start. */
  readonly every: string;
  readonly payload: string;
}

/** In the order of their names in the texts. Ids of the morning are the same all day: whoever deploys again counts nothing twice. */
const ACTORS: readonly Actor[] = [
  {
    every: '',
    payload: `[1..160].(${sale('"mattina-" & $substring($now(), 0, 10) & "-" & $string($)', PAST, AT_TILL)})`,
  },
  {
    every: '',
    payload: `[1..80].(${visit('"mattina-ingressi-" & $substring($now(), 0, 10) & "-" & $string($)', PAST, 5)})`,
  },
  { every: '3', payload: sale(NOW_ID, '$now()', AT_TILL) },
  { every: '11', payload: sale(`"web-" & ${NOW_ID}`, '$now()', ONLINE) },
  { every: '4', payload: visit(`"v-" & ${NOW_ID}`, '$now()', 3) },
  {
    every: '47',
    payload: `{"specversion": "1.0", "id": "r-" & ${NOW_ID}, "source": "urn:bottega:prova", "type": "refund", "subject": "reso/" & ${NOW_ID}, "time": $now(), `
      + `"data": {"store": ${STORE}, "channel": "pos", "status": "completed", "amount": $formatNumber(3 + $random() * 20, "0.00")}}`,
  },
];

const TENANT = 'prova';

/** `trialOf` a template and its flow: a shop of its own, and the webhooks replaced. */
export function trialOf(template: Template, flow: readonly FlowNode[]): FlowNode[] {
  const { trial } = template.texts;
  return withSimulator(template, flow).map((node) => (node.type === 'bottega-shop' ? { ...node, name: trial.shop, tenant: TENANT } : node));
}

/** The box with the webhooks keeps its place and gets other nodes. */
function withSimulator({ id: scope, texts: { trial, store } }: Template, flow: readonly FlowNode[]): FlowNode[] {
  const webhooks = flow.filter(({ type }) => type === 'bottega-webhook');
  const box = webhooks[0]?.['g'];
  return flow.filter((node) => !webhooks.includes(node)).flatMap((node): FlowNode[] => {
    if (node.id !== box) return [node];
    const actors = ACTORS.map((actor, index) => actorNode({ ...actor, name: trial.actors[index] ?? '', payload: actor.payload.replaceAll(STORE, JSON.stringify(store.id)) }, index, scope, node));
    const kept = (node['nodes'] as readonly string[]).filter((id) => !webhooks.some((webhook) => webhook.id === id));
    return [{ ...node, name: trial.box, info: trial.why, nodes: [...kept, ...actors.map(({ id }) => id)] }, ...actors];
  });
}

function actorNode({ name, every, payload }: Actor & { readonly name: string }, index: number, scope: string, box: FlowNode): FlowNode {
  return {
    id: idOf(scope, 'actor', String(index)), type: 'inject', z: box['z'], g: box.id, name,
    props: [{ p: 'payload' }, { p: 'intake', v: '{"provider":"events","trust":"token"}', vt: 'json' }],
    repeat: every, crontab: '', once: true, onceDelay: String(1 + index), topic: '', payload, payloadType: 'jsonata',
    x: COLUMNS[0], y: Number(box['y']) + ROW * (index + 1.5), wires: [[idOf(scope, 'normalize')]],
  };
}
