/**
 * `caseFlows` are flows for what a shop may have twice: two tills that write differently, two Shopify shops, a second store. Each works as it is.
 */
import { ALIASES, fileIn } from './description.js';
import { type Box, type FlowNode, idOf, type Placed, sheetOf } from './sheet.js';
import { TEXTS, type Texts } from './texts/texts.js';

type CaseName = keyof Texts['cases'];
type Nodes = Readonly<Record<string, Placed>>;

/** Columns of the case's box, and its rows. */
const [FROM, SECOND, THIRD, FOURTH, FIFTH] = [150, 380, 600, 800, 980];
const row = (index: number): number => 160 + index * 60;

/** `caseFlows`: file name → the nodes of the flow, in each language. */
export function caseFlows(): Map<string, FlowNode[]> {
  const names = Object.keys(CASES) as CaseName[];
  return new Map(Object.values(TEXTS).flatMap((texts) => names.map((name) => [fileIn(texts.language, `cases/${name}.json`), flowOf(name, texts)] as const)));
}

interface Scene {
  readonly texts: Texts;
  readonly scope: string;
}

function flowOf(name: CaseName, texts: Texts): FlowNode[] {
  const scope = `${texts.language}/case/${name}`;
  const { label, says, why } = texts.cases[name];
  const { nodes, stores } = CASES[name]({ texts, scope });
  const box: Box = { label, says, why, said: 'comment', at: [20, 40], size: [1060, 60 + Math.max(...Object.values(nodes).map(({ at }) => at[1])) - 20], nodes };
  return [
    { id: idOf('store'), type: 'bottega-store', name: texts.nodes.store }, { id: idOf('broker'), type: 'bottega-broker', name: texts.nodes.broker },
    { id: idOf(scope, 'shop'), type: 'bottega-shop', name: label, tenant: TENANTS[name], stores },
    ...sheetOf(scope, label, texts.cases[name].info, [box]),
  ];
}

/** A shop of its own each: what is tried here must not be counted as a real sale. */
const TENANTS: Readonly<Record<CaseName, string>> = { tills: 'esempio-casse', shopify: 'esempio-shopify', stores: 'esempio-negozi' };

const CASES: Readonly<Record<CaseName, (scene: Scene) => { readonly nodes: Nodes; readonly stores: readonly object[] }>> = {
  tills: (scene) => ({
    stores: [scene.texts.store],
    nodes: {
      'till 1': webhook(scene, 'pos', '/in/cassa-1', scene.texts.cases.tills.names[0], 0, 'normalize 1'),
      'press 1': press(scene, scene.texts.cases.tills.names[2], RECEIPT, 1, 'normalize 1'),
      'till 2': webhook(scene, 'pos', '/in/cassa-2', scene.texts.cases.tills.names[1], 2, 'normalize 2'),
      'press 2': press(scene, scene.texts.cases.tills.names[3], ENGLISH_RECEIPT, 3, 'normalize 2'),
      'normalize 1': nodeOf(scene, 'normalize', SECOND, 0.5, { provider: 'pos' }, 'dedupe'),
      'normalize 2': nodeOf(scene, 'normalize', SECOND, 2.5, { provider: 'pos', mapping: ENGLISH_TILL }, 'dedupe'),
      ...countedFrom(scene, 1.5),
    },
  }),
  shopify: (scene) => ({
    stores: [scene.texts.store],
    nodes: {
      'shop 1': webhook(scene, 'shopify', '/in/shopify-1', scene.texts.cases.shopify.names[0], 0, 'normalize'),
      'shop 2': webhook(scene, 'shopify', '/in/shopify-2', scene.texts.cases.shopify.names[1], 1, 'normalize'),
      normalize: nodeOf(scene, 'normalize', SECOND, 0.5, { shops: SHOPS.join('\n') }, 'dedupe'),
      ...countedFrom(scene, 0.5),
    },
  }),
  stores: (scene) => ({
    stores: [{ ...scene.texts.store, aliases: ALIASES }, { ...scene.texts.cases.stores.second, aliases: ['RM-01'] }],
    nodes: {
      till: webhook(scene, 'pos', '/in/casse', scene.texts.cases.stores.names[0], 0, 'normalize'),
      'press 1': press(scene, scene.texts.cases.stores.names[1], receiptOf('MI-01'), 1, 'normalize'),
      'press 2': press(scene, scene.texts.cases.stores.names[2], receiptOf('RM-01'), 2, 'normalize'),
      normalize: nodeOf(scene, 'normalize', SECOND, 1, { provider: 'pos' }, 'dedupe'),
      ...countedFrom(scene, 1),
    },
  }),
};

/** What Shopify calls the two shops. */
const SHOPS = ['primo-negozio.myshopify.com', 'secondo-negozio.myshopify.com'];
const RECEIPT = '{"numeroScontrino": $string($millis()), "dataOra": $now(), "totale": "12,50", "pagamenti": [{"tipo": "CONTANTI"}], "stato": "completo"}';
const ENGLISH_RECEIPT = '{"receipt": {"no": $string($millis()), "issued": $now()}, "total": 1990, "tender": "CARD"}';
/** As the form saves it: where the second till has what, and that it writes cents. */
const ENGLISH_TILL = { paths: { number: 'receipt.no', time: 'receipt.issued', amount: 'total', payment: 'tender' }, numbers: 'en-GB', minorUnits: '2' };

function receiptOf(store: string): string {
  return RECEIPT.replace('{', `{"idNegozio": "${store}", `);
}

/** Once, then counted, then seen: what is refused finds the dead letters by itself. */
function countedFrom(scene: Scene, at: number): Nodes {
  return {
    dedupe: nodeOf(scene, 'dedupe', THIRD, at, {}, 'window'),
    window: nodeOf(scene, 'window', FOURTH, at, {}, 'seen'),
    seen: {
      type: 'debug', at: [FIFTH, row(at)], wires: [],
      fields: { name: scene.texts.seen, active: true, tosidebar: true, console: false, tostatus: false, complete: 'payload', targetType: 'msg', statusVal: '', statusType: 'auto' },
    },
    deadletter: { ...nodeOf(scene, 'deadletter', FOURTH, at + 1.5, {}), wires: [[], [], [], []] },
  };
}

function webhook(scene: Scene, provider: string, path: string, name: string, at: number, to: string): Placed {
  return { ...nodeOf(scene, 'webhook', FROM, at, { name, provider, path, store: '' }, to) };
}

function press(_scene: Scene, name: string, payload: string, at: number, to: string): Placed {
  const fields = { name, props: [{ p: 'payload' }], repeat: '', crontab: '', once: false, onceDelay: 0.1, topic: '', payload, payloadType: 'jsonata' };
  return { type: 'inject', at: [FROM, row(at)], fields, wires: [[to]] };
}

function nodeOf({ scope }: Scene, type: string, x: number, at: number, fields: Readonly<Record<string, unknown>>, ...to: readonly string[]): Placed {
  const shared = { shop: idOf(scope, 'shop'), store: idOf('store'), broker: idOf('broker'), name: '' };
  return { type: `bottega-${type}`, at: [x, row(at)], fields: { ...shared, ...fields }, wires: [to, []] };
}
